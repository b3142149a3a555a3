//! A server that plays a model's service: what it is asked has to be what the vendor takes.

use super::vendor;
pub(crate) use crate::server::{Played, Request};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Deref;

/// A server; it ends with the test's process.
pub(crate) struct Server(crate::server::Server);

impl Server {
    /// A server that answers the n-th request, from 0, with what `play` says.
    pub(crate) fn new(play: impl Fn(usize, &Request) -> Played + Send + Sync + 'static) -> Server {
        Server::with(play, Some)
    }

    /// The same, with `secured` making of each connection what is spoken over.
    pub(crate) fn with<S: Read + Write + 'static>(
        play: impl Fn(usize, &Request) -> Played + Send + Sync + 'static,
        secured: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
    ) -> Server {
        Server(crate::server::Server::with(play, secured, wrong))
    }
}

impl Deref for Server {
    type Target = crate::server::Server;

    fn deref(&self) -> &crate::server::Server {
        &self.0
    }
}

/// What the vendor whose address this is finds wrong with a request.
fn wrong(request: &Request) -> Option<String> {
    let kind = match (request.method.as_str(), request.path.split('?').next()?) {
        ("POST", path) if path.ends_with("/chat/completions") => "openai.request",
        ("POST", path) if path.ends_with("/v1/messages") => "anthropic.request",
        ("POST", path) if path.ends_with("/v1/messages/batches") => "anthropic.batch_request",
        ("CONNECT", _) => return None,
        ("GET", path) if path.contains("/v1/messages/batches/") && request.body.is_empty() => return None,
        (method, path) => return Some(format!("there is no {method} {path}")),
    };
    vendor::wrong(kind, &request.json())
}

//! The memory, served to agents by the Model Context Protocol on stdin and stdout.
//!
//! Speaks the revision of 2026-07-28, in which every request stands alone, and those before it, which begin with
//! `initialize` (<https://modelcontextprotocol.io/specification>); `rmcp` knows the wire. Owns what is served: the [`tools`]
//! and the [`resources`], who asks and from where ([`client`], [`roots`]), and what is known of one run of the server
//! ([`run`]). The memory is looked up anew for every request ([`reach`]), because it changes under the server. Refuses to
//! write anything but the protocol to stdout, to give out anything but notes, and to change the memory: what an agent
//! suggests goes to an inbox ([`remember`]).

mod client;
mod note;
mod patience;
mod playbooks;
mod reach;
mod recall;
mod remember;
mod resources;
mod roots;
mod run;
mod server;
mod tools;

use crate::capture::places::Places;
use anyhow::{Context, Result};
use jiff::Timestamp;
use patience::Patient;
use rmcp::ServiceExt;
use rmcp::transport::async_rw::AsyncRwTransport;
use std::path::PathBuf;
use std::sync::Arc;

/// Longest line that is read, bytes: an error message pasted whole, and room for what a client puts around it.
const LONGEST_LINE: usize = 4 << 20;

/// What a server is started with.
pub struct Start {
    /// The folders that the agent may work in, the likeliest first; absolute.
    pub folders: Vec<PathBuf>,
    /// The user's own folders.
    pub places: Places,
    /// What time it is.
    pub now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// Whether nothing of this session may be captured.
    pub is_kept_out: bool,
}

/// Something that an agent is told instead of an answer: what is wrong, and what to do.
#[derive(Debug)]
struct Told(String);

impl From<anyhow::Error> for Told {
    fn from(error: anyhow::Error) -> Told {
        Told(crate::redact::redact(&format!("{error:#}")).to_string())
    }
}

/// Serves until stdin ends. What was asked by then is answered; what waits to be pushed is waited for.
///
/// Errors: the runtime cannot be started, or the client breaks the protocol so that no conversation begins.
pub fn serve(start: Start) -> Result<()> {
    let run = Arc::new(run::Run::new((start.now)()));
    let server = server::Server::new(start, Arc::clone(&run));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start serving")?;
    let served = runtime.block_on(async {
        let (stdin, stdout) = rmcp::transport::stdio();
        let transport = AsyncRwTransport::new_server(stdin, stdout).with_max_line_length(LONGEST_LINE);
        match server.serve(Patient::new(transport)).await {
            Ok(serving) => serving.waiting().await.map(drop).context("the server broke off"),
            // Whoever goes without a word has asked for nothing.
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(error).context("no conversation came about"),
        }
    });
    // A thread that still reads stdin is not waited for.
    runtime.shutdown_background();
    run.wait_for_pushes();
    served
}

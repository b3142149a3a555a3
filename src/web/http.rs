//! One request to a service over HTTP, and again where that may help.
//!
//! Owns the client (rustls with the system's certificates and the person's own, the system's proxy, no redirects, a
//! deadline, a largest answer) and the key's header. Refuses to know what a request means. What it tells of an error has
//! passed redaction, and the key is not in it.

use super::key::Key;
use super::retry::{self, Patience};
use super::{is_loopback, telling};
use crate::unusable::Unusable;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Method, Response, Url};
use serde_json::Value;
use std::error::Error;
use std::time::Duration;
use tokio::time::Instant;

/// Largest answer that is read, bytes; far more than any number of tokens that is asked for.
const MOST_ANSWER: usize = 8 << 20;
/// Largest answer that tells of an error, bytes.
const MOST_ERROR: usize = 64 << 10;
/// How often something may have moved on.
const MOST_MOVES: usize = 5;
/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(15);

/// The way to one service, as the person at this machine has laid it.
pub(crate) struct Way<'a> {
    /// Where the service is.
    pub(crate) address: Url,
    /// What it asks for; `None`: nothing.
    pub(crate) key: Option<Key>,
    /// Where the key goes: the header's name and what stands before the key.
    pub(crate) key_header: (&'static str, &'a str),
    /// What goes with every request.
    pub(crate) headers: &'a [(&'static str, &'static str)],
    /// Certificates, PEM, of an authority that the system does not know.
    pub(crate) authority: Option<&'a [u8]>,
    /// Whether to go where the service says that something has moved, as long as that is the service itself.
    pub(crate) follows: bool,
    /// How the person names another address: `--base-url`.
    pub(crate) renamed_by: &'static str,
}

/// One service.
pub(crate) struct Http {
    client: Client,
    address: Url,
    key: Option<Key>,
    patience: Patience,
    may_pass: MayPass,
    renamed_by: &'static str,
}

/// Whether a service that answered with this status, these words and this wish to be left alone may answer otherwise a
/// moment later.
pub(crate) type MayPass = fn(u16, &str, Option<Duration>) -> bool;

/// One request.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    /// What comes after the service's address, part by part.
    pub(crate) path: &'a [&'a str],
    /// What is asked for beside the path: names and values.
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// What is sent; nothing with `None`.
    pub(crate) body: Option<&'a Value>,
    /// Largest answer, bytes; 0 is [`MOST_ANSWER`].
    pub(crate) most: usize,
    /// What tells this request from others.
    pub(crate) of: &'a str,
}

/// What a service answered where it did what it was asked.
pub(crate) struct Answer {
    /// The body; the key is not in it.
    pub(crate) body: Vec<u8>,
    /// The headers.
    pub(crate) headers: HeaderMap,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The service said no: the status, what it said, and how long it wants to be left alone.
    Answered(u16, String, Option<Duration>),
    /// Nobody took the request.
    Unreachable(String),
    /// The request was sent and no answer came back that could be read: nobody knows whether it was done.
    Lost(Lost),
}

/// How an answer got lost.
#[derive(Debug)]
pub(crate) enum Lost {
    /// It is none that can be read.
    Malformed(String),
    /// It did not come within so many seconds.
    TimedOut(u32),
    /// It broke off.
    Broken(String),
}

impl Http {
    /// The service at the end of this way. `may_pass` says after which answers it is asked again.
    ///
    /// Errors: the certificates are none; the system has no certificates; the key cannot be sent.
    pub(crate) fn new(way: Way<'_>, patience: Patience, may_pass: MayPass) -> Result<Http, Unusable> {
        let Way { address, key, key_header, headers, authority, follows, renamed_by } = way;
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if let Some(key) = &key {
            let (name, before) = key_header;
            let mut value = HeaderValue::from_str(&format!("{before}{}", key.reveal()))
                .map_err(|_| Unusable("the key holds what cannot be sent".to_owned()))?;
            value.set_sensitive(true);
            all.insert(HeaderName::from_static(name), value);
        }
        let builder = Client::builder()
            .user_agent(concat!("git-dream/", env!("CARGO_PKG_VERSION")))
            .default_headers(all)
            .redirect(if follows { within_the_service() } else { Policy::none() })
            .connect_timeout(CONNECTING.min(patience.deadline))
            .timeout(patience.deadline);
        let client = trusting(builder, authority, &address)?
            .build()
            .map_err(|error| Unusable(format!("cannot make a client for HTTPS: {}", causes(&error))))?;
        Ok(Http { client, address, key, patience, may_pass, renamed_by })
    }

    /// Sends a request, and sends it again as long as that may help and there is time.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Answer, Fault> {
        let began = Instant::now();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let fault = match self.send_once(request).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let (again, asked) = match &fault {
                Fault::Answered(status, says, asked) => ((self.may_pass)(*status, says, *asked), *asked),
                Fault::Unreachable(says) => (!is_about_certificates(says), None),
                Fault::Lost(_) => (false, None),
            };
            let wait = self.patience.wait(attempts, began.elapsed(), asked, request.of);
            match wait.filter(|_| again) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(fault),
            }
        }
    }

    /// Sends a request once.
    async fn send_once(&self, request: &Request<'_>) -> Result<Answer, Fault> {
        let mut sending = self.client.request(request.method.clone(), self.url(request));
        if let Some(body) = request.body {
            sending = sending.json(body);
        }
        let mut response = sending.send().await.map_err(|error| self.fault(&error))?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            let most = if request.most == 0 { MOST_ANSWER } else { request.most };
            let body = self.read(&mut response, most, true).await?;
            return Ok(Answer { body: self.without_key(body), headers: response.headers().clone() });
        }
        let asked = retry::asked(|name| response.headers().get(name)?.to_str().ok());
        let elsewhere = response.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
        let body = self.read(&mut response, MOST_ERROR, false).await.unwrap_or_default();
        let says = match elsewhere {
            Some(to) if (300..400).contains(&status) => {
                format!("it has moved to {to}; name that address with {} if you trust it", self.renamed_by)
            }
            _ => what_it_says(&body),
        };
        Err(Fault::Answered(status, self.telling(&says), asked))
    }

    /// The body, up to so many bytes; a longer one is a fault, or cut.
    async fn read(&self, response: &mut Response, most: usize, whole: bool) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.lost(&error))? {
            let room = most.saturating_sub(body.len());
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if chunk.len() > room {
                let too_much = format!("an answer of more than {} MiB", most >> 20);
                return if whole { Err(Fault::Lost(Lost::Malformed(too_much))) } else { Ok(body) };
            }
        }
        Ok(body)
    }

    /// The service's address with what is asked for after it.
    fn url(&self, request: &Request<'_>) -> Url {
        let mut url = self.address.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(request.path);
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        url
    }

    /// Why a request brought no answer.
    fn fault(&self, error: &reqwest::Error) -> Fault {
        // A connection that was refused, and one that could not be made in time, has sent nothing.
        if error.is_connect() || error.is_builder() {
            let why = self.telling(&causes(error));
            let hint = match is_about_certificates(&why) {
                true => {
                    "; if its certificates come from an authority of your own, name that in GIT_DREAM_CA_FILE"
                }
                false => "",
            };
            let host = self.address.host_str().unwrap_or_default();
            return Fault::Unreachable(format!("{host}: {why}{hint}"));
        }
        self.lost(error)
    }

    fn lost(&self, error: &reqwest::Error) -> Fault {
        if error.is_timeout() {
            let seconds = self.patience.deadline.as_secs();
            return Fault::Lost(Lost::TimedOut(u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        Fault::Lost(Lost::Broken(self.telling(&causes(error))))
    }

    /// An answer without the key, should a server repeat what it was sent: answers are kept.
    fn without_key(&self, body: Vec<u8>) -> Vec<u8> {
        match &self.key {
            Some(key) if memchr::memmem::find(&body, key.reveal().as_bytes()).is_some() => {
                key.hide(&String::from_utf8_lossy(&body)).into_bytes()
            }
            _ => body,
        }
    }

    /// Foreign text for an error; the key is not in it, wherever it came from.
    fn telling(&self, said: &str) -> String {
        match &self.key {
            Some(key) => telling(&key.hide(said)),
            None => telling(said),
        }
    }
}

/// The client's certificates and proxy. Nothing on this machine is asked through a proxy, and a request without TLS
/// needs no certificates: there may be none in a small container.
fn trusting(
    builder: ClientBuilder,
    authority: Option<&[u8]>,
    address: &Url,
) -> Result<ClientBuilder, Unusable> {
    let builder = if is_loopback(address) { builder.no_proxy() } else { builder };
    if address.scheme() == "http" {
        return Ok(builder.tls_certs_only([]));
    }
    let Some(pem) = authority else { return Ok(builder) };
    let certificates = Certificate::from_pem_bundle(pem).unwrap_or_default();
    if certificates.is_empty() {
        return Err(Unusable(
            "the file that GIT_DREAM_CA_FILE or dream.caFile names holds no certificate: it has to be PEM"
                .to_owned(),
        ));
    }
    Ok(builder.tls_certs_merge(certificates))
}

/// Goes on to where something has moved to, unless that is another server: the key belongs to this one.
fn within_the_service() -> Policy {
    Policy::custom(|attempt| {
        let is_same =
            attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
        if is_same && attempt.previous().len() <= MOST_MOVES { attempt.follow() } else { attempt.stop() }
    })
}

/// Whether it is the certificates that two sides do not agree on; they will not the next time either.
fn is_about_certificates(says: &str) -> bool {
    says.contains("certificate") || says.contains("UnknownIssuer")
}

/// An error with what caused it, without the address, which may hold a key.
fn causes(error: &reqwest::Error) -> String {
    let mut said = Vec::new();
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.contains(&text) {
            said.push(text);
        }
        cause = error.source();
    }
    match said.is_empty() {
        true if error.is_timeout() => "no answer in time".to_owned(),
        true => "the request could not be made".to_owned(),
        false => said.join(": "),
    }
}

/// What the body of an error says, in any of the forms there are.
fn what_it_says(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return if text.trim_start().starts_with('<') { "a web page".to_owned() } else { text.into_owned() };
    };
    let value = value.get(0).unwrap_or(&value);
    let said = ["error", "message", "detail"].iter().find_map(|name| value.get(name)).unwrap_or(value);
    let message = said.get("message").unwrap_or(said);
    let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
    let message = match said.get("code").or_else(|| said.get("type")).and_then(Value::as_str) {
        Some(code) if !message.contains(code) => format!("{message} ({code})"),
        _ => message,
    };
    // Forges say what is wrong beside that something is.
    let more = value.get("errors").and_then(Value::as_array).into_iter().flatten();
    let more = more.map(|error| error.get("message").unwrap_or(error)).chain(value.get("error_description"));
    more.fold(message, |said, more| match more.as_str() {
        Some(more) => format!("{said}: {more}"),
        None => format!("{said}: {more}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_all_kinds_of_servers_are_understood() {
        for (body, says) in [
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}"#,
                "Busy (overloaded_error)",
            ),
            (
                r#"{"error":{"message":"No","type":"x","code":"insufficient_quota"}}"#,
                "No (insufficient_quota)",
            ),
            (r#"{"error":"model 'm' not found"}"#, "model 'm' not found"),
            (r#"{"message":"Bad credentials"}"#, "Bad credentials"),
            (r#"{"detail":[{"loc":1}]}"#, r#"[{"loc":1}]"#),
            (r#"[{"error":{"message":"No","code":400}}]"#, "No"),
            (
                r#"{"message":"Invalid","errors":[{"message":"it is there"},"twice"]}"#,
                "Invalid: it is there: twice",
            ),
            (
                r#"{"error":"insufficient_scope","error_description":"read only"}"#,
                "insufficient_scope: read only",
            ),
            ("<html>", "a web page"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(what_it_says(body.as_bytes()), says);
        }
    }
}

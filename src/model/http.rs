//! One request to a service over HTTP, and again where that may help.
//!
//! Owns the client (rustls with the system's certificates and the person's own, the system's proxy, no redirects, a
//! deadline, a largest answer) and the key's header. Refuses to know what a request means. What it tells of an error has
//! passed redaction, and the key is not in it.

use super::access::{Access, Unusable, is_loopback};
use super::failure::{Failure, telling};
use super::key::Key;
use super::retry::{self, Patience};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Method, Response, Url};
use serde_json::Value;
use std::error::Error;
use std::time::Duration;
use tokio::time::Instant;

/// Largest answer that is read, bytes; far more than any number of tokens that is asked for.
const MOST_ANSWER: usize = 8 << 20;
/// Largest answer that tells of an error, bytes.
const MOST_ERROR: usize = 64 << 10;
/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(15);

/// The way to one service.
pub(super) struct Http {
    client: Client,
    address: Url,
    key: Option<Key>,
    patience: Patience,
}

/// One request.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    /// What comes after the service's address, part by part.
    pub(super) path: &'a [&'a str],
    /// What is sent; nothing with `None`.
    pub(super) body: Option<&'a Value>,
    /// Largest answer, bytes; 0 is [`MOST_ANSWER`].
    pub(super) most: usize,
    /// What tells this request from others.
    pub(super) of: &'a str,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// The service said no: the status and what it said.
    Answered(u16, String),
    /// Nobody took the request.
    Unreachable(String),
    /// The request was sent and no answer came back that could be read: nobody knows whether it is charged for.
    Lost(Failure),
}

impl Http {
    /// The way to a service, with the headers that go with every request. `key_header` is where the key goes: the
    /// header's name and what stands before the key.
    ///
    /// Errors: the certificates are none; the system has no certificates; there is no key.
    pub(super) fn new(
        access: &Access,
        patience: Patience,
        key_header: (&'static str, &str),
        headers: &[(&'static str, &'static str)],
    ) -> Result<Http, Unusable> {
        let address = access.address.clone().ok_or_else(|| Unusable("there is no address".to_owned()))?;
        let key = access.key()?;
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
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECTING.min(patience.deadline))
            .timeout(patience.deadline);
        let client = trusting(builder, access, &address)?
            .build()
            .map_err(|error| Unusable(format!("cannot make a client for HTTPS: {}", causes(&error))))?;
        Ok(Http { client, address, key, patience })
    }

    /// Sends a request, and sends it again as long as that may help and there is time; the answer's body.
    pub(super) async fn send(&self, request: &Request<'_>) -> Result<Vec<u8>, Fault> {
        let began = Instant::now();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let (fault, asked) = match self.send_once(request).await {
                Ok(body) => return Ok(body),
                Err(tried) => tried,
            };
            let again = match &fault {
                Fault::Answered(status, says) => retry::may_pass(*status) && !is_for_good(says),
                Fault::Unreachable(says) => !is_about_certificates(says),
                Fault::Lost(_) => false,
            };
            let wait = self.patience.wait(attempts, began.elapsed(), asked, request.of);
            match wait.filter(|_| again) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(fault),
            }
        }
    }

    /// Sends a request once. With the fault comes how long the service wants to be left alone.
    async fn send_once(&self, request: &Request<'_>) -> Result<Vec<u8>, (Fault, Option<Duration>)> {
        let mut sending = self.client.request(request.method.clone(), self.url(request.path));
        if let Some(body) = request.body {
            sending = sending.json(body);
        }
        let mut response = sending.send().await.map_err(|error| (self.fault(&error), None))?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            let most = if request.most == 0 { MOST_ANSWER } else { request.most };
            let body = self.read(&mut response, most, true).await.map_err(|fault| (fault, None))?;
            return Ok(self.without_key(body));
        }
        let asked = retry::asked(|name| response.headers().get(name)?.to_str().ok());
        let elsewhere = response.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
        let body = self.read(&mut response, MOST_ERROR, false).await.unwrap_or_default();
        let says = match elsewhere {
            Some(to) if (300..400).contains(&status) => {
                format!("it has moved to {to}; name that address with --base-url if you trust it")
            }
            _ => what_it_says(&body),
        };
        Err((Fault::Answered(status, self.telling(&says)), asked))
    }

    /// The body, up to so many bytes; a longer one is a fault, or cut.
    async fn read(&self, response: &mut Response, most: usize, whole: bool) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.lost(&error))? {
            let room = most.saturating_sub(body.len());
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if chunk.len() > room {
                let too_much = format!("an answer of more than {} MiB", most >> 20);
                return if whole { Err(Fault::Lost(Failure::Malformed(too_much))) } else { Ok(body) };
            }
        }
        Ok(body)
    }

    /// The service's address with a path after it.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.address.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
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
            return Fault::Lost(Failure::TimedOut(u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        Fault::Lost(Failure::Broken(self.telling(&causes(error))))
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
fn trusting(builder: ClientBuilder, access: &Access, address: &Url) -> Result<ClientBuilder, Unusable> {
    let builder = if is_loopback(address) { builder.no_proxy() } else { builder };
    if address.scheme() == "http" {
        return Ok(builder.tls_certs_only([]));
    }
    let Some(pem) = &access.authority else { return Ok(builder) };
    let certificates = Certificate::from_pem_bundle(pem).unwrap_or_default();
    if certificates.is_empty() {
        return Err(Unusable(
            "the file that GIT_DREAM_CA_FILE or dream.caFile names holds no certificate: it has to be PEM"
                .to_owned(),
        ));
    }
    Ok(builder.tls_certs_merge(certificates))
}

/// What an answer with such a status comes to.
pub(super) fn failure(status: u16, says: String) -> Failure {
    let says = if says.is_empty() { format!("status {status}") } else { format!("{says} (status {status})") };
    match status {
        _ if is_for_good(&says) => Failure::Denied(says),
        413 => Failure::Refused(says),
        408 | 409 | 429 | 503 | 529 => Failure::Busy(says),
        500.. => Failure::Broken(says),
        _ => Failure::Denied(says),
    }
}

/// Whether a service that says to come back later will say so for ever: nothing is left to pay with.
fn is_for_good(says: &str) -> bool {
    says.contains("insufficient_quota")
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
    match said.get("code").or_else(|| said.get("type")).and_then(Value::as_str) {
        Some(code) if !message.contains(code) => format!("{message} ({code})"),
        _ => message,
    }
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
            ("<html>", "a web page"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(what_it_says(body.as_bytes()), says);
        }
    }

    #[test]
    fn what_is_used_up_for_good_is_not_waited_for() {
        assert!(matches!(failure(429, "insufficient_quota".to_owned()), Failure::Denied(_)));
        assert!(matches!(failure(429, String::new()), Failure::Busy(_)));
        assert!(matches!(failure(301, String::new()), Failure::Denied(_)));
        assert!(matches!(failure(502, String::new()), Failure::Broken(_)));
    }
}

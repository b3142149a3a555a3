//! A server on this machine that records what it is asked and answers what it is told to.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Played {
    /// A status, headers, and a body.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The same, but the connection ends in the middle of the body.
    Cut(Vec<u8>),
    /// A body of so many bytes.
    Huge(usize),
    /// Nothing, ever.
    Hang,
}

impl Played {
    pub(crate) fn json(status: u16, body: &Value) -> Played {
        Played::Answer(
            status,
            vec![("content-type", "application/json".to_owned())],
            body.to_string().into_bytes(),
        )
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Played {
        match self {
            Played::Answer(status, mut headers, body) => {
                headers.push((name, value.to_owned()));
                Played::Answer(status, headers, body)
            }
            other => other,
        }
    }
}

/// A server; it ends with the test's process.
pub(crate) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    judge: Judge,
}

/// What is wrong with a request, if anything is.
pub(crate) type Judge = fn(&Request) -> Option<String>;

impl Server {
    /// A server that answers the n-th request, from 0, with what `play` says, with `secured` making of each connection
    /// what is spoken over. In the end `judge` finds nothing wrong with any request.
    pub(crate) fn with<S: Read + Write + 'static>(
        play: impl Fn(usize, &Request) -> Played + Send + Sync + 'static,
        secured: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
        judge: Judge,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (recorded, play, secured) = (requests.clone(), Arc::new(play), Arc::new(secured));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (recorded, play, secured) = (recorded.clone(), play.clone(), secured.clone());
                std::thread::spawn(move || {
                    let Some(stream) = secured(stream) else { return };
                    let mut reader = BufReader::new(stream);
                    while let Some(request) = read(&mut reader) {
                        let number = {
                            let mut recorded = recorded.lock().unwrap();
                            recorded.push(request.clone());
                            recorded.len() - 1
                        };
                        if write(reader.get_mut(), play(number, &request)).is_none() {
                            return;
                        }
                    }
                });
            }
        });
        Server { port, requests, judge }
    }

    /// One that is spoken to in the open, and takes whatever it is asked.
    pub(crate) fn taking_anything(
        play: impl Fn(usize, &Request) -> Played + Send + Sync + 'static,
    ) -> Server {
        Server::with(play, Some, |_| None)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its address, with what comes after the port.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Everything it was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Every request that a test makes has to be one that the service would take.
impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            for request in self.requests() {
                let wrong = (self.judge)(&request);
                assert_eq!(wrong, None, "{} {} {:#}", request.method, request.path, request.json());
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let header =
        |name: &str| headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str());
    let body = match header("transfer-encoding") {
        Some("chunked") => chunks(reader)?,
        _ => {
            let mut body =
                vec![0; header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
            reader.read_exact(&mut body).ok()?;
            body
        }
    };
    Some(Request { method, path, headers, body })
}

/// A body that comes in pieces, as git sends large ones.
fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut piece = vec![0; length + 2];
        reader.read_exact(&mut piece).ok()?;
        body.extend_from_slice(&piece[..length]);
        if length == 0 {
            return Some(body);
        }
    }
}

/// Answers; `None` where the connection is at its end.
fn write(stream: &mut impl Write, played: Played) -> Option<()> {
    match played {
        Played::Answer(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} Played\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
            stream.write_all(&body).ok()?;
            stream.flush().ok()
        }
        Played::Cut(body) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len() * 2);
            stream.write_all(head.as_bytes()).ok()?;
            stream.write_all(&body).ok()?;
            stream.flush().ok()?;
            None
        }
        Played::Huge(bytes) => {
            stream
                .write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n").as_bytes())
                .ok()?;
            let chunk = vec![b' '; 1 << 16];
            for _ in 0..bytes / chunk.len() {
                stream.write_all(&chunk).ok()?;
            }
            None
        }
        Played::Hang => {
            std::thread::sleep(Duration::from_secs(600));
            None
        }
    }
}

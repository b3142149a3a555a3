//! git's own smart HTTP: `git http-backend`, as a web server runs it, for who shows the right password.

use super::forge::TOKEN;
use crate::server::{Played, Request};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// `ann:s3cr3t-token-of-ann` as it goes into a header.
fn password() -> String {
    let mut encoded = String::new();
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for three in format!("ann:{TOKEN}").as_bytes().chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char;
            encoded.push(if at <= three.len() { letter } else { '=' });
        }
    }
    encoded
}

/// Answers a request of git for a repository below a folder.
pub(super) fn serve(folder: &Path, request: &Request) -> Played {
    if request.header("authorization") != Some(&format!("Basic {}", password())) {
        return Played::Answer(401, vec![("www-authenticate", "Basic realm=\"git\"".to_owned())], Vec::new());
    }
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", folder)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" })
        .env("REMOTE_USER", "ann")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_LENGTH", request.body.len().to_string());
    for (header, variable) in [
        ("content-type", "CONTENT_TYPE"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
    ] {
        if let Some(value) = request.header(header) {
            command.env(variable, value);
        }
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // It may have seen enough before the end.
    let _ = child.stdin.take().unwrap().write_all(&request.body);
    let said = child.wait_with_output().unwrap().stdout;
    let end = said.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(said.len());
    let head = String::from_utf8_lossy(&said[..end]).into_owned();
    let header = |name: &str| {
        head.lines()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| *key == name).map(|(_, value)| value))
    };
    let status = header("Status").and_then(|status| status.get(..3)?.parse().ok()).unwrap_or(200);
    let kind = header("Content-Type").unwrap_or("text/plain").to_owned();
    let body = said.get(end + 4..).unwrap_or_default().to_vec();
    Played::Answer(status, vec![("content-type", kind), ("cache-control", "no-cache".to_owned())], body)
}

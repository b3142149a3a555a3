//! The folders that a client says it works in.
//!
//! Clients of the earlier revisions are asked; since 2026-07-28 no server may ask, and a client is told with the answer to
//! a call what is wanted of it. The revision calls roots old, so they are asked for only where they can help: where the
//! folders that are known without them have no memory.

#![expect(deprecated, reason = "roots are old since 2026-07-28, and all that earlier clients have")]

use rmcp::RoleServer;
use rmcp::model::{InputRequest, InputRequiredResult, InputResponses, ListRootsRequest, ListRootsResult};
use rmcp::model::{ProtocolVersion, Root};
use rmcp::service::RequestContext;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// How long a client is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most folders that are believed.
const MOST: usize = 32;
/// By which name a client is told that its roots are wanted.
const KEY: &str = "roots";

/// Whether the client of a request has roots to give.
pub(super) fn has_roots(context: &RequestContext<RoleServer>) -> bool {
    context.client_capabilities().is_some_and(|capabilities| capabilities.roots.is_some())
}

/// Whether the server may ask the client of a request.
pub(super) fn may_ask(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version < ProtocolVersion::V_2026_07_28)
}

/// Asks; nothing where the client does not answer in time.
pub(super) async fn ask(context: &RequestContext<RoleServer>) -> Vec<PathBuf> {
    let asked = tokio::time::timeout(PATIENCE, context.peer.list_roots()).await;
    match asked {
        Ok(Ok(listed)) => folders(listed.roots),
        _ => Vec::new(),
    }
}

/// What a client is told whose roots are wanted.
pub(super) fn wanted() -> InputRequiredResult {
    let request = InputRequest::ListRoots(ListRootsRequest::default());
    InputRequiredResult::from_input_requests(BTreeMap::from([(KEY.to_owned(), request)]))
}

/// The folders in what a client answers to [`wanted`]; `None` where it was not told, or does not answer.
pub(super) fn given(responses: Option<&InputResponses>) -> Option<Vec<PathBuf>> {
    let answer = responses?.get(KEY)?;
    let listed: Option<ListRootsResult> = serde_json::from_value(answer.clone()).ok();
    Some(listed.map(|listed| folders(listed.roots)).unwrap_or_default())
}

fn folders(roots: Vec<Root>) -> Vec<PathBuf> {
    roots.iter().take(MOST).filter_map(|root| folder(&root.uri)).collect()
}

/// The folder that a `file:` address names (RFC 8089); `None` for any other, and for another machine's.
fn folder(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = unescaped(rest)?;
    // `file:///C:/work`
    let is_drive = |path: &str| path.as_bytes().get(1).is_some_and(|second| *second == b':');
    let path = match path.strip_prefix('/') {
        Some(inner) if is_drive(inner) => inner.to_owned(),
        _ => path,
    };
    let path = PathBuf::from(path);
    path.is_absolute().then_some(path)
}

/// A part of an address with its `%41` written out; `None` where that is no text (RFC 3986, section 2.1).
pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// A path as part of an address: what is not plain is written `%41`; slashes stay.
pub(super) fn escaped(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for path in ["mistakes/a b.md", "größe/100%.md", "a/../b"] {
            assert_eq!(unescaped(&escaped(path)).as_deref(), Some(path));
        }
        for broken in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(unescaped(broken), None, "{broken}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_folders_of_this_machine_are_roots() {
        assert_eq!(folder("file:///work/my%20app"), Some(PathBuf::from("/work/my app")));
        assert_eq!(folder("file://localhost/work"), Some(PathBuf::from("/work")));
        for other in ["https://x.example/", "file://server/share", "/work", "file:///%zz", ""] {
            assert_eq!(folder(other), None, "{other}");
        }
    }
}

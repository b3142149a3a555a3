//! Who asks: the agent, and the session as it calls it, as far as a request says so.
//!
//! Both are claims. Refuses to let them decide anything: they name things, and are bounded before they do.

use crate::agents::Agent;
use crate::memory::place::{MOST_AGENT, slug};
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use serde_json::Value;

/// Longest name of a session, bytes.
const MOST_SESSION: usize = 120;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Client {
    /// The agent, called as its transcripts call it where it is one that is known.
    pub(super) agent: String,
    /// The session, where the request names it.
    pub(super) session: Option<String>,
}

impl Client {
    pub(super) fn of(context: &RequestContext<RoleServer>) -> Client {
        let name = context.client_info().map(|info| info.name).unwrap_or_default();
        let session = session_in(|key| context.meta.get(key).cloned());
        Client { agent: agent(&name), session }
    }
}

/// The agent of a client that calls itself so: `codex-mcp-client` is `codex`. Transcripts call it by that name, too.
fn agent(name: &str) -> String {
    let name = slug(name, MOST_AGENT);
    let known = Agent::ALL.into_iter().map(Agent::name).find(|known| name.contains(known));
    match (known, name.as_str()) {
        (Some(known), _) => known.to_owned(),
        // What a name without any letter comes to.
        (None, "note") => "agent".to_owned(),
        (None, name) => name.to_owned(),
    }
}

/// The session that a request's metadata name. The protocol has no word for it; these are Codex's and those of VS Code.
fn session_in(meta: impl Fn(&str) -> Option<Value>) -> Option<String> {
    let codex = || meta("x-codex-turn-metadata")?.get("session_id").cloned();
    let named = codex().or_else(|| meta("threadId")).or_else(|| meta("vscode.conversationId"))?;
    let named = named.as_str()?.trim();
    let is_name = !named.is_empty() && named.len() <= MOST_SESSION && !named.chars().any(char::is_control);
    is_name.then(|| named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_called_as_in_their_transcripts() {
        for (name, called) in [
            ("claude-code", "claude-code"),
            ("codex-mcp-client", "codex"),
            ("gemini-cli-mcp-client", "gemini"),
            ("Cursor (VSCode)", "cursor"),
            ("My Own Agent!", "my-own-agent"),
            ("", "agent"),
            ("\u{202e}\u{0}", "agent"),
        ] {
            assert_eq!(agent(name), called, "{name:?}");
        }
    }

    #[test]
    fn a_session_is_named_by_what_agents_send() {
        let named = |meta: Value| session_in(|key| meta.get(key).cloned());
        let codex = serde_json::json!({ "x-codex-turn-metadata": { "session_id": "s1" }, "threadId": "t" });
        assert_eq!(named(codex).as_deref(), Some("s1"));
        assert_eq!(named(serde_json::json!({ "threadId": "t" })).as_deref(), Some("t"));
        assert_eq!(named(serde_json::json!({ "threadId": 7 })), None);
        assert_eq!(named(serde_json::json!({ "threadId": "a\nb" })), None);
        assert_eq!(named(serde_json::json!({})), None);
    }
}

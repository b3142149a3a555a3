//! For whom a note holds, as its place says it.
//!
//! A note under `agents/<agent>/` holds for that agent, any other one for all agents, and its `scope` says the same: the
//! one rule for both, whatever agents show its lesson at the moment. Only a promotion takes a note from an agent to the
//! team. Refuses to move anything.

use crate::learning::author;
use crate::memory::place;
use crate::pattern::Scope;

/// The scope of a note at this path whose lesson is seen within these limits, and whose scope was this before.
pub(super) fn scope_at(path: &str, seen: &Scope, before: &str) -> String {
    let of_all = || author::scope(&Scope { agent: None, ..seen.clone() });
    let Some(agent) = place::agent_at(path) else { return of_all() };
    let is_it = |name: &str| place::slug(name, place::MOST_AGENT) == agent;
    if seen.agent.as_deref().is_some_and(is_it) {
        return author::scope(seen);
    }
    let names_it = |limit: &str| limit.strip_prefix("agent ").is_some_and(is_it);
    match before.split(", ").any(names_it) {
        true => before.to_owned(),
        false => format!("agent {agent}"),
    }
}

/// Whether a note's place and its scope say the same of which agent it is for.
#[cfg(test)]
pub(super) fn agree(path: &str, scope: &str) -> bool {
    let limits = || scope.split(", ").filter_map(|limit| limit.strip_prefix("agent "));
    match place::agent_at(path) {
        Some(agent) => limits().any(|name| place::slug(name, place::MOST_AGENT) == agent),
        None => limits().next().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    #[test]
    fn place_and_scope_agree_whoever_shows_the_lesson_now() {
        let seen = |agent: Option<&str>, project: Option<&str>| Scope {
            agent: agent.map(redact),
            project: project.map(redact),
            ..Scope::default()
        };
        let (team, own) = ("mistakes/x.md", "agents/claude-code/mistakes/x.md");
        for (path, seen, before, scope) in [
            (own, seen(None, None), "agent Claude Code", "agent Claude Code"),
            (
                own,
                seen(Some("codex"), None),
                "agent Claude Code, project web",
                "agent Claude Code, project web",
            ),
            (
                own,
                seen(Some("Claude Code"), Some("web")),
                "agent Claude Code",
                "agent Claude Code, project web",
            ),
            (own, seen(None, None), "team", "agent claude-code"),
            (team, seen(Some("codex"), None), "team", "team"),
            (team, seen(Some("codex"), Some("web")), "team", "project web"),
            (team, seen(None, None), "agent codex", "team"),
        ] {
            assert_eq!(scope_at(path, &seen, before), scope, "{path} {seen:?} {before}");
            assert!(agree(path, scope), "{path} {scope}");
        }
        assert!(
            !agree(own, "team") && !agree(own, "agent codex") && !agree(team, "project web, agent codex")
        );
    }
}

//! Which notes are for an agent at work in a place.
//!
//! A note's folder says for which agent it is, its scope to whom else it is limited. What is not known about the agent at
//! work limits nothing: then the note says itself to whom it is limited.

use crate::memory::place;
use crate::nearest::Nearest;
use std::collections::BTreeSet;
use std::path::Path;

/// What is known about who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The agent, as its folder in a memory is called.
    agent: Option<String>,
    /// Names that the project may have; `None` where they are not known.
    projects: Option<BTreeSet<String>>,
    /// Who the agent works for.
    contributor: Option<String>,
}

/// How a note that is for the agent fits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is limited, and the agent is within the limits.
    Own,
    /// It is for everybody, or nobody knows better.
    Anybody,
}

impl Surroundings {
    /// Of an agent that works in this folder for whoever connected it.
    pub fn of(nearest: &Nearest, folder: &Path, agent: Option<&str>) -> Surroundings {
        let is_memory_alone = nearest.connected.is_none() && nearest.settings.memory.root.is_empty();
        Surroundings {
            agent: agent.map(|agent| place::slug(agent, place::MOST_AGENT)),
            projects: (!is_memory_alone).then(|| projects(folder)),
            contributor: nearest.connected.as_ref().map(|connected| connected.name.clone()),
        }
    }

    /// Whether a note at this path can be for the agent: it lies in no other agent's folder.
    pub fn place_fits(&self, path: &str) -> bool {
        match (place::agent_at(path), &self.agent) {
            (Some(of), Some(agent)) => of == agent,
            _ => true,
        }
    }

    /// How a note at this path and of this scope fits; `None` where it is for somebody else.
    pub fn fit(&self, path: &str, scope: &str) -> Option<Fit> {
        if !self.place_fits(path) {
            return None;
        }
        let mut fit = Fit::Anybody;
        if self.agent.is_some() && place::agent_at(path).is_some() {
            fit = Fit::Own;
        }
        for limit in scope.split(", ") {
            let is_within = match limit.split_once(' ') {
                Some(("agent", name)) => {
                    self.agent.as_ref().map(|agent| *agent == place::slug(name, place::MOST_AGENT))
                }
                Some(("project", name)) => self.projects.as_ref().map(|projects| projects.contains(name)),
                Some(("contributor", name)) => {
                    self.contributor.as_ref().map(|contributor| contributor == name)
                }
                _ => None,
            };
            match is_within {
                Some(false) => return None,
                Some(true) => fit = Fit::Own,
                None => {}
            }
        }
        Some(fit)
    }
}

/// The names that transcripts may give a project that is worked on in this folder: the folder's own, and those of the
/// folders around it up to the top of the working tree.
fn projects(folder: &Path) -> BTreeSet<String> {
    let name = |folder: &Path| folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut names = BTreeSet::from_iter(name(folder));
    if let Some(depth) = folder.ancestors().position(|folder| folder.join(".git").exists()) {
        names.extend(folder.ancestors().take(depth + 1).filter_map(name));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_somebody_else_is_told_by_place_and_scope() {
        let all = Surroundings::default();
        let ours = Surroundings {
            agent: Some("claude-code".to_owned()),
            projects: Some(BTreeSet::from(["web".to_owned()])),
            contributor: Some("ann".to_owned()),
        };
        for (path, scope, of_all, of_ours) in [
            ("mistakes/a.md", "team", Some(Fit::Anybody), Some(Fit::Anybody)),
            ("mistakes/a.md", "project web", Some(Fit::Anybody), Some(Fit::Own)),
            ("mistakes/a.md", "project api", Some(Fit::Anybody), None),
            ("mistakes/a.md", "project web, contributor bob", Some(Fit::Anybody), None),
            ("mistakes/a.md", "model gpt-5", Some(Fit::Anybody), Some(Fit::Anybody)),
            ("agents/codex/mistakes/a.md", "agent codex", Some(Fit::Anybody), None),
            ("agents/claude-code/mistakes/a.md", "agent Claude Code", Some(Fit::Anybody), Some(Fit::Own)),
            ("agents/claude-code/mistakes/a.md", "team", Some(Fit::Anybody), Some(Fit::Own)),
        ] {
            assert_eq!((all.fit(path, scope), ours.fit(path, scope)), (of_all, of_ours), "{path} {scope}");
        }
    }

    #[test]
    fn a_project_is_called_by_its_folders_up_to_the_top() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("web/api/src");
        std::fs::create_dir_all(&deep).unwrap();
        assert_eq!(Vec::from_iter(projects(&deep)), ["src"]);
        std::fs::create_dir(dir.path().join("web/.git")).unwrap();
        assert_eq!(Vec::from_iter(projects(&deep)), ["api", "src", "web"]);
    }
}

//! Who speaks for a pattern: counts independent witnesses.
//!
//! Sessions with one root (a parent with its sub-agents, a fork with its origin) are one witness, whatever
//! number of transcripts they left.

use super::job::Jobs;
use super::{Scope, Support};
use crate::digest::Digest;
use crate::redact::Clean;
use std::collections::BTreeSet;

/// Counts what independently speaks for something seen in these sessions (indices into `digests`).
pub fn support(digests: &[Digest], jobs: &Jobs, seen_in: &BTreeSet<usize>) -> Support {
    let distinct = |of: &dyn Fn(&Digest) -> Option<String>| {
        seen_in.iter().filter_map(|&i| of(&digests[i])).collect::<BTreeSet<_>>().len() as u32
    };
    Support {
        sessions: distinct(&|d| Some(d.root.to_string())),
        jobs: seen_in.iter().map(|&i| jobs.of(i)).collect::<BTreeSet<_>>().len() as u32,
        agents: distinct(&|d| Some(agent(d))),
        people: distinct(&|d| d.contributor.as_ref().map(|person| person.to_string())),
        first: seen_in.iter().filter_map(|&i| digests[i].began).min(),
        last: seen_in.iter().filter_map(|&i| digests[i].began).max(),
    }
}

/// An agent is a tool with a model.
fn agent(digest: &Digest) -> String {
    format!("{}/{}", digest.agent, digest.model.as_deref().unwrap_or(""))
}

/// The smallest scope that covers these sessions: what they all have in common and all sessions together have
/// not (where everything is one project, naming the project says nothing).
pub fn scope(digests: &[Digest], seen_in: &BTreeSet<usize>) -> Scope {
    let common = |of: &dyn Fn(&Digest) -> Option<&Clean>| -> Option<Clean> {
        let here: BTreeSet<_> = seen_in.iter().map(|&i| of(&digests[i])).collect();
        let everywhere: BTreeSet<_> = digests.iter().map(of).collect();
        match here.iter().next() {
            Some(Some(one)) if here.len() == 1 && everywhere.len() > 1 => Some((*one).clone()),
            _ => None,
        }
    };
    Scope {
        agent: common(&|d| Some(&d.agent)),
        model: common(&|d| d.model.as_ref()),
        project: common(&|d| d.project.as_ref()),
        contributor: common(&|d| d.contributor.as_ref()),
    }
}

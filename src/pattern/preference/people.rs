//! Whose words count: those of the people whom the agents work with, not those of people whom they serve.
//!
//! Customers at a service desk want things for their own case; the next customer is somebody else. A team's people
//! come back with other work, or have their agent work on files. Owns telling the two apart by what sessions look
//! like; refuses to guess where transcripts name nobody.

use super::request::Requests;
use super::vote::person;
use crate::digest::Digest;
use crate::pattern::Corpus;
use std::collections::{BTreeMap, BTreeSet};

/// Different requests that a person comes back with.
const COMES_BACK: usize = 2;

/// Which sessions' remarks count, and whether people can be told apart.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    counts: Vec<bool>,
    several: bool,
}

impl People {
    /// Looks at who was in which sessions.
    pub(super) fn of(corpus: &Corpus<'_>, requests: &Requests) -> People {
        let mut sessions: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (session, digest) in corpus.digests.iter().enumerate() {
            if let Some(person) = person(digest) {
                sessions.entry(person).or_default().insert(session);
            }
        }
        let nothing = BTreeSet::new();
        let returning: BTreeSet<&str> = sessions
            .iter()
            .filter(|(_, of)| requests.different(of, &nothing, COMES_BACK) >= COMES_BACK)
            .map(|(person, _)| *person)
            .collect();
        // At a desk where most people come once, one who comes twice is a customer all the same.
        let at_desk: BTreeSet<&str> =
            corpus.digests.iter().filter(|digest| !works_on_files(digest)).filter_map(person).collect();
        let desk_serves_strangers = at_desk.intersection(&returning).count() * 2 <= at_desk.len();
        let serves = |digest: &Digest| {
            person(digest).is_some_and(|person| desk_serves_strangers || !returning.contains(person))
        };
        let counts = corpus.digests.iter().map(|d| works_on_files(d) || !serves(d)).collect();
        People { counts, several: sessions.len() > 1 }
    }

    /// Whether what was said in this session counts.
    pub(super) fn count_in(&self, session: usize) -> bool {
        self.counts.get(session).copied().unwrap_or_default()
    }

    /// Whether the transcripts tell people apart.
    pub(super) fn are_told_apart(&self) -> bool {
        self.several
    }
}

/// Whether the agent ran commands or touched files: such steps are named by several words (`git push`, `edit *.rs`),
/// calls of a service by one.
fn works_on_files(digest: &Digest) -> bool {
    const TOOLS: &[&str] = &["edit", "write", "bash", "shell", "apply_patch", "exec_command"];
    let tool = |step: &str| TOOLS.iter().any(|tool| step.eq_ignore_ascii_case(tool));
    digest.steps.iter().any(|step| step.contains(' ') || tool(step))
}

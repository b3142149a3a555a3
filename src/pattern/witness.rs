//! Who speaks for a pattern: counts independent witnesses.
//!
//! Sessions with one root (a parent with its sub-agents, a fork with its origin) are one witness, whatever
//! number of transcripts they left.

use super::job::Jobs;
use super::{Corpus, Fingerprint, Pattern, Scope, Support, suggestion};
use crate::digest::Digest;
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Counts what independently speaks for something seen in these sessions (indices into `digests`).
pub fn support(digests: &[Digest], jobs: &Jobs, seen_in: &BTreeSet<usize>) -> Support {
    let seen = || seen_in.iter().filter_map(|&session| digests.get(session));
    let agents: BTreeSet<(&str, &str)> =
        seen().map(|d| (d.agent.as_str(), d.model.as_deref().unwrap_or_default())).collect();
    let people: BTreeSet<&str> = seen().filter_map(|d| d.contributor.as_deref()).collect();
    Support {
        sessions: seen().map(|d| d.root.as_str()).collect::<BTreeSet<_>>().len() as u32,
        jobs: seen_in.iter().map(|&i| jobs.of(i)).collect::<BTreeSet<_>>().len() as u32,
        agents: agents.len() as u32,
        people: people.len() as u32,
        first: seen().filter_map(|d| d.began).min(),
        last: seen().filter_map(|d| d.began).max(),
        seen_in: seen_in.iter().copied().collect(),
        ..Support::default()
    }
}

/// The smallest scope that covers these sessions: what they all have in common and all sessions together have
/// not (where everything is one project, naming the project says nothing).
pub fn scope(digests: &[Digest], seen_in: &BTreeSet<usize>) -> Scope {
    let common = |of: fn(&Digest) -> Option<&Clean>| -> Option<Clean> {
        let mut here = seen_in.iter().filter_map(|&session| digests.get(session)).map(of);
        let one = here.next()??;
        let is_shared = here.all(|other| other == Some(one));
        // Hardly ever is the first other one far away.
        let is_telling = || digests.iter().any(|digest| of(digest) != Some(one));
        (is_shared && is_telling()).then(|| one.clone())
    };
    Scope {
        agent: common(|d| Some(&d.agent)),
        model: common(|d| d.model.as_ref()),
        project: common(|d| d.project.as_ref()),
        contributor: common(|d| d.contributor.as_ref()),
    }
}

/// Takes sessions in which a pattern's own note was read out of what speaks for the pattern: agents must not
/// learn from what they were told. Who was shown the note of a mistake only once they had made it, as hooks do it, had
/// been told nothing. `notes` is the path, inside the memory, of each pattern's note. The weight
/// stays, so that a note does not lose its place because it is read; the readers stay known, because whether the note
/// helps them is another question.
pub fn leave_out_readers(
    patterns: &mut [Pattern],
    notes: &BTreeMap<Fingerprint, String>,
    corpus: &Corpus<'_>,
) {
    let Corpus { digests, jobs, .. } = corpus;
    for pattern in patterns {
        let Some(note) = notes.get(&pattern.fingerprint) else { continue };
        let mut first: BTreeMap<usize, u32> = BTreeMap::new();
        for met in &pattern.support.met {
            let known = first.entry(met.session).or_insert(met.first);
            *known = met.first.min(*known);
        }
        let had_it = |session: usize| {
            let met = first.get(&session).copied();
            let is_before = |event: Option<u32>| event.zip(met).is_none_or(|(event, met)| event < met);
            let Some(digest) = digests.get(session) else { return false };
            let mut shown = digest.suggestions.iter().flat_map(|suggestion| &suggestion.shown);
            digest.uses.of(note).any(|one| is_before(one.event)) || shown.any(|shown| **shown == **note)
        };
        let (readers, others): (BTreeSet<usize>, BTreeSet<usize>) =
            pattern.support.seen_in.iter().partition(|&&session| had_it(session));
        if readers.is_empty() {
            continue;
        }
        let reading: BTreeSet<_> = readers
            .iter()
            .filter_map(|&session| digests.get(session))
            .map(|digest| &digest.session)
            .collect();
        pattern.evidence.retain(|evidence| !reading.contains(&evidence.session));
        let Support { met, asked, said, .. } = std::mem::take(&mut pattern.support);
        let readers = readers.into_iter().collect();
        pattern.support = Support { readers, met, asked, said, ..support(digests, jobs, &others) };
    }
}

/// Brings digests, of which each session has one, into the order that patterns count them in: sorted by session, those
/// that only carry what agents suggest behind all others, so that whoever counts sessions leaves them out.
pub fn in_order<T>(digests: &mut [T], of: impl Fn(&T) -> &Digest) {
    digests.sort_by(|a, b| {
        let (a, b) = (of(a), of(b));
        let is_last = suggestion::is_nothing_else;
        is_last(a).cmp(&is_last(b)).then_with(|| a.session.cmp(&b.session))
    });
}

/// Every session once, in the order of [`in_order`], with its root found across sessions: the first of the chain of sessions
/// that started one another; forks (same first moment, same request) share one. A chain that runs in a circle
/// ends where it closes. What a session says it belongs to is believed of its own contributor's sessions only, so that
/// nobody can make one witness of other people's.
pub fn independent(mut sorted: Vec<Digest>) -> Vec<Digest> {
    sorted.sort_by(|a, b| a.session.cmp(&b.session));
    sorted.dedup_by(|a, b| a.session == b.session);
    in_order(&mut sorted, |digest| digest);
    let started: HashMap<(Option<&Clean>, &Clean), &Clean> =
        sorted.iter().filter_map(|d| Some(((d.contributor.as_ref(), d.source.as_ref()?), &d.root))).collect();
    let root = |d: &Digest| first_of_chain(&d.root, |at| started.get(&(d.contributor.as_ref(), at)).copied());
    let mut roots: Vec<Clean> = sorted.iter().map(root).collect();
    let mut forks: HashMap<(Option<&Clean>, jiff::Timestamp, &str), &Clean> = HashMap::new();
    let mut merged: HashMap<(Option<Clean>, Clean), Clean> = HashMap::new();
    for (digest, root) in sorted.iter().zip(&roots) {
        let Some(began) = digest.began.filter(|_| !digest.ask.is_empty()) else { continue };
        let origin = *forks.entry((digest.contributor.as_ref(), began, &digest.ask)).or_insert(root);
        if origin != root {
            merged.insert((digest.contributor.clone(), root.clone()), origin.clone());
        }
    }
    let merged: HashMap<(Option<&Clean>, &Clean), &Clean> =
        merged.iter().map(|((whose, root), origin)| ((whose.as_ref(), root), origin)).collect();
    for (digest, root) in sorted.iter().zip(&mut roots) {
        *root = first_of_chain(root, |at| merged.get(&(digest.contributor.as_ref(), at)).copied());
    }
    for (digest, root) in sorted.iter_mut().zip(roots) {
        digest.root = root;
    }
    sorted
}

/// Follows `next` from `start` to its end.
fn first_of_chain<'a>(start: &'a Clean, next: impl Fn(&'a Clean) -> Option<&'a Clean>) -> Clean {
    // Mostly a session started by itself: nothing leads to it, or it leads to itself.
    if next(start).is_none_or(|further| further == start) {
        return start.clone();
    }
    let mut seen = BTreeSet::from([start]);
    let mut at = start;
    while let Some(further) = next(at) {
        if !seen.insert(further) {
            // A circle has no first; its smallest name stands for all of it.
            return seen.into_iter().next().unwrap_or(at).clone();
        }
        at = further;
    }
    at.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Given, mine_telling};
    use crate::session::SessionId;
    use crate::settings::Mining;

    /// A session that fails as all of them do, and that was shown this note.
    fn failing(number: u32, note: &str) -> Digest {
        let session = SessionId::of(&number.to_le_bytes());
        serde_json::from_value(serde_json::json!({
            "session": session, "root": session, "agent": "codex", "contributor": format!("person {number}"),
            "ask": format!("paint house {number} in the street of {}", ["elms", "oaks", "firs"][number as usize % 3]),
            "task": format!("t{number}"), "notes_read": [note],
            "failures": [{
                "event": 4, "step": "easel open", "message": "the easel drawer is stuck beyond repair",
                "args": [], "times": 2, "cost": 2,
            }],
            "counts": { "calls": 9, "failed": 2, "retries": 2, "turns": 1 },
        }))
        .unwrap()
    }

    #[test]
    fn what_agents_suggest_changes_nothing_of_what_sessions_show() {
        let sessions: Vec<Digest> = (0..8).map(|n| failing(n, "mistakes/other.md")).collect();
        let suggested = (0..40_u32).map(|n| {
            let session = SessionId::of(format!("suggested {n}").as_bytes());
            serde_json::from_value(serde_json::json!({
                "session": session, "root": session, "agent": "another", "project": "elsewhere", "ask": "",
                "counts": { "calls": 0, "failed": 0, "retries": 0, "turns": 0 },
                "suggestions": [{ "event": 1, "sort": "mistake", "text": format!("Oven {n} burns rye number {n}") }],
            }))
            .unwrap()
        });
        let both: Vec<Digest> = suggested.chain(sessions.clone()).collect();
        let settings = Mining::default();
        let given = Given { settings: &settings, known: &[], notes: &BTreeMap::new() };
        let mined = |digests: &[Digest]| mine_telling(digests.to_vec(), &given, &|_, _| {});
        let (without, with) = (mined(&sessions), mined(&both));
        let is_suggested = |pattern: &&Pattern| pattern.grade == crate::pattern::Grade::Suggested;
        let told: Vec<&Pattern> = with.patterns.iter().filter(|pattern| !is_suggested(pattern)).collect();
        assert!(!told.is_empty() && with.patterns.iter().any(|pattern| is_suggested(&pattern)));
        assert_eq!(told, without.patterns.iter().collect::<Vec<_>>());
        assert_eq!(with.digests.len(), 48);
        assert!((0..48).all(|session| with.jobs.sessions(with.jobs.of(session)).contains(&session)));
    }

    #[test]
    fn who_read_a_note_is_no_evidence_for_it() {
        let note = "mistakes/easel.md";
        let digests: Vec<Digest> =
            (0..8).map(|n| failing(n, if n < 3 { note } else { "mistakes/other.md" })).collect();
        let settings = Mining::default();
        let mined = |notes: &BTreeMap<Fingerprint, String>| {
            let given = Given { settings: &settings, known: &[], notes };
            let patterns = mine_telling(digests.clone(), &given, &|_, _| {}).patterns;
            patterns.into_iter().next().unwrap()
        };
        let unnoted = mined(&BTreeMap::new());
        assert_eq!((unnoted.support.sessions, unnoted.support.people), (8, 8));
        let noted = mined(&BTreeMap::from([(unnoted.fingerprint.clone(), note.to_owned())]));
        assert_eq!((noted.support.sessions, noted.support.people), (5, 5));
        assert_eq!(noted.support.readers.len(), 3, "who had read it is still known");
        let readers: BTreeSet<SessionId> = (0..3).map(|n: u32| SessionId::of(&n.to_le_bytes())).collect();
        assert!(!noted.evidence.is_empty() && noted.evidence.iter().all(|e| !readers.contains(&e.session)));
        let late = |digest: &Digest, event: u32| {
            let uses = serde_json::json!([{ "how": "shown", "event": event, "notes": [note] }]);
            Digest { uses: serde_json::from_value(uses).unwrap(), ..digest.clone() }
        };
        let told: Vec<Digest> =
            (0..).zip(&digests).map(|(n, digest)| late(digest, [3, 4, 5][n % 3])).collect();
        let given = Given {
            settings: &settings,
            known: &[],
            notes: &BTreeMap::from([(unnoted.fingerprint, note.to_owned())]),
        };
        let hooked = mine_telling(told, &given, &|_, _| {}).patterns.into_iter().next().unwrap();
        assert_eq!(
            (hooked.support.readers.len(), hooked.support.sessions),
            (3, 5),
            "it failed at event 4, then was told"
        );
        assert_eq!(noted.weight, unnoted.weight, "its place in the index is not lost by being read");
    }
}

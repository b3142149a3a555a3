//! What agents suggest to remember.
//!
//! Takes the suggestions of all digests and groups those that say the same in other words, as wishes are grouped
//! ([`super::preference`]). Owns what is told of such a group: its clearest words, who suggested it, when it is said to
//! apply. Refuses to believe it: nothing is graded higher than `suggested`, however many runs say it, because agents that
//! read the same files and the same memory are no independent witnesses.

use super::preference::group_sentences;
use super::{
    Corpus, Evidence, Fingerprint, Grade, Kind, Lesson, Pattern, SuggestionLesson, Support, witness,
};
use crate::digest::Digest;
use crate::digest::suggestion::{Sort, Suggestion};
use crate::redact::Clean;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Most suggestions that are looked at, the newest: whoever sends more hides nobody else's for long.
const MOST: usize = 4096;
/// Most different wordings that a lesson tells besides its own.
const MOST_VARIANTS: usize = 3;

/// The first part of every anchor.
const SORT: &str = "suggestion";

/// A suggestion and the place of its digest.
type Made<'a> = (usize, &'a Suggestion);

/// Whether a digest carries what an agent suggests and nothing that was done: in it no session shows how work goes.
pub fn is_nothing_else(digest: &Digest) -> bool {
    !digest.suggestions.is_empty()
        && digest.steps.is_empty()
        && digest.ask.is_empty()
        && digest.task.is_none()
}

/// Mines what agents suggest. Sorted by anchor.
pub fn mine(corpus: &Corpus<'_>) -> Vec<Pattern> {
    let mut by_text: BTreeMap<&str, Vec<Made<'_>>> = BTreeMap::new();
    for made in newest(corpus) {
        by_text.entry(made.1.text.trim()).or_default().push(made);
    }
    if by_text.is_empty() {
        return Vec::new();
    }
    let texts: Vec<&str> = by_text.keys().copied().collect();
    let groups = group_sentences(SORT, &texts, corpus.settings.wish_similarity);
    let patterns = groups.into_iter().filter_map(|(members, anchor)| {
        let made = members.iter().filter_map(|&at| by_text.get(texts.get(at)?)).flatten();
        pattern(corpus, made.copied().collect(), anchor)
    });
    let mut patterns: Vec<Pattern> = patterns.collect();
    patterns.sort_by(|a, b| a.anchor.cmp(&b.anchor));
    patterns
}

fn newest<'a>(corpus: &Corpus<'a>) -> Vec<Made<'a>> {
    let of = |(at, digest): (usize, &'a Digest)| digest.suggestions.iter().map(move |s| (at, s));
    let mut made: Vec<Made<'a>> = corpus.digests.iter().enumerate().flat_map(of).collect();
    if made.len() > MOST {
        let began = |made: &Made<'a>| corpus.digests.get(made.0).and_then(|digest| digest.began);
        made.sort_by_key(|made| (Reverse(began(made)), made.0, made.1.event));
        made.truncate(MOST);
        made.sort_by_key(|made| (made.0, made.1.event));
    }
    made
}

/// The pattern of suggestions that say the same; `None` where too few runs made them.
fn pattern(corpus: &Corpus<'_>, mut made: Vec<Made<'_>>, mut anchor: Vec<Clean>) -> Option<Pattern> {
    let Corpus { digests, jobs, settings } = corpus;
    let sessions: BTreeSet<usize> = made.iter().map(|(at, _)| *at).collect();
    let support = witness::support(digests, jobs, &sessions);
    // No suggestion says what its session was asked for.
    let support = Support { jobs: support.sessions, ..support };
    if support.sessions < settings.suggestion_sessions {
        return None;
    }
    // What most say in the fewest words, and of equals the first by session.
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, suggestion) in &made {
        *times.entry(suggestion.text.trim()).or_default() += 1;
    }
    let rank = |(at, suggestion): &Made<'_>| {
        let said = times.get(suggestion.text.trim()).copied().unwrap_or_default();
        (Reverse(said), suggestion.text.len(), *at, suggestion.event)
    };
    made.sort_by_key(rank);
    let (_, clearest) = made.first()?;
    if anchor.len() < 2 {
        anchor.push(clearest.text.cut(200));
    }
    let parts: Vec<&str> = anchor.iter().map(Clean::as_str).collect();
    let agents = sessions.iter().filter_map(|&at| digests.get(at)).map(|digest| digest.agent.clone());
    let others = made.iter().map(|(_, suggestion)| &suggestion.text);
    let variants: BTreeSet<&Clean> = others.filter(|text| text.trim() != clearest.text.trim()).collect();
    let first_said = |of: fn(&Suggestion) -> &Clean| {
        made.iter().map(|(_, suggestion)| of(suggestion)).find(|text| !text.trim().is_empty()).cloned()
    };
    Some(Pattern {
        fingerprint: Fingerprint::of(&parts),
        lesson: Lesson::Suggestion(SuggestionLesson {
            kind: kind(&made),
            wording: clearest.text.clone(),
            variants: variants.into_iter().take(MOST_VARIANTS).cloned().collect(),
            when: first_said(|suggestion| &suggestion.when),
            saw: first_said(|suggestion| &suggestion.saw),
            agents: agents.collect::<BTreeSet<Clean>>().into_iter().collect(),
        }),
        grade: Grade::Suggested,
        scope: witness::scope(digests, &sessions),
        evidence: evidence(corpus, &made),
        weight: 0.5 * f64::from(support.sessions),
        support,
        anchor,
    })
}

/// What most of them call it; of equals the first.
fn kind(made: &[Made<'_>]) -> Kind {
    let mut times: BTreeMap<Sort, usize> = BTreeMap::new();
    for (_, suggestion) in made {
        *times.entry(suggestion.sort).or_default() += 1;
    }
    match times.into_iter().max_by_key(|(sort, times)| (*times, Reverse(*sort))) {
        Some((Sort::Mistake, _)) | None => Kind::Mistake,
        Some((Sort::Preference, _)) => Kind::Preference,
        Some((Sort::Playbook, _)) => Kind::Playbook,
    }
}

/// The suggestions themselves, one a session.
fn evidence(corpus: &Corpus<'_>, made: &[Made<'_>]) -> Vec<Evidence> {
    let mut quoted = BTreeSet::new();
    let first = made.iter().filter(|(at, _)| quoted.insert(*at)).take(corpus.settings.max_evidence);
    let quote = |(at, suggestion): &Made<'_>| {
        let digest = corpus.digests.get(*at)?;
        let (session, quote) = (digest.session.clone(), suggestion.text.clone());
        Some(Evidence { session, event: suggestion.event, at: digest.began, quote })
    };
    first.filter_map(quote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{identity, mine as mine_all};
    use crate::session::SessionId;
    use crate::settings::Mining;

    /// A suggestion that a run of an agent made.
    fn suggested(run: &str, agent: &str, text: &str) -> Digest {
        serde_json::from_value(serde_json::json!({
            "session": SessionId::of(format!("{run}{text}").as_bytes()), "root": run, "agent": agent, "ask": "",
            "counts": { "calls": 0, "failed": 0, "retries": 0, "turns": 0 },
            "suggestions": [{ "event": 1, "sort": Sort::of(text), "text": text }],
        }))
        .unwrap()
    }

    const ONE: &str = "Run make proto before cargo build, the generated code is not checked in";
    const SAME: &str = "The generated code is not in git: run make proto before you build with cargo";

    #[test]
    fn runs_that_say_the_same_are_one_lesson_and_one_run_is_one_witness() {
        let digests = [
            suggested("a", "codex", ONE),
            suggested("a", "codex", SAME),
            suggested("b", "claude-code", SAME),
            suggested("b", "claude-code", "Never force-push to the release branch"),
        ];
        let patterns = mine_all(&digests, &Mining::default(), &[]);
        let told: Vec<(u32, u32, usize)> = patterns
            .iter()
            .map(|one| (one.support.sessions, one.support.agents, one.evidence.len()))
            .collect();
        assert_eq!(told, [(2, 2, 3), (1, 1, 1)], "{patterns:#?}");
        assert!(patterns.iter().all(|pattern| pattern.grade == Grade::Suggested));
        let both = Mining { suggestion_sessions: 2, ..Mining::default() };
        assert_eq!(mine_all(&digests, &both, &[]).len(), 1);
    }

    #[test]
    fn a_lesson_keeps_its_name_as_others_say_it() {
        let mined = |digests: &[Digest], known: &[identity::Known]| {
            mine_all(digests, &Mining::default(), known).remove(0)
        };
        let first = mined(&[suggested("a", "codex", ONE)], &[]);
        let grown = [suggested("a", "codex", ONE), suggested("b", "codex", SAME)];
        let later = mined(&grown, &[first.known()]);
        assert_eq!((later.fingerprint, later.support.sessions), (first.fingerprint, 2));
    }
}

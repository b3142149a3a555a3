//! Whether a rejection still holds.
//!
//! What people would not have is not proposed again, neither under its name nor in other words, until enough has
//! happened since. Owns what counts: independent sessions that no cycle had read by then, as many as
//! [`crate::settings::MemorySettings::growth`] asks for. Evidence that was there when people decided is theirs to have
//! judged, whatever it is called now; and what had been read by the time of the proposal spoke for it then, counted or
//! not: the measure of what is enough. Also owns what the next proposal has to say about it. Refuses to read history:
//! who decided, [`super::standing::Refusal`] says.

use super::Learning;
use super::author::{quote, quoted};
use super::standing::{Refusal, Standing, Standings, Verdict, needed};
use crate::count::count;
use crate::pattern::identity::{self, Again};
use crate::pattern::{Evidence, Fingerprint, Grade, Kind, Known, Pattern, Support};
use crate::redact::Clean;
use crate::session::SessionId;
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Share of the evidence of what was rejected that a pattern has to have too, to be that lesson by where it was seen.
const SAME_EVIDENCE: f64 = 0.5;
/// Independent sessions that must suggest again what was rejected: that one more agent says so is no news.
const SUGGESTED_ANEW: u32 = 3;
/// Most sessions that a proposal names as new.
const MOST_NAMED: usize = 8;

/// A session that speaks for patterns; [`crate::pattern::Support::seen_in`] counts these.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The session.
    pub session: SessionId,
    /// What it is a part or repetition of ([`crate::digest::Digest::root`]).
    pub root: Clean,
    /// When it began.
    pub began: Option<Timestamp>,
    /// How many cycles had run before the one that read it.
    pub read_after: usize,
}

/// What people's rejections leave to propose.
#[derive(Clone, Debug, Default)]
pub struct Weighed {
    /// The patterns that no rejection holds back, in their order.
    pub open: Vec<Pattern>,
    /// How many are held back.
    pub held: u32,
    /// Those of the open ones that were rejected before.
    pub reopened: BTreeMap<Fingerprint, Reopened>,
}

/// A lesson that was rejected and may be proposed again.
#[derive(Clone, Debug, PartialEq)]
pub struct Reopened {
    /// Who rejected it.
    pub refusal: Refusal,
    /// Whether it was said in other words then.
    pub in_other_words: bool,
    /// Independent sessions that spoke for it when it was proposed, as they are counted now.
    pub sessions_then: u32,
    /// Independent sessions that have since.
    pub sessions_since: u32,
    /// Some of them, with the day they began.
    pub named: Vec<(SessionId, Option<Timestamp>)>,
    /// The pattern's quotes that are new.
    pub quotes: Vec<Evidence>,
}

/// Lets through what may be proposed.
///
/// In: the patterns, the best founded first; what people decided; the anchors of all lessons that were ever named; which
/// of these the patterns say again by who said it; the sessions that the patterns count, by their place;
/// [`crate::settings::MemorySettings::growth`]. A pattern that
/// stands in the memory, or that waits, passes: its own standing decides. Of several that say one rejected lesson
/// their evidence counts together, and the one that most of what is new speaks for is proposed.
pub fn weigh(
    patterns: &[Pattern],
    standings: &Standings,
    known: &[Known],
    again: &Again,
    witnesses: &[Witness],
    growth: f64,
) -> Weighed {
    let earlier = Earlier { standings, anchors: anchors(standings, known), again };
    let mut refused: BTreeMap<&Fingerprint, Refused<'_>> = BTreeMap::new();
    let mut held: BTreeSet<&Fingerprint> = BTreeSet::new();
    let judged: Vec<Judged<'_>> =
        patterns.par_iter().map(|pattern| judge(pattern, witnesses, &earlier)).collect();
    for (pattern, judged) in patterns.iter().zip(judged) {
        match judged {
            Judged::Free => {}
            Judged::Said => drop(held.insert(&pattern.fingerprint)),
            Judged::Refused(name, standing, refusal) => {
                held.insert(&pattern.fingerprint);
                let lesson =
                    refused.entry(name).or_insert(Refused { name, standing, refusal, said_by: Vec::new() });
                lesson.said_by.push(pattern);
            }
        }
    }
    let reopened: BTreeMap<Fingerprint, Reopened> =
        refused.values().filter_map(|lesson| lesson.reopened(witnesses, growth)).collect();
    let is_open = |pattern: &&Pattern| {
        !held.contains(&pattern.fingerprint) || reopened.contains_key(&pattern.fingerprint)
    };
    let open: Vec<Pattern> = patterns.iter().filter(is_open).cloned().collect();
    Weighed { held: (patterns.len() - open.len()) as u32, open, reopened }
}

/// A lesson that people would not have, and the patterns that say it now.
struct Refused<'a> {
    name: &'a Fingerprint,
    standing: &'a Standing,
    refusal: &'a Refusal,
    said_by: Vec<&'a Pattern>,
}

impl Refused<'_> {
    /// The pattern to propose, and what it has to say, if enough is new; `None` while the rejection holds.
    fn reopened(&self, witnesses: &[Witness], growth: f64) -> Option<(Fingerprint, Reopened)> {
        let Refused { name, standing, refusal, said_by } = self;
        let new_of = |patterns: &[&Pattern]| {
            let seen_in = patterns.iter().flat_map(|pattern| &pattern.support.seen_in);
            new_witnesses(seen_in.copied().collect(), witnesses, refusal.cycles)
        };
        let new = new_of(said_by);
        let seen_in = said_by.iter().flat_map(|pattern| &pattern.support.seen_in);
        let read_by_then = read_before(seen_in.copied(), witnesses, refusal.proposed);
        let sessions_then = standing.support.sessions.max(read_by_then);
        let then = Support { sessions: sessions_then, ..Support::default() };
        let all_suggested = said_by.iter().all(|pattern| pattern.grade == Grade::Suggested);
        let least = if all_suggested { SUGGESTED_ANEW } else { 0 };
        if refusal.is_final || (new.len() as u64) < u64::from(needed(&then, growth).max(least)) {
            return None;
        }
        // The first of equals: patterns come in the order of how well they are founded.
        let pattern = said_by.iter().rev().max_by_key(|pattern| new_of(&[pattern]).len())?;
        let is_new = |evidence: &&Evidence| new.iter().any(|witness| witness.session == evidence.session);
        let reopened = Reopened {
            refusal: (*refusal).clone(),
            in_other_words: pattern.fingerprint != **name,
            sessions_then,
            sessions_since: new.len() as u32,
            named: new.iter().take(MOST_NAMED).map(|new| (new.session.clone(), new.began)).collect(),
            quotes: pattern.evidence.iter().filter(is_new).cloned().collect(),
        };
        Some((pattern.fingerprint.clone(), reopened))
    }
}

/// What earlier decisions say about a pattern.
enum Judged<'a> {
    /// Nothing that this module has to weigh.
    Free,
    /// The same lesson waits, or stands, in other words.
    Said,
    /// It was rejected: last under this name.
    Refused(&'a Fingerprint, &'a Standing, &'a Refusal),
}

/// What patterns are held against.
struct Earlier<'a> {
    standings: &'a Standings,
    /// Every anchor of each lesson that was ever proposed.
    anchors: BTreeMap<&'a Fingerprint, Vec<&'a [Clean]>>,
    again: &'a Again,
}

fn judge<'a>(pattern: &Pattern, witnesses: &[Witness], earlier: &Earlier<'a>) -> Judged<'a> {
    let Earlier { standings, anchors, again } = earlier;
    let again = again.get(&pattern.fingerprint);
    let own = standings.get(&pattern.fingerprint);
    if own.is_some_and(|own| own.refusal.is_none()) {
        return Judged::Free;
    }
    let seen = Seen::of(pattern, witnesses);
    let mut last: Option<(&Fingerprint, &Standing, &Refusal)> = None;
    let (mut waits, mut stands) = (false, false);
    for (name, standing) in *standings {
        let is_own = *name == pattern.fingerprint;
        let of_name = anchors.get(name).map(Vec::as_slice).unwrap_or_default();
        let is_again = is_own || again.is_some_and(|again| again.contains(name));
        if !is_again && !says_the_same(pattern, &seen, standing, of_name) {
            continue;
        }
        waits |= standing.verdict == Verdict::Pending;
        stands |= !is_own && standing.stands;
        // People may take up a lesson and not its revision: then the refusal is about the note that stands.
        let Some(refusal) = standing.refusal.as_ref().filter(|_| is_own || !standing.stands) else {
            continue;
        };
        let rank = |refusal: &Refusal| (refusal.is_final, refusal.cycles, refusal.at);
        if last.is_none_or(|(.., other)| rank(refusal) > rank(other)) {
            last = Some((name, standing, refusal));
        }
    }
    match last {
        _ if waits => Judged::Said,
        Some((_, _, refusal)) if stands && !refusal.is_final => Judged::Said,
        Some((name, standing, refusal)) => Judged::Refused(name, standing, refusal),
        None => Judged::Free,
    }
}

/// Every anchor of each lesson that was ever proposed.
fn anchors<'a>(standings: &'a Standings, known: &'a [Known]) -> BTreeMap<&'a Fingerprint, Vec<&'a [Clean]>> {
    let mut anchors: BTreeMap<&Fingerprint, Vec<&[Clean]>> = BTreeMap::new();
    for known in known {
        if let Some((name, _)) = standings.get_key_value(&known.fingerprint) {
            anchors.entry(name).or_default().push(&known.anchor);
        }
    }
    anchors
}

/// Whether a pattern is the lesson of a standing in other words: by its own words or, where the two touch, because it is
/// seen where that one was seen.
fn says_the_same(pattern: &Pattern, seen: &Seen<'_>, standing: &Standing, anchors: &[&[Clean]]) -> bool {
    if anchors.iter().any(|anchor| identity::alike(anchor, &pattern.anchor)) {
        return true;
    }
    if !anchors.iter().any(|anchor| identity::touch(anchor, &pattern.anchor)) {
        return false;
    }
    let lines: Vec<&str> = standing.text.iter().flat_map(|text| quoted::lines(text)).collect();
    let again = lines.iter().filter(|line| seen.holds(line)).count();
    let most = match pattern.kind() {
        Kind::Playbook => lines.len(),
        _ => lines.len().min(pattern.evidence.len()),
    };
    again > 1 && again as f64 >= SAME_EVIDENCE * most as f64
}

/// Where a pattern was seen, as the lines of a note say it.
struct Seen<'a> {
    kind: Kind,
    sessions: BTreeSet<&'a str>,
    events: BTreeSet<String>,
}

impl<'a> Seen<'a> {
    fn of(pattern: &Pattern, witnesses: &'a [Witness]) -> Seen<'a> {
        let seen_in = pattern.support.seen_in.iter().filter_map(|at| witnesses.get(*at));
        Seen {
            kind: pattern.kind(),
            sessions: seen_in.map(|witness| witness.session.as_str()).collect(),
            events: pattern.evidence.iter().map(|one| format!("{}#{}", one.session, one.event)).collect(),
        }
    }

    /// Whether this line of a note's evidence is the pattern's too. One call that failed may say what is wrong in several
    /// lines; a workflow is quoted by one of its calls, a session by another one than the next. Of wishes, turns tell
    /// ([`identity::said_again`]).
    fn holds(&self, line: &str) -> bool {
        let source = quoted::source(line).unwrap_or_default();
        match self.kind {
            Kind::Mistake => self.events.contains(source),
            Kind::Preference => false,
            Kind::Playbook => source.split('#').next().is_some_and(|session| self.sessions.contains(session)),
        }
    }
}

/// The independent sessions among these that no cycle had read when so many had run.
fn new_witnesses(seen_in: BTreeSet<usize>, witnesses: &[Witness], cycles: usize) -> Vec<&Witness> {
    let seen = seen_in.into_iter().filter_map(|at| witnesses.get(at));
    let (old, new): (Vec<&Witness>, Vec<&Witness>) = seen.partition(|witness| witness.read_after < cycles);
    let mut roots: BTreeSet<&Clean> = old.iter().map(|witness| &witness.root).collect();
    new.into_iter().filter(|witness| roots.insert(&witness.root)).collect()
}

/// How many independent sessions among these had been read when so many cycles had run.
fn read_before(seen_in: impl Iterator<Item = usize>, witnesses: &[Witness], cycles: usize) -> u32 {
    let seen = seen_in.filter_map(|at| witnesses.get(at)).filter(|witness| witness.read_after < cycles);
    seen.map(|witness| &witness.root).collect::<BTreeSet<_>>().len() as u32
}

/// Has every learning that was rejected before say so: who rejected it, when and with which commit, and what is new.
pub fn tell(learnings: &mut [Learning], reopened: &BTreeMap<Fingerprint, Reopened>) {
    for learning in learnings {
        if let Some(reopened) = reopened.get(&learning.pattern) {
            learning.rationale = format!("{}\n\n{}", learning.rationale.trim_end(), in_words(reopened));
        }
    }
}

/// For the commit: nothing in it can be taken for a trailer, because every quote is indented.
fn in_words(reopened: &Reopened) -> String {
    let Reopened { refusal, in_other_words, sessions_then, sessions_since, named, quotes } = reopened;
    let what = match in_other_words {
        true => format!("The same lesson in other words (“{}”)", quote::one_line(&refusal.title)),
        false => "This".to_owned(),
    };
    let mut text = format!("{what} was rejected before: {}.\n", decision(refusal));
    if let Some(reason) = &refusal.reason {
        let _ = writeln!(text, "The reason given:\n  > {}", quote::one_line(reason));
    }
    let days = named.iter().map(|(session, began)| match began {
        Some(began) => format!("{session} ({})", began.strftime("%Y-%m-%d")),
        None => session.to_string(),
    });
    let days: Vec<String> = days.collect();
    let more = if *sessions_since as usize > days.len() { ", …" } else { "" };
    let _ = write!(
        text,
        "New since then: {} on top of the {} there were: {}{more}.",
        count(*sessions_since, "independent session"),
        sessions_then,
        days.join(", ")
    );
    if !quotes.is_empty() {
        text.push_str(" What they say:\n");
        for evidence in quotes {
            let _ = write!(
                text,
                "  > {}\n    {}#{}\n",
                quote::one_line(&evidence.quote),
                evidence.session,
                evidence.event
            );
        }
    }
    text
}

/// `reverted by Ann on 2026-01-31 with 0123456789`, as far as it is known.
fn decision(refusal: &Refusal) -> String {
    let mut text = refusal.how.clone();
    match &refusal.who {
        Some(who) => text.push_str(&format!(" by {}", quote::one_line(who))),
        None => text.push_str(" (git does not keep by whom)"),
    }
    if let Some(at) = refusal.at {
        text.push_str(&format!(" on {}", at.strftime("%Y-%m-%d")));
    }
    if let Some(commit) = &refusal.commit {
        text.push_str(&format!(" with {}", commit.get(..10).unwrap_or(commit)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::author::evidence_line;
    use crate::pattern::{ErrorLesson, Grade, Lesson, Scope};
    use crate::redact::redact;

    /// `frob push` fails with this error in these sessions.
    fn pattern(error: &str, seen_in: std::ops::Range<usize>) -> Pattern {
        let evidence = |at: usize| Evidence {
            session: SessionId::of(&[at as u8]),
            event: 3,
            at: None,
            quote: redact(error),
        };
        Pattern {
            fingerprint: Fingerprint::of(&["error", "frob push", error]),
            anchor: ["error", "frob push", error].map(redact).into(),
            lesson: Lesson::Error(ErrorLesson {
                step: crate::digest::step::Step(redact("frob push")),
                template: redact(error),
                beside: Vec::new(),
                arguments: Vec::new(),
                remedies: Vec::new(),
                recovered: 0,
                retried: 0,
                times: 1,
                cost: 1,
            }),
            support: Support {
                sessions: seen_in.len() as u32,
                seen_in: seen_in.clone().collect(),
                ..Support::default()
            },
            grade: Grade::Friction,
            scope: Scope::default(),
            evidence: seen_in.take(5).map(evidence).collect(),
            weight: 1.0,
        }
    }

    /// People gave this verdict after one cycle, which had read as many sessions as the pattern counts.
    fn decided(pattern: &Pattern, verdict: Verdict, is_final: bool) -> (Standings, Vec<Known>) {
        let refusal = Refusal {
            title: "Frob push fails".to_owned(),
            who: Some("Ann".to_owned()),
            at: "2026-01-31T00:00:00Z".parse().ok(),
            commit: Some("0123456789abcdef".to_owned()),
            how: "reverted".to_owned(),
            reason: Some(redact("we have no frobs")),
            is_final,
            cycles: 1,
            proposed: 1,
        };
        let is_refusal = matches!(verdict, Verdict::Rejected | Verdict::Reverted);
        let lines: Vec<String> =
            pattern.evidence.iter().map(|one| evidence_line(one, "2026-01-05")).collect();
        let standing = Standing {
            note: "mistakes/frob.md".to_owned(),
            verdict,
            stands: verdict.stands(),
            support: pattern.support.clone(),
            text: Some(lines.join("\n")),
            refusal: is_refusal.then_some(refusal),
            grade: pattern.grade,
            weight: pattern.weight,
            declined: Vec::new(),
        };
        let known = pattern.known();
        (BTreeMap::from([(pattern.fingerprint.clone(), standing)]), vec![known])
    }

    /// So many sessions, of which the first so many were read by the first cycle.
    fn witnesses(all: usize, old: usize) -> Vec<Witness> {
        let witness = |at: usize| Witness {
            session: SessionId::of(&[at as u8]),
            root: redact(&format!("root {at}")),
            began: None,
            read_after: usize::from(at >= old),
        };
        (0..all).map(witness).collect()
    }

    const STALE: &str = "stale lease on the frob";

    #[test]
    fn a_rejection_holds_until_the_evidence_has_grown() {
        let (standings, known) = decided(&pattern(STALE, 0..4), Verdict::Rejected, false);
        let open = |sessions: usize, old: usize| {
            let weighed = weigh(
                &[pattern(STALE, 0..sessions)],
                &standings,
                &known,
                &Again::new(),
                &witnesses(sessions, old),
                0.5,
            );
            weighed.open.len()
        };
        assert_eq!([open(5, 4), open(6, 4)], [0, 1]);
        assert_eq!(open(9, 8), 0, "what was there when it was rejected is not new, proposed or not");
        let (standings, known) = decided(&pattern(STALE, 0..4), Verdict::Rejected, true);
        assert_eq!(
            weigh(&[pattern(STALE, 0..99)], &standings, &known, &Again::new(), &witnesses(99, 4), 0.5).open,
            []
        );
    }

    #[test]
    fn parts_of_one_session_are_one_witness() {
        let (standings, known) = decided(&pattern(STALE, 0..4), Verdict::Rejected, false);
        let mut forks = witnesses(9, 4);
        for fork in &mut forks[4..] {
            fork.root = redact("root 1");
        }
        assert_eq!(weigh(&[pattern(STALE, 0..9)], &standings, &known, &Again::new(), &forks, 0.5).open, []);
    }

    #[test]
    fn other_words_are_no_way_around_a_rejection() {
        let (standings, known) = decided(&pattern(STALE, 0..8), Verdict::Reverted, false);
        let open = |patterns: &[Pattern], all: usize| -> Vec<Fingerprint> {
            let weighed = weigh(patterns, &standings, &known, &Again::new(), &witnesses(all, 8), 0.5);
            weighed.open.into_iter().map(|pattern| pattern.fingerprint).collect()
        };
        let reworded = |sessions| pattern("the lease of this frob went stale", sessions);
        let unlike = |sessions| pattern("quota exceeded for the sprocket", sessions);
        assert_eq!(open(&[reworded(8..11), unlike(8..11)], 11), [unlike(8..11).fingerprint]);
        assert_eq!(open(&[reworded(8..12)], 12), [reworded(8..12).fingerprint]);
        let together = [pattern(STALE, 0..9), reworded(9..12)];
        assert_eq!(open(&together, 12), [reworded(9..12).fingerprint], "their evidence counts together");
        assert_eq!(
            open(&[unlike(0..8)], 8),
            [],
            "the same calls failed, whatever line of the output is quoted"
        );
    }

    #[test]
    fn what_waits_or_stands_in_other_words_is_not_proposed_beside_it() {
        let (mut standings, mut known) = decided(&pattern(STALE, 0..4), Verdict::Rejected, false);
        let reworded = pattern("the lease of this frob went stale", 4..9);
        for verdict in [Verdict::Pending, Verdict::Merged] {
            let (later, named) = decided(&reworded, verdict, false);
            standings.extend(later);
            known.extend(named);
            let weighed =
                weigh(&[pattern(STALE, 0..9)], &standings, &known, &Again::new(), &witnesses(9, 4), 0.5);
            assert_eq!((weighed.open.len(), weighed.held), (0, 1), "{verdict}");
        }
    }

    #[test]
    fn a_proposal_says_who_rejected_it_and_what_is_new() {
        let (standings, known) = decided(&pattern(STALE, 0..2), Verdict::Rejected, false);
        let weighed =
            weigh(&[pattern(STALE, 0..4)], &standings, &known, &Again::new(), &witnesses(4, 2), 0.5);
        let said = in_words(weighed.reopened.values().next().unwrap());
        for part in [
            "rejected before: reverted by Ann on 2026-01-31 with 0123456789.\nThe reason given:\n  > we have no frobs\n",
            "New since then: 2 independent sessions on top of the 2 there were: ",
            &format!("  > {STALE}\n    {}#3\n", SessionId::of(&[2])),
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        assert!(!said.contains(SessionId::of(&[1]).as_str()), "{said}");
    }
}

//! What is known of a pattern from earlier cycles: which note it has, and what people decided.

use super::Change;
use crate::memory::place;
use crate::pattern::{Fingerprint, Grade, Support};
use crate::redact::Clean;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// What people did with a learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is on the target branch as it was proposed.
    Merged,
    /// It is there, in words that people changed.
    Edited,
    /// Only some of its lines are there.
    PartlyTaken,
    /// It waits on an open dream branch.
    Pending,
    /// It was left out, its branch is gone and it never reached the target, or its note was removed from there.
    Rejected,
    /// It was on the target and was taken back.
    Reverted,
    /// The history that would tell is missing.
    Unclear,
}

impl Verdict {
    /// Whether the target branch has it.
    pub fn stands(self) -> bool {
        matches!(self, Verdict::Merged | Verdict::Edited | Verdict::PartlyTaken)
    }
}

/// As it is shown to people.
impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Verdict::Merged => "merged",
            Verdict::Edited => "edited",
            Verdict::PartlyTaken => "partly taken",
            Verdict::Pending => "pending",
            Verdict::Rejected => "rejected",
            Verdict::Reverted => "reverted",
            Verdict::Unclear => "unclear",
        })
    }
}

/// What is known of one pattern.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The path of its note inside the memory: where it stands, else where it was last proposed.
    pub note: String,
    /// What people decided on the last proposal of what its note says. What they decided on where the note lies, and
    /// did not want, is in [`Standing::declined`].
    pub verdict: Verdict,
    /// Whether the target has its note, among the others or in the archive.
    pub stands: bool,
    /// How much spoke for it when it was last proposed.
    pub support: Support,
    /// The note's text as people took it up, as it was last proposed where they did not; `None` when that is no longer
    /// known, and where another pattern's note says it now.
    pub text: Option<String>,
    /// Who would not have it, where that is what people decided.
    pub refusal: Option<Refusal>,
    /// How well founded it was.
    pub grade: Grade,
    /// How useful its note was held to be.
    pub weight: f64,
    /// Changes to where its note lies that people did not want.
    pub declined: Vec<Declined>,
}

/// Who would not have a learning, when and why, as far as git keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The learning in a sentence, as it was proposed.
    pub title: String,
    /// Who.
    pub who: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// With which commit, 40 hexadecimal digits.
    pub commit: Option<String>,
    /// In what way, in a few words: `reverted`, `branch deleted`.
    pub how: String,
    /// Why, where somebody has said so.
    pub reason: Option<Clean>,
    /// Whether it holds whatever the evidence: until people take it back.
    pub is_final: bool,
    /// How many cycles had run by then, as far as can be told: what those had read is nothing new.
    pub cycles: usize,
    /// How many had run when it was proposed, the one that proposed it among them: what those had read spoke for it.
    pub proposed: usize,
}

/// A retirement, a merge or a promotion that people did not want.
#[derive(Clone, Debug, PartialEq)]
pub struct Declined {
    /// What it said: the same change for the same reason has the same title.
    pub title: String,
    /// How much spoke for the note then.
    pub support: Support,
}

impl Standing {
    /// Whether its note is among those that agents follow.
    pub fn is_active(&self) -> bool {
        self.stands && place::is_note(&self.note)
    }

    /// Whether its note lies in the archive because people took up its retirement.
    pub fn is_retired(&self) -> bool {
        self.stands && place::from_archive(&self.note).is_some()
    }

    /// The same after a later proposal for the same pattern, of which `later` is all that is known.
    pub fn followed_by(mut self, change: Change, title: &str, mut later: Standing) -> Standing {
        later.declined.splice(0..0, std::mem::take(&mut self.declined));
        if later.stands || !self.stands {
            return later;
        }
        self.declined = later.declined;
        match later.verdict {
            Verdict::Pending | Verdict::Unclear => self.verdict = later.verdict,
            _ if change.only_moves() => {
                self.declined.push(Declined { title: title.to_owned(), support: later.support });
            }
            _ => {
                (self.verdict, self.support, self.refusal) = (later.verdict, later.support, later.refusal);
            }
        }
        self
    }
}

/// What is known, by pattern.
pub type Standings = BTreeMap<Fingerprint, Standing>;

/// The note of every pattern that has one.
pub fn notes(standings: &Standings) -> BTreeMap<Fingerprint, String> {
    standings.iter().map(|(pattern, standing)| (pattern.clone(), standing.note.clone())).collect()
}

/// Whether the evidence has grown materially: by this share of the sessions there were, and by one at least.
pub fn has_grown(before: &Support, now: &Support, share: f64) -> bool {
    now.sessions >= before.sessions.saturating_add(needed(before, share))
}

/// How many sessions more are material: this share of those there were, one at least.
pub fn needed(before: &Support, share: f64) -> u32 {
    // A share that is out of all proportion is as many as can be counted.
    (f64::from(before.sessions) * share).ceil().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(verdict: Verdict, note: &str, sessions: u32) -> Standing {
        Standing {
            note: note.to_owned(),
            verdict,
            stands: verdict.stands(),
            support: Support { sessions, ..Support::default() },
            text: Some(note.to_owned()),
            grade: Grade::Friction,
            weight: 1.0,
            refusal: None,
            declined: Vec::new(),
        }
    }

    #[test]
    fn what_people_did_not_want_later_leaves_what_stands_standing() {
        let added = || standing(Verdict::Merged, "mistakes/a.md", 4);
        let revised =
            added().followed_by(Change::Revise, "b", standing(Verdict::Rejected, "mistakes/a.md", 9));
        assert!(revised.is_active() && revised.text.as_deref() == Some("mistakes/a.md"));
        assert_eq!((revised.verdict, revised.support.sessions), (Verdict::Rejected, 9));
        let archive = "archive/mistakes/a.md";
        let kept = added().followed_by(Change::Retire, "old", standing(Verdict::Rejected, archive, 5));
        assert!(kept.is_active() && kept.verdict == Verdict::Merged && kept.support.sessions == 4);
        assert_eq!(
            kept.declined,
            [Declined { title: "old".to_owned(), support: kept.declined[0].support.clone() }]
        );
        let waiting = added().followed_by(Change::Retire, "old", standing(Verdict::Pending, archive, 5));
        assert!(waiting.is_active() && waiting.verdict == Verdict::Pending);
        let retired = kept.followed_by(Change::Retire, "gone", standing(Verdict::Merged, archive, 5));
        assert!(retired.is_retired() && !retired.is_active() && retired.declined.len() == 1);
        let never = standing(Verdict::Rejected, "mistakes/a.md", 4);
        let again = never.followed_by(Change::Add, "a", standing(Verdict::Pending, "mistakes/a.md", 6));
        assert!(!again.stands && again.verdict == Verdict::Pending);
    }
}

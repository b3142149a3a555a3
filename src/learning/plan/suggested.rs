//! Whether what agents suggest is said already.
//!
//! A suggestion is the least of all reasons for a note, so anything that says the same goes before it: a note that
//! stands, a learning of this cycle, and also what people would not have, were asked for, or took away. Owns that
//! comparison, which looks at words alone; refuses to look at any other lesson's.

use super::text::says;
use crate::learning::Learning;
use crate::learning::standing::Standings;
use crate::memory::Memory;
use crate::memory::note::{self, Note};
use crate::pattern::preference::{Term, Terms, say_the_same};
use crate::pattern::{Lesson, Pattern};
use std::collections::BTreeSet;

/// Share of a suggestion's telling words that a note has which says it already.
const CONTAINED: f64 = 0.85;
/// Fewest telling words of a suggestion that is looked for word by word.
const FEWEST: usize = 4;

/// What there is to be compared with; read once, and only where there is a suggestion.
pub(super) struct Said {
    /// The rule of each note, and its words.
    notes: Vec<(String, BTreeSet<Term>)>,
}

impl Said {
    /// Everything that the memory says, in its archive too, and everything that was ever proposed.
    pub(super) fn of(memory: &Memory, standings: &Standings, patterns: &[Pattern]) -> Said {
        let mut said = Said { notes: Vec::new() };
        let Some(own) = suggested(patterns) else { return said };
        let mut terms = Terms::default();
        let mut taken = BTreeSet::new();
        // A lesson that agents suggested is looked up by its name, and by its likeness to others of its sort.
        for (_, standing) in standings.iter().filter(|(name, _)| own.contains(name.as_str())) {
            taken.insert(standing.note.as_str());
        }
        for (path, note) in memory.notes.iter().chain(&memory.archived) {
            if !taken.contains(path.as_str()) {
                said.add(note, &mut terms);
            }
        }
        for (_, standing) in standings.iter().filter(|(name, _)| !own.contains(name.as_str())) {
            if let Some(note) = standing.text.as_deref().and_then(|text| note::parse(text).ok()) {
                said.add(&note, &mut terms);
            }
        }
        said
    }

    fn add(&mut self, note: &Note, terms: &mut Terms) {
        let words = says(note).lines().chain([note.front.description.as_str()]);
        let words = words.flat_map(|line| terms.of(line)).collect();
        self.notes.push((note.front.description.clone(), words));
    }

    /// Whether something that there is says what this pattern suggests. Of any other pattern: no.
    pub(super) fn already(&self, pattern: &Pattern, learnings: &[Learning]) -> bool {
        let Lesson::Suggestion(lesson) = &pattern.lesson else { return false };
        let mut terms = Terms::default();
        let wanted: BTreeSet<Term> = terms.of(&lesson.wording).into_iter().filter(carries).collect();
        let says_it = |rule: &str, words: &BTreeSet<Term>| {
            say_the_same(rule, &lesson.wording) || contains(words, &wanted)
        };
        if self.notes.iter().any(|(rule, words)| says_it(rule, words)) {
            return true;
        }
        let mut now = Said { notes: Vec::new() };
        for learning in learnings {
            if let Ok(note) = note::parse(&learning.text) {
                now.add(&note, &mut terms);
            }
        }
        now.notes.iter().any(|(rule, words)| says_it(rule, words))
    }
}

/// The names of the lessons that agents suggest; `None` where there is none.
fn suggested(patterns: &[Pattern]) -> Option<BTreeSet<&str>> {
    let suggested = patterns.iter().filter(|pattern| matches!(pattern.lesson, Lesson::Suggestion(_)));
    let names: BTreeSet<&str> = suggested.map(|pattern| pattern.fingerprint.as_str()).collect();
    (!names.is_empty()).then_some(names)
}

/// Whether a word has to be in what says the same: what tells the sentence, and what turns it around.
fn carries(term: &Term) -> bool {
    !matches!(term, Term::Plain(_))
}

fn contains(words: &BTreeSet<Term>, wanted: &BTreeSet<Term>) -> bool {
    let (telling, turning): (Vec<&Term>, Vec<&Term>) =
        wanted.iter().partition(|term| matches!(term, Term::Telling(_)));
    let found = telling.iter().filter(|term| words.contains(**term)).count();
    telling.len() >= FEWEST
        && found as f64 >= CONTAINED * telling.len() as f64
        && turning.iter().all(|term| words.contains(*term))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{first, merged, pattern};
    use super::*;
    use crate::pattern::{Kind, SuggestionLesson};
    use crate::redact::redact;

    fn suggestion(text: &str) -> Pattern {
        let lesson = SuggestionLesson {
            kind: Kind::Mistake,
            wording: redact(text),
            variants: Vec::new(),
            when: None,
            saw: None,
            agents: Vec::new(),
        };
        Pattern { lesson: Lesson::Suggestion(lesson), ..pattern(1, &[text], None) }
    }

    #[test]
    fn what_a_note_says_or_said_is_no_suggestion() {
        let error = first(&pattern(4, &["a"], Some("frob sync")));
        let (memory, standings) = merged(&error, str::to_owned);
        let said = |text: &str, memory: &Memory, standings: &Standings| {
            let other = Pattern { fingerprint: crate::pattern::Fingerprint::of(&["s"]), ..suggestion(text) };
            Said::of(memory, standings, std::slice::from_ref(&other)).already(&other, &[])
        };
        let same = "When frob push fails with a stale lease, frob sync";
        assert!(said(same, &memory, &standings));
        assert!(said(same, &Memory::default(), &standings), "also where its note is gone");
        assert!(!said(same, &Memory::default(), &Standings::new()));
        assert!(!said("Ovens are cleaned with frob before every push", &memory, &standings));
    }
}

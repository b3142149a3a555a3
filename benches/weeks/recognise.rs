//! Which lesson a note is about, told by its words alone: fingerprints are the program's own business, and the same
//! lesson under another one is still the same lesson.

use crate::calendar::{Lesson, Matter};
use crate::phrase::Words;
use crate::random::Random;
use crate::vocabulary::{Filling, Step, Vocabulary};
use std::collections::BTreeMap;

/// Knows every lesson of a year by its words.
pub(crate) struct Recogniser {
    known: Vec<Known>,
}

/// The words of one lesson, slots filled.
struct Known {
    matter: Matter,
    /// One phrase of each must be there.
    told_by: Vec<Vec<String>>,
    /// Says which of several fits best.
    helped_by: Vec<String>,
    /// A playbook's required steps.
    steps: Vec<String>,
}

impl Recogniser {
    /// Takes the words of these lessons from the vocabulary.
    pub(crate) fn new(
        vocabulary: &Vocabulary,
        lessons: &[Lesson],
        bound: &BTreeMap<String, String>,
    ) -> Recogniser {
        let mut random = Random::new(0);
        let mut fill = |templates: &[String]| -> Vec<String> {
            let mut filling = Filling::new(&vocabulary.slots, bound);
            templates.iter().map(|template| filling.fill(template, &mut random)).collect()
        };
        let mut known = Vec::new();
        for lesson in lessons {
            let (told_by, helped_by, steps) = match lesson.matter {
                Matter::Mistake(index) => {
                    let mistake = &vocabulary.mistakes[index];
                    (vec![fill(&mistake.named_by), fill(&mistake.told_by)], fill(&mistake.helped_by), vec![])
                }
                Matter::Wish(index) => (vec![fill(&vocabulary.preferences[index].told_by)], vec![], vec![]),
                Matter::Side(index, side) => {
                    (vec![fill(&vocabulary.conflicts[index].sides[side].told_by)], vec![], vec![])
                }
                Matter::Dispute(index) => {
                    let sides = vocabulary.conflicts[index].sides.iter();
                    (sides.map(|side| fill(&side.told_by)).collect(), vec![], vec![])
                }
                Matter::Workflow(index) => {
                    let steps = vocabulary.workflows[index].steps.iter();
                    let required: Vec<String> =
                        steps.filter(|step| step.optional.is_none()).map(key).collect();
                    (vec![], vec![], fill(&required))
                }
            };
            known.push(Known { matter: lesson.matter, told_by, helped_by, steps });
        }
        Recogniser { known }
    }

    /// The lesson that a note of this kind (`mistake`, `playbook`, `preference`) is about; `None`: none of them.
    pub(crate) fn lesson(&self, kind: &str, title: &str, text: &str) -> Option<usize> {
        // Evidence quotes sessions, and those name whatever happened in them.
        let rule = text.split("## Evidence").next().unwrap_or_default();
        let all = Words::of(&format!("{title}\n{text}"));
        match kind {
            "mistake" => self.mistake(&all, &Words::of(&format!("{title}\n{rule}"))),
            "playbook" => self.playbook(&Words::of(rule)),
            _ => self.wish(&Words::of(title), &all),
        }
    }

    fn mistake(&self, all: &Words, rule: &Words) -> Option<usize> {
        let fits = |known: &Known, words: &Words| {
            matches!(known.matter, Matter::Mistake(_)) && known.told_by.iter().all(|any| words.tells(any))
        };
        let fitting = (0..self.known.len()).filter(|&at| fits(&self.known[at], all));
        fitting.min_by_key(|&at| {
            let known = &self.known[at];
            (!all.tells(&known.helped_by), !fits(known, rule), at)
        })
    }

    fn playbook(&self, steps: &Words) -> Option<usize> {
        let share = |known: &Known| {
            let keys: Vec<Words> = known.steps.iter().map(|key| Words::of(key)).collect();
            steps.longest_in_order(&keys) * 1_000 / keys.len().max(1)
        };
        let best = (0..self.known.len()).max_by_key(|&at| share(&self.known[at]))?;
        (share(&self.known[best]) >= 700).then_some(best)
    }

    fn wish(&self, title: &Words, all: &Words) -> Option<usize> {
        let place = |matter: Matter| self.known.iter().position(|known| known.matter == matter);
        let tells = |words: &Words, at: usize| self.known[at].told_by.iter().all(|any| words.tells(any));
        for index in 0..2 {
            let Some(dispute) = place(Matter::Dispute(index)) else { continue };
            let sides = [0, 1].map(|side| place(Matter::Side(index, side)));
            let told = sides.map(|side| side.filter(|&at| tells(title, at)));
            match told {
                [Some(_), Some(_)] => return Some(dispute),
                [None, None] if tells(all, dispute) => return Some(dispute),
                [Some(one), None] | [None, Some(one)] => return Some(one),
                [None, None] => {}
            }
        }
        let wishes = || (0..self.known.len()).filter(|&at| matches!(self.known[at].matter, Matter::Wish(_)));
        wishes().find(|&at| tells(title, at)).or_else(|| wishes().find(|&at| tells(all, at)))
    }
}

/// What a playbook must say to name a step.
fn key(step: &Step) -> String {
    let named = step.key.clone().or_else(|| step.tool.clone());
    named.unwrap_or_else(|| step.call.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

//! A shell line in which several steps are looked for.
//!
//! Reading a line takes a hundred times as long as looking through what was read, and who lays many calls over each
//! other asks for one step after the other. Owns what a line says about each of its steps: the words of the command
//! and what is done before it. Refuses to know which steps are worth asking for.

use super::command::{self, Part};
use super::programs as known;
use super::{Form, LONGEST_LINE, Step};
use crate::digest::shell::Joined;
use crate::redact::Clean;

/// A line, read.
#[derive(Clone, Debug)]
pub struct Line(Vec<Named>);

/// One command of a line.
#[derive(Clone, Debug)]
struct Named {
    part: Part,
    /// What else the step may be called, in finer words.
    forms: Vec<Step>,
}

impl Line {
    /// Reads a line; of a very long one, its beginning.
    pub fn read(line: &Clean) -> Line {
        let named = |part: Part| {
            let form = Form::of(&part);
            Named { forms: form.details().map(|detail| form.with(detail)).collect(), part }
        };
        Line(command::parts(&line.cut(LONGEST_LINE)).into_iter().map(named).collect())
    }

    /// The words of the command that is this step, without quotes; `by_form`: or that is a form of it. `None` if no
    /// command of the line is.
    pub fn words_of(&self, step: &Step, by_form: bool) -> Option<&[Clean]> {
        Some(&self.0.get(self.place_of(step, by_form)?)?.part.words)
    }

    /// What the line does right before that command so that it works: goes to a folder of the project, reads a file
    /// of settings, sets a variable. With the `&&` behind each; empty where it does nothing of the kind.
    pub fn preparation_of(&self, step: &Step, by_form: bool) -> Clean {
        let Some(end) = self.place_of(step, by_form) else { return Clean::default() };
        let prepares = |Named { part, .. }: &Named| {
            // Where a session's own copy of the project lies is nobody else's business.
            let leads_away = part.words.iter().skip(1).any(|word| word.starts_with(['/', '~', '$', '-']));
            known::has(known::PREPARING, &part.program) && !leads_away
        };
        let mut start = end;
        while start > 0 && self.0[start].part.joined == Joined::And && prepares(&self.0[start - 1]) {
            start -= 1;
        }
        let and = Clean::fixed("&&");
        let before = self.0[start..end].iter();
        let words = before.flat_map(|named| named.part.words.iter().chain(std::iter::once(&and)));
        Clean::join(&words.collect::<Vec<_>>(), " ")
    }

    /// The place of the command that is this step, has it as its form, or else is a form of it.
    fn place_of(&self, step: &Step, by_form: bool) -> Option<usize> {
        let place = |is_it: &dyn Fn(&Named) -> bool| self.0.iter().position(is_it);
        place(&|named| named.part.step == step.0)
            .or_else(|| place(&|named| named.forms.contains(step)))
            .or_else(|| place(&|named| by_form && Step(named.part.step.clone()).is_form_of(step)))
    }
}

//! The calls by which sessions took their steps, each with its command line read.
//!
//! Every step of a workflow is looked for in every call of every follower. Owns that a line is read once for all of
//! them, whoever ran it, and which calls count: those that worked. Refuses to compare calls: that is
//! [`super::call`]'s work.

use crate::digest::step::{Line, Step};
use crate::digest::{Digest, Write};
use crate::redact::Clean;
use std::collections::HashMap;
use std::rc::Rc;

/// A call that worked.
#[derive(Clone, Debug)]
pub(super) struct Made<'a> {
    pub(super) write: &'a Write,
    /// Its command line, where it is one.
    line: Option<Rc<Line>>,
}

impl Made<'_> {
    /// The words of the command in this call that is the step; `by_form`: that is a form of it.
    pub(super) fn words_of(&self, step: &Step, by_form: bool) -> Option<&[Clean]> {
        self.line.as_ref()?.words_of(step, by_form)
    }

    /// What its line does before that command so that it works; `None` where it has no line.
    pub(super) fn preparation_of(&self, step: &Step, by_form: bool) -> Option<Clean> {
        Some(self.line.as_ref()?.preparation_of(step, by_form))
    }
}

/// The calls of each of these sessions that worked. Lines that several sessions ran are read once.
pub(super) fn by_each<'a>(sessions: impl Iterator<Item = &'a Digest>) -> Vec<Vec<Made<'a>>> {
    let mut lines: HashMap<&str, Rc<Line>> = HashMap::new();
    let mut read = |write: &'a Write| {
        let line = write.args.get("command").or_else(|| write.args.get("cmd"));
        let line = line.map(|line| lines.entry(line).or_insert_with(|| Rc::new(Line::read(line))).clone());
        Made { write, line }
    };
    let mut by = |digest: &'a Digest| -> Vec<Made<'a>> {
        digest.writes.iter().chain(&digest.checks).filter(|write| write.ok).map(&mut read).collect()
    };
    sessions.map(&mut by).collect()
}

/// Those of these calls that are the step: where there are none of just this step, those that are a form of it.
pub(super) fn with_step<'m, 'a>(made: &'m [Made<'a>], step: &Step) -> Vec<&'m Made<'a>> {
    let named = |by_form: bool| -> Vec<&Made<'_>> {
        let is_it = |call: &&Made<'_>| call.write.step == *step || call.words_of(step, by_form).is_some();
        made.iter().filter(is_it).collect()
    };
    let exact = named(false);
    if exact.is_empty() { named(true) } else { exact }
}

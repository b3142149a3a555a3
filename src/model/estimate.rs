//! What asking would take, without asking: for `git dream run --dry-run`.

use super::access::Access;
use super::purse::{Purse, Spent};
use super::replies::Replies;
use super::terms::Terms;
use super::{Answer, Answers, Failure, Prompt, most};
use crate::settings::EngineSettings;
use crate::unusable::Unusable;
use std::cell::RefCell;
use std::path::Path;

/// Answers nothing that was not answered before, and counts what the rest would take.
pub struct Estimate {
    terms: Terms,
    replies: Replies,
    /// What was counted, and how many prompts the budget would not reach for.
    counted: RefCell<(Purse, u32)>,
}

impl Estimate {
    /// Counts for the model that the settings name, by this way; no key is needed. `folder` is where replies are kept,
    /// `.git/dream`.
    ///
    /// Errors: no model is named.
    pub fn new(access: &Access, settings: &EngineSettings, folder: &Path) -> Result<Estimate, Unusable> {
        let terms = Terms::of(access, settings)?;
        let counted = RefCell::new((terms.purse(), 0));
        Ok(Estimate { terms, replies: Replies::at(folder.join("replies")), counted })
    }

    /// What the model is called in commits.
    pub fn name(&self) -> &str {
        &self.terms.name
    }

    /// What a person ought to know, one sentence each.
    pub fn notices(&self) -> &[String] {
        &self.terms.notices
    }

    /// What everything that was asked so far would take: the most, since how long answers are is not known before.
    pub fn spent(&self) -> Spent {
        self.counted.borrow().0.spent()
    }

    /// Prompts that the budget would not reach for, counted in nothing else.
    pub fn beyond(&self) -> u32 {
        self.counted.borrow().1
    }
}

impl Answers for Estimate {
    fn ask(&self, prompts: &[Prompt]) -> Vec<Answer> {
        let (purse, beyond) = &mut *self.counted.borrow_mut();
        let mut answer = |prompt: &Prompt| {
            if let Some(reply) = self.replies.find(&self.terms.identity, &self.terms.model, prompt) {
                purse.recall();
                return Ok(reply);
            }
            match purse.hold(prompt) {
                Some(hold) => purse.settle(hold, Some(most(prompt))),
                None => *beyond += 1,
            }
            Err(Failure::OverBudget)
        };
        prompts.iter().map(&mut answer).collect()
    }
}

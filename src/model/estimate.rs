//! What asking would take, without asking: for `git dream run --dry-run`.

use super::access::{Access, Unusable};
use super::price::Money;
use super::purse::Purse;
use super::replies::Replies;
use super::terms::Terms;
use super::{Answer, Answers, Failure, Prompt, Tokens, most};
use crate::settings::EngineSettings;
use std::cell::RefCell;
use std::path::Path;

/// Answers nothing that was not answered before, and counts what the rest would take.
pub struct Estimate {
    terms: Terms,
    replies: Replies,
    counted: RefCell<(Purse, Would)>,
}

/// What asking would take: the most, since how long answers are is not known before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Would {
    /// Prompts that would be sent.
    pub calls: u32,
    /// Prompts that were answered before and cost nothing.
    pub recalled: u32,
    /// Prompts that the budget would not reach for, counted in nothing else.
    pub beyond: u32,
    /// Tokens at most.
    pub tokens: Tokens,
    /// Money at most; `None` where the price is not known.
    pub money: Option<Money>,
}

impl Estimate {
    /// Counts for the model that the settings name, by this way; no key is needed. `folder` is where replies are kept,
    /// `.git/dream`.
    ///
    /// Errors: no model is named.
    pub fn new(access: &Access, settings: &EngineSettings, folder: &Path) -> Result<Estimate, Unusable> {
        let terms = Terms::of(access, settings)?;
        let counted = RefCell::new((terms.purse(), Would::default()));
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

    /// What everything that was asked so far would take.
    pub fn would(&self) -> Would {
        let (purse, would) = &*self.counted.borrow();
        let spent = purse.spent();
        Would { tokens: spent.tokens, money: spent.money, ..*would }
    }
}

impl Answers for Estimate {
    fn ask(&self, prompts: &[Prompt]) -> Vec<Answer> {
        let (purse, would) = &mut *self.counted.borrow_mut();
        let mut answer = |prompt: &Prompt| {
            if let Some(reply) = self.replies.find(&self.terms.identity, &self.terms.model, prompt) {
                would.recalled += 1;
                return Ok(reply);
            }
            match purse.hold(prompt) {
                Some(hold) => {
                    purse.settle(hold, Some(most(prompt)));
                    would.calls += 1;
                }
                None => would.beyond += 1,
            }
            Err(Failure::OverBudget)
        };
        prompts.iter().map(&mut answer).collect()
    }
}

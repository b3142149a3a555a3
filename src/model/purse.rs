//! What may be spent, and what has been.
//!
//! A call is paid for before it is made, with the most that it can take; what it did not take comes back afterwards. So
//! a cycle cannot spend more than it was given, whatever the model does.

use super::price::{Money, cost};
use super::{Prompt, Tokens, most};
use crate::settings::Price;
use serde::{Deserialize, Serialize};

/// Most that may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Tokens, read and written.
    pub tokens: u64,
    /// Money, where the model's price is known; `None`: no limit but the tokens.
    pub money: Option<Money>,
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Calls that a service answered.
    pub calls: u32,
    /// Answers that were there from an earlier time, and cost nothing.
    #[serde(default)]
    pub recalled: u32,
    /// Tokens.
    pub tokens: Tokens,
    /// Money; absent where the model's price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
}

/// A budget and what was taken from it.
#[derive(Debug)]
pub struct Purse {
    budget: Budget,
    price: Option<Price>,
    /// Taken for calls that have not come back.
    held: Held,
    spent: Spent,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    tokens: u64,
    money: u64,
}

/// What was taken for one call; to be given back by [`Purse::settle`].
#[derive(Debug)]
#[must_use = "what is held and never settled stays taken"]
pub struct Hold(Held);

impl Purse {
    /// A purse that nothing was taken from.
    pub fn new(budget: Budget, price: Option<Price>) -> Purse {
        let spent = Spent { money: price.map(|_| Money(0)), ..Spent::default() };
        Purse { budget, price, held: Held::default(), spent }
    }

    /// Takes the most that a prompt can cost; `None` where there is not so much left.
    pub fn hold(&mut self, prompt: &Prompt) -> Option<Hold> {
        let most = most(prompt);
        let held =
            Held { tokens: most.all(), money: self.price.map_or(0, |price| cost(&dearest(price), most).0) };
        let tokens = self.spent.tokens.all().saturating_add(self.held.tokens).saturating_add(held.tokens);
        let spent = self.spent.money.unwrap_or_default().0;
        let money = spent.saturating_add(self.held.money).saturating_add(held.money);
        let within = tokens <= self.budget.tokens && self.budget.money.is_none_or(|most| money <= most.0);
        if !within {
            return None;
        }
        self.held.tokens += held.tokens;
        self.held.money += held.money;
        Some(Hold(held))
    }

    /// Gives back what was held and books what the call took; `None` for a call that took nothing.
    pub fn settle(&mut self, hold: Hold, took: Option<Tokens>) {
        self.held.tokens = self.held.tokens.saturating_sub(hold.0.tokens);
        self.held.money = self.held.money.saturating_sub(hold.0.money);
        if let Some(tokens) = took {
            self.spent.calls += 1;
            self.spent.tokens += tokens;
            let cost = self.cost(tokens);
            if let Some(money) = &mut self.spent.money {
                money.0 = money.0.saturating_add(cost.0);
            }
        }
    }

    /// Books what a call took that an earlier cycle paid for in advance.
    pub(super) fn book(&mut self, took: Tokens) {
        self.settle(Hold(Held::default()), Some(took));
    }

    /// Books an answer that was there from an earlier time.
    pub fn recall(&mut self) {
        self.spent.recalled += 1;
    }

    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        self.spent
    }

    fn cost(&self, tokens: Tokens) -> Money {
        self.price.map(|price| cost(&price, tokens)).unwrap_or_default()
    }
}

/// A price at which nothing that is read comes cheaper than it may: whether the service keeps it, or had it kept, is
/// known only afterwards.
fn dearest(price: Price) -> Price {
    let Price { input, output, kept, keeping } = price;
    let input = [kept, keeping].into_iter().flatten().fold(input, f64::max);
    Price { input, output, kept: None, keeping: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    fn prompt() -> Prompt {
        let text = redact(&"x".repeat(297));
        Prompt { task: "t", system: redact(""), user: text, schema: serde_json::json!({}), most_tokens: 100 }
    }

    #[test]
    fn nothing_is_spent_beyond_the_budget_even_while_calls_are_under_way() {
        let mut purse = Purse::new(Budget { tokens: 449, money: None }, None);
        let first = purse.hold(&prompt()).unwrap();
        let second = purse.hold(&prompt()).unwrap();
        assert!(purse.hold(&prompt()).is_none());
        purse.settle(first, Some(Tokens { input: 40, output: 10, ..Tokens::default() }));
        let third = purse.hold(&prompt());
        assert!(third.is_none(), "50 spent, 200 held, 200 wanted");
        purse.settle(second, None);
        assert!(purse.hold(&prompt()).is_some());
        assert_eq!((purse.spent().calls, purse.spent().tokens.all(), purse.spent().money), (1, 50, None));
    }

    #[test]
    fn money_is_a_limit_of_its_own() {
        let price = Price { input: 0.5, output: 10.0, kept: None, keeping: Some(1.0) };
        let mut purse = Purse::new(Budget { tokens: 1_000_000, money: Some(Money(1_200)) }, Some(price));
        let hold = purse.hold(&prompt()).unwrap();
        assert!(purse.hold(&prompt()).is_none());
        purse.settle(hold, Some(Tokens { input: 100, output: 1, ..Tokens::default() }));
        assert_eq!(purse.spent().money, Some(Money(60)));
    }
}

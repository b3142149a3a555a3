//! What tokens cost.

use super::Tokens;
use crate::settings::{Price, Prices};
use serde::{Deserialize, Serialize};

/// Millionths of a US dollar: a token at three dollars a million costs three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub u64);

impl Money {
    /// A sum in dollars; below zero and no number are nothing.
    pub fn dollars(dollars: f64) -> Money {
        Money((dollars * 1_000_000.0).ceil() as u64)
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "${:.4}", self.0 as f64 / 1_000_000.0)
    }
}

/// What so many tokens cost, rounded up.
pub fn cost(price: &Price, tokens: Tokens) -> Money {
    let Price { input, output, kept, keeping } = *price;
    let parts = [
        (tokens.input, input),
        (tokens.output, output),
        (tokens.kept, kept.unwrap_or(input)),
        (tokens.keeping, keeping.unwrap_or(input)),
    ];
    Money(parts.iter().map(|(tokens, price)| *tokens as f64 * price).sum::<f64>().ceil() as u64)
}

/// The price of a model: of the longest name that the model's begins with.
pub fn find<'a>(prices: &'a Prices, model: &str) -> Option<&'a Price> {
    let begins = |name: &&String| {
        model
            .strip_prefix(name.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ':', '@']))
    };
    prices.keys().filter(begins).max_by_key(|name| name.len()).and_then(|name| prices.get(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_that_fits_has_the_price() {
        let price = |input| Price { input, output: 5.0, kept: None, keeping: None };
        let prices = Prices::from([("m-4".to_owned(), price(1.0)), ("m-4-mini".to_owned(), price(0.1))]);
        let found = |model| find(&prices, model).map(|price| price.input);
        assert_eq!(
            [found("m-4"), found("m-4-2026-01-01"), found("m-4-mini-2026"), found("m-45"), found("n")],
            [Some(1.0), Some(1.0), Some(0.1), None, None]
        );
    }

    #[test]
    fn money_is_rounded_up_and_never_negative() {
        let price = Price { input: 0.5, output: 2.0, kept: Some(0.05), keeping: None };
        assert_eq!(cost(&price, Tokens { input: 3, kept: 10, keeping: 0, output: 1 }), Money(4));
        assert_eq!(
            [Money::dollars(0.25), Money::dollars(-1.0), Money::dollars(f64::NAN)].map(|m| m.0),
            [250_000, 0, 0]
        );
        assert_eq!(Money(12_345).to_string(), "$0.0123");
    }
}

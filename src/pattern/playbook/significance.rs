//! Tail probabilities as natural logarithms, so that thousands of tests can be compared without underflow.

use crate::pattern::statistics::gamma::ln_gamma;

/// ln(n!) for every n up to a bound, computed once: tests over all pairs of steps need them by the million.
pub(super) struct LogFactorials(Vec<f64>);

impl LogFactorials {
    pub(super) fn up_to(most: usize) -> LogFactorials {
        LogFactorials((0..=most).map(|n| ln_gamma(n as f64 + 1.0)).collect())
    }

    fn ln_factorial(&self, n: usize) -> f64 {
        self.0.get(n).copied().unwrap_or_else(|| ln_gamma(n as f64 + 1.0))
    }

    fn ln_choose(&self, n: usize, k: usize) -> f64 {
        self.ln_factorial(n) - self.ln_factorial(k) - self.ln_factorial(n - k)
    }

    /// ln of the probability that at least `hits` of `drawn` sessions are among the `marked` of `all`, if it
    /// were chance (hypergeometric upper tail: Fisher's exact test, one-sided). 0 where the numbers do not fit.
    pub(super) fn hypergeometric(&self, all: usize, marked: usize, drawn: usize, hits: usize) -> f64 {
        let most = marked.min(drawn);
        let fewest = (marked + drawn).saturating_sub(all);
        if hits <= fewest || hits > most || marked > all || drawn > all {
            return 0.0;
        }
        let first = self.ln_choose(marked, hits) + self.ln_choose(all - marked, drawn - hits)
            - self.ln_choose(all, drawn);
        // The following terms as multiples of the first.
        let (mut sum, mut term) = (1.0, 1.0);
        for k in hits..most {
            let up = ((marked - k) * (drawn - k)) as f64;
            let down = ((k + 1) * (all + k + 1 - marked - drawn)) as f64;
            term *= up / down;
            sum += term;
            if term < sum * 1e-12 && up < down {
                break;
            }
        }
        (first + sum.ln()).min(0.0)
    }
}

/// An upper bound for ln of the probability that at least `hits` of `trials` independent events happen whose
/// probabilities average `chance` (Hoeffding 1963, theorem 1; exact where all happened).
pub(super) fn binomial_bound(trials: usize, hits: usize, chance: f64) -> f64 {
    let chance = chance.clamp(1e-12, 1.0);
    let share = hits as f64 / trials.max(1) as f64;
    if share <= chance {
        return 0.0;
    }
    let rest = if share < 1.0 { (1.0 - share) * ((1.0 - share) / (1.0 - chance)).ln() } else { 0.0 };
    -(trials as f64) * (share * (share / chance).ln() + rest)
}

/// ln of the joint p of two independent tests whose ln p are given (Fisher's method for two tests).
pub(super) fn combined(one: f64, other: f64) -> f64 {
    let sum = one + other;
    (sum + (1.0 - sum).ln()).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_agree_with_what_can_be_counted() {
        let table = LogFactorials::up_to(10);
        // 1 of the 120 ways to draw 3 of 10 hits exactly the 3 marked ones; 21 more hit two of them.
        assert!((table.hypergeometric(10, 3, 3, 3).exp() - 1.0 / 120.0).abs() < 1e-12);
        assert!((table.hypergeometric(10, 3, 3, 2).exp() - 22.0 / 120.0).abs() < 1e-12);
        assert_eq!(table.hypergeometric(10, 3, 3, 0), 0.0);
        assert!((binomial_bound(5, 5, 0.5).exp() - 1.0 / 32.0).abs() < 1e-12);
        assert_eq!(binomial_bound(10, 5, 0.5), 0.0);
        // p = .1 twice: .01 · (1 − ln .01).
        assert!((combined(0.1f64.ln(), 0.1f64.ln()).exp() - 0.01 * (1.0 - 0.01f64.ln())).abs() < 1e-12);
    }
}

//! Exact distributions of a count when labels are dealt out at random within strata.
//!
//! Given the margins of every stratum, the number of marked runs among those that failed is hypergeometric; over
//! strata it is the sum, whose distribution is their convolution. Its tails are the exact conditional test of a
//! common odds ratio of 1 (Fisher 1935 for one stratum; Zelen, "The analysis of several 2×2 contingency tables",
//! 1971; Agresti, *Categorical Data Analysis*, section 7.3.5 for several).

use super::gamma::ln_choose;

/// Probabilities of the whole numbers from `lowest` on; they sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    lowest: u32,
    probabilities: Vec<f64>,
}

impl Distribution {
    /// The count that is certain.
    pub fn certain(value: u32) -> Distribution {
        Distribution { lowest: value, probabilities: vec![1.0] }
    }

    /// How many of `drawn` runs are marked when `marked` of `all` runs are and each draw is as likely.
    /// Numbers that do not fit are taken down to those that do.
    pub fn hypergeometric(all: u32, marked: u32, drawn: u32) -> Distribution {
        let (marked, drawn) = (marked.min(all), drawn.min(all));
        let lowest = (u64::from(marked) + u64::from(drawn)).saturating_sub(u64::from(all)) as u32;
        let ways = ln_choose(all, drawn);
        let chance = |k: u32| (ln_choose(marked, k) + ln_choose(all - marked, drawn - k) - ways).exp();
        Distribution { lowest, probabilities: (lowest..=marked.min(drawn)).map(chance).collect() }
            .normalised()
    }

    /// From values with relative weights (any order, repetitions add up); certainly 0 without weight.
    pub fn weighted(values: &[(u32, f64)]) -> Distribution {
        let lowest = values.iter().map(|&(value, _)| value).min().unwrap_or(0);
        let highest = values.iter().map(|&(value, _)| value).max().unwrap_or(0);
        let mut probabilities = vec![0.0; (highest - lowest) as usize + 1];
        for &(value, weight) in values {
            probabilities[(value - lowest) as usize] += weight;
        }
        Distribution { lowest, probabilities }.normalised()
    }

    fn normalised(mut self) -> Distribution {
        let total: f64 = self.probabilities.iter().sum();
        if !(total.is_finite() && total > 0.0) {
            return Distribution::certain(self.lowest);
        }
        self.probabilities.iter_mut().for_each(|p| *p /= total);
        self
    }

    /// The distribution of the sum of two independent counts.
    pub fn plus(&self, other: &Distribution) -> Distribution {
        let mut probabilities = vec![0.0; self.probabilities.len() + other.probabilities.len() - 1];
        for (i, p) in self.probabilities.iter().enumerate() {
            for (j, q) in other.probabilities.iter().enumerate() {
                probabilities[i + j] += p * q;
            }
        }
        Distribution { lowest: self.lowest + other.lowest, probabilities }
    }

    /// How many values can occur.
    pub fn width(&self) -> usize {
        self.probabilities.len()
    }

    /// Its mean.
    pub fn mean(&self) -> f64 {
        let above: f64 = self.probabilities.iter().enumerate().map(|(i, p)| i as f64 * p).sum();
        f64::from(self.lowest) + above
    }

    /// Its variance.
    pub fn variance(&self) -> f64 {
        let above = self.mean() - f64::from(self.lowest);
        self.probabilities.iter().enumerate().map(|(i, p)| (i as f64 - above).powi(2) * p).sum()
    }

    fn at(&self, value: u32) -> f64 {
        value
            .checked_sub(self.lowest)
            .and_then(|i| self.probabilities.get(i as usize))
            .copied()
            .unwrap_or(0.0)
    }

    /// Probability of a count at least as large as this.
    pub fn upper_tail(&self, observed: u32) -> f64 {
        let from = observed.saturating_sub(self.lowest) as usize;
        self.probabilities.iter().skip(from).sum::<f64>().min(1.0)
    }

    /// Probability of a larger count and half that of this one.
    pub fn mid_upper_tail(&self, observed: u32) -> f64 {
        self.upper_tail(observed) - 0.5 * self.at(observed)
    }

    /// Probability of a count at most as large as this.
    pub fn lower_tail(&self, observed: u32) -> f64 {
        let values = observed.checked_sub(self.lowest).map_or(0, |above| above as usize + 1);
        self.probabilities.iter().take(values).sum::<f64>().min(1.0)
    }

    /// The largest count whose lower tail is no more than this level; `None` where even the smallest count's is more.
    pub fn largest_below(&self, level: f64) -> Option<u32> {
        let mut tail = 0.0;
        let within = self.probabilities.iter().take_while(|p| {
            tail += **p;
            tail <= level
        });
        let within = within.count() as u32;
        within.checked_sub(1).map(|above| self.lowest + above)
    }

    /// The distribution of the same count where the odds of a mark are so many times as large for what is drawn: Fisher's
    /// noncentral hypergeometric distribution (Fisher 1935), for sums over strata with one odds ratio as well.
    pub fn tilted(&self, odds_ratio: f64) -> Distribution {
        // In logarithms, from the likeliest count on: a power of the ratio alone would soon be 0.
        let tilt = |(above, p): (u32, &f64)| p.ln() + f64::from(above) * odds_ratio.ln();
        let logarithms: Vec<f64> = (0..).zip(&self.probabilities).map(tilt).collect();
        let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let probabilities = logarithms.iter().map(|log| (log - largest).exp()).collect();
        Distribution { lowest: self.lowest, probabilities }.normalised()
    }

    /// The same, given that the count is one of these: what is left of it where other counts would not be looked at.
    pub fn given(&self, counts: std::ops::RangeInclusive<u32>) -> Distribution {
        let kept = |(count, p): (u32, &f64)| if counts.contains(&count) { *p } else { 0.0 };
        let probabilities = (self.lowest..).zip(&self.probabilities).map(kept).collect();
        Distribution { lowest: self.lowest, probabilities }.normalised()
    }

    /// Two-sided p: probability of a count that is no more likely than this one.
    pub fn two_sided(&self, observed: u32) -> f64 {
        // Equal probabilities that differ by rounding count as equal, as in R's fisher.test.
        let limit = self.at(observed) * (1.0 + 1e-7);
        self.probabilities.iter().filter(|&&p| p <= limit).sum::<f64>().min(1.0)
    }

    /// The smallest upper tail that any count could have: the margins alone say whether a test can find anything
    /// (Tarone, "A modified Bonferroni method for discrete data", 1990).
    pub fn smallest_upper_tail(&self) -> f64 {
        self.probabilities.last().copied().unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.max(1e-6), "{found} instead of {expected}");
    }

    #[test]
    fn one_stratum_is_fishers_exact_test() {
        // scipy.stats.fisher_exact([[8, 2], [1, 5]]): p = 0.03496503496503495
        let table = Distribution::hypergeometric(16, 9, 10);
        close(table.two_sided(8), 0.034_965_034_965_034_95);
        // scipy.stats.hypergeom(16, 9, 10).sf(7)
        close(table.upper_tail(8), 0.024_475_524_475_524_48);
        close(table.mean(), 5.625);
        close(table.variance(), 0.984_375);
    }

    #[test]
    fn strata_convolve() {
        // Brute force over all dealings of labels: strata (n, marked, drawn) = (4, 2, 2), (5, 1, 3), (3, 2, 1).
        let sum = Distribution::hypergeometric(4, 2, 2)
            .plus(&Distribution::hypergeometric(5, 1, 3))
            .plus(&Distribution::hypergeometric(3, 2, 1));
        close(sum.upper_tail(4), 1.0 / 6.0 * 3.0 / 5.0 * 2.0 / 3.0);
        close(sum.upper_tail(0), 1.0);
        close(sum.smallest_upper_tail(), sum.upper_tail(4));
        assert_eq!(sum.width(), 5);
    }

    #[test]
    fn odds_other_than_even_tilt_the_counts() {
        // Brute force: weights C(9, k) C(7, 10 - k) θ^k for k from 3 to 9.
        let even = Distribution::hypergeometric(16, 9, 10);
        let ways = [84.0, 126.0 * 7.0, 126.0 * 21.0, 84.0 * 35.0, 36.0 * 35.0, 9.0 * 21.0, 7.0];
        for odds in [0.5, 3.0] {
            let weight = |k: usize| ways[k] * f64::powi(odds, k as i32);
            let all: f64 = (0..7).map(weight).sum();
            let tilted = even.tilted(odds);
            close(tilted.lower_tail(5), (0..3).map(weight).sum::<f64>() / all);
            close(tilted.upper_tail(6), (3..7).map(weight).sum::<f64>() / all);
        }
        // Where a(2000 + a) = (10000 - a)(8000 - a) / 2.
        let mean = Distribution::hypergeometric(20_000, 8_000, 10_000).tilted(0.5).mean();
        assert!((mean - 3177.9).abs() < 1.0, "{mean}");
        close(even.given(0..=4).lower_tail(3), 84.0 / (84.0 + 882.0));
        let limit = even.largest_below(0.05).unwrap();
        assert!(even.lower_tail(limit) <= 0.05 && even.lower_tail(limit + 1) > 0.05);
        assert_eq!(Distribution::certain(2).largest_below(0.05), None);
    }

    #[test]
    fn odd_input_gives_no_evidence() {
        assert_eq!(Distribution::weighted(&[]).two_sided(0), 1.0);
        assert_eq!(Distribution::hypergeometric(0, 5, 3).upper_tail(0), 1.0);
        assert_eq!(Distribution::certain(3).two_sided(3), 1.0);
    }
}

//! Tests one trait while others are held equal, inside strata.
//!
//! A conditional logistic model (Breslow and Day, *Statistical Methods in Cancer Research* I, chapter 7): given
//! how many runs of a stratum failed, which ones did depends on their traits. Held-equal traits explain part of
//! the failures, which both sharpens the test of what is left and takes away what a trait only borrowed from
//! another one that it keeps company with. Inclusion probabilities are exact (elementary symmetric polynomials;
//! Chen, Dempster and Liu, Biometrika 1994); covariances are Hájek's (Ann. Math. Stat. 1964) with the factor that
//! makes them exact for equal weights.

/// Runs in strata, and which failed. Traits are columns: one number a run, in the same order.
#[derive(Clone, Debug)]
pub struct Strata {
    /// Runs of each stratum, as indices into `failed` and into every column.
    pub runs: Vec<Vec<usize>>,
    /// Whether a run failed.
    pub failed: Vec<bool>,
}

/// Strata larger than this get the unconditional approximation: the bias is of the order of one run in the
/// stratum's size, and the exact probabilities cost its square.
const LARGEST_EXACT: usize = 64;

/// Variance of the normal prior on each log odds ratio, so that a trait which separates perfectly gets a large
/// effect and not an infinite one.
const PRIOR_VARIANCE: f64 = 4.0;

/// A fitted model: what is held equal.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    strata: &'a Strata,
    held: Vec<&'a [f64]>,
    expected: Vec<f64>,
    spread: Vec<f64>,
    factor: Cholesky,
}

impl<'a> Model<'a> {
    /// Fits the effects of the columns to hold equal, by Newton's method.
    pub fn fit(strata: &'a Strata, held: Vec<&'a [f64]>) -> Model<'a> {
        let mut effects = vec![0.0; held.len()];
        let mut model =
            Model { strata, held, expected: Vec::new(), spread: Vec::new(), factor: Cholesky::default() };
        for _ in 0..30 {
            model.weigh(&effects);
            let gradient: Vec<f64> = model
                .held
                .iter()
                .zip(&effects)
                .map(|(column, effect)| model.excess(column) - effect / PRIOR_VARIANCE)
                .collect();
            let step = model.factor.solve(&gradient);
            let largest = step.iter().fold(0.0f64, |most, s| most.max(s.abs()));
            if largest.is_nan() || largest < 1e-5 {
                break;
            }
            // Full steps can overshoot where the likelihood is flat; two units of log odds are plenty.
            let scale = (2.0 / largest).min(1.0);
            effects.iter_mut().zip(&step).for_each(|(effect, s)| *effect += scale * s);
        }
        model
    }

    /// Recomputes expectations for these effects.
    fn weigh(&mut self, effects: &[f64]) {
        let weight = |run: usize| {
            let sum: f64 = self.held.iter().zip(effects).map(|(column, effect)| column[run] * effect).sum();
            sum.clamp(-30.0, 30.0).exp()
        };
        self.expected = vec![0.0; self.strata.failed.len()];
        for runs in &self.strata.runs {
            let weights: Vec<f64> = runs.iter().map(|&run| weight(run)).collect();
            let failing = runs.iter().filter(|&&run| self.strata.failed[run]).count();
            for (&run, chance) in runs.iter().zip(inclusion(&weights, failing)) {
                self.expected[run] = chance;
            }
        }
        self.spread = self.expected.iter().map(|p| p * (1.0 - p)).collect();
        let held = &self.held;
        // The factor reads only what lies on and below the diagonal.
        let matrix = held.iter().enumerate().map(|(i, a)| {
            let below = held.iter().take(i).map(|b| self.covariance(a, b));
            below.chain([self.covariance(a, a) + 1.0 / PRIOR_VARIANCE]).collect()
        });
        self.factor = Cholesky::of(matrix.collect());
    }

    /// Sum of a column over failing runs, beyond what the model expects.
    pub fn excess(&self, column: &[f64]) -> f64 {
        let runs = self.strata.runs.iter().flatten();
        runs.map(|&run| (f64::from(u8::from(self.strata.failed[run])) - self.expected[run]) * column[run]).sum()
    }

    fn covariance(&self, one: &[f64], other: &[f64]) -> f64 {
        let mut sum = 0.0;
        for runs in self.strata.runs.iter().filter(|runs| runs.len() > 1) {
            let (mut total, mut of_one, mut of_other, mut of_both) = (0.0, 0.0, 0.0, 0.0);
            for &run in runs {
                let spread = self.spread[run];
                total += spread;
                of_one += spread * one[run];
                of_other += spread * other[run];
                of_both += spread * one[run] * other[run];
            }
            if total > 0.0 {
                let n = runs.len() as f64;
                sum += (of_both - of_one * of_other / total) * n / (n - 1.0);
            }
        }
        sum
    }

    /// Standardised excess of a column with what is held equal taken out, and `correction` taken off its
    /// size (0.5 for counts, 0 for continuous columns). 0 where the strata say nothing about it.
    pub fn z(&self, column: &[f64], correction: f64) -> f64 {
        let shared: Vec<f64> = self.held.iter().map(|held| self.covariance(held, column)).collect();
        let explained: f64 = shared.iter().zip(self.factor.solve(&shared)).map(|(a, b)| a * b).sum();
        let own = self.covariance(column, column);
        let variance = own - explained;
        // What is left of a column that others nearly determine is rounding.
        if variance.is_nan() || variance <= 1e-6 + 0.02 * own {
            return 0.0;
        }
        let excess = self.excess(column);
        excess.signum() * (excess.abs() - correction).max(0.0) / variance.sqrt()
    }
}

/// Probability of each run to be among the `failing` ones, when sets are as likely as the product of their
/// weights.
fn inclusion(weights: &[f64], failing: usize) -> Vec<f64> {
    let n = weights.len();
    if failing == 0 || failing >= n {
        return vec![if failing == 0 { 0.0 } else { 1.0 }; n];
    }
    // Only ratios matter; a mean of one keeps the polynomials in range.
    let mean = weights.iter().sum::<f64>() / n as f64;
    let weights: Vec<f64> = weights.iter().map(|w| w / mean).collect();
    if n > LARGEST_EXACT {
        return unconditional(&weights, failing as f64);
    }
    let grown = |polynomial: &[f64], w: f64| -> Vec<f64> {
        let below = std::iter::once(0.0).chain(polynomial.iter().map(|p| p * w));
        polynomial.iter().zip(below).map(|(p, b)| p + b).collect()
    };
    let mut one = vec![0.0; failing + 1];
    one[0] = 1.0;
    let mut before = vec![one.clone()];
    let mut after = vec![one];
    for i in 0..n {
        before.push(grown(&before[i], weights[i]));
        after.push(grown(&after[i], weights[n - 1 - i]));
    }
    let all = before[n][failing];
    (0..n)
        .map(|i| {
            let (left, right) = (&before[i], &after[n - 1 - i]);
            let others: f64 = (0..failing).map(|k| left[k] * right[failing - 1 - k]).sum();
            if all > 0.0 { (weights[i] * others / all).clamp(0.0, 1.0) } else { failing as f64 / n as f64 }
        })
        .collect()
}

/// Independent draws whose probabilities sum to `failing`: the common factor is found by bisection.
fn unconditional(weights: &[f64], failing: f64) -> Vec<f64> {
    let at = |log: f64| weights.iter().map(move |w| 1.0 / (1.0 + (-log).exp() / w));
    let (mut low, mut high) = (-70.0, 70.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if at(middle).sum::<f64>() < failing { low = middle } else { high = middle }
    }
    at(0.5 * (low + high)).collect()
}

/// Lower triangular factor of a symmetric positive definite matrix, of which the lower triangle is given.
#[derive(Clone, Debug, Default)]
struct Cholesky(Vec<Vec<f64>>);

impl Cholesky {
    fn of(matrix: Vec<Vec<f64>>) -> Cholesky {
        let mut lower: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (i, row) in matrix.iter().enumerate() {
            let mut this = Vec::with_capacity(i + 1);
            for j in 0..=i {
                let above: &[f64] = lower.get(j).map_or(&[], Vec::as_slice);
                let known: f64 = this.iter().zip(if j < i { above } else { &this }).take(j).map(|(a, b)| a * b).sum();
                let rest = row[j] - known;
                this.push(if j < i { rest / above[j] } else { rest.max(1e-12).sqrt() });
            }
            lower.push(this);
        }
        Cholesky(lower)
    }

    /// Solves matrix · x = right.
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = right.to_vec();
        for (i, row) in self.0.iter().enumerate() {
            let known: f64 = row.iter().zip(&x).take(i).map(|(a, b)| a * b).sum();
            x[i] = (x[i] - known) / row[i];
        }
        for i in (0..self.0.len()).rev() {
            let known: f64 = (i + 1..self.0.len()).map(|k| self.0[k][i] * x[k]).sum();
            x[i] = (x[i] - known) / self.0[i][i];
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strata of `size` runs with traits dealt out by a fixed rule.
    fn runs(strata: usize, size: usize, fails: impl Fn(bool, bool, usize) -> bool) -> (Strata, Vec<f64>, Vec<f64>) {
        let (mut found, mut cause, mut company) =
            (Strata { runs: Vec::new(), failed: Vec::new() }, Vec::new(), Vec::new());
        for stratum in 0..strata {
            found.runs.push((stratum * size..(stratum + 1) * size).collect());
            for i in 0..size {
                let n = stratum * size + i;
                let a = (n * 7919) % 10 < 4;
                // Keeps company with the cause nine times in ten.
                let b = if (n * 104_729) % 10 == 3 { !a } else { a };
                found.failed.push(fails(a, b, n));
                cause.push(f64::from(u8::from(a)));
                company.push(f64::from(u8::from(b)));
            }
        }
        (found, cause, company)
    }

    #[test]
    fn without_anything_held_equal_it_is_the_mantel_haenszel_test() {
        let (strata, cause, _) = runs(12, 7, |a, _, n| a == (n % 3 != 0));
        let tables: Vec<_> = strata
            .runs
            .iter()
            .map(|runs| {
                let mut table = [0; 4];
                runs.iter().for_each(|&run| {
                    table[usize::from(!strata.failed[run]) * 2 + usize::from(cause[run] < 0.5)] += 1;
                });
                table
            })
            .collect();
        let z = Model::fit(&strata, Vec::new()).z(&cause, 0.0);
        let (mut excess, mut variance) = (0.0, 0.0);
        for &[a, b, c, d] in tables.iter().map(|t: &[u32; 4]| t).collect::<Vec<_>>() {
            let [a, b, c, d] = [a, b, c, d].map(f64::from);
            let n = a + b + c + d;
            excess += a - (a + b) * (a + c) / n;
            variance += (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1.0));
        }
        assert!((z - excess / variance.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn a_companion_of_the_cause_has_nothing_left_to_explain() {
        let (strata, cause, company) = runs(60, 6, |a, _, n| if a { n % 7 != 0 } else { n % 5 == 0 });
        assert!(Model::fit(&strata, Vec::new()).z(&company, 0.5) > 4.0);
        assert!(Model::fit(&strata, vec![&cause]).z(&company, 0.5).abs() < 2.0);
        assert!(Model::fit(&strata, vec![&company]).z(&cause, 0.5) > 3.0);
    }

    #[test]
    fn inclusion_probabilities_match_enumeration() {
        let weights = [0.5, 1.0, 2.0, 4.0, 1.5];
        let mut expected = [0.0; 5];
        let mut total = 0.0;
        for set in 0u32..32 {
            if set.count_ones() == 2 {
                let inside = |i: usize| set & (1 << i) != 0;
                let product: f64 = (0..5).filter(|&i| inside(i)).map(|i| weights[i]).product();
                total += product;
                (0..5).filter(|&i| inside(i)).for_each(|i| expected[i] += product);
            }
        }
        for (found, expected) in inclusion(&weights, 2).iter().zip(expected) {
            assert!((found - expected / total).abs() < 1e-12);
        }
        let many: Vec<f64> = (0..200).map(|i| 1.0 + f64::from(i % 5)).collect();
        assert!((inclusion(&many, 50).iter().sum::<f64>() - 50.0).abs() < 1e-6);
    }
}

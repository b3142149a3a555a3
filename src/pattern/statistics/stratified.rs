//! Tests and odds ratios over 2×2 tables, one a stratum.
//!
//! Only differences inside a stratum count, so that a stratum where everything fails more often cannot make
//! what happens to be common in it look harmful.

use super::exact::Distribution;
use super::gamma::normal_upper_tail;

/// One stratum's runs: failed with the trait, failed without, succeeded with, succeeded without.
pub type Table = [u32; 4];

/// Widest exact distribution that is worth computing, in values. Beyond it the normal approximation with
/// continuity correction is as good, and the convolution would cost more than the rest of the mining.
const WIDEST_EXACT: usize = 400;

/// What a stratified test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// Two-sided p for a common odds ratio of 1.
    pub p: f64,
    /// One-sided mid-p for an odds ratio above 1: half of what is as likely as the count observed is left out,
    /// because an exact test of whole numbers otherwise errs on the safe side by about as much (Lancaster,
    /// "Significance tests in discrete distributions", 1961). One less it is the mid-p of the other side.
    pub above: f64,
    /// Failing runs with the trait beyond what chance expects, in runs; negative when fewer.
    pub excess: f64,
}

/// How far a trait goes with failing inside strata, before any test.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Surplus {
    /// Failing runs with the trait beyond what chance expects, in runs; negative when fewer.
    pub excess: f64,
    /// Variance of that under chance.
    pub variance: f64,
    /// The largest and the smallest excess that the margins allow.
    pub reach: (f64, f64),
}

/// The surplus of failing runs with a trait (Mantel and Haenszel 1959).
pub fn surplus(tables: &[Table]) -> Surplus {
    let mut sum = Surplus::default();
    for table in tables.iter().filter(|table| is_informative(table)) {
        let [with, failed, all] = margins(table);
        let (n, failed_f, with_f) = (f64::from(all), f64::from(failed), f64::from(with));
        let mean = failed_f * with_f / n;
        sum.excess += f64::from(table[0]) - mean;
        sum.variance += mean * (n - failed_f) * (n - with_f) / (n * (n - 1.0));
        sum.reach.0 += f64::from(failed.min(with)) - mean;
        sum.reach.1 += f64::from((failed + with).saturating_sub(all)) - mean;
    }
    sum
}

/// Runs with the trait, failing runs, all runs.
fn margins(table: &Table) -> [u32; 3] {
    let [failed_with, failed_without, succeeded_with, succeeded_without] = *table;
    let failed = failed_with + failed_without;
    [failed_with + succeeded_with, failed, failed + succeeded_with + succeeded_without]
}

/// Tests whether failing and the trait are associated inside strata: exactly (see [`super::exact`]) where the
/// tables are small, else by Cochran–Mantel–Haenszel with continuity correction (Mantel and Haenszel 1959).
pub fn test(tables: &[Table]) -> Tested {
    let mut exact = Some(Distribution::certain(0));
    let mut observed = 0u32;
    for table in tables.iter().filter(|table| is_informative(table)) {
        let [with, failed, all] = margins(table);
        observed += table[0];
        let range = failed.min(with) as usize + 1;
        exact = exact
            .filter(|sum| sum.width() + range <= WIDEST_EXACT)
            .map(|sum| sum.plus(&Distribution::hypergeometric(all, with, failed)));
    }
    let Surplus { excess, variance, .. } = surplus(tables);
    match exact {
        _ if variance <= 0.0 => Tested { p: 1.0, above: 0.5, excess: 0.0 },
        Some(sum) => Tested { p: sum.two_sided(observed), above: sum.mid_upper_tail(observed), excess },
        None => {
            let z = (excess.abs() - 0.5).max(0.0) / variance.sqrt();
            Tested {
                p: (2.0 * normal_upper_tail(z)).min(1.0),
                above: normal_upper_tail(excess / variance.sqrt()),
                excess,
            }
        }
    }
}

/// Whether a stratum can say anything: it has failing and succeeding runs, with and without the trait.
pub fn is_informative(table: &Table) -> bool {
    let [failed_with, failed_without, succeeded_with, succeeded_without] = *table;
    let some = |a: u32, b: u32| a > 0 || b > 0;
    some(failed_with, failed_without)
        && some(succeeded_with, succeeded_without)
        && some(failed_with, succeeded_with)
        && some(failed_without, succeeded_without)
}

/// A common odds ratio with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OddsRatio {
    /// Odds of failing with the trait over odds without; above 1 the trait goes with failing.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// The Mantel–Haenszel odds ratio with the variance of Robins, Breslow and Greenland (1986). Where no run
/// speaks against the association the ratio is infinite; then half a run is added to every cell of the
/// informative strata (Haldane's correction), so that it stays a number. 1 with interval 0 to infinity without
/// informative strata.
pub fn odds_ratio(tables: &[Table]) -> OddsRatio {
    let as_numbers = |table: &Table| table.map(f64::from);
    let informative: Vec<[f64; 4]> = tables.iter().filter(|t| is_informative(t)).map(as_numbers).collect();
    let (plain_for, plain_against) = weights(&informative);
    if plain_for > 0.0 && plain_against > 0.0 {
        return pooled(&informative);
    }
    let corrected: Vec<[f64; 4]> = informative.iter().map(|table| table.map(|cell| cell + 0.5)).collect();
    if corrected.is_empty() {
        return OddsRatio { value: 1.0, low: 0.0, high: f64::INFINITY };
    }
    pooled(&corrected)
}

/// What speaks for and against, summed over strata: Σ ad/n and Σ bc/n.
fn weights(tables: &[[f64; 4]]) -> (f64, f64) {
    tables.iter().fold((0.0, 0.0), |(sum_for, sum_against), &[a, b, c, d]| {
        let n = a + b + c + d;
        (sum_for + a * d / n, sum_against + b * c / n)
    })
}

fn pooled(tables: &[[f64; 4]]) -> OddsRatio {
    let (sum_for, sum_against) = weights(tables);
    let (mut both_for, mut mixed, mut both_against) = (0.0, 0.0, 0.0);
    for &[a, b, c, d] in tables {
        let n = a + b + c + d;
        let (agree, disagree) = ((a + d) / n, (b + c) / n);
        let (r, s) = (a * d / n, b * c / n);
        both_for += agree * r;
        mixed += agree * s + disagree * r;
        both_against += disagree * s;
    }
    let variance = both_for / (2.0 * sum_for * sum_for)
        + mixed / (2.0 * sum_for * sum_against)
        + both_against / (2.0 * sum_against * sum_against);
    let value = sum_for / sum_against;
    let reach = (1.959_963_984_540_054 * variance.sqrt()).exp();
    OddsRatio { value, low: value / reach, high: value * reach }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-8 * expected.abs().max(1e-6), "{found} instead of {expected}");
    }

    /// Berkeley admissions 1973 by department: admitted and rejected men, admitted and rejected women.
    const BERKELEY: [Table; 6] = [
        [512, 313, 89, 19],
        [353, 207, 17, 8],
        [120, 205, 202, 391],
        [138, 279, 131, 244],
        [53, 138, 94, 299],
        [22, 351, 24, 317],
    ];

    #[test]
    fn agrees_with_statsmodels_on_berkeley() {
        let found = odds_ratio(&BERKELEY);
        close(found.value, 0.904_696_828_258_623_1);
        close(found.low, 0.771_907_361_759_350_5);
        close(found.high, 1.060_329_764_436_655_8);
        // Too wide for the exact test: CMH with continuity correction.
        close(test(&BERKELEY).p, 0.232_263_462_817_048_03);
    }

    #[test]
    fn exact_where_small_and_blind_to_what_strata_share() {
        // All failing runs of the hard job have the trait, and so have its succeeding ones.
        let hard_and_easy = [[9, 0, 3, 0], [0, 2, 0, 10]];
        assert_eq!(test(&hard_and_easy).p, 1.0);
        // One informative stratum is Fisher's test.
        let fisher = test(&[[8, 2, 1, 5], [7, 0, 0, 0]]);
        close(fisher.p, 0.034_965_034_965_034_95);
        // hypergeom(16, 9, 10): sf(7) less half of pmf(8)
        close(fisher.above, 0.024_475_524_475_524_48 - 0.5 * 0.023_601_398_601_398_6);
        assert!(odds_ratio(&[[5, 0, 0, 5]]).value.is_finite());
        assert_eq!(odds_ratio(&[]).value, 1.0);
    }
}

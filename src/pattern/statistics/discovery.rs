//! How many of many findings may be wrong.

/// Benjamini–Hochberg q-values, in the order of the p-values: the smallest false-discovery rate at which each
/// would still be reported (Benjamini and Hochberg 1995). Holds for independent tests and for positively
/// dependent ones (Benjamini and Yekutieli 2001), which habits of the same runs mostly are.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p)
}

/// Benjamini–Hochberg with weights, which need not be normalised: a test with twice the weight is held to half
/// the standard, paid for by the others, and the bound over all of them holds (Genovese, Roeder and Wasserman,
/// "False discovery control with p-value weighting", 2006). Weights must not depend on the p-values.
pub fn weighted(p: &[f64], weights: &[f64]) -> Vec<f64> {
    let mean = weights.iter().sum::<f64>() / p.len().max(1) as f64;
    let scaled = |(p, weight): (&f64, &f64)| if *weight > 0.0 { (p * mean / weight).min(1.0) } else { 1.0 };
    step_up(&p.iter().zip(weights).map(scaled).collect::<Vec<f64>>())
}

fn step_up(p: &[f64]) -> Vec<f64> {
    let mut by_size: Vec<usize> = (0..p.len()).collect();
    by_size.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut q = vec![1.0; p.len()];
    let mut smallest_so_far: f64 = 1.0;
    for (rank, &test) in by_size.iter().enumerate().rev() {
        let bound = p[test] * p.len() as f64 / (rank + 1) as f64;
        smallest_so_far = smallest_so_far.min(if bound.is_nan() { 1.0 } else { bound });
        q[test] = smallest_so_far;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_known_values() {
        // statsmodels.stats.multitest.multipletests(p, method='fdr_bh')
        let p = [0.01, 0.8, 0.02, 0.005, 0.04];
        let close = |found: Vec<f64>, expected: [f64; 5]| {
            assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12), "{found:?}");
        };
        close(benjamini_hochberg(&p), [0.025, 0.8, 1.0 / 30.0, 0.025, 0.05]);
        assert!(benjamini_hochberg(&[]).is_empty());
        assert_eq!(benjamini_hochberg(&[f64::NAN]), [1.0]);
    }

    #[test]
    fn weights_shift_power_and_not_the_bound() {
        let p = [0.02, 0.02, 0.02, 0.02];
        let q = weighted(&p, &[2.0, 2.0, 0.0, 0.0]);
        assert!((q[0] - 0.02).abs() < 1e-12 && q[2] == 1.0, "{q:?}");
        // Only the proportions of the weights matter.
        assert_eq!(weighted(&p, &[5.0, 5.0, 0.0, 0.0]), q);
    }
}

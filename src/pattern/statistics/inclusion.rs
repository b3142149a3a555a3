//! Which runs of a stratum failed, given how many did.

/// Strata larger than this get the unconditional approximation: the bias is of the order of one run in the
/// stratum's size, and the exact probabilities cost its square.
const LARGEST_EXACT: usize = 64;

/// Runs in strata, and which failed.
#[derive(Clone, Debug)]
pub struct Strata {
    /// Runs of each stratum, as indices into `failed`.
    pub runs: Vec<Vec<usize>>,
    /// Whether a run failed.
    pub failed: Vec<bool>,
}

/// Probability of each run to be among the `failing` ones, when sets are as likely as the product of their
/// weights: exact, by elementary symmetric polynomials (Chen, Dempster and Liu, Biometrika 1994), in small strata.
pub fn probabilities(weights: &[f64], failing: usize) -> Vec<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_match_enumeration() {
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
        for (found, expected) in probabilities(&weights, 2).iter().zip(expected) {
            assert!((found - expected / total).abs() < 1e-12);
        }
        let many: Vec<f64> = (0..200).map(|i| 1.0 + f64::from(i % 5)).collect();
        assert!((probabilities(&many, 50).iter().sum::<f64>() - 50.0).abs() < 1e-6);
    }
}

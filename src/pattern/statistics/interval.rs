//! Intervals for rates.

/// Wilson's score interval for `hits` out of `of` at `z` standard errors (1.96 for 95 %), both ends 0 to 1
/// (Wilson, "Probable inference, the law of succession, and statistical inference", 1927). `(0, 1)` for none.
pub fn wilson(hits: u32, of: u32, z: f64) -> (f64, f64) {
    if of == 0 || !z.is_finite() {
        return (0.0, 1.0);
    }
    let (n, rate, square) = (f64::from(of), f64::from(hits.min(of)) / f64::from(of), z * z);
    let centre = rate + square / (2.0 * n);
    let reach = z.abs() * (rate * (1.0 - rate) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    (((centre - reach) / scale).max(0.0), ((centre + reach) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_known_values() {
        // statsmodels.stats.proportion.proportion_confint(7, 20, method='wilson')
        let (low, high) = wilson(7, 20, 1.959_963_984_540_054);
        assert!(
            (low - 0.181_191_824_101_082_03).abs() < 1e-9 && (high - 0.567_145_723_314_763_8).abs() < 1e-9
        );
        assert_eq!(wilson(0, 0, 1.96), (0.0, 1.0));
        assert!(wilson(0, 5, 1.96).0 < 1e-12 && wilson(5, 5, 1.96).1 <= 1.0);
    }
}

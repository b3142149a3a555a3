//! Between what a share may lie that was seen in so many cases.

/// Standard deviations that hold 95 % of a normal distribution.
const REACH: f64 = 1.959_963_984_540_054;

/// The 95 % score interval of a share, 0 to 1 (Wilson, "Probable inference, the law of succession, and statistical
/// inference", 1927). It stays inside 0 and 1 and is wide where little was seen; anything is possible where nothing was.
pub fn wilson(hits: u32, of: u32) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let n = f64::from(of);
    let share = f64::from(hits.min(of)) / n;
    let z2 = REACH * REACH;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = REACH / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_known_values() {
        // The formula, worked out in Python; without a hit its upper end is z² / (n + z²).
        for (hits, of, low, high) in [
            (3, 20, 0.052_368_745_896_216_595, 0.360_418_864_740_756_96),
            (0, 10, 0.0, 3.841_458_820_694_124 / 13.841_458_820_694_124),
            (10, 10, 10.0 / 13.841_458_820_694_124, 1.0),
        ] {
            let (found_low, found_high) = wilson(hits, of);
            assert!((found_low - low).abs() < 1e-12 && (found_high - high).abs() < 1e-12, "{hits} of {of}");
        }
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        assert_eq!(wilson(7, 5), wilson(5, 5), "more than all is all");
    }
}

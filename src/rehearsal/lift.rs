//! How much less often a mistake is repeated with a note than without it.
//!
//! Attempts at one moment answer one prompt: what they have in common says nothing about another moment. So every moment
//! is a stratum of its own, all of them weigh the same however many attempts of each could be judged, and the interval
//! has two parts. Inside the moments, attempts are independent draws: the differences of two shares are put together by
//! their Wilson limits (Newcombe, "Interval estimation for the difference between independent proportions", method 10,
//! 1998; for a sum of them, Zou, Huang and Zhang, "A note on confidence interval estimation for a linear function of
//! binomial proportions", 2009). Between the moments, what their lifts differ by more than such draws do is added as the
//! variance of a random effect (Hedges and Olkin, "Statistical Methods for Meta-Analysis", 1985). With one moment that
//! part cannot be known, and the interval speaks for that moment alone.

use crate::pattern::statistics::interval::wilson;
use serde::Serialize;

/// Standard deviations that hold 95 % of a normal distribution.
const REACH: f64 = 1.959_963_984_540_054;

/// Attempts, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Repeated the mistake.
    pub repeats: u32,
    /// Could be judged.
    pub judged: u32,
}

impl Counts {
    fn share(self) -> f64 {
        f64::from(self.repeats.min(self.judged)) / f64::from(self.judged.max(1))
    }
}

/// The attempts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stratum {
    /// Without the note.
    pub without: Counts,
    /// With it.
    pub with: Counts,
}

/// A lift, as shares of attempts: 0.6 is that 60 in 100 fewer repeat the mistake.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lift {
    /// The share that repeats it without the note minus the share with it, −1 to 1.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Share that repeats it without the note, the mean over moments.
    pub without: f64,
    /// The same with the note.
    pub with: f64,
    /// Moments that it is the mean of.
    pub moments: u32,
}

/// One moment's difference and how far it may lie from the truth, downwards and upwards.
struct Difference {
    value: f64,
    down: f64,
    up: f64,
}

impl Difference {
    fn of(stratum: &Stratum) -> Difference {
        let reach = |counts: Counts| {
            let (low, high) = wilson(counts.repeats, counts.judged);
            (counts.share() - low, high - counts.share())
        };
        let ((down, up), (with_down, with_up)) = (reach(stratum.without), reach(stratum.with));
        Difference {
            value: stratum.without.share() - stratum.with.share(),
            down: down.hypot(with_up),
            up: up.hypot(with_down),
        }
    }

    fn variance(&self) -> f64 {
        ((self.down + self.up) / (2.0 * REACH)).powi(2)
    }
}

/// The lift over these moments; those that could not be judged on both sides are left out. `None` where none is left.
pub fn lift(strata: &[Stratum]) -> Option<Lift> {
    let judged: Vec<&Stratum> =
        strata.iter().filter(|stratum| stratum.without.judged > 0 && stratum.with.judged > 0).collect();
    if judged.is_empty() {
        return None;
    }
    let moments = judged.len() as f64;
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / moments;
    let differences: Vec<Difference> = judged.iter().map(|stratum| Difference::of(stratum)).collect();
    let value = mean(&mut differences.iter().map(|difference| difference.value));
    let chance = mean(&mut differences.iter().map(Difference::variance));
    let squares: f64 = differences.iter().map(|difference| (difference.value - value).powi(2)).sum();
    let between = if differences.len() > 1 { (squares / (moments - 1.0) - chance).max(0.0) } else { 0.0 };
    let far = |inside: f64| (inside / moments.powi(2) + REACH.powi(2) * between / moments).sqrt();
    let down: f64 = differences.iter().map(|difference| difference.down.powi(2)).sum();
    let up: f64 = differences.iter().map(|difference| difference.up.powi(2)).sum();
    Some(Lift {
        value,
        low: (value - far(down)).max(-1.0),
        high: (value + far(up)).min(1.0),
        without: mean(&mut judged.iter().map(|stratum| stratum.without.share())),
        with: mean(&mut judged.iter().map(|stratum| stratum.with.share())),
        moments: judged.len() as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(without: (u32, u32), with: (u32, u32)) -> Stratum {
        let counts = |(repeats, judged)| Counts { repeats, judged };
        Stratum { without: counts(without), with: counts(with) }
    }

    fn close(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() < within, "{found} instead of {expected}");
    }

    #[test]
    fn one_moment_agrees_with_newcombes_table() {
        // Newcombe 1998, Table II, method 10.
        for (without, with, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let found = lift(&[stratum(without, with)]).unwrap();
            close(found.low, low, 5e-5);
            close(found.high, high, 5e-5);
        }
    }

    #[test]
    fn two_moments_agree_with_newcombes_difference_of_differences() {
        // Newcombe, "Estimating the difference between differences", 2001: 17/65 − 17/75 less 18/72 − 16/65. That is
        // twice the mean of the first and of the second the other way round; they differ by less than chance.
        let found = lift(&[stratum((17, 65), (17, 75)), stratum((16, 65), (18, 72))]).unwrap();
        close(2.0 * found.value, 0.031_025_64, 1e-7);
        close(2.0 * found.low, -0.168_675_2, 1e-6);
        close(2.0 * found.high, 0.234_300_9, 1e-6);
    }

    #[test]
    fn moments_that_disagree_widen_the_interval() {
        let agreeing = lift(&[stratum((8, 10), (3, 10)), stratum((8, 10), (3, 10))]).unwrap();
        let disagreeing = lift(&[stratum((10, 10), (0, 10)), stratum((3, 10), (3, 10))]).unwrap();
        assert_eq!((agreeing.value * 100.0).round(), (disagreeing.value * 100.0).round());
        assert!(agreeing.low > 0.1, "{agreeing:?}");
        assert!(disagreeing.low < 0.0, "{disagreeing:?}");
    }

    #[test]
    fn every_moment_weighs_the_same_and_what_cannot_be_judged_is_left_out() {
        let found =
            lift(&[stratum((40, 40), (0, 40)), stratum((0, 4), (0, 4)), stratum((3, 3), (0, 0))]).unwrap();
        assert_eq!((found.value, found.without, found.with, found.moments), (0.5, 0.5, 0.0, 2));
        assert_eq!(lift(&[stratum((3, 3), (0, 0))]), None);
        assert_eq!(lift(&[]), None);
    }
}

//! Two shares with their 95 % intervals on one scale from none to all: before, and since.

use super::at;
use crate::pattern::Rate;
use crate::pattern::statistics::interval::wilson;
use std::fmt::Write;

/// Pixels.
const WIDTH: f64 = 240.0;
/// Pixels.
const HEIGHT: f64 = 44.0;
/// Left and right of the scale, so that a point at its end is whole.
const BESIDE: f64 = 6.0;

/// Draws what was before above what has been since. The figures have to stand beside it: it is hidden from who cannot
/// see it.
pub(in crate::report) fn draw(before: Rate, since: Rate) -> String {
    let x = |share: f64| BESIDE + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * BESIDE);
    let mut svg = format!(
        "<svg class=\"shares\" aria-hidden=\"true\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\">",
        w = at(WIDTH),
        h = at(HEIGHT)
    );
    for quarter in 0..=4 {
        let place = at(x(f64::from(quarter) / 4.0));
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{place}\" x2=\"{place}\" y1=\"4\" y2=\"{}\"/>",
            at(HEIGHT - 4.0)
        );
    }
    for (class, rate, y) in [("before", before, "14"), ("since", since, "30")] {
        if rate.of == 0 {
            continue;
        }
        let (low, high) = wilson(rate.hits, rate.of);
        let middle = f64::from(rate.hits) / f64::from(rate.of);
        let _ = write!(
            svg,
            "<g class=\"{class}\"><line x1=\"{}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/><circle cx=\"{}\" cy=\"{y}\" r=\"5\"/></g>",
            at(x(low)),
            at(x(high)),
            at(x(middle)),
        );
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_not_drawn() {
        let svg = draw(Rate { hits: 5, of: 10 }, Rate { hits: 0, of: 0 });
        assert!(svg.contains("cx=\"120\"") && !svg.contains("since"), "{svg}");
    }
}

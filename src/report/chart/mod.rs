//! Pictures of figures, as SVG that stands in a page: columns over time, and shares with their intervals.
//!
//! Owns the drawing and nothing else: colours are the page's, by class; every figure that a picture shows stands in
//! the page as text, too. Refuses somebody else's words except as text of a title, which is escaped.

pub(super) mod columns;
pub(super) mod shares;

use minijinja::HtmlEscape;

/// Text inside an element.
fn escaped(text: &str) -> String {
    HtmlEscape(text).to_string()
}

/// A coordinate, to a tenth of a pixel: nobody sees more, and files stay small.
fn at(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    // No minus before a nought.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

//! The keyword gate: one pass over the text that decides what is looked at closer.
//!
//! Owns which rule or detector a keyword calls up. Most text holds nothing, and costs that one pass.

use super::find::{self, Detector};
use super::keywords::Keywords;
use super::placeholder;
use super::rule::{Compiled, Rule, Shape};
use super::rules;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

/// What a keyword calls up.
#[derive(Clone, Copy, Debug)]
enum Caller {
    /// Position among the gate's rules.
    Rule(usize),
    Detector(&'static Detector),
}

/// A secret found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// Where, in bytes.
    pub(super) range: Range<usize>,
    /// What stands in its place.
    pub(super) by: By,
}

/// What stands in a secret's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// A numbered placeholder of this kind.
    Kind(&'static str),
    /// These very words.
    Words(&'static str),
}

struct Gate {
    keywords: Keywords,
    rules: Vec<(&'static Rule, Compiled)>,
    callers: Vec<Vec<Caller>>,
}

/// The tables are built once, when the first text is redacted.
fn gate() -> &'static Gate {
    static GATE: OnceLock<Gate> = OnceLock::new();
    GATE.get_or_init(|| {
        let mut by_keyword: BTreeMap<String, Vec<Caller>> = BTreeMap::new();
        let rules: Vec<_> = rules::all().map(|rule| (rule, Compiled::new())).collect();
        for (position, (rule, _)) in rules.iter().enumerate() {
            let keywords = if matches!(rule.shape, Shape::AssignedSecret(..)) { &[] } else { rule.keywords };
            for keyword in keywords {
                by_keyword.entry(keyword.to_ascii_lowercase()).or_default().push(Caller::Rule(position));
            }
        }
        for detector in find::DETECTORS {
            for keyword in detector.keywords {
                by_keyword.entry(keyword.to_ascii_lowercase()).or_default().push(Caller::Detector(detector));
            }
        }
        let keywords = Keywords::new(by_keyword.keys().map(String::as_str));
        Gate { keywords, rules, callers: by_keyword.into_values().collect() }
    })
}

/// Whether a text may hold a secret that a rule or a detector knows, or a placeholder.
///
/// `false` is a promise: redacting the text would change nothing.
pub fn may_hold_secret(text: &str) -> bool {
    let mut findings = Vec::new();
    placeholder::find(text).next().is_some() || {
        scan(text, &mut findings);
        !findings.is_empty()
    }
}

/// Every secret that a rule or a detector sees in the text, in no particular order; they may overlap.
pub(super) fn scan(text: &str, findings: &mut Vec<Finding>) {
    let gate = gate();
    gate.keywords.each(text.as_bytes(), |keyword, range| {
        for caller in gate.callers.get(keyword).into_iter().flatten() {
            match caller {
                Caller::Rule(position) => {
                    let Some((rule, compiled)) = gate.rules.get(*position) else { continue };
                    let by = By::Kind(rule.kind);
                    let found = rule.find(text, &range, compiled);
                    findings.extend(found.map(|range| Finding { range, by }));
                }
                Caller::Detector(detector) => (detector.find)(text, &range, findings),
            }
        }
    });
}

//! The year as a table: what was done, what must hold, and whether it did.

use crate::oversight::{BUDGET, Counts, Ending};
use std::collections::BTreeMap;

/// Least share of what is out of date that has left the memory by the end.
const STALE_RETIRED: f64 = 0.8;
/// Least share of what works that is still there.
const WORKING_KEPT: f64 = 0.95;

/// What came of one year.
pub(crate) struct Year {
    pub seed: u64,
    pub vocabulary: String,
    pub sessions: usize,
    /// Commits of the target.
    pub commits: usize,
    /// Notes on the target, the archive left out.
    pub notes: usize,
    /// What `git fsck --strict` said; nothing, if all is well.
    pub fsck: String,
    pub ending: Ending,
    pub counts: Counts,
    pub wrongs: Vec<String>,
    pub ways: BTreeMap<&'static str, usize>,
    /// How long each cycle took.
    pub seconds: Vec<f64>,
}

/// Something that must hold.
struct Bound {
    what: &'static str,
    value: String,
    holds: bool,
}

impl Year {
    fn bounds(&self) -> Vec<Bound> {
        let none = |what, count: usize| Bound { what, value: count.to_string(), holds: count == 0 };
        let share = |what, part: usize, of: usize, least: f64| Bound {
            what,
            value: format!("{part} of {of}"),
            holds: part as f64 >= least * of as f64,
        };
        let (counts, ending) = (&self.counts, &self.ending);
        vec![
            none("rejected, again without new evidence", counts.rejected_again),
            none("  of these in other words", counts.in_other_words),
            none("taken back, again without new evidence", counts.reverted_again),
            none("pending, proposed twice", counts.pending_twice),
            none("in the memory, proposed as new", counts.twice),
            none("lines of people overwritten", counts.overwritten),
            Bound {
                what: "most tokens of MEMORY.md",
                value: format!("{} of {BUDGET}", counts.most_tokens),
                holds: counts.over_budget == 0,
            },
            share("out of date, retired", ending.stale_retired, ending.stale, STALE_RETIRED),
            share("working, kept", ending.working_kept, ending.working, WORKING_KEPT),
            none("working, proposed for the archive", counts.wrongly_retired),
            Bound {
                what: "git fsck --strict",
                value: if self.fsck.is_empty() { "clean".to_owned() } else { "not clean".to_owned() },
                holds: self.fsck.is_empty(),
            },
        ]
    }

    fn figures(&self) -> Vec<(&'static str, String)> {
        let counts = &self.counts;
        let changes: Vec<String> = counts.changes.iter().map(|(change, n)| format!("{n} {change}")).collect();
        let (first, last) = (early(&self.seconds), late(&self.seconds));
        vec![
            ("sessions", self.sessions.to_string()),
            ("learnings proposed", format!("{} ({})", counts.proposed, changes.join(", "))),
            ("  about nothing planted", counts.spurious.to_string()),
            ("taken / not taken", format!("{} / {}", counts.accepted, counts.rejected)),
            ("lessons to learn, learnt", format!("{} of {}", self.ending.lessons_taken, self.ending.lessons)),
            ("out of date, with people's words", self.ending.stale_of_people.to_string()),
            ("rejected, again with new evidence", {
                (counts.again - counts.rejected_again - counts.reverted_again).to_string()
            }),
            ("other changes not taken, again", counts.declined_again.to_string()),
            ("lines of people looked at", counts.lines_checked.to_string()),
            ("commits, notes at the end", format!("{}, {}", self.commits, self.notes)),
            (
                "a cycle, first weeks and last",
                format!("{:.0} ms, {:.0} ms ({:.1}×)", first, last, last / first),
            ),
        ]
    }
}

/// Whether everything held.
pub(crate) fn all_held(years: &[Year]) -> bool {
    years.iter().flat_map(Year::bounds).all(|bound| bound.holds)
}

/// The table, a column a year.
pub(crate) fn table(years: &[Year]) -> Vec<String> {
    let row = |what: &str, cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>26}")).collect();
        format!("{what:40}{}", cells.concat())
    };
    let mut lines =
        vec![row("", years.iter().map(|year| format!("{} {}", year.seed, year.vocabulary)).collect())];
    let figures: Vec<Vec<(&str, String)>> = years.iter().map(Year::figures).collect();
    for at in 0..figures.first().map_or(0, Vec::len) {
        lines.push(row(figures[0][at].0, figures.iter().map(|figures| figures[at].1.clone()).collect()));
    }
    lines.push(String::new());
    let bounds: Vec<Vec<Bound>> = years.iter().map(Year::bounds).collect();
    for at in 0..bounds.first().map_or(0, Vec::len) {
        let cell = |bounds: &Vec<Bound>| {
            format!("{} {}", bounds[at].value, if bounds[at].holds { "ok" } else { "BROKEN" })
        };
        lines.push(row(bounds[0][at].what, bounds.iter().map(cell).collect()));
    }
    lines
}

/// Everything that went wrong in a year, and the ways in which people took and left.
pub(crate) fn details(year: &Year) -> Vec<String> {
    let mut lines = vec![format!("seed {}, {}", year.seed, year.vocabulary)];
    lines.extend(year.ways.iter().map(|(way, count)| format!("{count:>5} {way}")));
    lines.extend(year.wrongs.iter().map(|wrong| format!("  {wrong}")));
    lines.extend(year.ending.stale_kept.iter().map(|kept| format!("  out of date, still there: {kept}")));
    if !year.fsck.is_empty() {
        lines.push(format!("  git fsck: {}", year.fsck));
    }
    lines
}

/// The middle one of the first ten cycles that had something to read, in milliseconds.
fn early(seconds: &[f64]) -> f64 {
    median(&seconds[..seconds.len().min(10)])
}

fn late(seconds: &[f64]) -> f64 {
    median(&seconds[seconds.len().saturating_sub(10)..])
}

fn median(seconds: &[f64]) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default() * 1_000.0
}

//! What a file holds that could not be used: each line counted with its reason, the list itself bounded.

use super::Skipped;
use std::collections::BTreeMap;

/// So many lines are named for one reason; the rest are counted together.
const NAMED: u64 = 8;

/// So many different reasons are told apart; a hostile file must not invent them without end.
const REASONS: usize = 64;

/// Collects what one file's reader skips.
#[derive(Debug, Default)]
pub(crate) struct Skips {
    by_reason: BTreeMap<String, (Vec<Option<u64>>, u64)>,
}

impl Skips {
    /// One line (or record) that could not be used; `None` for the whole file.
    pub(crate) fn add(&mut self, line: Option<u64>, reason: impl Into<String>) {
        let mut reason = reason.into();
        if self.by_reason.len() >= REASONS && !self.by_reason.contains_key(&reason) {
            reason = "other reasons".to_owned();
        }
        let (lines, count) = self.by_reason.entry(reason).or_default();
        *count += 1;
        if *count <= NAMED {
            lines.push(line);
        }
    }

    /// Nothing was skipped so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_reason.is_empty()
    }

    /// The list, in the order of the lines.
    pub(crate) fn of_file(self, path: &str) -> Vec<Skipped> {
        let skipped = |line, reason| Skipped { path: path.to_owned(), line, reason };
        let mut list = Vec::new();
        for (reason, (lines, count)) in self.by_reason {
            let more = count - lines.len() as u64;
            list.extend(lines.into_iter().map(|line| skipped(line, reason.clone())));
            if more > 0 {
                list.push(skipped(None, format!("{more} more: {reason}")));
            }
        }
        list.sort_by(|a, b| {
            (a.line.unwrap_or(u64::MAX), &a.reason).cmp(&(b.line.unwrap_or(u64::MAX), &b.reason))
        });
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lines_of_one_reason_are_counted_together() {
        let mut skips = Skips::default();
        for line in 1..=1000 {
            skips.add(Some(line), "no JSON");
        }
        for kind in 0..1000 {
            skips.add(Some(2000 + kind), format!("unknown kind {kind}"));
        }
        let list = skips.of_file("a.jsonl");
        assert!(list.len() < 100);
        assert_eq!(list[0], Skipped { path: "a.jsonl".into(), line: Some(1), reason: "no JSON".into() });
        assert!(list.iter().any(|skipped| skipped.reason == "992 more: no JSON"));
    }
}

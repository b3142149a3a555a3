//! Erasing sessions from the ledger and the inboxes, for good.
//!
//! The one exception to "only ever added to": every commit of their histories is written again without the sessions'
//! digests, lines and outcomes, and without what the records of cycles quote of them. What stays is a line of hashes a
//! session ([`super::erased`]). Refuses to choose sessions and to judge what a record quotes: it is told both. Refuses
//! to move refs.

use super::erased::line;
use super::layout::{self, CYCLES, DIGESTS, ERASED, OUTCOMES, SESSIONS};
use super::{LEDGER, Ledger, Stamp};
use crate::digest::Digest;
use crate::repo::{Commit, Edited, FileChange, Oid, Plan, RefMove, Signing};
use crate::session::SessionId;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeSet;

/// What stands where a record quoted what was erased.
pub const GONE: &str = "(erased)";

/// What is to go.
pub struct Going<'a> {
    /// The digests.
    pub digests: &'a [Digest],
    /// Whether a text of a record says something that only they said.
    pub quotes: &'a dyn Fn(&str) -> bool,
    /// Fingerprints of the lessons that nothing speaks for any more: by what they were known is erased with them.
    pub lessons: &'a BTreeSet<String>,
}

impl Ledger<'_> {
    /// Every digest in the ledger and the inboxes with the ref that it lies at, also those that a longer one replaces.
    pub fn every_digest(&self) -> Result<Vec<Digest>> {
        let mut every = self.read(&self.files()?)?.digests;
        let known = every.iter().map(|digest| digest.session.clone()).collect();
        every.append(&mut self.pushed(&known)?.digests);
        Ok(every)
    }

    /// Writes the ledger and the inboxes again without these digests; gives the moves that bring that about, which have
    /// to be made together. An inbox that holds nothing else is deleted. `name` names the file that tells what was
    /// erased.
    pub fn erase(&self, going: &Going<'_>, name: &str, stamp: &Stamp) -> Result<Vec<RefMove>> {
        let sessions: BTreeSet<&SessionId> = going.digests.iter().map(|digest| &digest.session).collect();
        let mut edit = |path: &str, content: &[u8]| edited(path, content, &sessions, going);
        let moving = |name: &str, from: Option<Oid>, to: Option<Oid>| RefMove {
            name: name.to_owned(),
            from,
            to,
            reason: "forget: erase sessions".to_owned(),
        };
        let rewritten = self.tip.map(|tip| self.repo.rewrite(tip, &mut edit)).transpose()?;
        let told = self.told(going, name, rewritten, stamp)?;
        let mut moves = vec![moving(LEDGER, self.tip, Some(told))];
        for (name, tip) in &self.inboxes {
            let new = self.repo.rewrite(*tip, &mut edit)?;
            let is_empty = new != *tip && self.repo.list(new, DIGESTS)?.is_empty();
            moves.push(moving(name, Some(*tip), (!is_empty).then_some(new)));
        }
        moves.retain(|moving| moving.from != moving.to);
        Ok(moves)
    }

    /// The commit on top that says which sessions were erased.
    fn told(&self, going: &Going<'_>, name: &str, base: Option<Oid>, stamp: &Stamp) -> Result<Oid> {
        let lines: BTreeSet<String> = going.digests.iter().map(line).collect();
        let content = lines.into_iter().collect::<String>().into_bytes();
        let mut changes = vec![FileChange { path: layout::path(ERASED, name), content: Some(content) }];
        changes.extend(layout::readme(self.repo, base)?);
        let plan = Plan {
            base,
            identity: stamp.identity.clone(),
            at: stamp.at,
            signing: Signing::Never,
            commits: vec![Commit { message: "ledger: erase sessions\n".to_owned(), changes }],
        };
        self.repo.write(&plan)?.first().copied().context("no commit was written")
    }
}

fn edited(path: &str, content: &[u8], sessions: &BTreeSet<&SessionId>, going: &Going<'_>) -> Result<Edited> {
    let folder = path.split('/').next().unwrap_or_default();
    let goes = |line: &[u8]| layout::subject(folder, line).is_some_and(|session| sessions.contains(&session));
    Ok(match folder {
        DIGESTS | OUTCOMES | SESSIONS => without(content, goes),
        CYCLES => record(content, going)?,
        _ => Edited::Same,
    })
}

/// A file without some of its lines.
fn without(content: &[u8], goes: impl Fn(&[u8]) -> bool) -> Edited {
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    let kept: Vec<&[u8]> = lines.filter(|line| !goes(line.trim_ascii_end())).collect();
    let length: usize = kept.iter().map(|line| line.len()).sum();
    match length {
        0 if !content.is_empty() => Edited::Gone,
        same if same == content.len() => Edited::Same,
        _ => Edited::Changed(kept.concat()),
    }
}

/// A record of a cycle without what it quotes; every other field stays, also those of later versions.
fn record(content: &[u8], going: &Going<'_>) -> Result<Edited> {
    let Ok(Value::Object(mut record)) = serde_json::from_slice::<Value>(content) else {
        return Ok(Edited::Same);
    };
    let before = record.clone();
    let is_lost = |entry: &Value, field: &str| {
        entry.get(field).and_then(Value::as_str).is_some_and(|name| going.lessons.contains(name))
    };
    for (list, fields) in [("learnings", ["title", "reopened"]), ("refused", ["title", "reason"])] {
        for entry in record.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let is_lost = is_lost(entry, "pattern");
            for field in fields {
                let Some(value) = entry.get_mut(field) else { continue };
                match value {
                    Value::String(text) if is_lost || (going.quotes)(text) => *text = GONE.to_owned(),
                    Value::Object(inner) => {
                        let reason = inner
                            .get_mut("reason")
                            .filter(|reason| reason.as_str().is_some_and(|reason| (going.quotes)(reason)));
                        reason.into_iter().for_each(|reason| *reason = Value::from(GONE));
                    }
                    _ => {}
                }
            }
        }
    }
    if let Some(known) = record.get_mut("known").and_then(Value::as_array_mut) {
        let says = |entry: &Value| {
            let parts = entry.get("anchor").and_then(Value::as_array).into_iter().flatten();
            parts.filter_map(Value::as_str).any(|part| (going.quotes)(part))
        };
        known.retain(|entry| !is_lost(entry, "fingerprint") && !says(entry));
    }
    for list in ["readings", "phrases", "wishes"] {
        let Some(said) = record.get_mut("model").and_then(|model| model.get_mut(list)) else { continue };
        let Some(said) = said.as_array_mut() else { continue };
        said.retain(|entry| !is_lost(entry, "pattern") && !texts(entry).any(|text| (going.quotes)(text)));
    }
    if record == before {
        return Ok(Edited::Same);
    }
    let mut text = serde_json::to_vec_pretty(&record).context("cannot write the record of a cycle again")?;
    text.push(b'\n');
    Ok(Edited::Changed(text))
}

/// Every text in a value, however deep.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let mut open = vec![value];
    std::iter::from_fn(move || {
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => return Some(text.as_str()),
                Value::Array(values) => open.extend(values),
                Value::Object(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_loses_its_lines_and_nothing_else() {
        let goes = |line: &[u8]| line == b"b";
        assert_eq!(without(b"a\nb\nc", goes), Edited::Changed(b"a\nc".to_vec()));
        assert_eq!(without(b"a\nbb\n", goes), Edited::Same);
        assert_eq!(without(b"b\n", goes), Edited::Gone);
        assert_eq!(without(b"", goes), Edited::Same);
    }

    #[test]
    fn a_record_loses_what_it_quotes_and_keeps_what_it_does_not_know() {
        let lessons = BTreeSet::from(["aa".to_owned()]);
        let going = Going { digests: &[], quotes: &|text| text.contains("secret"), lessons: &lessons };
        let text = r#"{"cycle":"c","new":1,"known":[{"fingerprint":"aa","anchor":["wish","+x"]},
            {"fingerprint":"bb","anchor":["error","a","the secret"]},{"fingerprint":"cc","anchor":["wish","+y"]}],
            "model":{"readings":[{"pattern":"bb","advice":"x","quotes":[{"quote":"the secret"}]},{"pattern":"cc"}]},
            "learnings":[{"title":"a secret","pattern":"bb","note":"n"},{"title":"plain","pattern":"aa"},{"title":"b"}]}"#;
        let Edited::Changed(new) = record(text.as_bytes(), &going).unwrap() else {
            panic!("nothing changed")
        };
        let new: Value = serde_json::from_slice(&new).unwrap();
        assert_eq!(new["known"], serde_json::json!([{"fingerprint": "cc", "anchor": ["wish", "+y"]}]));
        let titles: Vec<&Value> =
            new["learnings"].as_array().unwrap().iter().map(|one| &one["title"]).collect();
        assert_eq!(titles, [GONE, GONE, "b"]);
        assert_eq!(new["model"]["readings"], serde_json::json!([{"pattern": "cc"}]));
        assert_eq!((&new["new"], &new["cycle"]), (&1.into(), &"c".into()));
        let nothing = Going { lessons: &BTreeSet::new(), quotes: &|_| false, ..going };
        assert_eq!(record(text.as_bytes(), &nothing).unwrap(), Edited::Same);
    }
}

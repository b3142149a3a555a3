//! Which files change, and how, when an agent is connected or disconnected: planned first, then written at once.

use super::content::{Content, Found};
use super::record::{Added, Record};
use super::{Agent, Around, Faulty, Part, Program, file};
use crate::unusable::Unusable;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path, as the agent knows it.
    pub file: PathBuf,
    /// Its text now; `None` where there is no file.
    pub before: Option<String>,
    /// Its text then; `None` where there is to be no file.
    pub after: Option<String>,
    added: Option<Added>,
}

/// What to change so that an agent is connected; nothing where it is.
///
/// Errors: settings cannot be read or added to ([`Unusable`]).
pub fn connect(agent: Agent, around: &Around, program: &Program, record: &Record) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for part in agent.parts(around, program)? {
        let before = text(&part, true)?;
        let unusable = |faulty| unusable(&part, &faulty, true);
        let found = part.content.found(before.as_deref()).map_err(unusable)?;
        let base = match found {
            Found::Same(_) => continue,
            Found::Nothing if !part.content.is_wanted() => continue,
            Found::Nothing => before.clone(),
            Found::Other(_) => taken_out(&part, before.as_deref(), record, true)?,
            Found::Foreign => {
                let why = "is there already, and was not written by git-dream".to_owned();
                return Err(unusable(Faulty { line: None, why }));
            }
        };
        let mut change = Change { file: part.file.clone(), before, after: base.clone(), added: None };
        if part.content.is_wanted() {
            let (after, spans) = part.content.added(base.as_deref()).map_err(unusable)?;
            let was_new = record.of(&file::real(&part.file)).is_some_and(|added| added.is_new);
            let is_new = base.is_none() || (was_new && found != Found::Nothing);
            change.added = Some(Added::new(&after, is_new, spans));
            change.after = Some(after);
        }
        changes.push(change);
    }
    Ok(changes)
}

/// What to change so that nothing of ours is left in an agent's settings; nothing where there is none.
///
/// Errors: settings cannot be read, or hold entries of ours that cannot be taken out ([`Unusable`]).
pub fn disconnect(agent: Agent, around: &Around, record: &Record) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for part in agent.parts(around, &Program::Git)? {
        let before = text(&part, false)?;
        let found =
            part.content.found(before.as_deref()).map_err(|faulty| unusable(&part, &faulty, false))?;
        if !matches!(found, Found::Nothing | Found::Foreign) {
            let after = taken_out(&part, before.as_deref(), record, false)?;
            changes.push(Change { file: part.file, before, after, added: None });
        }
    }
    Ok(changes)
}

/// Writes what was planned, every file as a whole or not at all, and keeps in the record what was added.
///
/// Errors: a file changed since it was planned, or cannot be written; the message says which.
pub fn write(changes: &[Change], record_file: &Path) -> Result<()> {
    for change in changes {
        let now = file::read(&change.file)?;
        if now.as_deref() != change.before.as_deref().map(str::as_bytes) {
            bail!("{} was written to meanwhile, and nothing was changed: do it again", change.file.display());
        }
    }
    // Read late: another connect may have written to it.
    let mut record = Record::read(record_file);
    for change in changes {
        file::write(&change.file, change.after.as_deref().map(str::as_bytes))?;
        record.set(&file::real(&change.file), change.added.clone());
        // What was written is kept in the record even if the next file cannot be.
        record.write(record_file).context("what was added to settings cannot be kept in mind")?;
    }
    Ok(())
}

/// The text of a file; an error where it is none.
fn text(part: &Part, is_adding: bool) -> Result<Option<String>> {
    let bytes = file::read(&part.file)?;
    bytes.map(String::from_utf8).transpose().map_err(|error| {
        let line = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        unusable(part, &Faulty { line: Some(line), why: "is not UTF-8".to_owned() }, is_adding)
    })
}

/// A file's text without what is ours: as it was before if nobody wrote to it since.
fn taken_out(part: &Part, text: Option<&str>, record: &Record, is_adding: bool) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let added = record.of(&file::real(&part.file));
    if let Some(before) = added.and_then(|added| added.before(text)) {
        return Ok(before);
    }
    let left = part.content.removed(text).map_err(|faulty| unusable(part, &faulty, is_adding))?;
    let is_new = added.is_some_and(|added| added.is_new);
    Ok(left.filter(|left| !(is_new && part.content.is_bare(left))))
}

fn unusable(part: &Part, faulty: &Faulty, is_adding: bool) -> anyhow::Error {
    let Part { file, content } = part;
    let file = file.display();
    let at = faulty.line.map_or_else(String::new, |line| format!(", line {line},"));
    let why = &faulty.why;
    let what_to_do = match (is_adding, content) {
        (true, Content::Whole { .. }) => "move it away, and do it again".to_owned(),
        (true, content) => format!("mend it and do it again, or add this by hand:\n\n{}", content.by_hand()),
        (false, _) => "mend it and do it again, or take out by hand what calls git-dream".to_owned(),
    };
    let verb = if why.starts_with("is ") || why.starts_with("has ") { "" } else { " cannot be read:" };
    Unusable(format!("{file}{at}{verb} {why}. Nothing was changed: {what_to_do}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_meanwhile_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let around = Around { home: dir.path(), project: None, memory: None, variable: &|_| None };
        let record = dir.path().join("record.json");
        let changes = connect(Agent::Cursor, &around, &Program::Git, &Record::default()).unwrap();
        std::fs::create_dir(dir.path().join(".cursor")).unwrap();
        std::fs::write(dir.path().join(".cursor/mcp.json"), "{}").unwrap();
        let said = write(&changes, &record).unwrap_err().to_string();
        assert!(said.contains("mcp.json was written to meanwhile"), "{said}");
        assert!(!dir.path().join(".cursor/hooks.json").exists(), "all or nothing");
        let changes = connect(Agent::Cursor, &around, &Program::Git, &Record::default()).unwrap();
        write(&changes, &record).unwrap();
        assert_eq!(connect(Agent::Cursor, &around, &Program::Git, &Record::read(&record)).unwrap(), []);
        let changes = disconnect(Agent::Cursor, &around, &Record::read(&record)).unwrap();
        write(&changes, &record).unwrap();
        assert_eq!(std::fs::read_to_string(dir.path().join(".cursor/mcp.json")).unwrap(), "{}");
        assert!(!dir.path().join(".cursor/hooks.json").exists());
    }
}

//! Outcomes that are known elsewhere (an evaluation harness, CI), brought to the sessions they are about.
//!
//! `--outcomes FILE` is JSONL (`{"session": …, "outcome": …, "job": …}` a line) or CSV with a header line. A row
//! names its session by its id, by the tool's own id for it, or by its file's name. Owns what counts as an
//! outcome. Refuses to guess: a row that says none is counted with its line and reason.

use super::{Session, SessionId, Skipped, scan};
use crate::redact::{self, Clean};
use std::collections::BTreeMap;
use std::path::Path;

/// Keys and column names for each part of a row, most telling first.
const SESSION_NAMES: &[&str] =
    &["session", "session_id", "sessionId", "id", "file", "path", "transcript", "source"];
const OUTCOME_NAMES: &[&str] = &["outcome", "reward", "score", "success", "passed", "resolved", "result"];
const JOB_NAMES: &[&str] = &["job", "task", "task_id", "instance_id"];

/// Outcomes by what they call their session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    by_name: BTreeMap<String, (f64, Option<Clean>)>,
}

impl Outcomes {
    /// Reads a file of outcomes, and says which rows it could not use. A file that cannot be read is one
    /// skipped row without a line.
    pub fn read(path: &Path) -> (Outcomes, Vec<Skipped>) {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Outcomes::parse(&bytes, &name),
            Err(error) => {
                let reason = format!("cannot be opened: {error}");
                (Outcomes::default(), vec![Skipped { path: name, line: None, reason }])
            }
        }
    }

    /// Reads outcomes from a file's bytes; `name` is what it is called in the report.
    pub fn parse(bytes: &[u8], name: &str) -> (Outcomes, Vec<Skipped>) {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut outcomes = Outcomes::default();
        let mut skipped = Vec::new();
        let rows =
            if bytes.trim_ascii_start().first() == Some(&b'{') { json_rows(bytes) } else { csv_rows(bytes) };
        for (line, row) in rows {
            match row {
                Ok(Row { session, outcome, job }) => {
                    outcomes.by_name.insert(key(&session), (outcome, job.map(|job| redact::redact(&job))));
                }
                Err(reason) => skipped.push(Skipped { path: name.to_owned(), line: Some(line), reason }),
            }
        }
        (outcomes, skipped)
    }

    /// How many sessions have an outcome here.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Gives a session its outcome and job, if there is a row for it; says whether there was. What an outcomes
    /// file says stands over what the transcript says.
    pub fn apply(&self, session: &mut Session, file: &Path) -> bool {
        let row = self.of(&session.id, session.source.as_deref(), Some(file));
        let Some((outcome, job)) = row else { return false };
        session.outcome = Some(outcome);
        session.task = job.cloned().or_else(|| session.task.take());
        true
    }

    /// The outcome and the job of a session: by its id, by the tool's own id for it, or by the file it lies in.
    pub fn of(
        &self,
        id: &SessionId,
        source: Option<&str>,
        file: Option<&Path>,
    ) -> Option<(f64, Option<&Clean>)> {
        let by_id = self.by_name.get(id.as_str());
        let row = by_id.or_else(|| self.by_name.get(source?)).or_else(|| self.of_file(file?));
        row.map(|(outcome, job)| (*outcome, job.as_ref()))
    }

    /// By the whole path, then by less and less of it, last the name without its ending.
    fn of_file(&self, file: &Path) -> Option<&(f64, Option<Clean>)> {
        let whole = key(&file.to_string_lossy());
        let mut name = whole.as_str();
        loop {
            if let Some(row) = self.by_name.get(name) {
                return Some(row);
            }
            match name.split_once('/') {
                Some((_, shorter)) => name = shorter,
                None => break,
            }
        }
        name.rsplit_once('.').and_then(|(stem, _)| self.by_name.get(stem))
    }
}

/// What a JSON value says about how a session ended, 0 to 1; `None` if nothing in that range.
pub(super) fn score_of(value: &[u8]) -> Option<f64> {
    match scan::truth(value) {
        Some(passed) => Some(f64::from(u8::from(passed))),
        None => match scan::short_text(value, 40) {
            Some(text) => score(&text),
            None => scan::number(value).filter(|score| (0.0..=1.0).contains(score)),
        },
    }
}

/// What a word or number says about how a session ended.
fn score(text: &str) -> Option<f64> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "pass" | "passed" | "success" | "succeeded" | "resolved" | "yes" | "ok" => Some(1.0),
        "false" | "fail" | "failed" | "failure" | "unresolved" | "no" | "error" => Some(0.0),
        number => number.parse().ok().filter(|score| (0.0..=1.0).contains(score)),
    }
}

struct Row {
    session: String,
    outcome: f64,
    job: Option<String>,
}

type Rows = Vec<(u64, Result<Row, String>)>;

fn json_rows(bytes: &[u8]) -> Rows {
    let lines = (1u64..).zip(bytes.split(|byte| *byte == b'\n'));
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    lines.map(|(number, line)| (number, json_row(line))).collect()
}

fn json_row(line: &[u8]) -> Result<Row, String> {
    let object = scan::whole(line).map_err(|_| "not a JSON object".to_owned())?;
    let first = |names: &[&str]| names.iter().find_map(|name| scan::field(object, name));
    let word = |value: &[u8]| match scan::text(value) {
        Some(text) => text.into_owned(),
        None => String::from_utf8_lossy(value).into_owned(),
    };
    let outcome = first(OUTCOME_NAMES).ok_or("no outcome")?;
    let outcome = score_of(outcome).ok_or_else(|| unusable(&word(outcome)))?;
    let session =
        first(SESSION_NAMES).map(word).filter(|name| !name.trim().is_empty()).ok_or("no session")?;
    Ok(Row { session, outcome, job: first(JOB_NAMES).map(word) })
}

fn csv_rows(bytes: &[u8]) -> Rows {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let header = reader.byte_headers().cloned().unwrap_or_default();
    let column = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name.as_bytes())))
    };
    let (session, outcome, job) = (column(SESSION_NAMES), column(OUTCOME_NAMES), column(JOB_NAMES));
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        let line = match &record {
            Ok(record) => record.position().map_or(0, csv::Position::line),
            Err(error) => error.position().map_or(0, csv::Position::line),
        };
        let row = record.map_err(|error| format!("not CSV: {error}")).and_then(|record| {
            let cell = |column: Option<usize>| {
                let cell = record.get(column?).map(|cell| String::from_utf8_lossy(cell).into_owned());
                cell.filter(|cell| !cell.is_empty())
            };
            let said = cell(outcome).ok_or("no outcome")?;
            let outcome = score(&said).ok_or_else(|| unusable(&said))?;
            Ok(Row { session: cell(session).ok_or("no session")?, outcome, job: cell(job) })
        });
        rows.push((line, row));
    }
    rows
}

fn unusable(outcome: &str) -> String {
    format!("`{outcome:.40}` is no outcome: expected 0 to 1, true or false, pass or fail")
}

/// A name as it is compared: paths with one kind of separator, without what leads to here.
fn key(name: &str) -> String {
    name.trim().replace('\\', "/").trim_start_matches("./").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(bytes: &[u8], source: &'static str) -> Session {
        Session {
            id: SessionId::of(bytes),
            source: Some(Clean::fixed(source)),
            parent: None,
            agent: Clean::fixed("chat"),
            model: None,
            project: None,
            folders: Vec::new(),
            contributor: None,
            task: Some(Clean::fixed("own")),
            outcome: None,
            events: Vec::new(),
        }
    }

    #[test]
    fn rows_find_their_session_by_id_source_or_file() {
        let id = SessionId::of(b"x");
        let file = format!(
            "{{\"session\":\"{id}\",\"outcome\":1,\"job\":\"j\"}}\n\
            {{\"session_id\":\"tool-id\",\"reward\":\"fail\"}}\n{{\"file\":\"runs/b.jsonl\",\"score\":0.5}}\n\
            {{\"file\":\"c\",\"passed\":true}}\n"
        );
        let (outcomes, skipped) = Outcomes::parse(file.as_bytes(), "o.jsonl");
        assert_eq!((outcomes.len(), skipped.len()), (4, 0));
        let told = |bytes: &[u8], source, file: &str| {
            let mut session = session(bytes, source);
            outcomes
                .apply(&mut session, Path::new(file))
                .then_some((session.outcome, session.task.unwrap().to_string()))
        };
        assert_eq!(told(b"x", "-", "z"), Some((Some(1.0), "j".to_owned())));
        assert_eq!(told(b"y", "tool-id", "z"), Some((Some(0.0), "own".to_owned())));
        assert_eq!(told(b"y", "-", "/data/runs/b.jsonl"), Some((Some(0.5), "own".to_owned())));
        assert_eq!(told(b"y", "-", "/data/c.jsonl"), Some((Some(1.0), "own".to_owned())));
        assert_eq!(told(b"y", "-", "/data/d.jsonl"), None);
    }

    #[test]
    fn bad_rows_are_counted_with_line_and_reason() {
        let csv = "session,outcome,job\n\"a,b\",pass,j\nc,seven,\n,1,\nd,0.5\n";
        let (outcomes, skipped) = Outcomes::parse(csv.as_bytes(), "o.csv");
        assert_eq!(outcomes.len(), 2);
        let skipped = skipped.iter().map(|s| (s.line.unwrap(), s.reason.as_str())).collect::<Vec<_>>();
        let seven = "`seven` is no outcome: expected 0 to 1, true or false, pass or fail";
        assert_eq!(skipped, [(3, seven), (4, "no session")]);
        let (outcomes, skipped) = Outcomes::parse(b"{\"session\":\"a\",\"outcome\":2}\n{broken\n", "o.jsonl");
        assert_eq!((outcomes.len(), skipped.len()), (0, 2));
    }
}

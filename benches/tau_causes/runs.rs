//! Runs of tau-bench, read as any transcript is, with what truth says was wrong with each.

use git_dream::digest::{self, Digest, failure};
use git_dream::session::read::read_file;
use git_dream::session::{Args, Session};
use git_dream::settings::Reading;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Calls that change the records of the airline or the shop; success is judged by those alone.
const CHANGING: [&str; 13] = [
    "book_reservation",
    "cancel_reservation",
    "send_certificate",
    "update_reservation_baggages",
    "update_reservation_flights",
    "update_reservation_passengers",
    "cancel_pending_order",
    "exchange_delivered_order_items",
    "modify_pending_order_address",
    "modify_pending_order_items",
    "modify_pending_order_payment",
    "modify_user_address",
    "return_delivered_order_items",
];

/// One run.
pub(crate) struct Run {
    pub(crate) task: String,
    pub(crate) trial: i64,
    pub(crate) digest: Digest,
    /// What truth says was wrong, whether the run failed or not.
    pub(crate) causes: Vec<Cause>,
}

impl Run {
    pub(crate) fn succeeded(&self) -> bool {
        self.digest.outcome.is_some_and(|outcome| outcome.succeeded())
    }
}

/// One thing that was wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// The call should have been made.
    Missing(String),
    /// The call should not have been made.
    Extra(String),
    /// The call should have been made with another value of this argument.
    Wrong(String, String),
}

/// A change: the call, and the values of each top-level argument.
type Change = (String, BTreeMap<String, Vec<String>>);

/// The top-level argument that a path is a part of.
pub(crate) fn stem(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

pub(crate) fn load(data: &Path, truth: &Path) -> Vec<Run> {
    let truth: BTreeMap<String, Value> =
        serde_json::from_slice(&std::fs::read(truth).expect("TAU_TRUTH can be read"))
            .expect("TAU_TRUTH is JSON");
    let mut files: Vec<PathBuf> = match std::fs::read_dir(data) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(_) => vec![data.to_owned()],
    };
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let settings = Reading::default();
    let mut runs = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a run file is text");
        let trials: Vec<i64> = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            // A run that broke before its first message is no session.
            .filter(|row| row["traj"].as_array().is_some_and(|messages| !messages.is_empty()))
            .map(|row| row["trial"].as_i64().unwrap_or(0))
            .collect();
        let mut sessions = Vec::new();
        read_file(&file, &settings, &mut |session| sessions.push(session));
        assert_eq!(sessions.len(), trials.len(), "every row is a session");
        for (session, trial) in sessions.into_iter().zip(trials) {
            let task = session.task.as_deref().unwrap_or_default().to_owned();
            let wanted = truth.get(&task).and_then(Value::as_array).cloned().unwrap_or_default();
            let causes = causes(made(&session), wanted.iter().filter_map(wanted_change).collect());
            runs.push(Run { task, trial, digest: digest::read(&session, &settings), causes });
        }
    }
    runs
}

/// The changes that a run made, as far as they worked.
fn made(session: &Session) -> Vec<Change> {
    digest::calls(session)
        .filter(|(_, call)| CHANGING.contains(&&*call.tool) && !failure::has_failed(call))
        .map(|(_, call)| (call.tool.to_string(), arguments(&call.args)))
        .collect()
}

fn arguments(args: &Args) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for arg in &args.0 {
        found.entry(stem(&arg.path).to_owned()).or_default().push(format!("{}={}", arg.path, arg.value));
    }
    found.values_mut().for_each(|values| values.sort());
    found
}

fn wanted_change(action: &Value) -> Option<Change> {
    let name = action["name"].as_str().filter(|name| CHANGING.contains(name))?;
    let mut found = BTreeMap::new();
    for (key, value) in action["arguments"].as_object()? {
        let mut leaves = Vec::new();
        flatten(key, value, &mut leaves);
        leaves.sort();
        found.insert(key.clone(), leaves);
    }
    Some((name.to_owned(), found))
}

/// Flattens as transcripts' arguments are flattened.
fn flatten(path: &str, value: &Value, leaves: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| flatten(&format!("{path}.{key}"), value, leaves))
        }
        Value::Array(items) => items.iter().for_each(|item| flatten(&format!("{path}[]"), item, leaves)),
        Value::String(text) => leaves.push(format!("{path}={text}")),
        other => leaves.push(format!("{path}={other}")),
    }
}

fn causes(mut made: Vec<Change>, mut wanted: Vec<Change>) -> Vec<Cause> {
    wanted.retain(|change| match made.iter().position(|other| other == change) {
        Some(same) => {
            made.remove(same);
            false
        }
        None => true,
    });
    let mut found = Vec::new();
    for (call, wanted) in wanted {
        let alike =
            |made: &Change| wanted.iter().filter(|(key, value)| made.1.get(*key) == Some(*value)).count();
        let nearest = (0..made.len()).filter(|&i| made[i].0 == call).max_by_key(|&i| alike(&made[i]));
        let Some(nearest) = nearest else {
            found.push(Cause::Missing(call));
            continue;
        };
        let (_, made) = made.remove(nearest);
        let keys = wanted.keys().chain(made.keys()).filter(|key| wanted.get(*key) != made.get(*key));
        found.extend(keys.map(|key| Cause::Wrong(call.clone(), key.clone())));
    }
    found.extend(made.into_iter().map(|(call, _)| Cause::Extra(call)));
    found.sort();
    found.dedup();
    found
}

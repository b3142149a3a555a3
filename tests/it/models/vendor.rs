//! The types that vendors publish for their own clients, as judges of what is sent and of what is played back.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// A Python that has the vendors' packages, told to check what it is given; ends with the tests.
struct Judge {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Child,
}

/// The judge of all tests; `None` where the packages are not installed.
#[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
fn judge() -> Option<&'static Mutex<Judge>> {
    static JUDGE: OnceLock<Option<Mutex<Judge>>> = OnceLock::new();
    JUDGE
        .get_or_init(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let python = match std::env::var_os("GIT_DREAM_VENDOR_PYTHON") {
                Some(python) => python.into(),
                None => root.join("target/vendor-sdk/bin/python"),
            };
            let mut process = Command::new(&python)
                .arg(root.join("tests/it/models/vendor.py"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .inspect_err(|error| {
                    println!(
                        "skipped: requests are not held against the vendors' types, because {} cannot be run \
                         ({error}); .ci/run installs it",
                        python.display()
                    );
                })
                .ok()?;
            let (input, output) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
            Some(Mutex::new(Judge { input, output, _process: process }))
        })
        .as_ref()
}

/// What is wrong with a value of this kind, if anything is.
pub(crate) fn wrong(kind: &str, value: &Value) -> Option<String> {
    let mut judge = judge()?.lock().unwrap();
    writeln!(judge.input, "{}", json!({ "kind": kind, "value": value })).unwrap();
    let mut line = String::new();
    judge.output.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("the judge of the vendors' types ended"))
}

/// A value that has to be of this kind.
#[track_caller]
pub(crate) fn checked(kind: &str, value: Value) -> Value {
    if let Some(wrong) = wrong(kind, &value) {
        panic!("{value:#} is no {kind}: {wrong}");
    }
    value
}

#[test]
fn the_judge_sees_what_no_vendor_knows() {
    let request = |more: &str| {
        let mut request = json!({ "model": "m", "messages": [{ "role": "user", "content": "x" }] });
        request[more] = json!(9);
        request
    };
    if judge().is_some() {
        assert_eq!(wrong("openai.request", &request("max_tokens")), None);
        assert!(wrong("openai.request", &request("most_tokens")).is_some());
        assert_eq!(wrong("anthropic.request", &request("max_tokens")), None);
        assert!(wrong("anthropic.request", &request("max_completion_tokens")).is_some());
    }
}

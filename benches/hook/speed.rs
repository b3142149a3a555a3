//! How long a cold process takes, on ten thousand notes.

use crate::many_notes::{self, NOTES, RUNS, milliseconds, print_times};
use git_dream::repo::FileChange;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Lines of the index in MEMORY.md: about as many as fit into its budget.
const LISTED: usize = 50;

pub(crate) fn measure() {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().join("memory");
    let mut random = many_notes::make(&top, further());
    let began = Instant::now();
    own(&top, dir.path(), &["recall", "begin"], "");
    println!("\nthe first question, which makes the index of {NOTES} notes: {:.0} ms", milliseconds(began));
    let mut times: [(&str, Vec<f64>); 8] = [
        ("hook, a known error", Vec::new()),
        ("hook, an error nobody knows", Vec::new()),
        ("hook, a call that went well", Vec::new()),
        ("hook, a session begins", Vec::new()),
        ("context", Vec::new()),
        ("context --paths", Vec::new()),
        ("recall, five words", Vec::new()),
        ("rg, one word", Vec::new()),
    ];
    for run in 0..RUNS {
        let question: Vec<String> = (0..5).map(|_| random.word()).collect();
        let call = |response: &str, exit: &str| {
            json!({
                "session_id": format!("bench-{run}"), "cwd": top, "tool_name": "Bash",
                "tool_input": {"command": "packer fill crate"}, "error": format!("{exit}{response}"),
                "tool_response": {"stdout": response, "stderr": ""},
            })
            .to_string()
        };
        let known = call(&format!("error: crate {run} has no label of kind 7"), "Exit code 1\n");
        let unknown = call(&format!("error: nobody knows {}", question.join(" ")), "Exit code 1\n");
        let well = call(&question.join("\n"), "");
        let begins = json!({"session_id": "b", "cwd": top, "source": "startup"}).to_string();
        let file = format!("src/{}.rs", question[0]);
        let took: [Option<f64>; 8] = [
            hook(&top, dir.path(), "PostToolUseFailure", &known, true),
            hook(&top, dir.path(), "PostToolUseFailure", &unknown, false),
            hook(&top, dir.path(), "PostToolUse", &well, false),
            hook(&top, dir.path(), "SessionStart", &begins, true),
            Some(own(&top, dir.path(), &["context", "--agent", "claude-code"], "").0),
            Some(own(&top, dir.path(), &["context", "--paths", &file], "").0),
            Some(own(&top, dir.path(), &["recall", "--json", &question.join(" ")], "").0),
            many_notes::rg(&top, &question[0]),
        ];
        for ((_, times), took) in times.iter_mut().zip(took) {
            times.extend(took);
        }
    }
    println!("{:<36} {:>9} {:>9}", "a cold process, ms", "p50", "p99");
    for (name, times) in &mut times {
        print_times(name, times);
    }
}

/// A note about an error, and a MEMORY.md with an index.
fn further() -> Vec<FileChange> {
    let note = "---\nname: label\ndescription: \"Print the labels before you fill a crate.\"\nkind: mistake\n\
        scope: team\nstatus: active\napplies_to: [packer fill]\n---\n\n# Labels\n\n**What it looks like:** \
        `error: crate <num> has no label of kind <num>`\n\n**Do:**\n\n- Run `labeller print` first.\n";
    let lines: String = (0..LISTED).map(|n| format!("- A rule. [more](mistakes/n{n}.md)\n")).collect();
    let main = format!("# Memory\n\n## Index\n\n### Mistakes\n\n{lines}");
    [("mistakes/label.md", note.to_owned()), ("MEMORY.md", main), ("dream.toml", String::new())]
        .map(|(path, content)| FileChange { path: path.to_owned(), content: Some(content.into_bytes()) })
        .into()
}

/// How long a hook takes, which is to say something or nothing; `None` where it said other than it was to, as it does when
/// it takes too long.
fn hook(top: &Path, home: &Path, event: &str, told: &str, says: bool) -> Option<f64> {
    let (took, said) = own(top, home, &["hook", event], told);
    if said.is_empty() == says {
        println!("{event} took {took:.1} ms and said {} bytes", said.len());
    }
    Some(took)
}

fn own(top: &Path, home: &Path, arguments: &[&str], told: &str) -> (f64, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-dream"));
    command
        .current_dir(top)
        .args(arguments)
        .env("HOME", home)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME");
    let began = Instant::now();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(told.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let took = milliseconds(began);
    assert!(output.status.success(), "{arguments:?}");
    (took, String::from_utf8(output.stdout).unwrap())
}

//! What a question costs when the history is long. `cargo bench --bench history_scale`
//!
//! A memory of 2,000 notes with 10,000 commits, and a ledger of 10,000 sessions from 200 cycles, most of whose
//! learnings were merged, some squashed, picked, edited, revised or left out. Asked of the built program from outside,
//! beside `git log -1`, `git status` and `git blame` of a note in the same run, which are what a person calls instant.
//!
//! Bounds: `status` 300 ms, `why NOTE` 50 ms. Times are medians of `--rounds` wall times of whole processes, starting
//! included; beside them, where the system tells it (`/proc/self/stat`), the mean of the processor time that they took, user
//! and system together, which is the figure to compare on a machine that does other things as well. `--folder DIR` builds there and leaves it there; what lies there already is used again. `--binary FILE`
//! measures another program. Exits with 1 when a bound is missed.

#[path = "planted/ending.rs"]
mod ending;
#[path = "history_scale/history.rs"]
mod history;

use ending::say;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// Milliseconds that the status may take.
const STATUS: f64 = 300.0;
/// Milliseconds that the story of one note may take.
const WHY: f64 = 50.0;

struct Plan {
    binary: PathBuf,
    rounds: usize,
    folder: Option<PathBuf>,
    size: history::Size,
}

fn main() -> ExitCode {
    ending::of("history_scale", || plan().and_then(|plan| measure(&plan)))
}

fn plan() -> Result<Plan, String> {
    let size = history::Size { notes: 2_000, commits: 10_000, sessions: 10_000, cycles: 200 };
    let mut plan = Plan { binary: env!("CARGO_BIN_EXE_git-dream").into(), rounds: 15, folder: None, size };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: String| text.parse::<usize>().map_err(|_| format!("{text} is no number"));
        match word.as_str() {
            "--rounds" => plan.rounds = number(value()?)?.max(1),
            "--cycles" => plan.size.cycles = number(value()?)?.max(2),
            "--binary" => plan.binary = value()?.into(),
            "--folder" => plan.folder = Some(value()?.into()),
            "--bench" => {}
            other => return Err(format!("unknown argument {other}")),
        }
    }
    plan.binary = std::path::absolute(&plan.binary).map_err(|error| error.to_string())?;
    Ok(plan)
}

/// Whether both bounds held.
fn measure(plan: &Plan) -> Result<bool, String> {
    let text = |error: std::io::Error| error.to_string();
    let passing = tempfile::tempdir().map_err(text)?;
    let base = plan.folder.as_deref().unwrap_or(passing.path());
    std::fs::create_dir_all(base.join("nothing")).map_err(text)?;
    let base = base.canonicalize().map_err(text)?;
    let memory = base.join("memory");
    if !memory.exists() {
        let started = Instant::now();
        build(plan, &base, &memory)?;
        say(&format!("built in {:.1} s", started.elapsed().as_secs_f64()));
    }
    let commits = output(Command::new("git").args(["rev-list", "--count", "main"]), &memory)?;
    let notes = output(Command::new("git").args(["ls-tree", "-r", "--name-only", "main"]), &memory)?;
    let notes: Vec<&str> = notes.lines().filter(|path| path.contains('/')).collect();
    say(&format!("{} notes, {} commits, {} cycles", notes.len(), commits.trim(), plan.size.cycles));
    let note = notes.get(notes.len() / 2).copied().unwrap_or("MEMORY.md");

    let mut held = true;
    let nothing = base.join("nothing");
    let nothing = nothing.to_string_lossy();
    let rows: [(&[&str], Option<f64>); 6] = [
        (&["status"], Some(STATUS)),
        (&["status", "--json"], Some(STATUS)),
        (&["why", note], Some(WHY)),
        (&["log"], None),
        (&["check", "HEAD~1..HEAD"], None),
        (&["run", "--now", "2026-11-01T00:00:00Z", "--sessions", &nothing], None),
    ];
    for (words, bound) in rows {
        if !knows(plan, &memory, words[0]) {
            say(&format!("  git dream {:24} (not there)", words[0]));
            continue;
        }
        let before = processor_time();
        let took = median(plan.rounds, || timed(Command::new(&plan.binary).args(words), &memory))?;
        let spent = before.zip(processor_time()).map(|(before, after)| (after - before) / plan.rounds as f64);
        let spent = spent.map(|spent| format!("  ({spent:>5.1} ms of processor time)")).unwrap_or_default();
        let holds = bound.is_none_or(|bound| took < bound);
        held &= holds;
        let bound =
            bound.map(|bound| format!("   (bound {bound} ms{})", if holds { "" } else { ", BROKEN" }));
        let shown: Vec<&str> = words.iter().copied().take_while(|word| *word != "--now").collect();
        say(&format!(
            "  git dream {:42} {took:>8.1} ms{spent}{}",
            shown.join(" "),
            bound.unwrap_or_default()
        ));
    }
    for words in
        [&["log", "-1"][..], &["status", "--short"], &["blame", note], &["rev-list", "--count", "main"]]
    {
        let took = median(plan.rounds, || timed(Command::new("git").args(words), &memory))?;
        say(&format!("  git {:48} {took:>8.1} ms", words.join(" ")));
    }
    Ok(held)
}

/// Milliseconds of processor time that the programs which this one has run and waited for took so far; `None` where the
/// system does not tell. Linux counts them in hundredths of a second.
fn processor_time() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything, the times of children are the 16th and 17th field of all.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(|field| field.parse::<f64>().ok());
    Some(ticks.sum::<Option<f64>>()? * 10.0)
}

/// Builds the repository with `git fast-import`.
fn build(plan: &Plan, base: &Path, memory: &Path) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    output(Command::new("git").args(["init", "--quiet", "--initial-branch=main"]).arg(memory), base)?;
    let story = history::Story::make(&plan.size);
    let marks = base.join("marks");
    let export = format!("--export-marks={}", marks.display());
    import(&story.stream, &[&export], memory)?;
    let named = std::fs::read_to_string(&marks).map_err(text)?;
    import(&story.ledger(&history::names(&named)), &[], memory)?;
    let gone: String = story.closed().map(|branch| format!("delete refs/heads/{branch}\n")).collect();
    feed(Command::new("git").args(["update-ref", "--stdin"]), gone.as_bytes(), memory)?;
    output(Command::new("git").args(["reset", "--hard", "--quiet", "main"]), memory)?;
    output(Command::new("git").args(["gc", "--quiet"]), memory).map(|_| ())
}

fn import(stream: &[u8], more: &[&str], memory: &Path) -> Result<(), String> {
    feed(Command::new("git").args(["fast-import", "--quiet", "--force"]).args(more), stream, memory)
}

fn feed(command: &mut Command, input: &[u8], dir: &Path) -> Result<(), String> {
    hermetic(command, dir).stdin(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input).map_err(|error| error.to_string())?;
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed ({status})")) }
}

/// Whether the program has this command.
fn knows(plan: &Plan, memory: &Path, command: &str) -> bool {
    let mut asked = Command::new(&plan.binary);
    hermetic(asked.args([command, "--help"]), memory);
    asked.output().is_ok_and(|output| output.status.success())
}

/// Runs a program; gives milliseconds. A check that finds something has run as well.
fn timed(command: &mut Command, dir: &Path) -> Result<f64, String> {
    hermetic(command, dir);
    let started = Instant::now();
    let output = command.output().map_err(|error| error.to_string())?;
    let took = started.elapsed().as_secs_f64() * 1_000.0;
    match output.status.code() {
        Some(0 | 1) => Ok(took),
        _ => Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

fn output(command: &mut Command, dir: &Path) -> Result<String, String> {
    let output = hermetic(command, dir).output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// In this folder, knowing nothing of the machine.
fn hermetic<'c>(command: &'c mut Command, dir: &Path) -> &'c mut Command {
    command.current_dir(dir).env_clear().env("HOME", dir).env("LC_ALL", "C").env("GIT_CONFIG_NOSYSTEM", "1");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

fn median(rounds: usize, mut once: impl FnMut() -> Result<f64, String>) -> Result<f64, String> {
    let mut times = (0..rounds).map(|_| once()).collect::<Result<Vec<f64>, String>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

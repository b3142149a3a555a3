//! What a cycle costs when the ledger is long. `cargo bench --bench cycle_scale`
//!
//! Two questions, both asked of the built program from outside, each beside a reference from the same run:
//!
//! - How long does a second `run` take that finds nothing new, on a ledger of 10,000 sessions? Bound: 100 ms.
//!   Reference: `git log -1` and `git status` in the same repository, which is what a person calls instant.
//! - What does a cycle over 100 new sessions cost on 10,000 stored ones, compared with 100 stored ones?
//!   Bound: twice as much. Each is measured on fresh copies of the same repository, caches included, as the next
//!   cycle on one machine finds it. What is left of the difference is what cannot be remembered: a weight, a test or
//!   a group depends on all sessions, so every cycle loads all digests (packed) and counts anew, in time linear in
//!   them. No one part is most of it. A long ledger also has more to propose, and every learning is worded, judged and
//!   written.
//!
//! Times are medians of `--rounds` wall times of whole processes, starting included. Transcripts come from the
//! exam's generator; `--stored N` and `--new N` change the sizes, `--binary FILE` the program, and `--folder DIR`
//! works in that folder and leaves it there, for who wants to look closer. Exits with 1 when a bound is missed.

#![allow(dead_code, reason = "of the exam's modules only the generator is used here")]

#[path = "planted/corpus.rs"]
mod corpus;
#[path = "planted/ending.rs"]
mod ending;
#[path = "planted/json.rs"]
mod json;
#[path = "planted/random.rs"]
mod random;
#[path = "planted/script.rs"]
mod script;
#[path = "planted/secrets.rs"]
mod secrets;
#[path = "planted/truth.rs"]
mod truth;
#[path = "planted/vocabulary.rs"]
mod vocabulary;
#[path = "planted/world/mod.rs"]
mod world;
#[path = "planted/write/mod.rs"]
mod write;

use ending::say;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;
use vocabulary::Vocabulary;

/// Milliseconds that a run with nothing new may take.
const NOTHING_NEW: f64 = 100.0;
/// How much more a cycle may cost on a long ledger.
const GROWTH: f64 = 2.0;

struct Plan {
    binary: PathBuf,
    stored: usize,
    new: usize,
    rounds: usize,
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    ending::of("cycle_scale", || plan().and_then(|plan| measure(&plan)))
}

fn plan() -> Result<Plan, String> {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_git-dream"));
    let mut plan = Plan { binary, stored: 10_000, new: 100, rounds: 5, folder: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: String| text.parse::<usize>().map_err(|_| format!("{text} is no number"));
        match word.as_str() {
            "--stored" => plan.stored = number(value()?)?,
            "--new" => plan.new = number(value()?)?,
            "--rounds" => plan.rounds = number(value()?)?.max(1),
            "--binary" => plan.binary = value()?.into(),
            "--folder" => plan.folder = Some(value()?.into()),
            "--bench" => {}
            other => return Err(format!("unknown argument {other}")),
        }
    }
    Ok(plan)
}

/// Whether both bounds held.
fn measure(plan: &Plan) -> Result<bool, String> {
    let text = |error: std::io::Error| error.to_string();
    let passing = tempfile::tempdir().map_err(text)?;
    let base = plan.folder.as_deref().unwrap_or(passing.path());
    let vocabularies = vocabularies()?;
    // Seeds far apart, so that the three corpora share no session.
    for (folder, seed, sessions) in
        [("few", 1, plan.new), ("many", 10_000, plan.stored), ("new", 900_000, plan.new)]
    {
        corpus::write_many(&vocabularies, seed, sessions, &base.join(folder)).map_err(text)?;
    }
    let few = stored(plan, base, "few")?;
    let many = stored(plan, base, "many")?;

    let nothing = median(plan.rounds, || dream(plan, &many, &base.join("many")))?;
    let log = median(plan.rounds, || git(&many, &["log", "-1"]))?;
    let status = median(plan.rounds, || git(&many, &["status", "--short"]))?;
    say(&format!("ledger of {} sessions", plan.stored));
    say(&format!("  run, nothing new   {nothing:>9.1} ms   (bound {NOTHING_NEW} ms)"));
    say(&format!("  git log -1         {log:>9.1} ms"));
    say(&format!("  git status         {status:>9.1} ms"));

    let on_few = cycles(plan, base, &few)?;
    let on_many = cycles(plan, base, &many)?;
    let ratio = on_many / on_few.max(f64::EPSILON);
    say(&format!("cycle over {} new sessions", plan.new));
    say(&format!("  on {:>6} stored   {on_few:>9.1} ms", plan.new));
    say(&format!(
        "  on {:>6} stored   {on_many:>9.1} ms   {ratio:.2} times as much (bound {GROWTH})",
        plan.stored
    ));
    Ok(nothing < NOTHING_NEW && ratio <= GROWTH)
}

/// A memory whose ledger holds the sessions of this folder.
fn stored(plan: &Plan, base: &Path, folder: &str) -> Result<PathBuf, String> {
    let memory = base.join(format!("memory-{folder}"));
    run(Command::new(&plan.binary).arg("init").arg(&memory).current_dir(base), base)?;
    let took = dream(plan, &memory, &base.join(folder))?;
    say(&format!("first cycle over the sessions in `{folder}`: {took:.0} ms"));
    Ok(memory)
}

/// The median time of a cycle over the new sessions, each on a fresh copy of this memory.
fn cycles(plan: &Plan, base: &Path, memory: &Path) -> Result<f64, String> {
    let copy = base.join("copy");
    median(plan.rounds, || {
        let _ = std::fs::remove_dir_all(&copy);
        run(Command::new("cp").arg("-R").arg(memory).arg(&copy), base)?;
        dream(plan, &copy, &base.join("new"))
    })
}

fn dream(plan: &Plan, memory: &Path, sessions: &Path) -> Result<f64, String> {
    let mut command = Command::new(&plan.binary);
    command.current_dir(memory).args(["run", "--json", "--now", "2026-01-05T00:00:00Z", "--sessions"]);
    run(command.arg(sessions), memory)
}

fn git(memory: &Path, arguments: &[&str]) -> Result<f64, String> {
    run(Command::new("git").current_dir(memory).args(arguments), memory)
}

/// Runs a program that knows nothing of this machine; gives milliseconds.
fn run(command: &mut Command, home: &Path) -> Result<f64, String> {
    command.env_clear().env("HOME", home).env("LC_ALL", "C").env("GIT_CONFIG_NOSYSTEM", "1");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    for (name, value) in [("NAME", "Bench"), ("EMAIL", "bench@example.org")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    let started = Instant::now();
    let output = command.output().map_err(|error| error.to_string())?;
    let took = started.elapsed().as_secs_f64() * 1_000.0;
    if output.status.success() {
        return Ok(took);
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
}

fn median(rounds: usize, mut once: impl FnMut() -> Result<f64, String>) -> Result<f64, String> {
    let mut times = (0..rounds).map(|_| once()).collect::<Result<Vec<f64>, String>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

fn vocabularies() -> Result<Vec<Vocabulary>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/data");
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        Vocabulary::parse(&text).map_err(|error| format!("{name}: {error}"))
    };
    ["vocabulary-data.toml", "vocabulary-invented.toml", "vocabulary-web.toml"]
        .into_iter()
        .map(read)
        .collect()
}

//! How fast Claude Code transcripts with large tool results become digests, beside a typed `serde_json` parse.
//!
//! `cargo bench --bench digest_speed [-- MEGABYTES [THREADS]]`
//!
//! Method. Transcripts are written to a temporary folder: a conversation of prompts, answers, calls and results,
//! where a result has 20 to 200 KB of log lines, source code or JSON, and stands in its line a second time under
//! `toolUseResult`, as in real files; behind the message and, in a second layout, before everything else. Each way
//! of reading gets the same files, from the page cache, and the same number of threads over files. A measurement is
//! a process of its own that reads all files once unmeasured and then measured, small sizes as often as makes them the
//! largest, since the system counts processor time in steps of milliseconds: wall time, processor time of its threads
//! (the machine may have other work), and `VmHWM`. Ways take turns, a table line holds the medians of all
//! rounds. The baselines ([`typed`]) neither redact, hash nor digest; ours does all of that. The first derives
//! everything and is what ratios are to, in processor time; the second, `by hand`, is the least that `serde_json`
//! has to do. Time per byte at one, two and four times the size says whether the time grows with the bytes alone.

#![allow(clippy::print_stdout, reason = "the table is the result")]

#[path = "digest_speed/transcripts.rs"]
mod transcripts;
#[path = "digest_speed/typed.rs"]
mod typed;

use git_dream::{digest, session, settings::Settings};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::time::Instant;
use transcripts::Layout;

/// Measurements of each way, taken in turns.
const ROUNDS: usize = 9;

/// Sizes measured, as parts of the largest.
const PARTS: [usize; 3] = [4, 2, 1];

fn main() -> anyhow::Result<()> {
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench").collect::<Vec<_>>();
    if let [way, folder, threads, passes] = arguments.as_slice()
        && let Some(way) = Way::named(way)
    {
        return measure(way, Path::new(folder), threads.parse()?, passes.parse()?);
    }
    let number = |index: usize| arguments.get(index).and_then(|argument| argument.parse().ok());
    let megabytes = number(0).unwrap_or(128);
    let threads =
        number(1).unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from).min(4));
    for (layout, name) in
        [(Layout::Last, "toolUseResult behind the message"), (Layout::First, "toolUseResult first")]
    {
        println!("{name}");
        table(layout, megabytes, threads)?;
    }
    Ok(())
}

fn table(layout: Layout, megabytes: usize, threads: usize) -> anyhow::Result<()> {
    let root = tempfile::tempdir()?;
    println!(
        "{:>8} {:>8}  {:<28} {:>9} {:>9} {:>9} {:>10} {:>6} {:>6} {:>9}",
        "MB", "threads", "way", "wall ms", "CPU ms", "MB/s", "CPU ns/KB", "ratio", "wall", "peak MB"
    );
    for part in PARTS {
        let folder = root.path().join(part.to_string());
        std::fs::create_dir(&folder)?;
        let bytes = transcripts::write(&folder, megabytes * 1_000_000 / part, layout)? as f64;
        let mut all_threads = vec![1, threads];
        all_threads.dedup();
        for threads in all_threads {
            let mut rounds = Vec::new();
            for _ in 0..ROUNDS {
                let round = Way::ALL.iter().map(|way| in_a_process(*way, &folder, threads, part));
                rounds.push(round.collect::<anyhow::Result<Vec<Measured>>>()?);
            }
            let median_of = |way: usize, value: fn(&Measured) -> f64| {
                let mut values =
                    rounds.iter().filter_map(|round| round.get(way).map(value)).collect::<Vec<_>>();
                values.sort_by(f64::total_cmp);
                values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
            };
            for (index, way) in Way::ALL.iter().enumerate() {
                let (wall, cpu) = (median_of(index, |m| m.wall), median_of(index, |m| m.cpu));
                println!(
                    "{:>8.1} {threads:>8}  {:<28} {:>9.1} {:>9.1} {:>9.0} {:>10.1} {:>6.2} {:>6.2} {:>9.1}",
                    bytes / 1e6,
                    way.name(),
                    wall * 1e3,
                    cpu * 1e3,
                    bytes / 1e6 / wall,
                    cpu * 1e9 / (bytes / 1e3),
                    median_of(0, |m| m.cpu) / cpu,
                    median_of(0, |m| m.wall) / wall,
                    median_of(index, |m| m.peak),
                );
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Way {
    Derived,
    Typed,
    Read,
    Digest,
}

impl Way {
    const ALL: [Way; 4] = [Way::Derived, Way::Typed, Way::Read, Way::Digest];

    fn name(self) -> &'static str {
        match self {
            Way::Derived => "serde_json, typed",
            Way::Typed => "serde_json, typed, by hand",
            Way::Read => "ours: read, redact, hash",
            Way::Digest => "ours: the same, and digest",
        }
    }

    fn named(name: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// What one pass over the files took.
struct Measured {
    /// Seconds on the wall.
    wall: f64,
    /// Seconds of processor time, of all threads.
    cpu: f64,
    /// Peak memory of the process, megabytes.
    peak: f64,
}

/// Measures a way in a fresh process, over so many passes.
fn in_a_process(way: Way, folder: &Path, threads: usize, passes: usize) -> anyhow::Result<Measured> {
    let output = std::process::Command::new(std::env::current_exe()?)
        .args([way.name().as_ref(), folder.as_os_str()])
        .args([threads.to_string(), passes.to_string()])
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let numbers = said.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    match numbers.as_slice() {
        [wall, cpu, peak] => Ok(Measured { wall: *wall, cpu: *cpu, peak: *peak }),
        _ => anyhow::bail!("no result: {said} {}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// One pass that counts for nothing, which also builds tables and expressions, then those that are measured. Says what
/// one of them took.
fn measure(way: Way, folder: &Path, threads: usize, passes: usize) -> anyhow::Result<()> {
    let (files, _) = session::discover::expand(&[folder.to_owned()]);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let settings = Settings::default();
    let run = |file: &PathBuf| -> usize {
        match way {
            Way::Derived => typed::parse::<typed::Derived>(file).unwrap_or_default(),
            Way::Typed => typed::parse::<typed::ByHand>(file).unwrap_or_default(),
            Way::Read | Way::Digest => {
                let mut kept = 0;
                let read = session::read_file(file, &settings.reading, &mut |session| {
                    kept += session.events.len();
                    if matches!(way, Way::Digest) {
                        kept += digest::read(&session, &settings.reading).steps.len();
                    }
                });
                assert!(read.skipped.is_empty(), "{:?}", read.skipped);
                kept
            }
        }
    };
    let pass = || -> usize { pool.install(|| files.par_iter().map(run).sum()) };
    anyhow::ensure!(pass() > 0, "nothing was read");
    let (began, worked) = (Instant::now(), processor_seconds());
    for _ in 0..passes {
        anyhow::ensure!(pass() > 0, "nothing was read");
    }
    let (wall, cpu) = (began.elapsed().as_secs_f64(), processor_seconds() - worked);
    println!("{} {} {}", wall / passes as f64, cpu / passes as f64, peak_megabytes());
    Ok(())
}

/// Processor time of this process's threads so far, in seconds; 0 where the system does not say.
fn processor_seconds() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let of_task = |path: PathBuf| -> Option<f64> {
        let said = std::fs::read_to_string(path.join("schedstat")).ok()?;
        said.split_whitespace().next()?.parse::<f64>().ok()
    };
    tasks.flatten().filter_map(|task| of_task(task.path())).sum::<f64>() / 1e9
}

/// `VmHWM` of this process; 0 where the system does not say.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0 / 1e6
}

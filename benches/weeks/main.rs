//! A year of a team and its memory, in minutes. `cargo bench --bench weeks -- --seeds 1..3`
//!
//! Every week agents work (with mistakes, wishes and workflows that come and go), git-dream dreams on their
//! transcripts, and people review what it proposes and write into the memory themselves. Agents that read a note mostly
//! do as it says, so that what is merged changes what there is to be seen. Transcripts are the exam's
//! (`benches/planted`); the repository, the program and git are real. What must hold is judged by books of its own:
//! what the calendar knows and what git shows. Exits with 1 when something did not hold.

#![allow(dead_code, reason = "of the exam's modules only the generator is used here")]

mod calendar;
#[path = "../planted/corpus.rs"]
mod corpus;
#[path = "../planted/ending.rs"]
mod ending;
#[path = "../planted/json.rs"]
mod json;
mod lines;
mod memory;
mod oversight;
mod people;
#[path = "../planted/score/phrase.rs"]
mod phrase;
#[path = "../planted/random.rs"]
mod random;
mod recognise;
mod report;
#[path = "../planted/script.rs"]
mod script;
#[path = "../planted/secrets.rs"]
mod secrets;
mod sessions;
#[path = "../planted/truth.rs"]
mod truth;
#[path = "../planted/vocabulary.rs"]
mod vocabulary;
#[path = "../planted/world/mod.rs"]
mod world;
#[path = "../planted/write/mod.rs"]
mod write;

use ending::say;
use memory::Memory;
use oversight::Oversight;
use people::{Open, People};
use random::Random;
use recognise::Recogniser;
use sessions::{Findable, Team};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vocabulary::Vocabulary;
use world::{DAY, FIRST_DAY};

const USAGE: &str = "\
cargo bench --bench weeks -- [OPTIONS]

  --seeds A..B     seeds, both ends included (default 1..3); --seed N for one
  --weeks N        weeks (default 50)
  --sessions N     sessions a week (default 28)
  --binary FILE    the program (default: the one cargo built)
  --keep DIR       keep transcripts and repositories there
  --verbose        list every violation";

struct Plan {
    seeds: Vec<u64>,
    weeks: usize,
    sessions: usize,
    binary: PathBuf,
    keep: Option<PathBuf>,
    verbose: bool,
}

fn main() -> ExitCode {
    ending::of("weeks", || plan().and_then(|plan| run(&plan)))
}

fn plan() -> Result<Plan, String> {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_git-dream"));
    let mut plan = Plan { seeds: vec![1, 2, 3], weeks: 50, sessions: 28, binary, keep: None, verbose: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("{text} is no number"));
        match word.as_str() {
            "--seed" | "--seeds" => {
                let text = value()?;
                plan.seeds = match text.split_once("..") {
                    Some((first, last)) => (number(first)?..=number(last)?).collect(),
                    None => text.split(',').map(number).collect::<Result<_, _>>()?,
                };
            }
            "--weeks" => plan.weeks = number(&value()?)?.clamp(12, 500) as usize,
            "--sessions" => plan.sessions = number(&value()?)?.clamp(16, 500) as usize,
            "--binary" => plan.binary = value()?.into(),
            "--keep" => plan.keep = Some(value()?.into()),
            "--verbose" | "-v" => plan.verbose = true,
            "--bench" => {}
            other => return Err(format!("unknown argument {other}\n\n{USAGE}")),
        }
    }
    plan.binary = std::path::absolute(&plan.binary).map_err(|error| error.to_string())?;
    Ok(plan)
}

/// Whether everything held in every year.
fn run(plan: &Plan) -> Result<bool, String> {
    let passing = tempfile::tempdir().map_err(|error| error.to_string())?;
    let base = plan.keep.as_deref().unwrap_or(passing.path());
    let mut years = Vec::new();
    for &seed in &plan.seeds {
        let folder = base.join(format!("year-{seed}"));
        let _ = std::fs::remove_dir_all(&folder);
        years.push(year(plan, seed, &folder)?);
    }
    if plan.verbose {
        years.iter().flat_map(report::details).for_each(|line| say(&line));
    }
    report::table(&years).iter().for_each(|line| say(line));
    Ok(report::all_held(&years))
}

/// Lives one year through.
fn year(plan: &Plan, seed: u64, folder: &Path) -> Result<report::Year, String> {
    let vocabulary = vocabulary(seed)?;
    let root = Random::new(seed);
    let bound = world::invented(&vocabulary, &mut root.fork("invented"));
    let lessons = calendar::draw(&vocabulary, plan.weeks, &mut root.fork("calendar"));
    let recogniser = Recogniser::new(&vocabulary, &lessons, &bound);
    let mut team = Team::new(&vocabulary, &bound, plan.sessions, plan.weeks, root.fork("team"));
    let mut people = People::new(&lessons, root.fork("people"));
    let mut oversight = Oversight::new(&lessons);
    let mut memory = Memory::init(folder, &plan.binary, FIRST_DAY)?;
    let transcripts = folder.join("transcripts");
    let mut open: Vec<Open> = Vec::new();
    let mut seconds = Vec::new();
    for week in 1..=plan.weeks {
        let findable = findable(&memory, &recogniser);
        let shown = team.work(week, &lessons, &findable, &transcripts)?;
        oversight.happened(&shown);
        memory.at(FIRST_DAY + week as i64 * 7 * DAY);
        let dream = memory.run(&transcripts)?;
        seconds.push(dream.seconds);
        if let Some(branch) = dream.branch {
            let mut learnings = Vec::new();
            for learning in dream.learnings {
                let text = memory.read(&learning.commit, &learning.note).unwrap_or_default();
                let lesson = recogniser.lesson(&learning.kind, &learning.title, &text);
                oversight.proposed(week, lesson, &learning, &open);
                learnings.push((lesson, learning));
            }
            oversight.branched(&memory, &branch)?;
            open.push(Open { branch, learnings });
        }
        memory.at(FIRST_DAY + week as i64 * 7 * DAY + 3_600_000);
        people.review(week, &memory, &mut open, &mut oversight)?;
        people.work(week, &memory, &mut oversight)?;
        oversight.weigh(&memory, "main");
    }
    let active: BTreeSet<usize> =
        notes(&memory, &recogniser).into_iter().filter_map(|(lesson, _)| lesson).collect();
    let fsck = memory.git(&["fsck", "--strict", "--full", "--no-dangling", "--no-progress"]);
    let count = |range: &str| -> usize {
        memory.git(&["rev-list", "--count", range]).ok().and_then(|n| n.trim().parse().ok()).unwrap_or(0)
    };
    Ok(report::Year {
        seed,
        vocabulary: vocabulary.name.clone(),
        sessions: plan.sessions * plan.weeks,
        commits: count("main"),
        notes: memory.files("main")?.iter().filter(|path| is_note(path)).count(),
        fsck: fsck.map(|said| said.trim().to_owned()).unwrap_or_else(|said| said),
        ending: oversight.ending(plan.weeks, &active),
        counts: oversight.counts,
        wrongs: oversight.wrongs,
        ways: people.ways,
        seconds,
    })
}

/// The notes that agents find in the index, with their lessons.
fn findable(memory: &Memory, recogniser: &Recogniser) -> Findable {
    let main = memory.read("main", "MEMORY.md").unwrap_or_default();
    let named: BTreeSet<&str> = main
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.rsplit_once("](")?.1.strip_suffix(')'))
        .collect();
    notes(memory, recogniser).into_iter().filter(|(_, path)| named.contains(path.as_str())).collect()
}

/// The notes on the target, with their lessons.
fn notes(memory: &Memory, recogniser: &Recogniser) -> Findable {
    let files = memory.files("main").unwrap_or_default();
    let of_path = |path: String| {
        let kind = match path.rsplit('/').nth(1).unwrap_or_default() {
            "mistakes" => "mistake",
            "preferences" => "preference",
            _ => "playbook",
        };
        let text = memory.read("main", &path).unwrap_or_default();
        let title = text.lines().find_map(|line| line.strip_prefix("description: ")).unwrap_or_default();
        (recogniser.lesson(kind, title, &text), path)
    };
    files.into_iter().filter(|path| is_note(path)).map(of_path).collect()
}

/// Whether this path is a note that is not in the archive.
fn is_note(path: &str) -> bool {
    let folders = ["mistakes/", "preferences/", "playbooks/", "agents/"];
    path.ends_with(".md") && folders.iter().any(|folder| path.starts_with(folder))
}

fn vocabulary(seed: u64) -> Result<Vocabulary, String> {
    const FILES: [&str; 5] = ["web", "data", "ops", "embedded", "invented"];
    let name = FILES[seed as usize % FILES.len()];
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("benches/data/vocabulary-{name}.toml"));
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Vocabulary::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}

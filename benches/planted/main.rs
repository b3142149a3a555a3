//! The exam: patterns planted in generated transcripts, and how many of them git-dream finds.
//!
//! `cargo bench --bench planted` runs ten seeds that nothing was developed on; `-- --help` shows the rest.
//! A world is made from a seed and a vocabulary (`benches/data/vocabulary-*.toml`): people, jobs, sessions in
//! Claude Code's and Codex's own layouts. In it are planted mistakes with and without remedies, workflows,
//! preferences and conflicts; and what looks like them and must not be found: one-off errors, errors of one
//! job, expected failures, wishes for one task, of one session or one person, poison in tool output, copies
//! and forks. Secrets are everywhere.
//!
//! The exam drives the built program and reads its JSON and its git objects, nothing else: it knows nothing
//! of how the patterns are found.

mod arguments;
mod corpus;
mod ending;
mod json;
mod model;
mod modelled;
mod random;
mod score;
mod script;
mod secrets;
mod truth;
mod vocabulary;
mod world;
mod write;

use arguments::{Arguments, USAGE};
use ending::say;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vocabulary::Vocabulary;

fn main() -> ExitCode {
    if std::env::args().any(|word| word == "--help" || word == "-h") {
        say(USAGE);
        return ExitCode::SUCCESS;
    }
    ending::of("planted", || Arguments::parse(std::env::args().skip(1)).and_then(|arguments| run(&arguments)))
}

/// Whether every bound held.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let vocabularies = vocabularies(&arguments.vocabularies)?;
    if let Some(folder) = &arguments.generate {
        return generate(arguments, &vocabularies, folder).map(|()| true);
    }
    let binary = arguments.binary.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_git-dream")));
    // It is started in other folders than this one.
    let binary = std::path::absolute(&binary).map_err(|error| format!("{}: {error}", binary.display()))?;
    let build = score::drive::build(&binary)?;
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let base = arguments.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    let mut marks = Vec::new();
    let mut compared = Vec::new();
    for &seed in &arguments.seeds {
        let vocabulary = &vocabularies[seed as usize % vocabularies.len()];
        let world = world::make(vocabulary, seed, arguments.sessions);
        let folder = base.join(format!("seed-{seed}"));
        let bytes = corpus::write(&world, &folder.join("transcripts")).map_err(|error| error.to_string())?;
        write_truth(&world.truth, &folder)?;
        let outcome = score::drive::dream(&binary, &folder, &arguments.pass, &arguments.settings)?;
        let mark = score::mark(&world.truth, &outcome);
        if arguments.verbose {
            score::report::details(&mark).iter().for_each(|line| say(line));
        }
        if let Some(mood) = arguments.model {
            let asked =
                modelled::Asked { mood, bytes, truth: &world.truth, alone: &outcome, folder: &folder };
            compared.push(asked.compare(&binary, &mark, arguments)?);
        }
        marks.push(mark);
    }
    score::report::table(&build, &marks).iter().for_each(|line| say(line));
    modelled::table(&compared).iter().for_each(|line| say(line));
    Ok(score::report::bounds_hold(&marks) && modelled::bounds_hold(&compared))
}

fn generate(arguments: &Arguments, vocabularies: &[Vocabulary], folder: &Path) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let seed = arguments.seeds[0];
    if let Some(sessions) = arguments.scale {
        let bytes = corpus::write_many(vocabularies, seed, sessions, folder).map_err(text)?;
        say(&format!("{sessions} sessions, {bytes} bytes in {}", folder.display()));
        return Ok(());
    }
    let vocabulary = &vocabularies[seed as usize % vocabularies.len()];
    let world = world::make(vocabulary, seed, arguments.sessions);
    let bytes = corpus::write(&world, folder).map_err(text)?;
    write_truth(&world.truth, folder)?;
    say(&format!("seed {seed}, {}: {bytes} bytes in {}", vocabulary.name, folder.display()));
    for (what, count) in corpus::census(&world) {
        say(&format!("{count:>6} {what}"));
    }
    Ok(())
}

fn write_truth(truth: &truth::Truth, folder: &Path) -> Result<(), String> {
    let text = serde_json::to_string_pretty(truth).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    std::fs::write(folder.join("truth.json"), text).map_err(|error| error.to_string())
}

/// The vocabularies in these files, or all of `benches/data` in the order of their names.
fn vocabularies(files: &[PathBuf]) -> Result<Vec<Vocabulary>, String> {
    let mut files = files.to_vec();
    if files.is_empty() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/data");
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        files = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("vocabulary") && name.ends_with(".toml")
        });
        files.sort();
    }
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Vocabulary::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    };
    let read: Result<Vec<Vocabulary>, String> = files.iter().map(read).collect();
    read.and_then(|list| if list.is_empty() { Err("no vocabulary found".to_owned()) } else { Ok(list) })
}

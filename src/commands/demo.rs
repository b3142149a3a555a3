//! `git dream demo [DIR]`: a whole dream on shipped real sessions.

use super::exit::Usage;
use super::talk::{COMMAND, STRONG, Talk};
use super::{init, run, whereabouts};
use crate::cycle::{self, Request, gather::Sources};
use crate::repo::Repo;
use anyhow::{Context, Result};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// 150 real sessions with outcomes; `templates/demo/NOTICE.md` says whose.
const SESSIONS: &[u8] = include_bytes!("../../templates/demo/airline.jsonl.zst");

/// The notice that goes wherever the sessions go.
const NOTICE: &str = include_str!("../../templates/demo/NOTICE.md");

/// Where the demo goes when nobody says.
const FOLDER: &str = "git-dream-demo";

#[derive(clap::Args)]
pub(super) struct Options {
    /// A folder that is not there yet
    #[arg(default_value = FOLDER)]
    dir: PathBuf,
    /// Date everything with this moment instead of now
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let place = dir.join(&options.dir);
    if std::fs::read_dir(&place).is_ok_and(|mut entries| entries.next().is_some()) || place.is_file() {
        return Err(Usage(format!(
            "{} is there already: delete it, or name another folder, `git dream demo DIR`",
            place.display()
        ))
        .into());
    }
    let now = whereabouts::now(options.now.as_deref())?;
    // Asked before anything is made, so that a second try finds nothing in its way.
    let git = Command::new("git").arg("--version").output();
    git.context("cannot start `git`, which the demo needs: is it installed?")?;
    std::fs::create_dir_all(&place).with_context(|| format!("cannot make the folder {}", place.display()))?;
    let memory = place.join("memory");
    let sessions = unpack(&place)?;
    let repo = Repo::init(&memory, "main")?;
    init::make(&repo, "", &[], init::Committing::AsTheProgram(now))?;
    talk.say(&format!(
        "{STRONG}150 real sessions{STRONG:#} of an airline's agent are in {}",
        sessions.display()
    ));
    talk.say(&format!("An empty memory is in {}\n", memory.display()));
    let bar = talk.bar("reading");
    let progress = |done: usize, of: usize| bar.at(done, of);
    let sources = Sources {
        transcripts: &[sessions],
        digests: &[],
        entire: None,
        usage: None,
        skipped: &[],
        outcomes: None,
        found: false,
        progress: &progress,
    };
    let settings = crate::settings::Settings::default();
    let request = Request {
        repo: &repo,
        settings: &settings,
        sources,
        now,
        dry_run: false,
        engine: None,
        rehearse: None,
    };
    let report = cycle::dream(&request)?;
    drop(bar);
    if talk.json {
        return talk.data_json(&report);
    }
    run::tell(&report, false, talk);
    let first = report.learnings.first().and_then(|learning| learning.commit.as_deref());
    if let (Some(first), Some(branch)) = (first, &report.branch) {
        talk.say(&format!(
            "\n{STRONG}One learning in full{STRONG:#} ({COMMAND}git show {}{COMMAND:#}):\n",
            first.get(..10).unwrap_or_default()
        ));
        talk.data(&shown(&memory, first)?)?;
        talk.say(&format!(
            "\n{STRONG}Now it is yours to decide{STRONG:#}, with plain git or with git dream:\n"
        ));
        for (command, what) in [
            (format!("cd {}", memory.display()), "go there"),
            (format!("git log -p main..{branch}"), "read, one commit a learning"),
            ("git dream review".to_owned(), "decide learning by learning"),
            (format!("git merge {branch}"), "take all of it"),
            (format!("git revert {}", first.get(..10).unwrap_or_default()), "take one back, any time later"),
            ("git dream status".to_owned(), "see where you stand"),
        ] {
            talk.say(&format!("  {COMMAND}{command:<44}{COMMAND:#} {what}"));
        }
    }
    Ok(())
}

/// Puts the sessions and their notice into the folder; gives the transcript's path.
fn unpack(place: &Path) -> Result<PathBuf> {
    let mut sessions = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(SESSIONS)
        .map_err(std::io::Error::other)
        .and_then(|mut decoder| decoder.read_to_end(&mut sessions))
        .context("the shipped sessions cannot be unpacked: the program is damaged, install it again")?;
    let path = place.join("sessions.jsonl");
    std::fs::write(&path, sessions).with_context(|| format!("cannot write {}", path.display()))?;
    std::fs::write(place.join("NOTICE.md"), NOTICE).context("cannot write the sessions' notice")?;
    Ok(path)
}

/// A commit as git shows it.
fn shown(memory: &Path, commit: &str) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(memory).args(["show", "--no-color", commit]).output();
    let output = output.context("cannot start `git`: is it installed?")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

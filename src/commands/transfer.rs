//! `git dream import` and `git dream export`: notes from and to where agents keep their own.

use super::exit::Usage;
use super::talk::{COMMAND, Talk, count};
use super::whereabouts;
use super::writable::{Writable, none};
use crate::candidate::Candidate;
use crate::cycle::{read_memory, usefulness};
use crate::learning::author::quote::visible;
use crate::ledger::Ledger;
use crate::model::access::Said;
use crate::model::{Access, service};
use crate::nearest;
use crate::repo::{Repo, in_main_tree};
use crate::transfer::folder::Done;
use crate::transfer::import::{Imported, Taken};
use crate::transfer::store::Store;
use crate::transfer::{Found, Left, Side, claude_code, codex, export, folder, import};
use anyhow::Result;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Propose notes that agents keep elsewhere, on a branch for review
#[derive(clap::Args)]
pub(super) struct Import {
    #[command(flatten)]
    at: At,
    /// Moment that notes and commits are dated with, for example 2026-01-31T02:00:00Z
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

/// Write the memory to where agents keep notes of their own
#[derive(clap::Args)]
pub(super) struct Export {
    #[command(flatten)]
    at: At,
    /// Write over what somebody else wrote or changed there
    #[arg(long)]
    force: bool,
}

#[derive(clap::Args)]
struct At {
    /// `claude-code`, `codex` or `anthropic`
    #[arg(value_name = "SIDE", value_parser = side)]
    side: Side,
    /// The folder, where it is not the usual one; for `anthropic` the memory store (`memstore_…`)
    #[arg(value_name = "PLACE")]
    place: Option<String>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct ImportWire<'a> {
    version: u32,
    from: String,
    place: String,
    branch: Option<&'a str>,
    notes: &'a [Taken],
    known: usize,
    left: &'a [Left],
}

#[derive(Serialize)]
struct ExportWire<'a> {
    version: u32,
    to: String,
    place: String,
    written: &'a [String],
    removed: &'a [String],
    same: usize,
    left: &'a [Left],
}

fn side(typed: &str) -> Result<Side, String> {
    Side::named(typed).ok_or_else(|| format!("name one of {}", Side::ALL.map(Side::name).join(", ")))
}

/// Where notes are.
enum Place {
    Folder(PathBuf),
    Store(Box<Store>, String),
}

impl Place {
    fn shown(&self) -> String {
        match self {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Store(_, id) => id.clone(),
        }
    }
}

pub(super) fn import(options: &Import, dir: &Path, talk: &Talk) -> Result<()> {
    let At { side, dry_run, .. } = options.at;
    let at = whereabouts::now(options.now.as_deref())?;
    let memory = Writable::find(dir, &whereabouts::places(), true, at)?;
    let place = place(&options.at, dir, memory.repo())?;
    let found = read(side, &place)?;
    let writer = import::writer(side);
    let mut candidate = Candidate::open(memory.repo(), memory.settings(), &writer)?;
    let imported = import::import(&mut candidate, side, found, at, dry_run)?;
    if !dry_run {
        memory.share(&writer.by, options.now.as_deref(), talk)?;
    }
    let Imported { branch, taken, known, left } = &imported;
    if talk.json {
        return talk.data_json(&ImportWire {
            version: 1,
            from: side.to_string(),
            place: place.shown(),
            branch: branch.as_deref(),
            notes: taken,
            known: *known,
            left,
        });
    }
    let mut text = String::new();
    for Taken { name, note, revises } in taken {
        let what = if *revises { "revise" } else { "add" };
        text.push_str(&visible(&format!("{what}  {note}  from {name}")));
        text.push('\n');
    }
    tell_left(left, talk);
    let kept = if *known > 0 { format!("; {} there already", count(*known, "piece")) } else { String::new() };
    talk.say(&match branch {
        Some(branch) => {
            format!("{} on {branch}{kept}. Next: {COMMAND}git dream review{COMMAND:#}", waits(taken.len()))
        }
        None if dry_run && !taken.is_empty() => {
            format!("{} would be proposed{kept}; nothing was written.", count(taken.len(), "note"))
        }
        None => format!("Nothing new in {}{kept}.", place.shown()),
    });
    talk.data(&text)
}

fn waits(notes: usize) -> String {
    format!("{} {}", count(notes, "note"), if notes == 1 { "waits" } else { "wait" })
}

pub(super) fn export(options: &Export, dir: &Path, talk: &Talk) -> Result<()> {
    let At { side, dry_run, .. } = options.at;
    let here = nearest::find(dir, &whereabouts::places())?.ok_or_else(none)?;
    let place = place(&options.at, dir, &here.repo)?;
    let memory = read_memory(&here.repo, here.at, &here.settings.memory.root)?;
    let useful = usefulness::on_record(&Ledger::open(&here.repo)?.cycles()?.0);
    let (notes, left) = export::outgoing(&memory, &useful, side);
    let mut done = match &place {
        Place::Folder(folder) => {
            let (wanted, own) = match side {
                Side::Codex => (codex::wanted(folder, &notes)?, codex::own(folder)?),
                _ => (claude_code::wanted(folder, &notes)?, claude_code::own(folder)?),
            };
            folder::write(folder, &wanted, &own, options.force, dry_run)?
        }
        Place::Store(store, _) => store.write(&notes, options.force, dry_run)?,
    };
    done.left.extend(left);
    done.left.sort();
    let Done { written, removed, same, left } = &done;
    if talk.json {
        return talk.data_json(&ExportWire {
            version: 1,
            to: side.to_string(),
            place: place.shown(),
            written,
            removed,
            same: *same,
            left,
        });
    }
    let mut text: String = written.iter().map(|name| format!("write   {name}\n")).collect();
    text.extend(removed.iter().map(|name| format!("remove  {name}\n")));
    tell_left(left, talk);
    let would = if dry_run { "; nothing was written" } else { "" };
    talk.say(&format!(
        "{}: {} written, {} removed, {same} as they were{would}.",
        place.shown(),
        written.len(),
        removed.len()
    ));
    talk.data(&text)
}

/// What was not taken along, each with its reason.
fn tell_left(left: &[Left], talk: &Talk) {
    for Left { what, reason } in left {
        talk.say(&visible(&format!("left    {what}: {reason}")));
    }
}

fn read(side: Side, place: &Place) -> Result<Found> {
    match (side, place) {
        (_, Place::Store(store, _)) => store.read(),
        (_, Place::Folder(folder)) if !folder.is_dir() => Err(Usage(format!(
            "there is no folder {}: name the one that {side} keeps its notes in",
            folder.display()
        ))
        .into()),
        (Side::Codex, Place::Folder(folder)) => codex::read(folder),
        (_, Place::Folder(folder)) => claude_code::read(folder),
    }
}

/// The place that was named, else the usual one.
fn place(at: &At, dir: &Path, repo: &Repo) -> Result<Place> {
    let home = std::env::home_dir().unwrap_or_default();
    let homes = whereabouts::homes(&home);
    match (at.side, &at.place) {
        (Side::Anthropic, None) => {
            Err(Usage("name the memory store, as in `anthropic memstore_0123`".to_owned()).into())
        }
        (Side::Anthropic, Some(id)) => {
            let Some(service) = service::find("anthropic") else {
                return Err(Usage("there is no service anthropic".to_owned()).into());
            };
            let variable = |name: &str| std::env::var(name).ok();
            let configured = |key: &str| repo.config(key);
            let said = Said { base_url: None, command: None, variable: &variable, configured: &configured };
            let access = Access::find(service, true, &said)?;
            Ok(Place::Store(Box::new(Store::open(&access, id)?), id.clone()))
        }
        (_, Some(folder)) => Ok(Place::Folder(PathBuf::from(folder))),
        (Side::Codex, None) => Ok(Place::Folder(homes.codex().join("memories"))),
        (Side::ClaudeCode, None) => {
            let real = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
            let project = in_main_tree(&real).unwrap_or(real);
            let top = project.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&project);
            Ok(Place::Folder(claude_code::folder_of(&homes.claude_code(), top)))
        }
    }
}

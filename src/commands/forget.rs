//! `git dream forget`: take a note away for good, or erase what came from a session or a person.

mod erasure;
mod note;

use super::exit::Usage;
use super::talk::Talk;
use super::whereabouts;
use crate::forgetting::erasure::Origin;
use anyhow::Result;
use std::path::Path;

/// Retires a note and bars its lesson until somebody takes that back; or erases from the ledger and the inboxes what
/// came from a session or a person.
///
/// A note goes to the archive in one commit on the target branch, in your name. Its lesson is not proposed again,
/// whatever the evidence, until that commit is reverted or the note is moved back.
///
/// What came from a session or a person is erased for good: the ledger's history is written again without it. What
/// rested on it is scored again, and notes and commits that quote it are named. Try it with --dry-run first.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(super) struct Options {
    /// The note: its path, its name or a part of it, its pattern, or a commit
    #[arg(value_name = "NOTE", group = "what")]
    note: Option<String>,
    /// Erase this session: its id, the tool's own id for it, or the beginning of one
    #[arg(long, value_name = "ID", group = "what")]
    session: Option<String>,
    /// Erase everything that came from this person
    #[arg(long, value_name = "NAME", group = "what")]
    contributor: Option<String>,
    /// Why the note is to be forgotten: whoever proposes it again has to answer this
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["session", "contributor"])]
    reason: Option<String>,
    /// Say what would go and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Date the commit with this moment instead of now
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    match (&options.note, &options.session, &options.contributor) {
        (Some(asked), ..) => note::forget(asked, options, &here, dir, talk),
        (_, Some(session), _) => erasure::erase(&Origin::Session(session.clone()), options, &here, talk),
        (.., Some(name)) => erasure::erase(&Origin::Contributor(name.clone()), options, &here, talk),
        (None, None, None) => {
            Err(Usage("say what to forget: a note, --session or --contributor".to_owned()).into())
        }
    }
}

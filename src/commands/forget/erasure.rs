//! `git dream forget --session` and `--contributor`.

use super::Options;
use crate::commands::talk::{BAD, COMMAND, FAINT, STRONG, Talk, count};
use crate::commands::whereabouts::{self, Whereabouts};
use crate::forgetting::erasure::{self, Erasure, Origin};
use crate::forgetting::quoted::Quoted;
use crate::forgetting::rescore::Rescored;
use crate::learning::standing::Verdict;
use crate::ledger::{LEDGER, Stamp, SupportRecord};
use crate::repo::{Identity, RefMove};
use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    dry_run: bool,
    sessions: Vec<Session<'a>>,
    /// What was learnt from it, where that now has less to rest on.
    learnings: Vec<Learning<'a>>,
    /// What branches quote; left as it is.
    quoted: &'a [Quoted],
    /// How the ledger and the inboxes moved; `to` is null where an inbox is gone.
    refs: Vec<Moved<'a>>,
    /// Refs that still hold it.
    held_by: &'a [String],
    /// Commands for what is out of reach.
    commands: Vec<String>,
}

#[derive(Serialize)]
struct Session<'a> {
    session: &'a str,
    source: Option<&'a str>,
    contributor: Option<&'a str>,
    began: Option<Timestamp>,
}

#[derive(Serialize)]
struct Learning<'a> {
    pattern: &'a str,
    note: Option<&'a str>,
    verdict: Option<Verdict>,
    before: SupportRecord,
    /// Null where too little is left for a pattern.
    after: Option<SupportRecord>,
}

#[derive(Serialize)]
struct Moved<'a> {
    name: &'a str,
    from: Option<String>,
    to: Option<String>,
}

/// How many lines and commits of a branch are shown to people; `--json` has all of them.
const MOST_SHOWN: usize = 5;

pub(super) fn erase(origin: &Origin, options: &Options, here: &Whereabouts, talk: &Talk) -> Result<()> {
    let (repo, settings) = (&here.repo, &here.settings);
    let identity = Identity::of(&settings.author);
    let stamp = Stamp { identity, at: whereabouts::now(options.now.as_deref())? };
    if !options.dry_run {
        repo.recover()?;
    }
    let erasure = erasure::plan(repo, settings, origin)?;
    let moves = match options.dry_run || erasure.is_done {
        true => Vec::new(),
        false => erasure::erase(repo, &erasure, &stamp)?,
    };
    let commands = out_of_reach(&erasure, &moves, &repo.remotes()?);
    if talk.json {
        return talk.data_json(&report(&erasure, &moves, commands, options.dry_run));
    }
    if erasure.is_done {
        talk.say("It was erased already: nothing is left of it here.");
        return Ok(());
    }
    talk.data(&text(&erasure, &commands, options.dry_run))
}

fn report<'a>(
    erasure: &'a Erasure<'_>,
    moves: &'a [RefMove],
    commands: Vec<String>,
    dry_run: bool,
) -> Report<'a> {
    let learning = |lesson: &'a Rescored| Learning {
        pattern: lesson.pattern.as_str(),
        note: lesson.proposed.as_ref().map(|(note, _)| note.as_str()),
        verdict: lesson.proposed.as_ref().map(|(_, verdict)| *verdict),
        before: lesson.before,
        after: lesson.after,
    };
    let sessions = erasure.digests.iter().map(|digest| Session {
        session: digest.session.as_str(),
        source: digest.source.as_deref(),
        contributor: digest.contributor.as_deref(),
        began: digest.began,
    });
    let refs = moves.iter().map(|moving| Moved {
        name: &moving.name,
        from: moving.from.map(|from| from.to_string()),
        to: moving.to.map(|to| to.to_string()),
    });
    Report {
        version: 1,
        dry_run,
        sessions: sessions.collect(),
        learnings: erasure.rescored.iter().map(learning).collect(),
        quoted: &erasure.quoted,
        refs: refs.collect(),
        held_by: &erasure.held_by,
        commands,
    }
}

/// What to run where this program does not reach: old objects, remotes.
fn out_of_reach(erasure: &Erasure<'_>, moves: &[RefMove], remotes: &[String]) -> Vec<String> {
    if moves.is_empty() {
        return Vec::new();
    }
    let mut commands: Vec<String> =
        erasure.held_by.iter().map(|name| format!("git update-ref -d {name}")).collect();
    for remote in remotes {
        for RefMove { name, from, to, .. } in moves {
            let Some(from) = from else { continue };
            let to = if to.is_some() { name.as_str() } else { "" };
            commands.push(format!("git push --force-with-lease={name}:{from} {remote} {to}:{name}"));
        }
    }
    commands.push("git reflog expire --expire=now --all && git gc --prune=now".to_owned());
    commands
}

/// What went, for people.
fn text(erasure: &Erasure<'_>, commands: &[String], dry_run: bool) -> String {
    let mut text = String::new();
    let sessions = count(erasure.digests.len(), "session");
    let done = if dry_run { "would be erased" } else { "erased" };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{STRONG}{sessions}{STRONG:#} {done} from the ledger and the inboxes:");
    for digest in &erasure.digests {
        let began = digest.began.map(|began| began.strftime("%Y-%m-%d").to_string());
        let known = [began.as_deref(), digest.contributor.as_deref(), digest.source.as_deref()];
        let known: String = known.into_iter().flatten().map(|word| format!(" {word}")).collect();
        let _ = writeln!(text, "  {}{FAINT}{known}{FAINT:#}", digest.session);
    }
    let proposed = erasure.rescored.iter().filter_map(|lesson| Some((lesson, lesson.proposed.as_ref()?)));
    let proposed: Vec<_> = proposed.collect();
    if !proposed.is_empty() {
        let _ = writeln!(text, "\nWhat rested on it, in independent sessions before and after:");
    }
    for (lesson, (note, verdict)) in proposed {
        let before = lesson.before.sessions;
        let _ = match lesson.after {
            Some(after) => writeln!(text, "  {note} ({verdict}): {before} → {}", after.sessions),
            None => writeln!(text, "  {note} ({verdict}): {before} → {BAD}too few for a lesson{BAD:#}"),
        };
    }
    for quoted in &erasure.quoted {
        let Quoted { branch, is_dream, lines, commits } = quoted;
        let _ = writeln!(text, "\n{STRONG}{branch}{STRONG:#} quotes it, and is left as it is:");
        let short = |commit: &String| format!("commit {}", commit.get(..10).unwrap_or(commit));
        let places: Vec<String> = lines.iter().cloned().chain(commits.iter().map(short)).collect();
        for place in places.iter().take(MOST_SHOWN) {
            let _ = writeln!(text, "  {place}");
        }
        if places.len() > MOST_SHOWN {
            let _ = writeln!(text, "  and {} more (--json names all)", places.len() - MOST_SHOWN);
        }
        let _ = match is_dream {
            true => writeln!(
                text,
                "  It goes with the branch: {COMMAND}git branch -D {branch}{COMMAND:#}, which rejects what waits there, or once \
                 all of that is decided ({COMMAND}git dream review{COMMAND:#})."
            ),
            false => writeln!(
                text,
                "  Delete those lines and commit, or {COMMAND}git dream forget NOTE --reason \"…\"{COMMAND:#}. What stands in its history stays there; \
                 taking it out rewrites the branch for everybody, which is yours to decide (git filter-repo)."
            ),
        };
    }
    if !commands.is_empty() {
        let _ = writeln!(
            text,
            "\nOut of reach from here; run these, and ask everybody who fetched {LEDGER} to fetch it again with `+`:"
        );
        for command in commands {
            let _ = writeln!(text, "  {COMMAND}{command}{COMMAND:#}");
        }
    }
    if let (false, Some(before)) = (dry_run, erasure.ledger_before()) {
        let _ = writeln!(
            text,
            "Until the last of them has run, {COMMAND}git update-ref {LEDGER} {}{COMMAND:#} takes it all back.",
            before.short()
        );
    }
    text
}

//! `git dream schedule --github`, `--gitlab`, `--forgejo`.

use super::super::exit::Usage;
use super::super::talk::{COMMAND, STRONG, Talk};
use super::{FileState, Scheduled, Wish, next};
use crate::repo::Repo;
use crate::schedule::cron::Cron;
use crate::schedule::files::{self, Seen, State};
use crate::schedule::forge::{File, Filling, Forge};
use crate::unusable::Unusable;
use crate::version;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;

/// Shows, writes or takes away the files of a forge.
pub(super) fn act(repo: &Repo, forge: Forge, wish: &Wish, force: bool, now: Timestamp) -> Result<Scheduled> {
    let top = top(repo)?;
    match wish {
        Wish::Show => {
            let (seen, cron) = files::look(top, forge)?;
            let is_there = seen.iter().any(|(_, state)| *state != State::Missing);
            Ok(Scheduled { scheduled: is_there, ..scheduled(forge, cron.as_ref(), now, seen) })
        }
        Wish::Remove => {
            let seen = files::remove(top, forge, force)?;
            if seen.is_empty() {
                let option = forge.option();
                return Err(
                    Usage(format!("there is nothing that `git dream schedule {option}` wrote")).into()
                );
            }
            Ok(Scheduled { scheduled: false, ..scheduled(forge, None, now, seen) })
        }
        Wish::At(cron) => {
            let seen = files::write(top, &wanted(forge, cron), force)?;
            Ok(scheduled(forge, Some(cron), now, seen))
        }
    }
}

/// The files for this repository, at its usual moment, to be written with others.
pub(in crate::commands) fn usual_files(repo: &Repo, forge: Forge) -> Vec<File> {
    wanted(forge, &Cron::usual(&super::name(repo), false))
}

/// What has to be done before it works, after what is to be done first.
pub(in crate::commands) fn advise(repo: &Repo, forge: Forge, first: &str, talk: &Talk) -> Result<()> {
    talk.say(&format!("\n{first}; then:"));
    let steps: &[&str] = match forge {
        Forge::Github => &[
            "Settings > Actions > General: switch on \"Allow GitHub Actions to create and approve pull requests\".",
            "Settings > Rules: require the status check \"memory-check\" for the branch, if you like.",
            "Nothing else is needed. A model, an App and a page are optional: the file's first lines say how.",
        ],
        Forge::Gitlab => &[
            "Build > Pipeline schedules: add one for the default branch, at the moment above.",
            "Settings > CI/CD > Variables: add GIT_DREAM_FORGE_TOKEN, masked and protected: a project access token with \
             the role Developer and the scopes api and write_repository. A job's own token cannot open merge requests.",
        ],
        Forge::Forgejo => &[
            "Settings > Units > Overview: switch on Actions; a runner must be there that has git, bash and curl.",
            "Nothing else is needed. A model is optional: the file's first lines say how.",
        ],
    };
    for step in steps {
        talk.say(&format!("  - {step}"));
    }
    if forge == Forge::Gitlab {
        let main = top(repo)?.join(".gitlab-ci.yml");
        // What cannot be read includes nothing.
        let said = std::fs::read_to_string(&main).unwrap_or_default();
        if !said.contains(".gitlab/git-dream.yml") {
            talk.say(&format!(
                "  - .gitlab-ci.yml: add {STRONG}include: [{{local: .gitlab/git-dream.yml}}]{STRONG:#} to take the \
                 pipeline up."
            ));
        }
    }
    if version::commit().is_none() && forge != Forge::Gitlab {
        talk.say(&format!(
            "This build does not know its commit, so the files name the action by its tag {COMMAND}v{}{COMMAND:#}, which \
             can be moved. A release pins it by its commit.",
            version::VERSION
        ));
    }
    Ok(())
}

fn scheduled(forge: Forge, cron: Option<&Cron>, now: Timestamp, seen: Vec<Seen>) -> Scheduled {
    // A file of GitLab's only says when; whether anybody set that up is known there alone.
    let is_set = forge != Forge::Gitlab;
    Scheduled {
        place: forge.option().trim_start_matches('-'),
        scheduled: true,
        cron: cron.map(ToString::to_string),
        next: next(cron.filter(|_| is_set), now, &TimeZone::UTC),
        files: seen.into_iter().map(|(path, state)| FileState { path: path.into(), state }).collect(),
        clock: TimeZone::UTC,
    }
}

/// The files of a forge, as this program writes them.
fn wanted(forge: Forge, cron: &Cron) -> Vec<File> {
    let action = match version::commit() {
        Some(commit) => format!("{commit} # v{}", version::VERSION),
        None => format!("v{}", version::VERSION),
    };
    forge.files(&Filling { cron, version: version::VERSION, action: &action })
}

/// The top of the working tree.
fn top(repo: &Repo) -> Result<&Path> {
    let bare = || {
        Unusable("this repository has no working tree to write workflows into: do it in a clone".to_owned())
    };
    Ok(repo.work_dir().ok_or_else(bare)?)
}

//! `git dream schedule --github`, `--gitlab`, `--forgejo`.

use super::super::exit::Usage;
use super::super::talk::{COMMAND, STRONG, Talk};
use super::super::whereabouts::Whereabouts;
use super::{FileState, Scheduled, next};
use crate::repo::Repo;
use crate::schedule::Unusable;
use crate::schedule::cron::Cron;
use crate::schedule::forge::{self, File, Filling, Forge, Stands};
use crate::version;
use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::ErrorKind;
use std::path::Path;

/// Writes the files that are not there or were written by git-dream; all of them or none.
pub(super) fn write(
    here: &Whereabouts,
    forge: Forge,
    cron: &Cron,
    force: bool,
    now: Timestamp,
) -> Result<Scheduled> {
    let top = top(&here.repo)?;
    let wanted = files(forge, cron);
    let standing = stand(top, &wanted)?;
    let changed: Vec<&str> = standing
        .iter()
        .filter(|(_, stands)| *stands == Stands::Changed && !force)
        .map(|(file, _)| file.path)
        .collect();
    if !changed.is_empty() {
        return Err(Unusable(format!(
            "{} {} changed by people, and nothing was written: look at it, and write over it with --force",
            changed.join(" and "),
            if changed.len() == 1 { "was" } else { "were" }
        ))
        .into());
    }
    let mut states = Vec::new();
    for (file, stands) in standing {
        if stands != Stands::Same {
            put(top, file)?;
        }
        let state = if stands == Stands::Same { "kept" } else { "wrote" };
        states.push(FileState { path: file.path.into(), state });
    }
    Ok(scheduled(forge, Some(cron), now, states))
}

/// The files for this repository, at its usual moment, to be written with others.
pub(in crate::commands) fn usual_files(repo: &Repo, forge: Forge) -> Vec<File> {
    files(forge, &Cron::usual(&super::name(repo), false))
}

pub(super) fn show(here: &Whereabouts, forge: Forge, now: Timestamp) -> Result<Scheduled> {
    let top = top(&here.repo)?;
    let mut states = Vec::new();
    let mut cron = None;
    for path in forge.paths() {
        let text = read(&top.join(path))?;
        cron = cron.or_else(|| text.as_deref().and_then(forge::cron_of));
        let state = match &text {
            None => "missing",
            Some(text) if forge::is_ours(text) => "ours",
            Some(_) => "changed",
        };
        states.push(FileState { path: path.into(), state });
    }
    let is_there = states.iter().any(|file| file.state != "missing");
    Ok(Scheduled { scheduled: is_there, ..scheduled(forge, cron.as_ref(), now, states) })
}

/// Takes the files away that git-dream wrote; all of them or none.
pub(super) fn remove(here: &Whereabouts, forge: Forge, force: bool) -> Result<Scheduled> {
    let top = top(&here.repo)?;
    let mut there = Vec::new();
    for path in forge.paths() {
        match read(&top.join(path))? {
            None => {}
            Some(text) if force || forge::is_ours(&text) => there.push(path),
            Some(_) => {
                return Err(Unusable(format!(
                    "{path} was changed by people, and nothing was removed: take it away with --force"
                ))
                .into());
            }
        }
    }
    if there.is_empty() {
        return Err(
            Usage(format!("there is nothing that `git dream schedule {}` wrote", forge.option())).into()
        );
    }
    let mut states = Vec::new();
    for path in there {
        std::fs::remove_file(top.join(path)).with_context(|| format!("cannot remove {path}"))?;
        states.push(FileState { path: path.into(), state: "removed" });
    }
    Ok(Scheduled { scheduled: false, ..scheduled(forge, None, Timestamp::UNIX_EPOCH, states) })
}

/// What has to be switched on before it works.
pub(in crate::commands) fn advise(repo: &Repo, forge: Forge, talk: &Talk) -> Result<()> {
    talk.say(&format!("\nCommit and push {}; then:", if forge == Forge::Gitlab { "it" } else { "them" }));
    let steps: &[&str] = match forge {
        Forge::Github => &[
            "Settings > Actions > General: switch on \"Allow GitHub Actions to create and approve pull requests\".",
            "Settings > Rules: require the status check \"memory-check\" for the branch, if you like.",
            "Nothing else is needed. A model, an App and a page are optional: the file's first lines say how.",
        ],
        Forge::Gitlab => &[
            "Build > Pipeline schedules: add one for the default branch (the pipeline's first lines name the moment).",
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
        let said = read(&main)?.unwrap_or_default();
        if !said.contains(".gitlab/git-dream.yml") {
            talk.say(&format!(
                "  - .gitlab-ci.yml: add {STRONG}include: [{{local: .gitlab/git-dream.yml}}]{STRONG:#} to take the \
                 pipeline up."
            ));
        }
    }
    if version::commit().is_none() {
        talk.say(&format!(
            "This build does not know its commit, so the files name the action by its tag {COMMAND}v{}{COMMAND:#}, which \
             can be moved. A release pins it by its commit.",
            version::VERSION
        ));
    }
    Ok(())
}

fn scheduled(forge: Forge, cron: Option<&Cron>, now: Timestamp, files: Vec<FileState>) -> Scheduled {
    Scheduled {
        place: forge.option().trim_start_matches('-'),
        scheduled: true,
        cron: cron.map(ToString::to_string),
        next: next(cron, now, &TimeZone::UTC),
        files,
    }
}

fn files(forge: Forge, cron: &Cron) -> Vec<File> {
    let action = match version::commit() {
        Some(commit) => format!("{commit} # v{}", version::VERSION),
        None => format!("v{}", version::VERSION),
    };
    forge.files(&Filling { cron, version: version::VERSION, action: &action })
}

fn stand<'f>(top: &Path, files: &'f [File]) -> Result<Vec<(&'f File, Stands)>> {
    let stands = |file: &'f File| Ok((file, file.stands(read(&top.join(file.path))?.as_deref())));
    files.iter().map(stands).collect()
}

fn put(top: &Path, file: &File) -> Result<()> {
    let place = top.join(file.path);
    let folder = place.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(&place, &file.text))
        .with_context(|| format!("cannot write {}", place.display()))
}

/// What is in a file; `None` where there is none. What is no text is something that people made.
fn read(file: &Path) -> Result<Option<String>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// The top of the working tree.
fn top(repo: &Repo) -> Result<&Path> {
    let bare = || {
        Unusable("this repository has no working tree to write workflows into: do it in a clone".to_owned())
    };
    Ok(repo.work_dir().ok_or_else(bare)?)
}

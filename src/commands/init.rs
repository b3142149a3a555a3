//! `git dream init [DIR] [--root PATH]`

use super::exit::Usage;
use super::schedule;
use super::talk::{COMMAND, GOOD, Talk, count};
use crate::learning::message;
use crate::repo::Repo;
use crate::schedule::forge::Forge;
use crate::settings::{self, Settings};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::Serialize;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The repository: a new folder, or one that stands
    dir: Option<PathBuf>,
    /// Keep the memory in this folder of the repository instead of at its top
    #[arg(long, value_name = "PATH")]
    root: Option<String>,
    /// Add workflows for GitHub Actions: dream every night, check every change; see `git dream schedule`
    #[arg(long)]
    github: bool,
    /// Leave the new files for you to commit
    #[arg(long)]
    no_commit: bool,
}

/// Who commits what was made.
#[derive(Clone, Copy)]
pub(super) enum Committing {
    /// Nobody: the files are left for people to commit.
    Never,
    /// The user's own git, so that identity, hooks and signing are theirs.
    AsTheUser,
    /// The program, at this moment: the same commit on every machine.
    AsTheProgram(Timestamp),
}

/// What was made and what stood already.
#[derive(Serialize)]
pub(super) struct Made {
    version: u32,
    repository: PathBuf,
    written: Vec<String>,
    kept: Vec<String>,
    committed: bool,
    /// Files of the repository that have nothing to do with the memory at its top; 0 where it is in a folder.
    other_files: usize,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let dir = options.dir.as_ref().map_or_else(|| dir.to_owned(), |named| dir.join(named));
    let repo = open_or_make(&dir)?;
    let committing = if options.no_commit { Committing::Never } else { Committing::AsTheUser };
    let workflows = match options.github {
        true => schedule::forge::usual_files(&repo, Forge::Github),
        false => Vec::new(),
    };
    let workflows: Vec<(&str, &str)> = workflows.iter().map(|file| (file.path, file.text.as_str())).collect();
    let made = make(&repo, &root(&repo, options.root.as_deref())?, &workflows, committing)?;
    if talk.json {
        return talk.data_json(&made);
    }
    for path in &made.kept {
        talk.say(&format!("kept     {path}"));
    }
    for path in &made.written {
        talk.say(&format!("{GOOD}wrote{GOOD:#}    {path}"));
    }
    match (made.written.is_empty(), made.committed) {
        (true, _) => talk.say("This is a memory repository already; nothing was changed."),
        (false, true) => talk.say(&format!("Committed. Next: {COMMAND}git dream run{COMMAND:#}")),
        (false, false) => talk.say(&format!("Commit these files, then: {COMMAND}git dream run{COMMAND:#}")),
    }
    if made.other_files > 0 && !made.written.is_empty() {
        suggest_root(&made, talk);
    }
    if options.github {
        schedule::forge::advise(&repo, Forge::Github, talk)?;
    }
    Ok(())
}

/// The memory stands at the top of what seems to be a code repository: says so, and how to move it.
fn suggest_root(made: &Made, talk: &Talk) {
    let undo = match made.committed {
        true => "git revert --no-edit HEAD",
        false => "git clean -i",
    };
    talk.say(&format!(
        "\nThis repository holds {} that {} nothing to do with a memory. The memory is at its top beside them, and \
         nothing of theirs was changed.\nTo keep it in a folder instead: \
         {COMMAND}{undo} && git dream init --root docs/memory{COMMAND:#}",
        count(made.other_files, "file"),
        if made.other_files == 1 { "has" } else { "have" },
    ));
}

/// Whether a tracked file has nothing to do with a memory that is a repository of its own, where people may keep
/// documents and hidden files at the top too.
fn is_other(path: &str) -> bool {
    match path.split_once('/') {
        None => !path.starts_with('.') && !is_document(path) && path != settings::FILE,
        Some((folder, _)) => {
            let is_memory = ["mistakes", "playbooks", "preferences", "agents", "archive"].contains(&folder);
            !is_memory && !folder.starts_with('.')
        }
    }
}

/// Whether a file is for people to read, by its name: `README`, `LICENSE-MIT`, `notes.md`.
fn is_document(name: &str) -> bool {
    let upper = name.to_uppercase();
    let begins = |word: &str| upper.starts_with(word);
    upper.ends_with(".MD") || ["README", "LICEN", "COPYING", "NOTICE"].into_iter().any(begins)
}

/// Opens the repository at this folder, or makes one there.
fn open_or_make(dir: &Path) -> Result<Repo> {
    if dir.is_file() {
        return Err(Usage(format!("{} is a file: name a folder, `git dream init DIR`", dir.display())).into());
    }
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    let Some(repo) = Repo::open_if_there(dir)? else {
        return Repo::init(dir, &default_branch());
    };
    // Links are resolved for comparing only: on Windows a resolved path is written in a way that few programs take.
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match repo.work_dir().map(|top| (top, real(dir).strip_prefix(real(top)).map(Path::to_owned))) {
        Some((_, Ok(inside))) if inside.as_os_str().is_empty() => Ok(repo),
        Some((top, inside)) => Err(Usage(format!(
            "{} lies inside the repository {}: to keep the memory there, run `git dream init --root {}` at its top",
            std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()).display(),
            top.display(),
            inside.as_deref().unwrap_or(dir).display()
        ))
        .into()),
        None => Err(Usage(format!(
            "{} is a bare repository: run `git dream init` in a clone of it and push",
            dir.display()
        ))
        .into()),
    }
}

/// The memory's folder: the one that was asked for, else the one that a `dream.toml` which stands already names.
///
/// Two different answers are an error: files would be written where no cycle ever looks.
fn root(repo: &Repo, asked: Option<&str>) -> Result<String> {
    let standing = repo.work_dir().and_then(|top| std::fs::read_to_string(top.join(settings::FILE)).ok());
    let standing = standing.map(|text| Settings::parse(&text)).transpose()?.map(|found| found.memory.root);
    match (asked.map(folder).transpose()?, standing) {
        (Some(asked), Some(standing)) if asked != standing.trim_matches('/') => Err(Usage(format!(
            "dream.toml has `root = {standing:?}`, not {asked:?}: change it there first, or leave --root out"
        ))
        .into()),
        (Some(asked), _) => Ok(asked),
        (None, standing) => Ok(standing.unwrap_or_default()),
    }
}

/// A folder of the repository as `root` names it: `docs/memory`.
fn folder(asked: &str) -> Result<String> {
    let mut names = Vec::new();
    for part in Path::new(asked).components() {
        match (part, part.as_os_str().to_str()) {
            (Component::CurDir, _) => {}
            (Component::Normal(_), Some(name)) => names.push(name),
            _ => {
                return Err(Usage(format!(
                    "--root {asked:?} must be a folder inside the repository, named from its top, as in \
                     `--root docs/memory`"
                ))
                .into());
            }
        }
    }
    Ok(names.join("/"))
}

/// The branch that the user's git would start with.
fn default_branch() -> String {
    let asked = Command::new("git").args(["config", "--get", "init.defaultBranch"]).output();
    let named = asked
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "main".to_owned())
}

/// Writes the files of a memory that are not there yet, and more of them (path from the top, text), and commits these and
/// nothing else.
pub(super) fn make(repo: &Repo, root: &str, more: &[(&str, &str)], committing: Committing) -> Result<Made> {
    let top = repo.work_dir().context("the repository has no working tree to write into")?.to_owned();
    let root = root.trim_matches('/');
    let settings = match root {
        "" => include_str!("../../templates/init/dream.toml").to_owned(),
        root => include_str!("../../templates/init/dream.toml")
            .replace("#root = \"\"", &format!("root = {}", toml::Value::String(root.to_owned()))),
    };
    Settings::parse(&settings)?;
    let tracked = repo.head()?.map(|head| repo.list(head, "")).transpose()?.unwrap_or_default();
    let mut made = Made {
        version: 1,
        repository: top.clone(),
        written: Vec::new(),
        kept: Vec::new(),
        committed: false,
        other_files: match root {
            "" => tracked.iter().filter(|entry| is_other(&entry.path)).count(),
            _ => 0,
        },
    };
    let inside = |path: &str| crate::memory::place::outside(root, path);
    let files = [
        (settings::FILE.to_owned(), settings.as_str()),
        (inside("MEMORY.md"), include_str!("../../templates/init/MEMORY.md")),
        (inside("README.md"), include_str!("../../templates/init/README.md")),
        (inside(".gitattributes"), include_str!("../../templates/init/gitattributes")),
        (inside("mistakes/.gitkeep"), ""),
        (inside("playbooks/.gitkeep"), ""),
        (inside("preferences/.gitkeep"), ""),
        (inside("archive/.gitkeep"), ""),
    ];
    let more = more.iter().map(|(path, text)| ((*path).to_owned(), *text));
    for (path, text) in files.into_iter().chain(more) {
        let file = top.join(&path);
        if std::fs::symlink_metadata(&file).is_ok() {
            made.kept.push(path);
            continue;
        }
        let written =
            file.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&file, text));
        written.with_context(|| format!("cannot write {}", file.display()))?;
        made.written.push(path);
    }
    made.committed = !matches!(committing, Committing::Never) && !made.written.is_empty();
    if made.committed {
        commit_files(&top, repo, &made.written, committing)?;
    }
    Ok(made)
}

/// Commits just these files through the user's own git; whatever else is staged stays staged.
fn commit_files(top: &Path, repo: &Repo, paths: &[String], committing: Committing) -> Result<()> {
    let program = settings::Author::default();
    let has_identity = repo.config("user.name")?.is_some() && repo.config("user.email")?.is_some();
    let git = |arguments: &[&str]| -> Result<()> {
        let mut command = Command::new("git");
        command.arg("-C").arg(top);
        if let Committing::AsTheProgram(at) = committing {
            command.args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"]);
            for who in ["AUTHOR", "COMMITTER"] {
                command
                    .env(format!("GIT_{who}_NAME"), &program.name)
                    .env(format!("GIT_{who}_EMAIL"), &program.email);
                command.env(format!("GIT_{who}_DATE"), format!("{} +0000", at.as_second()));
            }
        } else if !has_identity {
            command.arg("-c").arg(format!("user.name={}", program.name));
            command.arg("-c").arg(format!("user.email={}", program.email));
        }
        let output =
            command.args(arguments).arg("--").args(paths).output().context(
                "the files are written, but `git` cannot be started to commit them: is it installed?",
            )?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "the files are written, but git would not commit them: {}; commit them yourself",
                said.trim()
            );
        }
        Ok(())
    };
    git(&["add", "--force"])?;
    git(&["commit", "--quiet", "-m", message::START])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_what_a_memory_repository_may_hold() {
        for memory in [
            "MEMORY.md",
            "dream.toml",
            "README.md",
            "LICENSE",
            "license-mit",
            ".gitignore",
            ".github/workflows/x.yml",
            "mistakes/a.md",
            "agents/codex/mistakes/a.md",
            "onboarding.md",
        ] {
            assert!(!is_other(memory), "{memory}");
        }
        for other in ["src/main.rs", "Cargo.toml", "docs/index.md", "Makefile"] {
            assert!(is_other(other), "{other}");
        }
    }
}

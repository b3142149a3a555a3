//! Consent, project by project: what may be captured, and for which memory.

use super::super::exit::Usage;
use super::super::talk::{COMMAND, FAINT, STRONG, Talk};
use super::super::whereabouts;
use super::Options;
use crate::capture::belonging::{MARKER, real};
use crate::capture::consent::{Consent, Project};
use crate::capture::name;
use crate::capture::outbox::Outbox;
use crate::capture::places::Places;
use crate::learning::author::quote;
use crate::redact::redact;
use crate::repo::Repo;
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What `--list --json` prints of a project.
#[derive(Serialize)]
pub(super) struct Listed {
    folder: String,
    memory: String,
    name: String,
    exclude: Vec<String>,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let places = whereabouts::places();
    let consent = Consent::read(&places.consent)?;
    let folder = folder(options.named.as_deref(), dir)?;
    if options.remove {
        return remove(&consent, &folder, &places, talk);
    }
    let project = wanted(options, &consent, folder, dir)?;
    if consent.project(&project.folder) == Some(&project) {
        talk.say(&format!("{} is connected like this already.", quoted(&project.folder)));
        return Ok(());
    }
    tell(&project);
    if options.dry_run {
        return Ok(());
    }
    if !options.yes && !super::agrees("Agree?")? {
        talk.say("Nothing was connected.");
        return Ok(());
    }
    consent.with(project).write(&places.consent)?;
    talk.say(&format!("Connected. Capture what is there: {COMMAND}git dream capture{COMMAND:#}"));
    talk.say(&format!("Take it back:          {COMMAND}git dream connect --remove{COMMAND:#}"));
    Ok(())
}

/// The project's folder as it really lies.
///
/// Errors: it is not there, or it is everything that somebody has.
fn folder(named: Option<&Path>, dir: &Path) -> Result<PathBuf> {
    let said = match named {
        Some(folder) => dir.join(folder),
        None => Repo::open_if_there(dir)?
            .and_then(|repo| repo.work_dir().map(Path::to_owned))
            .unwrap_or_else(|| dir.to_owned()),
    };
    let folder = std::path::absolute(&said).ok().as_deref().and_then(real).unwrap_or(said);
    let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    if folder.parent().is_none() || home.is_some_and(|home| home.starts_with(&folder)) {
        return Err(Usage(format!(
            "{} is all that you do, not a project: connect your projects one by one",
            folder.display()
        ))
        .into());
    }
    Ok(folder)
}

/// What is to be agreed to.
fn wanted(options: &Options, consent: &Consent, folder: PathBuf, dir: &Path) -> Result<Project> {
    if !folder.is_dir() {
        let agents = super::names_of_agents();
        return Err(Usage(format!(
            "there is no folder {}: name the project's folder, or one of {agents}",
            folder.display()
        ))
        .into());
    }
    let before = consent.project(&folder);
    let memory = match (&options.memory, before) {
        (Some(memory), _) => address(memory, dir)?,
        (None, Some(before)) => before.memory.clone(),
        (None, None) => {
            return Err(Usage("say which memory it goes to: --memory URL or --memory PATH".to_owned()).into());
        }
    };
    let name = match (&options.name, before) {
        (Some(name), _) if name::is_name(name) => name.clone(),
        (Some(name), _) => {
            let near = name::of_person(name).map(|near| format!(", as in --as {near}")).unwrap_or_default();
            return Err(Usage(format!(
                "{name:?} cannot be a contributor's name: use lower-case letters, digits, `.`, `_` and `-`{near}"
            ))
            .into());
        }
        (None, Some(before)) => before.name.clone(),
        (None, None) => git_user(&folder).as_deref().and_then(name::of_person).ok_or_else(|| {
            Usage(
                "git does not know a user.name that could be your name here: give one with --as NAME"
                    .to_owned(),
            )
        })?,
    };
    for glob in &options.exclude {
        if glob.trim().is_empty() || glob.starts_with(['!', '#']) || glob.contains('\n') {
            return Err(Usage(format!(
                "--exclude {glob:?} keeps nothing out: write a glob such as `clients/**`"
            ))
            .into());
        }
    }
    let exclude = match (options.exclude.is_empty(), before) {
        (true, Some(before)) => before.exclude.clone(),
        _ => options.exclude.clone(),
    };
    Ok(Project { folder, memory, name, exclude })
}

/// The address of a memory as it is kept: of what lies on this machine the whole path.
fn address(said: &str, dir: &Path) -> Result<String> {
    let path = dir.join(said);
    if path.is_dir() {
        let path = path.canonicalize().with_context(|| format!("cannot go to {}", path.display()))?;
        if Repo::open_if_there(&path)?.is_none() {
            return Err(Usage(format!(
                "{} is no git repository: make it one with `git dream init`, or name the memory's address",
                path.display()
            ))
            .into());
        }
        return path.to_str().map(str::to_owned).ok_or_else(|| {
            Usage(format!("the path {} is not UTF-8, which its address has to be", path.display())).into()
        });
    }
    let is_address =
        said.contains("://") || said.split_once(':').is_some_and(|(host, _)| !host.contains('/'));
    if !is_address || said.starts_with('-') || said.contains(['\n', '\t', ' ']) {
        return Err(
            Usage(format!("there is no folder {said}, and it is no address of a git repository")).into()
        );
    }
    if redact(said).as_str() != said || has_password(said) {
        return Err(Usage(
            "this address has a password in it, which would be kept in a file: leave it out, git asks your credential \
             helper for it"
                .to_owned(),
        )
        .into());
    }
    Ok(said.to_owned())
}

fn has_password(address: &str) -> bool {
    let authority = address.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default());
    authority.and_then(|authority| authority.rsplit_once('@')).is_some_and(|(user, _)| user.contains(':'))
}

/// What git calls the user in this folder.
fn git_user(folder: &Path) -> Option<String> {
    let mut command = std::process::Command::new("git");
    command.arg("-C").arg(folder).args(["config", "--get", "user.name"]).env_remove("GIT_DIR");
    let said = command.stdin(std::process::Stdio::null()).output().ok()?;
    said.status.success().then(|| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// Says what is agreed to. Not silenced by --quiet: nobody can agree to what was not said.
fn tell(project: &Project) {
    let Project { folder, memory, name, exclude } = project;
    let mut lines = vec![
        format!("Connect {STRONG}{}{STRONG:#}?", quoted(folder)),
        String::new(),
        "What leaves this machine, of each agent session that is started in this folder, those included that are".to_owned(),
        "here already: what was asked first (600 bytes at most), the commands and tools used, with shortened".to_owned(),
        "arguments, lines that say what failed and what then worked, sentences in which you corrected the agent or".to_owned(),
        "said how to work, how it ended; with times, counts, the names of agent, model and project, and yours.".to_owned(),
        "Secrets, e-mail addresses and the names of home folders are taken out first. Transcripts stay here.".to_owned(),
        String::new(),
        format!("Where to:  {STRONG}{}{STRONG:#}", quote::one_line(memory)),
        "           Whoever may read that repository can read it.".to_owned(),
        format!("As:        {STRONG}{name}{STRONG:#}, in refs/dream/inbox/{name}"),
    ];
    if !exclude.is_empty() {
        lines.push(format!("Kept out:  {}", exclude.join(", ")));
    }
    lines.push(format!(
        "{FAINT}A file {MARKER} in a folder, or GIT_DREAM_CAPTURE=0 where an agent is started, keeps sessions out.{FAINT:#}"
    ));
    let mut stderr = anstream::stderr();
    let _ = writeln!(stderr, "{}\n", lines.join("\n"));
}

/// The connected projects, for `--list --json`.
pub(super) fn listed(consent: &Consent) -> Vec<Listed> {
    let listed = |Project { folder, memory, name, exclude }: &Project| Listed {
        folder: folder.display().to_string(),
        memory: memory.clone(),
        name: name.clone(),
        exclude: exclude.clone(),
    };
    consent.projects.iter().map(listed).collect()
}

/// The connected projects, for people.
pub(super) fn list(consent: &Consent, talk: &Talk) -> String {
    if consent.projects.is_empty() {
        talk.say(&format!(
            "No project is connected. Connect one: {COMMAND}git dream connect --memory URL{COMMAND:#}"
        ));
    }
    let mut lines = String::new();
    for Project { folder, memory, name, exclude } in &consent.projects {
        lines.push_str(&format!(
            "{STRONG}{}{STRONG:#}\n  to {} as {name}\n",
            quoted(folder),
            quote::one_line(memory)
        ));
        if !exclude.is_empty() {
            lines.push_str(&format!("  without {}\n", quote::one_line(&exclude.join(", "))));
        }
        if folder.join(MARKER).exists() {
            lines.push_str(&format!("  {FAINT}kept out by {MARKER}{FAINT:#}\n"));
        }
    }
    lines
}

fn remove(consent: &Consent, folder: &Path, places: &Places, talk: &Talk) -> Result<()> {
    let Some(project) = consent.project(folder) else {
        return Err(Usage(format!(
            "{} is not connected; `git dream connect --list` shows what is",
            folder.display()
        ))
        .into());
    };
    let left = consent.without(folder);
    left.write(&places.consent)?;
    let queue = Outbox::folder(places, &project.memory);
    if !left.projects.iter().any(|other| other.memory == project.memory) {
        Outbox::delete(places, &project.memory)?;
    } else if queue.exists() {
        talk.say(&format!(
            "What waits in {} goes on waiting, of this project too: other projects are connected to the same memory. \
             Delete that folder to keep it here.",
            queue.display()
        ));
    }
    talk.say(&format!(
        "{} is no longer connected: nothing more of it is captured. What the memory has of it already goes with \
         {COMMAND}git dream forget{COMMAND:#} there.",
        quoted(folder)
    ));
    Ok(())
}

fn quoted(path: &Path) -> String {
    quote::one_line(&path.display().to_string())
}

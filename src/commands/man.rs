//! `git dream man [DIR]`: git shows `git dream --help` as `man git-dream`, so the page has to lie where `man` looks.

use super::talk::{COMMAND, Talk};
use anyhow::{Context, Result};
use clap_mangen::Man;
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Write the page, and one for each command, into this folder (such as ~/.cargo/share/man/man1) instead of
    /// printing it
    dir: Option<PathBuf>,
}

/// The pages that were written.
#[derive(Serialize)]
struct Written {
    version: u32,
    pages: Vec<PathBuf>,
}

pub(super) fn main(options: &Options, command: clap::Command, dir: &Path, talk: &Talk) -> Result<()> {
    let command = command.name("git-dream").disable_help_subcommand(true);
    match &options.dir {
        Some(folder) => write(command, &dir.join(folder), talk),
        None => talk.data(&page(command)?),
    }
}

/// Writes a page for the program and one for each of its commands.
fn write(mut command: clap::Command, folder: &Path, talk: &Talk) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    command.build();
    let mut written = Written { version: 1, pages: Vec::new() };
    let commands: Vec<clap::Command> = command.get_subcommands().cloned().collect();
    for command in std::iter::once(command).chain(commands) {
        let page = Man::new(command);
        let file = folder.join(page.get_filename());
        let mut text = Vec::new();
        page.render(&mut text)?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        written.pages.push(file);
    }
    if talk.json {
        return talk.data_json(&written);
    }
    talk.say(&format!(
        "{} pages are in {}. Where `man` finds them, {COMMAND}git dream --help{COMMAND:#} shows the first.",
        written.pages.len(),
        folder.display()
    ));
    Ok(())
}

/// One page in roff with everything: the program, then each command with its own options.
fn page(mut command: clap::Command) -> Result<String> {
    command.build();
    let whole = Man::new(command.clone());
    let mut roff = Vec::new();
    whole.render_title(&mut roff)?;
    whole.render_name_section(&mut roff)?;
    whole.render_synopsis_section(&mut roff)?;
    whole.render_description_section(&mut roff)?;
    whole.render_options_section(&mut roff)?;
    let mut text = String::from_utf8_lossy(&roff).into_owned();
    for command in command.get_subcommands() {
        let heading = format!("git dream {}", command.get_name()).to_uppercase();
        text.push_str(&format!(".SH \"{heading}\"\n{}", section(command)?));
    }
    let mut notes = Vec::new();
    whole.render_extra_section(&mut notes)?;
    text.push_str(&String::from_utf8_lossy(&notes).replace(".SH EXTRA", ".SH NOTES"));
    Ok(text)
}

/// A command inside the page: what it does, how it is called, and the options that are its own.
fn section(command: &clap::Command) -> Result<String> {
    let is_everywhere = |argument: &clap::Arg| {
        argument.is_global_set() || matches!(argument.get_id().as_str(), "help" | "version")
    };
    let own = command.clone().mut_args(|argument| {
        let hidden = is_everywhere(&argument);
        argument.hide(hidden)
    });
    let man = Man::new(own);
    let mut roff = Vec::new();
    man.render_description_section(&mut roff)?;
    man.render_synopsis_section(&mut roff)?;
    man.render_options_section(&mut roff)?;
    let text = String::from_utf8_lossy(&roff);
    // These are no sections here but paragraphs of one. Each rendering begins with lines that set up quotes.
    let kept = text.lines().filter(|line| !line.starts_with(".ie ") && !line.starts_with(".el "));
    let lines = kept.filter_map(|line| match line {
        ".SH DESCRIPTION" => None,
        ".SH SYNOPSIS" | ".SH OPTIONS" => Some(".PP"),
        other => Some(other),
    });
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

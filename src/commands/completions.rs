//! `git dream completions SHELL`

use super::talk::Talk;
use clap_complete::Shell;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The shell that will read it
    shell: Shell,
}

/// Prints the script, under the name that the program is installed by.
pub(super) fn main(options: &Options, mut command: clap::Command, talk: &Talk) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "git-dream", &mut script);
    Ok(talk.data(&String::from_utf8_lossy(&script))?)
}

//! `git dream man`: so that `git help dream` works once the page lies where `man` looks.

use super::talk::Talk;

#[derive(clap::Args)]
pub(super) struct Options {}

/// Prints the page in roff.
pub(super) fn main(_options: &Options, command: clap::Command, talk: &Talk) -> anyhow::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.name("git-dream")).render(&mut page)?;
    Ok(talk.data(&String::from_utf8_lossy(&page))?)
}

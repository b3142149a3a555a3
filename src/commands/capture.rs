//! `git dream capture`
//!
//! Digests sessions on the machine that has their transcripts; what leaves it is digests, never transcripts.

mod to;

use super::exit::Usage;
use super::talk::Talk;
use anyhow::Result;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    to: to::LinesOptions,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    if options.to.is_meant() {
        return to::main(&options.to, dir, talk);
    }
    Err(Usage("say where the digests are to go: --to FILE, or --to - for standard output".to_owned()).into())
}

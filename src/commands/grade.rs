//! `git dream grade`: how sessions went, by a rubric, where their transcripts do not tell.

use super::engine_options::EngineOptions;
use super::exit::Usage;
use super::sources::SourceOptions;
use super::talk::{COMMAND, FAINT, STRONG, Talk, count};
use super::{run, whereabouts};
use crate::cycle::Target;
use crate::digest::OutcomeSource;
use crate::grading::candidates::{self, Candidates};
use crate::grading::{Grades, Mark, Questions, Rubric, rubric};
use crate::ledger::{Addition, LEDGER, Ledger, Stamp};
use crate::memory::place::inside;
use crate::repo::{Identity, RefMove};
use crate::session::SessionId;
use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The rubric: `rubrics/<NAME>.md` of the memory; without it the only one there is, or the one that is shipped
    #[arg(value_name = "NAME")]
    rubric: Option<String>,
    #[command(flatten)]
    sources: SourceOptions,
    #[command(flatten)]
    engine: EngineOptions,
    /// Grade at most so many sessions, the newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: usize,
    /// Say what would be asked and what it would cost at most, and ask nobody
    #[arg(long)]
    dry_run: bool,
    /// Date everything with this moment instead of now, for output that can be reproduced
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

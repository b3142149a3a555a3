//! `git dream mcp`: the memory, served to an agent on stdin and stdout.

use super::{capture, whereabouts};
use crate::mcp::{Start, serve};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Serve the memory to an agent
#[derive(clap::Args)]
pub(super) struct Options {
    /// Date suggestions with this moment instead of now
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

/// The variable in which Claude Code tells its servers where it works.
const PROJECT: &str = "CLAUDE_PROJECT_DIR";

pub(super) fn main(options: &Options, dir: &Path) -> Result<()> {
    // Said once, so that a wrong one is told before anything is served.
    let given = options.now.clone();
    let began = whereabouts::now(given.as_deref())?;
    let is_fixed = given.is_some() || std::env::var_os("SOURCE_DATE_EPOCH").is_some();
    let now = move || if is_fixed { began } else { whereabouts::now(None).unwrap_or(began) };
    let here = whereabouts::here(dir)?;
    let project = std::env::var_os(PROJECT).map(PathBuf::from).filter(|project| project.is_absolute());
    serve(Start {
        folders: project.into_iter().chain([here]).collect(),
        places: whereabouts::places(),
        now: Box::new(now),
        is_kept_out: capture::is_kept_out(),
    })
}

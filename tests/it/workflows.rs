//! The workflows that a memory repository gets, and our own: linted, held against their schemas, and run.
//!
//! Run by `act`, which reads workflows as GitHub does, on this machine instead of in a container, against a bare
//! repository and a server in the place of the forge. Actions of others have stand-ins under `workflows/actions`.

#![cfg(unix)]

mod action;
mod check;
mod dream;
mod gitlab;
mod lint;
mod runner;

use std::path::PathBuf;

/// A tool that `.ci/run` installs; `None`, said on stdout, where it is not there.
#[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
fn tool(name: &str) -> Option<PathBuf> {
    let folder = match std::env::var_os("GIT_DREAM_WORKFLOW_TOOLS") {
        Some(folder) => folder.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/workflow-tools/bin"),
    };
    let program = folder.join(name);
    if program.is_file() {
        return Some(program);
    }
    println!(
        "skipped: workflows are not tried with {name}, because {} is not there; .ci/run installs it",
        program.display()
    );
    None
}

//! Programs that `.ci/run` installs for these tests. Where one is not there, the test says so and is passed over.

use crate::sandbox::Sandbox;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the project.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A shipped file.
pub(super) fn template(name: &str) -> PathBuf {
    root().join("templates/scale-out").join(name)
}

/// A program of these tools, in `target/NAME/bin`.
#[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
pub(super) fn tool(folder: &str, name: &str) -> Option<PathBuf> {
    let program = root().join("target").join(folder).join("bin").join(name);
    if program.is_file() {
        return Some(program);
    }
    println!("skipped: {name} is not in {}; .ci/run installs it", program.display());
    None
}

/// A program in the sandbox, with git-dream and the tools of `.ci/run` on its PATH.
pub(super) fn command(sandbox: &Sandbox, program: &Path, dir: &Path) -> Command {
    let own = Path::new(env!("CARGO_BIN_EXE_git-dream")).parent().unwrap();
    let tools = root().join("target/fleet-tools/bin");
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let mut path = vec![own.to_owned(), tools];
    path.extend(std::env::split_paths(&inherited));
    let mut command = sandbox.command(program, dir);
    command.env("PATH", std::env::join_paths(path).unwrap());
    command
}

//! The `git-dream` program; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    git_dream::commands::main(std::env::args_os())
}

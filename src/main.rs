//! The `git-dream` program; all of it is in the library.

use mimalloc::MiMalloc;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    git_dream::commands::main(std::env::args_os())
}

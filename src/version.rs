//! Which git-dream this is.
//!
//! Owns the version, and the commit that it was built from where that is known (`build.rs` looks). The commit is told to
//! people and names the action that workflows use; it goes into no commit that git-dream writes, since the same inputs are
//! to give the same commits whoever built the program.

/// The version: `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Version and commit, for people: `0.1.0 (1a2b3c4d5e6f)`.
pub const LONG: &str = env!("GIT_DREAM_VERSION");

/// The commit it was built from, in full; `None` for a build of changed or unknown sources, or one for development.
pub fn commit() -> Option<&'static str> {
    option_env!("GIT_DREAM_BUILT_FROM")
}

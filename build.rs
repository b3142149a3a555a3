//! Finds out which commit this is built from, for `--version`.
//!
//! Looked for in this order: `GIT_DREAM_COMMIT` (whoever packages may set it), the file that `cargo package` leaves in a
//! crate, the repository that this folder is the top of. Nothing is found in a plain archive, and nothing is looked for
//! in a build for development, which would be built anew after every commit.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=GIT_DREAM_COMMIT");
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let is_for_use = variable("PROFILE") == "release";
    let given = Some(variable("GIT_DREAM_COMMIT")).filter(|given| !given.is_empty());
    let found = given
        .or_else(|| of_crate(&folder))
        .or_else(|| is_for_use.then(|| of_repository(&folder)).flatten())
        .filter(|commit| is_commit(commit));
    let version = variable("CARGO_PKG_VERSION");
    match found {
        Some(commit) => {
            let short: String = commit.chars().take(12).collect();
            println!("cargo::rustc-env=GIT_DREAM_BUILT_FROM={commit}");
            println!("cargo::rustc-env=GIT_DREAM_VERSION={version} ({short})");
        }
        None => println!("cargo::rustc-env=GIT_DREAM_VERSION={version}"),
    }
}

fn is_commit(text: &str) -> bool {
    [40, 64].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The commit that a crate was packaged from: `{"git": {"sha1": "…"}}`. With `"dirty": true` it is not quite that one.
fn of_crate(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join(".cargo_vcs_info.json")).ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    let commit = after.split('"').nth(1)?.to_owned();
    Some(commit).filter(|_| !text.contains("\"dirty\": true"))
}

/// The commit that is checked out, unless what the program is made of was changed since.
fn of_repository(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(folder).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // An archive that was unpacked inside another repository is no part of it.
    if git(&["rev-parse", "--show-prefix"])? != "" {
        return None;
    }
    let parts = ["src", "templates", "Cargo.toml", "Cargo.lock", "build.rs"];
    for part in parts {
        println!("cargo::rerun-if-changed={part}");
    }
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        let file = git(&["rev-parse", "--git-path", name]).map(|file| folder.join(file));
        if let Some(file) = file.filter(|file| file.exists()) {
            println!("cargo::rerun-if-changed={}", file.display());
        }
    }
    git(&[["diff", "--quiet", "HEAD", "--"].as_slice(), &parts].concat())?;
    git(&["rev-parse", "--verify", "HEAD"])
}

//! What linters and schemas say of every file that we ship or run.

use super::tool;
use crate::sandbox::Sandbox;
use git_dream::schedule::cron::Cron;
use git_dream::schedule::forge::{Filling, Forge};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How files name our action.
const ACTION: &str = "0123456789012345678901234567890123456789 # v1.2.3";

/// Writes the files of a forge as a release does; gives their paths.
fn written(sandbox: &Sandbox, forge: Forge) -> Vec<PathBuf> {
    let cron = Cron::usual("memory", false);
    let files = forge.files(&Filling { cron: &cron, version: "1.2.3", action: ACTION });
    let write = |file: &git_dream::schedule::forge::File| {
        let path = sandbox.path("memory").join(file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &file.text).unwrap();
        path
    };
    files.iter().map(write).collect()
}

/// Writes the workflow for fleets, which people fill in themselves.
fn fleet(sandbox: &Sandbox) -> PathBuf {
    let text = std::fs::read_to_string(root().join("templates/scale-out/github-matrix.yml")).unwrap();
    let path = sandbox.path("memory/.github/workflows/dream-fleet.yml");
    std::fs::write(&path, text.replace("__ACTION__", ACTION)).unwrap();
    path
}

/// The workflows of this project.
fn own() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join(".github/workflows")).unwrap();
    folder.map(|entry| entry.unwrap().path()).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn finds_nothing(program: &Path, arguments: &[&str], files: &[PathBuf]) {
    let output = Command::new(program).args(arguments).args(files).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{} {arguments:?} {files:?}: {said}", program.display());
}

#[test]
fn linters_find_nothing() {
    let sandbox = Sandbox::new();
    let all = [written(&sandbox, Forge::Github), vec![fleet(&sandbox)], own()].concat();
    if let Some(actionlint) = tool("actionlint") {
        finds_nothing(&actionlint, &["-oneline"], &all);
    }
    if let Some(zizmor) = tool("zizmor") {
        let all = [all, vec![root().join("action.yml")]].concat();
        finds_nothing(&zizmor, &["--offline", "--no-progress", "--persona=auditor", "--quiet"], &all);
    }
}

#[test]
fn schemas_hold() {
    let Some(check) = tool("check-jsonschema") else { return };
    let sandbox = Sandbox::new();
    let holds = |schema: &str, files: &[PathBuf]| {
        finds_nothing(&check, &["--builtin-schema", &format!("vendor.{schema}")], files);
    };
    holds("github-workflows", &[written(&sandbox, Forge::Github), vec![fleet(&sandbox)], own()].concat());
    holds("github-actions", &[root().join("action.yml")]);
    holds("gitlab-ci", &written(&sandbox, Forge::Gitlab));
    // Forgejo has no schema of its own; what it shares with GitHub is most of it.
    holds("github-workflows", &written(&sandbox, Forge::Forgejo));
}

/// Everything of others is named by its commit, with the version for people.
#[test]
fn actions_are_pinned() {
    let sandbox = Sandbox::new();
    let files = [written(&sandbox, Forge::Github), written(&sandbox, Forge::Forgejo), own()].concat();
    let files = [files, vec![fleet(&sandbox)]].concat();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.trim().trim_start_matches("- ").starts_with("uses: ")) {
            let (_, pin) = line.split_once('@').unwrap_or_else(|| panic!("{}: {line}", file.display()));
            let (commit, version) =
                pin.split_once(" # v").unwrap_or_else(|| panic!("{}: {line}", file.display()));
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
            assert_eq!(version.split('.').count(), 3, "{line}");
        }
        assert!(!text.contains("pull_request_target"), "{}", file.display());
    }
}

/// What the action and `cargo binstall` download is what the release workflow makes.
#[test]
fn what_is_downloaded_is_what_is_released() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
    let (release, install, manifest) =
        (read(".github/workflows/release.yml"), read(".github/action/install.sh"), read("Cargo.toml"));
    let targets = install.lines().filter_map(|line| line.split_once("target=")?.1.split(' ').next());
    let targets: Vec<&str> = targets.collect();
    assert_eq!(targets.len(), 5);
    for target in targets {
        assert!(release.contains(&format!("{{ target: {target}, os: ")), "{target}");
    }
    assert!(release.contains("name=git-dream-${GITHUB_REF_NAME#v}-$TARGET"));
    assert!(install.contains("name=git-dream-$version-$target"));
    assert!(manifest.contains("/v{ version }/{ name }-{ version }-{ target }{ archive-suffix }"));
}

/// What is downloaded where nobody says otherwise is what this source is.
#[test]
fn the_action_installs_this_version() {
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    assert!(text.contains(&format!("\n    default: {}\n", env!("CARGO_PKG_VERSION"))));
}

//! `act`, with a remote, a forge and a home of its own.

use super::tool;
use crate::ledger::capture;
use crate::sandbox::{Ran, Sandbox};
use crate::server::{Played, Request, Server};
use git_dream::digest::{Digest, lines};
use git_dream::repo::Repo;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository on the forge.
pub(super) const REPOSITORY: &str = "team/memory";

/// A memory repository on a forge, and a machine that runs its workflows.
pub(super) struct Runner {
    pub(super) sandbox: Sandbox,
    pub(super) forge: Server,
}

/// What the forge answers: pull requests are opened as asked for, and there was none before.
fn play(_: usize, request: &Request) -> Played {
    let pull = json!({
        "number": 7,
        "iid": 7,
        "web_url": format!("https://gitlab.com/{REPOSITORY}/-/merge_requests/7"),
        "html_url": format!("https://github.com/{REPOSITORY}/pull/7"),
        "url": format!("https://api.github.com/repos/{REPOSITORY}/pulls/7"),
        "state": "open",
        "draft": false,
        "merged": false,
        "merged_at": null,
        "title": request.json()["title"],
        "body": request.json()["body"],
        "head": { "ref": request.json()["head"], "sha": "" },
        "base": { "ref": request.json()["base"] },
        "user": { "login": "github-actions[bot]" },
        "labels": [],
        "requested_reviewers": [],
    });
    match (request.method.as_str(), request.path.split('?').next().unwrap_or_default()) {
        ("POST", path) if path.ends_with("/pulls") || path.ends_with("/merge_requests") => {
            Played::json(201, &pull)
        }
        ("POST" | "PUT" | "PATCH", _) => Played::json(201, &json!({})),
        ("GET", path) if path.ends_with(&format!("/repos/{REPOSITORY}")) => {
            Played::json(200, &json!({ "default_branch": "main", "full_name": REPOSITORY }))
        }
        _ => Played::json(200, &json!([])),
    }
}

impl Runner {
    /// A memory with workflows, pushed. `option` is that of `git dream schedule`.
    pub(super) fn new(option: &str) -> Runner {
        let sandbox = Sandbox::new();
        let runner = Runner { forge: Server::taking_anything(play), sandbox };
        let sandbox = &runner.sandbox;
        let memory = sandbox.path("memory");
        sandbox.dream(&sandbox.path(""), &["init", "--quiet", "memory"]).ok();
        sandbox.dream(&memory, &["schedule", "--quiet", option]).ok();
        for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.com")] {
            sandbox.git(&memory, &["config", key, value]);
        }
        sandbox.commit(&memory, &[], "Dream every night");
        sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", "memory", "remote.git"]);
        sandbox.git(&memory, &["remote", "add", "origin", "../remote.git"]);
        sandbox.git(&memory, &["fetch", "--quiet", "origin"]);
        let config = format!(
            "[url \"{}\"]\n\tinsteadOf = https://github.com/{REPOSITORY}.git\n[user]\n\tname = runner\n\temail = \
             runner@example.com\n",
            runner.remote().display()
        );
        std::fs::write(sandbox.path("gitconfig"), config).unwrap();
        runner
    }

    pub(super) fn remote(&self) -> PathBuf {
        self.sandbox.path("remote.git")
    }

    pub(super) fn memory(&self) -> PathBuf {
        self.sandbox.path("memory")
    }

    /// What a ref of the remote stands at; empty where it is not there.
    pub(super) fn at(&self, name: &str) -> String {
        self.sandbox
            .try_git(&self.remote(), &["rev-parse", "--quiet", "--verify", name])
            .stdout
            .trim()
            .to_owned()
    }

    /// The refs of the remote that begin with this.
    pub(super) fn refs(&self, prefix: &str) -> Vec<String> {
        let said = self.sandbox.git(&self.remote(), &["for-each-ref", "--format=%(refname)", prefix]);
        said.lines().map(str::to_owned).collect()
    }

    /// A machine of this contributor has sent these sessions.
    pub(super) fn captured(&self, contributor: &str, sessions: &[String]) {
        let file = crate::dream::write(&self.sandbox, &format!("{contributor}.jsonl"), sessions);
        let carried = self.sandbox.path(&format!("{contributor}.digests"));
        let arguments =
            ["capture", "--quiet", "--to", carried.to_str().unwrap(), "--sessions", file.to_str().unwrap()];
        self.sandbox.dream(&self.sandbox.path(""), &arguments).ok();
        let mut digests: Vec<Digest> = Vec::new();
        lines::read_file(&carried, &mut |carried| digests.push(carried.digest));
        capture(&Repo::open(&self.remote()).unwrap(), contributor, "monday", &digests);
    }

    /// Runs a workflow of the memory; `None` where `act` is not there.
    pub(super) fn act(&self, event: &str, workflow: &str, more: &[&str]) -> Option<Ran> {
        let act = tool("act")?;
        let text = std::fs::read_to_string(self.memory().join(workflow)).unwrap();
        // What Forgejo takes from another host, `act` takes from a folder by its short name.
        let known = self.sandbox.path("workflow.yml");
        std::fs::write(&known, text.replace("uses: https://github.com/", "uses: ")).unwrap();
        let mut command = self.command(&act, &self.memory());
        command.args([
            event,
            "--workflows",
            known.to_str().unwrap(),
            "--no-cache-server",
            "--no-skip-checkout",
            "--pull=false",
        ]);
        for platform in ["ubuntu-24.04", "docker"] {
            command.args(["--platform", &format!("{platform}=-self-hosted")]);
        }
        command.args(["--actor", "ann", "--secret", "GITHUB_TOKEN=token-of-the-job"]);
        command.arg("--action-cache-path").arg(self.sandbox.path("cache"));
        command.args(["--env", &format!("GITHUB_API_URL={}", self.forge.address("/api/v3"))]);
        for line in text.lines() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            let used = used.split(' ').next().unwrap().trim_start_matches("https://github.com/");
            let name = used.split('@').next().unwrap();
            command.args(["--local-repository", &format!("{used}={}", self.stand_in(name).display())]);
        }
        // Each run makes its event anew, as a clone at the remote's state.
        self.sandbox.git(
            &self.memory(),
            &["remote", "set-url", "origin", &format!("https://github.com/{REPOSITORY}.git")],
        );
        command.args(more);
        let ran = Ran::of(command.output().unwrap());
        self.sandbox.git(&self.memory(), &["remote", "set-url", "origin", "../remote.git"]);
        Some(ran)
    }

    /// A folder with an action: ours as it is, a stand-in for others.
    fn stand_in(&self, name: &str) -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = self.sandbox.path("actions").join(name);
        if folder.is_dir() {
            return folder;
        }
        std::fs::create_dir_all(&folder).unwrap();
        let copy = |from: PathBuf, to: PathBuf| {
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(&from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        };
        match name.strip_prefix("actions/") {
            Some(name) => {
                let from = root.join("tests/it/workflows/actions").join(name).join("action.yml");
                copy(from, folder.join("action.yml"));
            }
            None => {
                for file in ["action.yml", ".github/action/install.sh", ".github/action/main.sh"] {
                    copy(root.join(file), folder.join(file));
                }
            }
        }
        folder
    }

    /// A program in an environment where our `git-dream` is on the PATH and the forge's address leads to the remote.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let own = Path::new(env!("CARGO_BIN_EXE_git-dream")).parent().unwrap();
        let inherited = std::env::var("PATH").unwrap();
        let mut command = self.sandbox.command(program, folder);
        command
            .env("PATH", format!("{}:{inherited}", own.display()))
            .env("GIT_CONFIG_GLOBAL", self.sandbox.path("gitconfig"));
        command
    }

    /// What was sent to the forge at paths that end like this.
    pub(super) fn sent(&self, method: &str, end: &str) -> Vec<(String, Value)> {
        let asked = self.forge.requests().into_iter();
        let asked = asked.filter(|request| request.method == method && request.path.ends_with(end));
        asked
            .map(|request| (request.header("authorization").unwrap_or_default().to_owned(), request.json()))
            .collect()
    }
}

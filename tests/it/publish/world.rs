//! A memory with a dream that waits, a bare repository behind real HTTP, and a forge.

use super::forge::{LocalForge, TOKEN};
use crate::review::dreamt::{MISTAKES, dream};
use crate::sandbox::{Ran, Sandbox};
use git_dream::forge::Kind;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(super) const LATER: &str = "2026-01-06T09:00:00Z";

pub(super) struct World {
    pub(super) sandbox: Sandbox,
    /// The memory.
    pub(super) dir: PathBuf,
    /// What is at the remote.
    pub(super) bare: PathBuf,
    pub(super) forge: LocalForge,
    pub(super) branch: String,
    /// Commit, note and title of each learning, sorted by note.
    pub(super) learnings: Vec<[String; 3]>,
}

impl World {
    pub(super) fn new(kind: Kind) -> World {
        World::with(kind, &[])
    }

    /// The memory has these files, too.
    pub(super) fn with(kind: Kind, files: &[(&str, &str)]) -> World {
        let sandbox = Sandbox::new();
        let dir = sandbox.repo("m", files);
        sandbox.dream(&dir, &["init", "--quiet"]).ok();
        let (branch, learnings) = dream(&sandbox, &dir, "sessions", &MISTAKES);
        let bare = sandbox.path("srv/ann/memory.git");
        std::fs::create_dir_all(&bare).unwrap();
        sandbox.git(&bare, &["init", "--quiet", "--bare", "--initial-branch=main"]);
        let forge = LocalForge::new(kind, &sandbox.path("srv"));
        let world = World { sandbox, dir, bare, forge, branch, learnings };
        world.git("remote", &["add", "origin", &world.forge.remote()]);
        world.let_in(&world.dir);
        world.git("push", &["--quiet", "--set-upstream", "origin", "main"]);
        world
    }

    /// Gives a clone what the remote asks for.
    fn let_in(&self, clone: &Path) {
        let helper = format!("!f() {{ echo username=ann; echo password={TOKEN}; }}; f");
        self.sandbox.git(clone, &["config", "credential.helper", &helper]);
    }

    #[track_caller]
    pub(super) fn git(&self, command: &str, more: &[&str]) -> String {
        let arguments: Vec<&str> = [command].iter().chain(more).copied().collect();
        self.sandbox.git(&self.dir, &arguments)
    }

    /// A reviewer's clone, on the dream branch.
    pub(super) fn reviewer(&self) -> PathBuf {
        let clone = self.sandbox.path("reviewer");
        self.sandbox
            .git(&self.sandbox.path(""), &["clone", "--quiet", self.bare.to_str().unwrap(), "reviewer"]);
        for (key, value) in [("user.name", "Ben"), ("user.email", "ben@example.com")] {
            self.sandbox.git(&clone, &["config", key, value]);
        }
        self.sandbox.git(&clone, &["checkout", "--quiet", &self.branch]);
        clone
    }

    pub(super) fn publish_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Ran {
        let mut all = vec!["publish", "--now", LATER];
        all.extend(args);
        let mut command = self.sandbox.dream_command(&self.dir, &all);
        command.envs(environment.iter().copied());
        self.sandbox.run(command)
    }

    pub(super) fn publish(&self, args: &[&str]) -> Ran {
        let api = self.forge.api();
        self.publish_with(args, &[("GIT_DREAM_FORGE_TOKEN", TOKEN), ("GIT_DREAM_FORGE_URL", &api)])
    }

    /// What `--json` printed.
    #[track_caller]
    pub(super) fn published(&self) -> Value {
        serde_json::from_str(&self.publish(&["--json"]).ok()).unwrap()
    }

    /// Verdict, how it came about and who decided, of each learning by its title.
    pub(super) fn verdict(&self, at: usize) -> (String, String, Value) {
        let log: Value =
            serde_json::from_str(&self.sandbox.dream(&self.dir, &["log", "--json"]).ok()).unwrap();
        let cycles = log["cycles"].as_array().unwrap().iter().rev();
        let mut learnings = cycles.flat_map(|cycle| cycle["learnings"].as_array().unwrap());
        let found = learnings.find(|learnt| learnt["title"] == self.learnings[at][2].as_str()).unwrap();
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        (text("verdict"), text("how"), found["by"].clone())
    }

    /// The commit of a branch at the remote; empty where it is not there.
    pub(super) fn at_remote(&self, branch: &str) -> String {
        let ran = self.sandbox.try_git(&self.bare, &["rev-parse", "--quiet", "--verify", branch]);
        ran.stdout.trim().to_owned()
    }
}

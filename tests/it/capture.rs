//! Capturing on people's machines, through a bare remote, into a memory that dreams on it.

mod consent;
mod entire;
mod hook;
mod hostile;

use crate::dream::NOW;
use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A bare remote with a memory in it, and a clone that dreams.
pub(crate) struct Team {
    pub(crate) sandbox: Sandbox,
    pub(crate) remote: PathBuf,
    pub(crate) clone: PathBuf,
}

/// One person's machine, with a home of its own and a connected project.
pub(crate) struct Machine<'t> {
    team: &'t Team,
    pub(crate) home: PathBuf,
    pub(crate) project: PathBuf,
}

impl Team {
    pub(crate) fn new() -> Team {
        let sandbox = Sandbox::new();
        let top = sandbox.path("");
        sandbox.dream(&top, &["init", "first"]).ok();
        let first = sandbox.path("first");
        sandbox.git(&top, &["clone", "--quiet", "--bare", first.to_str().unwrap(), "remote.git"]);
        sandbox.git(&top, &["clone", "--quiet", "remote.git", "clone"]);
        let (remote, clone) = (sandbox.path("remote.git"), sandbox.path("clone"));
        sandbox.name_committer(&clone);
        Team { sandbox, remote, clone }
    }

    /// A machine whose person agreed to contribute under this name.
    pub(crate) fn machine(&self, folder: &str, name: &str) -> Machine<'_> {
        let home = self.sandbox.path(folder);
        let project = home.join("app");
        std::fs::create_dir_all(project.join("src")).unwrap();
        let machine = Machine { team: self, home, project };
        let memory = self.remote.to_str().unwrap().to_owned();
        machine.dream(&["connect", "--memory", &memory, "--as", name, "--yes"]).ok();
        machine
    }

    pub(crate) fn at_remote(&self, name: &str) -> String {
        self.sandbox
            .try_git(&self.remote, &["rev-parse", "--quiet", "--verify", name])
            .stdout
            .trim()
            .to_owned()
    }

    /// The sessions that the remote's inboxes list: the tool's own id and whose.
    pub(crate) fn inboxes(&self) -> Vec<String> {
        let refs =
            self.sandbox.git(&self.remote, &["for-each-ref", "--format=%(refname)", "refs/dream/inbox"]);
        let mut listed = Vec::new();
        for inbox in refs.lines() {
            let found = self.sandbox.git(&self.remote, &["grep", "-h", "-e", "", inbox, "--", "sessions"]);
            listed.extend(found.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()));
        }
        listed.sort();
        listed
    }

    /// Dreams on what the remote has and shares what came of it.
    pub(crate) fn night(&self, more: &[&str]) -> Value {
        let none = self.sandbox.path("no-sessions");
        std::fs::create_dir_all(&none).unwrap();
        let mut args = vec!["run", "--fetch", "--json", "--now", NOW, "--sessions", none.to_str().unwrap()];
        args.extend(more);
        let report = serde_json::from_str(&self.sandbox.dream(&self.clone, &args).ok()).unwrap();
        let ledger = "refs/dream/ledger:refs/dream/ledger";
        self.sandbox.git(&self.clone, &["push", "--quiet", "origin", ledger]);
        let waiting =
            self.sandbox.git(&self.clone, &["for-each-ref", "--format=%(refname)", "refs/dream/inbox"]);
        let there =
            self.sandbox.git(&self.remote, &["for-each-ref", "--format=%(refname)", "refs/dream/inbox"]);
        for inbox in there.lines().filter(|inbox| !waiting.lines().any(|other| other == *inbox)) {
            self.sandbox.git(&self.remote, &["update-ref", "-d", inbox]);
        }
        report
    }

    /// What the ledger of the clone lists: the tool's own id and whose.
    pub(crate) fn ledger(&self) -> Vec<String> {
        let found =
            self.sandbox.git(&self.clone, &["grep", "-h", "-e", "", "refs/dream/ledger", "--", "sessions"]);
        let mut listed: Vec<String> =
            found.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect();
        listed.sort();
        listed
    }
}

impl Machine<'_> {
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.team.sandbox.dream_command(&self.project, args);
        command
            .env("HOME", &self.home)
            .env("USERPROFILE", &self.home)
            .env("XDG_CONFIG_HOME", self.home.join("config"))
            .env("XDG_DATA_HOME", self.home.join("data"));
        command
    }

    pub(crate) fn dream(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    pub(crate) fn capture(&self) -> Value {
        serde_json::from_str(&self.dream(&["capture", "--json", "--now", NOW]).ok()).unwrap()
    }

    /// How many sessions the last line of a capture says were captured, pushed and queued.
    #[track_caller]
    pub(crate) fn counts(captured: &Value) -> (u64, u64, u64) {
        let of = |name: &str| captured["memories"][0][name].as_u64().unwrap();
        (of("captured"), of("pushed"), of("queued"))
    }

    /// A transcript that nobody has written to for hours; `calls` says how far the session had come.
    pub(crate) fn session(&self, id: &str, folder: &Path, calls: usize) -> PathBuf {
        let path = self.home.join(".claude/projects/p").join(format!("{id}.jsonl"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, transcript(id, folder, calls)).unwrap();
        rest(&path);
        path
    }

    pub(crate) fn waiting(&self) -> u64 {
        let status: Value =
            serde_json::from_str(&self.dream(&["capture", "--status", "--json"]).ok()).unwrap();
        status["queues"].as_array().unwrap().iter().map(|queue| queue["waiting"].as_u64().unwrap()).sum()
    }
}

/// Makes a file look as if it had been left alone since yesterday.
pub(crate) fn rest(path: &Path) {
    let yesterday = std::time::SystemTime::now() - std::time::Duration::from_secs(86_400);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(yesterday).unwrap();
}

/// What Claude Code writes of a session that failed so often.
pub(crate) fn transcript(id: &str, folder: &Path, calls: usize) -> String {
    let mut lines = vec![serde_json::json!({
        "type": "user", "sessionId": id, "uuid": "u", "cwd": folder, "timestamp": "2026-01-02T03:04:05Z",
        "message": { "role": "user", "content": format!("mend the {id}") },
    })];
    for call in 0..calls {
        let id = format!("t{call}");
        lines.push(serde_json::json!({
            "type": "assistant", "sessionId": id, "uuid": format!("a{call}"), "cwd": folder,
            "message": { "model": "m", "content": [
                { "type": "tool_use", "id": id, "name": "Bash", "input": { "command": "easel open" } }] },
        }));
        lines.push(serde_json::json!({
            "type": "user", "uuid": format!("r{call}"), "cwd": folder,
            "message": { "content": [{ "type": "tool_result", "tool_use_id": id, "is_error": true,
                "content": "Exit code 2\nthe easel drawer is stuck beyond repair" }] },
        }));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn two_people_and_one_who_was_offline_come_to_one_ledger() {
    let team = Team::new();
    let (ann, ben) = (team.machine("ann", "ann"), team.machine("ben", "ben"));
    ann.session("a1", &ann.project, 2);
    ann.session("a2", &ann.project.join("src"), 2);
    ben.session("b1", &ben.project, 2);
    assert_eq!(Machine::counts(&ann.capture()), (2, 2, 0));
    assert_eq!(Machine::counts(&ann.capture()), (0, 0, 0), "nothing is captured twice");

    // Ben is on a train.
    let gone = team.sandbox.path("gone.git");
    std::fs::rename(&team.remote, &gone).unwrap();
    let ran = ben.dream(&["capture"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stderr.contains("1 session waits in the queue"), "{ran:?}");
    ben.session("b2", &ben.project, 2);
    assert_eq!(ben.dream(&["capture"]).status, 3);
    assert_eq!(ben.waiting(), 2);
    std::fs::rename(&gone, &team.remote).unwrap();
    assert_eq!(team.inboxes(), ["a1 ann", "a2 ann"]);

    let report = team.night(&[]);
    assert_eq!(report["sessions"]["new"], 2, "{report:#}");
    // Back again, with a session more.
    assert_eq!(Machine::counts(&ben.capture()), (0, 2, 0));
    assert_eq!(team.inboxes(), ["b1 ben", "b2 ben"]);
    // Ann's were folded in and taken away; what is new begins afresh.
    ann.session("a3", &ann.project, 2);
    assert_eq!(Machine::counts(&ann.capture()), (1, 1, 0));
    assert_eq!(team.inboxes(), ["a3 ann", "b1 ben", "b2 ben"]);
    team.night(&[]);
    assert_eq!(team.ledger(), ["a1 ann", "a2 ann", "a3 ann", "b1 ben", "b2 ben"]);
    assert_eq!(team.inboxes(), Vec::<String>::new());
    team.sandbox.fsck(&team.remote);
    assert_eq!(Machine::counts(&ann.capture()), (0, 0, 0));
}

#[test]
fn two_machines_of_one_person_and_a_session_that_goes_on() {
    let team = Team::new();
    let (desk, lap) = (team.machine("desk", "ann"), team.machine("lap", "ann"));
    desk.session("d1", &desk.project, 2);
    lap.session("l1", &lap.project, 2);
    assert_eq!(Machine::counts(&desk.capture()), (1, 1, 0));
    assert_eq!(Machine::counts(&lap.capture()), (1, 1, 0), "on top of what the other one pushed");
    desk.session("d1", &desk.project, 5);
    assert_eq!(Machine::counts(&desk.capture()), (1, 1, 0), "it went on, and is captured again");
    assert_eq!(team.inboxes(), ["d1 ann", "d1 ann", "l1 ann"]);
    assert_eq!(team.sandbox.git(&team.remote, &["rev-list", "--count", "refs/dream/inbox/ann"]), "3");
    // A third machine that starts anew has what the ledger knows already.
    team.night(&[]);
    let new = team.machine("new", "ann");
    std::fs::create_dir_all(new.home.join(".claude/projects")).unwrap();
    new.session("d1", &desk.project, 5);
    new.dream(&[
        "connect",
        desk.project.to_str().unwrap(),
        "--memory",
        team.remote.to_str().unwrap(),
        "--as",
        "ann",
        "--yes",
    ])
    .ok();
    assert_eq!(Machine::counts(&new.capture()).2, 0);
    assert_eq!(team.inboxes(), Vec::<String>::new(), "nothing is pushed that is folded in");
    // An inbox that was taken away without being folded in is pushed again.
    lap.session("l2", &lap.project, 1);
    lap.capture();
    team.sandbox.git(&team.remote, &["update-ref", "-d", "refs/dream/inbox/ann"]);
    lap.session("l3", &lap.project, 1);
    lap.capture();
    assert_eq!(team.inboxes(), ["l2 ann", "l3 ann"]);
}

#[test]
fn captures_at_once_lose_nothing_and_what_was_queued_before_a_kill_is_pushed_after() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    for number in 0..6 {
        ann.session(&format!("s{number}"), &ann.project, 1);
    }
    // As far as a process comes that is killed before it pushes.
    let queued: Value = serde_json::from_str(&ann.dream(&["capture", "--no-push", "--json"]).ok()).unwrap();
    assert_eq!(Machine::counts(&queued), (6, 0, 6));
    assert_eq!(team.at_remote("refs/dream/inbox/ann"), "");
    for number in 6..12 {
        ann.session(&format!("s{number}"), &ann.project, 1);
    }
    let started: Vec<_> = (0..4)
        .map(|_| {
            let mut command = ann.command(&["capture"]);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in started {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    ann.capture();
    assert_eq!((team.inboxes().len(), ann.waiting()), (12, 0));
    // Killed after it pushed and before it knew: there is nothing more to push.
    let mut outbox =
        walkdir::WalkDir::new(ann.home.join("data")).into_iter().map(|entry| entry.unwrap().into_path());
    let outbox = outbox.find(|path| path.join("HEAD").is_file()).unwrap();
    team.sandbox.git(&outbox, &["update-ref", "-d", "refs/dream/there/ann"]);
    let before = team.at_remote("refs/dream/inbox/ann");
    ann.capture();
    assert_eq!((team.at_remote("refs/dream/inbox/ann"), ann.waiting()), (before, 0));
    assert_eq!(team.sandbox.try_git(&outbox, &["fsck", "--strict"]).status, 0);
}

//! Half a year of a team: what its agents get wrong, what is proposed about it, and what people decide.

use crate::cli::json;
use crate::dream::write;
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The moment at which the team's reports are made.
pub(super) const MONDAY: &str = "2026-11-02T08:00:00Z";

/// Weeks that are told of.
const WEEKS: usize = 26;

/// What agents get wrong: from which week on, the command, what it says, what works.
const MISTAKES: [(usize, &str, &str, &str); 9] = [
    (
        0,
        "npm install",
        "npm error code EWORKSPACE: this repository is managed by pnpm",
        "pnpm install --frozen-lockfile",
    ),
    (0, "alembic upgrade head", "FAILED: Multiple head revisions are present", "alembic upgrade heads"),
    (
        1,
        "docker build .",
        "ERROR: failed to solve: secret registry_token: not found",
        "docker build --secret id=registry_token .",
    ),
    (7, "terraform plan", "Error: Backend initialization required", "terraform -chdir=infra/prod plan"),
    (8, "buf generate", "Failure: plugin protoc-gen-ts was not found", "pnpm exec buf generate"),
    (
        15,
        "kubectl rollout restart api",
        "error: no context is set",
        "kubectl --context staging rollout restart api",
    ),
    (
        21,
        "playwright test",
        "Error: browserType.launch: no browser is installed",
        "pnpm exec playwright test",
    ),
    (21, "redis-cli flushdb", "NOAUTH Authentication required.", "redis-cli --askpass flushdb"),
    (18, "ruff format --check", "error: unknown rule group DOC9", "uv run ruff format --check"),
];

const ASKS: [&str; 8] = [
    "Add a rate limit to the public API",
    "Make the nightly export faster",
    "Show the invoice total in euros",
    "Fix the flaky login test",
    "Upgrade the mail templates",
    "Write the migration for teams",
    "Let admins merge two accounts",
    "Trace slow queries in staging",
];

const PEOPLE: [&str; 4] = ["amira", "jonas", "wei", "sofia"];
const AGENTS: [&str; 2] = ["claude-code", "codex"];
const WISH: &str = "Please write commit messages in the imperative mood, always.";

/// A team's memory, and what is known of it.
pub(super) struct Team {
    pub(super) memory: PathBuf,
    numbers: u64,
    sessions: usize,
}

impl Team {
    /// Lives the half year: three dreams are decided on, the last one waits.
    pub(super) fn live(sandbox: &Sandbox) -> Team {
        let memory = sandbox.repo("platform-memory", &[]);
        sandbox.dream(&memory, &["init", "--quiet"]).ok();
        let mut team = Team { memory, numbers: 7, sessions: 0 };
        let mut taken: Vec<(usize, String)> = Vec::new();
        for week in 0..WEEKS {
            team.work(sandbox, week, &taken);
            match week {
                4 => {
                    let report = team.dream(sandbox, week);
                    team.merge(sandbox, week, report["branch"].as_str().unwrap(), "Amira Haddad");
                    taken.extend(notes(&report));
                }
                11 => {
                    let report = team.dream(sandbox, week);
                    let refused = report["learnings"][0]["commit"].as_str().unwrap().to_owned();
                    let (branch, note) = (text(&report["branch"]), text(&report["learnings"][0]["note"]));
                    team.git(sandbox, week, "Jonas Weber", &["checkout", "--quiet", &branch]);
                    let reason =
                        "Revert \"a note\"\n\nThe new linter says so itself, so a note adds nothing.";
                    team.git(sandbox, week, "Jonas Weber", &["revert", "--no-edit", "--no-commit", &refused]);
                    let reason = format!("{reason}\n\nThis reverts commit {refused}.");
                    team.git(sandbox, week, "Jonas Weber", &["commit", "--quiet", "-m", &reason]);
                    team.git(sandbox, week, "Jonas Weber", &["checkout", "--quiet", "main"]);
                    team.merge(sandbox, week, &branch, "Jonas Weber");
                    taken.extend(notes(&report).into_iter().filter(|(_, path)| *path != note));
                }
                19 => {
                    let report = team.dream(sandbox, week);
                    team.merge(sandbox, week, report["branch"].as_str().unwrap(), "Wei Zhang");
                    taken.extend(notes(&report));
                }
                _ => {}
            }
            if week == WEEKS - 1 {
                // On the Friday before the report somebody takes one back.
                let learnings = team.json(sandbox, &["log", "--json"]);
                let of_last = &learnings["cycles"][0]["learnings"][0];
                let commit = text(&of_last["commit"]);
                team.git(sandbox, week, "Sofia Rossi", &["revert", "--no-edit", "--no-commit", &commit]);
                let message = format!(
                    "Revert \"a note\"\n\nThis reverts commit {commit}.\n\nThe staging cluster is gone; this would send agents the wrong way."
                );
                team.git(sandbox, week, "Sofia Rossi", &["commit", "--quiet", "-m", &message]);
                team.dream(sandbox, week);
            }
        }
        team
    }

    fn git(&self, sandbox: &Sandbox, week: usize, who: &str, args: &[&str]) {
        let at = format!("{}T16:00:00Z", day(week, 4));
        let mut command = sandbox.command("git", &self.memory);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), who).env(format!("GIT_{role}_EMAIL"), "team@example.com");
            command.env(format!("GIT_{role}_DATE"), &at);
        }
        let ran = command.args(args).output().unwrap();
        assert!(ran.status.success(), "{args:?} {}", String::from_utf8_lossy(&ran.stderr));
    }

    fn merge(&self, sandbox: &Sandbox, week: usize, branch: &str, who: &str) {
        self.git(sandbox, week, who, &["merge", "--quiet", "--no-ff", "--no-edit", branch]);
    }

    #[track_caller]
    fn json(&self, sandbox: &Sandbox, args: &[&str]) -> Value {
        json(sandbox.dream(&self.memory, args))
    }

    #[track_caller]
    fn dream(&self, sandbox: &Sandbox, week: usize) -> Value {
        let now = format!("{}T12:00:00Z", day(week, 4));
        let folder = sandbox.path("sessions");
        let report =
            self.json(sandbox, &["run", "--json", "--now", &now, "--sessions", folder.to_str().unwrap()]);
        assert!(report["branch"].is_string(), "week {week}: {report:#}");
        report
    }

    /// The same numbers on every machine (Steele, Lea and Flood 2014, SplitMix64).
    fn chance(&mut self, of: f64) -> bool {
        self.numbers = self.numbers.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.numbers;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 <= of
    }

    /// One week of sessions. Who reads a note mostly does as it says.
    fn work(&mut self, sandbox: &Sandbox, week: usize, taken: &[(usize, String)]) {
        let mut sessions = Vec::new();
        for at in 0..14 {
            self.sessions += 1;
            let n = self.sessions;
            let when = format!("{}T{:02}:00:00Z", day(week, at as i64 % 5), 8 + at % 9);
            let person = PEOPLE[(n * 7 / 3) % PEOPLE.len()];
            let mut lines = vec![
                json!({"git_dream": 1, "id": format!("s{n}"), "agent": AGENTS[(n / 2) % 2], "job": format!("j{n}"),
                    "contributor": person, "project": "platform"}),
                json!({"at": when, "person": format!("{}, ticket {n}", ASKS[n % ASKS.len()])}),
            ];
            let mut call = |line: &str, said: Option<&str>| {
                lines.push(json!({"at": when, "call": {"tool": "shell", "args": {"command": line},
                    "status": if said.is_some() { "failed" } else { "returned" },
                    "exit": if said.is_some() { 1 } else { 0 }, "output": said.unwrap_or("done")}}));
            };
            let reads = self.chance(0.8);
            for (_, note) in taken.iter().filter(|_| reads) {
                call(&format!("cat memory/{note}"), None);
            }
            for (which, (since, wrong, error, right)) in MISTAKES.iter().enumerate() {
                if week < *since || !self.chance(0.6) {
                    continue;
                }
                let knows = reads && taken.iter().any(|(of, _)| *of == which);
                // The second lesson helps nobody.
                let fails = self.chance(if knows && which != 1 { 0.04 } else { 0.55 });
                if fails {
                    call(wrong, Some(error));
                }
                call(right, None);
            }
            if week >= 12 && at % 5 == 0 {
                lines.push(json!({"at": when, "person": WISH}));
            }
            sessions.push(lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"));
        }
        write(sandbox, &format!("sessions/week-{week:02}.jsonl"), &sessions);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A day of a week; the first week begins on Monday, the 4th of May 2026.
fn day(week: usize, day: i64) -> jiff::civil::Date {
    jiff::civil::date(2026, 5, 4) + jiff::Span::new().days(week as i64 * 7 + day)
}

/// The notes that a dream proposed, with the mistakes that they are about.
fn notes(report: &Value) -> Vec<(usize, String)> {
    let learnings = report["learnings"].as_array().unwrap().iter();
    let about = |learning: &Value| {
        let title = text(&learning["title"]);
        let of = MISTAKES.iter().position(|(_, wrong, _, _)| {
            let words: Vec<&str> = wrong.split(' ').take(2).collect();
            title.contains(&words.join(" "))
        })?;
        Some((of, text(&learning["note"])))
    };
    learnings.filter_map(about).collect()
}

/// A report of a memory, at [`MONDAY`].
#[track_caller]
pub(super) fn report(sandbox: &Sandbox, memory: &Path, more: &[&str]) -> String {
    let args: Vec<&str> = ["report", "--now", MONDAY].iter().chain(more).copied().collect();
    sandbox.dream(memory, &args).ok()
}

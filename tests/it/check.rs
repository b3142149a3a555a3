//! `git dream check` on pull requests: bad ones, each of which breaks one rule, and good ones, which break none.

mod bad;
mod good;
mod notes;
mod pull;

use crate::dream::{NOW, memory};
use crate::sandbox::Sandbox;
use pull::Pull;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A memory that pull requests are made against.
struct Base {
    sandbox: Sandbox,
    dir: PathBuf,
}

impl Base {
    /// A merged cycle over real sessions, with two wishes of people beside it, one of them pinned.
    fn dreamt() -> Base {
        let sandbox = Sandbox::new();
        let demo = sandbox.path("demo");
        sandbox.dream(&sandbox.path(""), &["demo", demo.to_str().unwrap(), "--now", NOW, "--quiet"]).ok();
        let base = Base { dir: demo.join("memory"), sandbox };
        let cycle = base.cycle();
        base.sandbox.git(&base.dir, &["merge", "--quiet", "--ff-only", &cycle]);
        base.with_wishes()
    }

    /// The same without a cycle.
    fn written() -> Base {
        let sandbox = Sandbox::new();
        Base { dir: memory(&sandbox, "m"), sandbox }.with_wishes()
    }

    fn with_wishes(self) -> Base {
        for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.com")] {
            self.sandbox.git(&self.dir, &["config", key, value]);
        }
        let rule = "Add a line to CHANGELOG.md with every fix.";
        let pinned = notes::plain("preferences", "keep-the-changelog", rule).replace("active", "pinned");
        let tabs = notes::plain("preferences", "use-tabs", "Indent shell scripts with tabs.");
        let files = [("preferences/keep-the-changelog.md", &*pinned), ("preferences/use-tabs.md", &*tabs)];
        self.sandbox.commit(&self.dir, &files, "Two wishes of our own");
        self.sandbox.dream(&self.dir, &["check", "--fix"]).ok();
        self.sandbox.commit(&self.dir, &[], "Bring the index in step");
        self
    }

    /// The branch of the cycle.
    fn cycle(&self) -> String {
        self.sandbox.git(&self.dir, &["branch", "--list", "dream/*", "--format=%(refname:short)"])
    }

    /// The text of a file of the memory.
    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.join(path)).unwrap()
    }

    /// The path of the first mistake whose name contains these words.
    fn note(&self, words: &str) -> String {
        let listed = self.sandbox.git(&self.dir, &["ls-files", "mistakes"]);
        listed.lines().find(|path| path.contains(words)).unwrap().to_owned()
    }
}

#[test]
fn every_bad_pull_request_is_caught_by_the_rule_it_breaks_and_by_no_other_and_good_ones_pass() {
    let base = Base::dreamt();
    let (bad, good) = (bad::pulls(&base), good::pulls(&base));
    assert!(bad.len() >= 40 && good.len() >= 100, "{} and {}", bad.len(), good.len());
    let wanted =
        bad.iter().map(|(rule, pull)| (Some(*rule), pull)).chain(good.iter().map(|pull| (None, pull)));
    let pulls: Vec<(Option<&str>, &Pull)> = wanted.collect();
    let branches = pull::import(&base, pulls.iter().map(|(_, pull)| *pull));
    let mut wrong = Vec::new();
    for ((rule, pull), branch) in pulls.iter().zip(&branches) {
        let ran = base.sandbox.dream(&base.dir, &["check", &format!("main...{branch}"), "--json"]);
        let report: serde_json::Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}: {ran:#?}", pull.name));
        let findings = report["findings"].as_array().unwrap();
        let errors = findings.iter().filter(|finding| finding["severity"] == "error");
        let rules: BTreeSet<&str> = errors.map(|finding| finding["rule"].as_str().unwrap()).collect();
        if (ran.status, &rules) != (i32::from(rule.is_some()), &rule.iter().copied().collect()) {
            wrong.push(format!(
                "{}: wanted {rule:?}, got {} {rules:?}\n{}",
                pull.name, ran.status, ran.stdout
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), pulls.len(), wrong.join("\n"));
}

#[test]
fn every_learning_of_a_cycle_passes_alone_once_its_index_is_mended() {
    let base = Base::dreamt();
    let (sandbox, dir) = (&base.sandbox, &base.dir);
    let root = sandbox.git(dir, &["rev-list", "--max-parents=0", "main"]);
    let log = sandbox.git(dir, &["rev-list", "--reverse", &format!("{root}..{}~1", base.cycle())]);
    let learnings: Vec<&str> = log.lines().collect();
    assert!(learnings.len() >= 10);
    for learning in learnings {
        sandbox.git(dir, &["checkout", "--quiet", "--detach", &root]);
        sandbox.git(dir, &["cherry-pick", learning]);
        let before = sandbox.dream(dir, &["check", &root]);
        assert_eq!((before.status, before.stdout.matches("(index)").count()), (1, 1), "{before:#?}");
        sandbox.dream(dir, &["check", &root, "--fix"]).ok();
        sandbox.commit(dir, &[], "Bring the index in step");
        let after = sandbox.dream(dir, &["check", &root]);
        assert_eq!((after.status, after.stdout.as_str()), (0, ""), "{after:#?}");
    }
}

#[test]
fn findings_are_shown_to_people_programs_code_scanning_and_forges() {
    let base = Base::written();
    let pull = Pull::new("x").file("preferences/50%.md", "no front matter\n");
    let branch = pull::import(&base, [&pull]).remove(0);
    let shown = |format: &str| {
        let ran = base.sandbox.dream(&base.dir, &["check", &format!("main..{branch}"), "--format", format]);
        assert_eq!(ran.status, 1, "{ran:#?}");
        ran.stdout
    };
    let text = shown("text");
    assert!(text.starts_with("preferences/50%.md:1: error: it has no front matter"), "{text}");
    assert!(text.contains("(front-matter)"), "{text}");
    let annotation = shown("github");
    assert!(
        annotation.starts_with("::error file=preferences/50%25.md,line=1,title=front-matter::"),
        "{annotation}"
    );
    let sarif: serde_json::Value = serde_json::from_str(&shown("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&sarif["version"], &result["level"]), (&"2.1.0".into(), &"error".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "preferences/50%25.md", "a SARIF place is a URI");
    assert_eq!(place["region"]["startLine"], 1);
    let rule = result["ruleIndex"].as_u64().unwrap();
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][rule as usize]["id"], result["ruleId"]);
}

#[test]
fn a_range_that_names_nothing_and_a_file_in_the_way_are_said() {
    let base = Base::written();
    let (sandbox, dir) = (&base.sandbox, &base.dir);
    let ran = sandbox.dream(dir, &["check", "mian...dream"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("there is no commit \"mian\""), "{ran:#?}");
    let text = base.text("MEMORY.md");
    sandbox.commit(dir, &[("MEMORY.md", &text.replace("- Indent", "- Do not indent"))], "Spoil the index");
    std::fs::write(dir.join("MEMORY.md"), "mine\n").unwrap();
    let ran = sandbox.dream(dir, &["check", "--fix"]);
    assert_eq!(ran.status, 2, "{ran:#?}");
    assert!(ran.stderr.contains("MEMORY.md"), "{ran:#?}");
    assert_eq!(base.text("MEMORY.md"), "mine\n", "what nobody committed is not written over");
}

#[test]
fn without_a_ledger_quotes_are_not_looked_up_and_that_is_said() {
    let base = Base::written();
    let evidence = "## Evidence\n\n- `x` [source: 0123456789abcdef#4; added: 2026-01-31]";
    let note = notes::with_body("preferences", "use-tabs", "Indent shell scripts with tabs.", evidence);
    base.sandbox.commit(&base.dir, &[("preferences/use-tabs.md", &note)], "Say where it is from");
    let ran = base.sandbox.dream(&base.dir, &["check"]);
    assert_eq!(ran.status, 0, "{ran:#?}");
    assert!(ran.stdout.contains("git fetch origin refs/dream/ledger:refs/dream/ledger"), "{ran:#?}");
    assert_eq!(ran.stdout.matches("warning:").count(), 1, "settings that stand are no change: {ran:#?}");
}

#[test]
fn in_a_code_repository_only_the_memory_is_looked_at() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("code", &[("src/main.rs", "fn main() {}\n")]);
    sandbox.dream(&dir, &["init", "--root", "memory"]).ok();
    let base = sandbox.commit(&dir, &[], "A memory");
    let note = notes::plain("preferences", "use-tabs", "Indent shell scripts with tabs.");
    sandbox.commit(
        &dir,
        &[("src/main.rs", "fn main() { }  \n"), ("memory/preferences/use-tabs.md", &note)],
        "Both",
    );
    let ran = sandbox.dream(&dir, &["check", &base]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.starts_with("memory/MEMORY.md: error:"), "{ran:#?}");
    assert_eq!(ran.stdout.matches("error:").count(), 1, "{ran:#?}");
    sandbox.dream(&dir, &["check", &base, "--fix"]).ok();
    sandbox.commit(&dir, &[], "Index");
    assert_eq!(sandbox.dream(&dir, &["check", &base]).ok(), "");
    // What cannot be mended by a program is not passed over.
    sandbox.git(&dir, &["mv", "memory/preferences/use-tabs.md", "memory/preferences/tabs.md"]);
    sandbox.commit(&dir, &[], "Rename");
    let ran = sandbox.dream(&dir, &["check", "--fix"]);
    assert!(ran.status == 0 && ran.stderr.contains("1 finding only people can mend"), "{ran:#?}");
}

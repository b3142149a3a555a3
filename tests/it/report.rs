//! What `git dream report` tells of a team's half year, in its three forms, and of repositories that have none.

mod browser;
#[path = "../../benches/history_scale/history.rs"]
mod history;
mod world;

use crate::cli::{FERRY, dreamt};
use crate::repo::{dreamer, moving, noon};
use crate::sandbox::Sandbox;
use git_dream::ledger::{Addition, CycleRecord, LEDGER, LearningRecord, Ledger, Stamp, SupportRecord};
use git_dream::pattern::Fingerprint;
use git_dream::repo::Repo;
use history::{Size, Story, names};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use world::{MONDAY, Team, report};

#[test]
fn a_half_year_is_told_the_same_way_in_every_form() {
    let sandbox = Sandbox::new();
    let team = Team::live(&sandbox);
    let told: Value = serde_json::from_str(&report(&sandbox, &team.memory, &["--json"])).unwrap();
    assert_eq!((&told["version"], &told["cycles"], &told["at"]), (&json!(1), &json!(4), &json!(MONDAY)));
    let of = |number: &Value| {
        let learnings = told["learnings"].as_array().unwrap();
        learnings.iter().find(|learning| learning["number"] == *number).unwrap()
    };
    // Only what was decided in the last week is news: the Friday's revert.
    assert_eq!(told["taken_up"], json!([]), "{told:#}");
    let [taken_back] = told["turned_down"].as_array().unwrap().as_slice() else { panic!("{told:#}") };
    let taken_back = of(taken_back);
    assert_eq!(
        (&taken_back["verdict"], &taken_back["by"]["name"]),
        (&json!("reverted"), &json!("Sofia Rossi"))
    );
    assert_eq!(
        taken_back["by"]["reason"],
        "The staging cluster is gone; this would send agents the wrong way."
    );
    assert!(!told["pending"].as_array().unwrap().is_empty(), "{told:#}");
    assert!(!told["load_bearing"].as_array().unwrap().is_empty(), "{told:#}");
    let effects: Vec<&str> =
        told["impact"].as_array().unwrap().iter().map(|note| note["effect"].as_str().unwrap()).collect();
    assert_eq!(effects[0], "works", "{effects:?}");
    let weeks = told["mistakes"]["weeks"].as_array().unwrap();
    assert!(weeks.len() >= 24 && weeks[0]["from"] == "2026-05-04", "{weeks:?}");

    let markdown = report(&sandbox, &team.memory, &[]);
    assert!(markdown.starts_with("# What platform-memory learnt\n\nSince 26 October 2026, "), "{markdown}");
    assert!(markdown.contains(": The staging cluster is gone; this would send agents the wrong way."));
    let page = report(&sandbox, &team.memory, &["--html", "-"]);
    for part in [
        "<title>What platform-memory learnt</title>",
        "default-src &#x27;none&#x27;",
        "Sofia Rossi",
        "this would send agents the wrong way",
        "Mistakes over time",
        "load-bearing",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("style=\"") && !page.contains("onclick"), "a policy without inline anything");
    let all: Value =
        serde_json::from_str(&report(&sandbox, &team.memory, &["--json", "--since", "all"])).unwrap();
    assert!(all["taken_up"].as_array().unwrap().len() >= 4, "{all:#}");

    for more in [&["--html", "-"][..], &["--json"], &[]] {
        assert_eq!(report(&sandbox, &team.memory, more), report(&sandbox, &team.memory, more), "{more:?}");
    }
    // Another clone, without the branches that people closed, tells the same of what was taken up.
    let clone = sandbox.path("other/platform-memory");
    sandbox.git(
        &sandbox.path(""),
        &["clone", "--quiet", team.memory.to_str().unwrap(), clone.to_str().unwrap()],
    );
    sandbox.git(&clone, &["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    let there: Value = serde_json::from_str(&report(&sandbox, &clone, &["--json"])).unwrap();
    assert_eq!(there["impact"], told["impact"]);
}

/// A memory with a long history: some 500 learnings, taken, edited, left out, waiting.
fn many(sandbox: &Sandbox) -> PathBuf {
    let memory = sandbox.repo("many", &[]);
    let story = Story::make(&Size { notes: 400, commits: 700, sessions: 600, cycles: 40 });
    let import = |stream: &[u8], more: &[&str]| {
        let mut command = sandbox.command("git", &memory);
        command.args(["fast-import", "--quiet", "--force"]).args(more).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stream).unwrap();
        assert!(child.wait().unwrap().success());
    };
    let marks = sandbox.path("marks");
    import(&story.stream, &[&format!("--export-marks={}", marks.display())]);
    import(&story.ledger(&names(&std::fs::read_to_string(&marks).unwrap())), &[]);
    for branch in story.closed() {
        sandbox.git(&memory, &["update-ref", "-d", &format!("refs/heads/{branch}")]);
    }
    memory
}

#[test]
fn a_long_history_is_told_within_bounds() {
    let sandbox = Sandbox::new();
    let memory = many(&sandbox);
    let told: Value =
        serde_json::from_str(&report(&sandbox, &memory, &["--json", "--since", "all"])).unwrap();
    assert!(told["learnings"].as_array().unwrap().len() >= 500);
    let markdown = report(&sandbox, &memory, &["--since", "all"]);
    assert!(markdown.len() < 64 << 10 && markdown.contains("\n- and "), "{} bytes", markdown.len());
    let page = report(&sandbox, &memory, &["--html", "-", "--since", "all"]);
    assert!(page.len() < 4 << 20, "{} bytes", page.len());
    well_formed(&page);
}

/// Puts a cycle on the ledger, and one commit on `main` that it says is its own.
fn plant(sandbox: &Sandbox, dir: &Path, title: &str, rationale: &str, quote: &str, body: &str) {
    let front = "---\nname: x\ndescription: x\nkind: mistake\nscope: team\nstatus: active\nsince: \"2026-01-01\"\n---\n";
    let pattern = Fingerprint::of(&[]).to_string();
    let message = format!(
        "mistake: x\n\n{rationale}\n\nEvidence:\n\n  > {quote}\n    0123456789abcdef#7 (2026-01-02)\n\nDream-Cycle: c1\nDream-Kind: mistake\nDream-Change: add\nDream-Pattern: {pattern}\n"
    );
    let commit = sandbox.commit(dir, &[("mistakes/x.md", &format!("{front}\n{body}\n"))], &message);
    let learning = LearningRecord {
        commit: Some(commit),
        change: "add".to_owned(),
        kind: "mistake".to_owned(),
        note: "mistakes/x.md".to_owned(),
        title: title.to_owned(),
        pattern,
        grade: "corroborated".to_owned(),
        support: SupportRecord { sessions: 3, jobs: 2, agents: 1, people: 1 },
        ..LearningRecord::default()
    };
    let record = CycleRecord {
        version: 1,
        cycle: "c1".to_owned(),
        at: noon(),
        target: "main".to_owned(),
        branch: Some("dream/c1".to_owned()),
        engine: "<b>engine</b>".to_owned(),
        learnings: vec![learning],
        ..CycleRecord::default()
    };
    let repo = Repo::open(dir).unwrap();
    let ledger = Ledger::open(&repo).unwrap();
    let digests = [crate::ledger::digest("x", None, 1)];
    let addition = Addition { cycle: "c1", digests: &digests, outcomes: &[], record: Some(&record) };
    let added = ledger.append(&addition, &Stamp { identity: dreamer(), at: noon() }).unwrap();
    repo.move_refs(&[moving(LEDGER, ledger.tip(), Some(added))]).unwrap();
}

/// What somebody may try who gets words into a transcript.
const HOSTILE: &str = "</style></script><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} {% raw %} \
                       \u{202e}txet\u{202c} [x](javascript:alert(1)) ![p](https://evil.example/p.png) @everyone #1 \"'";

#[test]
fn hostile_words_are_shown_and_never_act() {
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    plant(
        &sandbox,
        &memory,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        &format!("# {HOSTILE}\n\n<!-- hidden -->\n\n{HOSTILE}"),
    );
    let page = report(&sandbox, &memory, &["--html", "-", "--since", "all"]);
    let after_style = page.split("</style>").nth(1).unwrap();
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(!after_style.contains("<img") && !page.contains("href=\"javascript"));
    assert!(!page.contains('\u{202e}') && page.contains("\\u{202e}"), "hidden characters are written out");
    assert!(page.contains("{{ 7*7 }}") && !page.contains(" 49 "), "nothing is filled in");
    assert!(page.contains("&lt;!-- hidden --&gt;"), "what would be hidden is shown");
    well_formed(&page);
    let markdown = report(&sandbox, &memory, &["--since", "all"]);
    assert!(markdown.contains("javascript") && !markdown.contains('\u{202e}'), "{markdown}");
    for event in pulldown_cmark::Parser::new(&markdown) {
        use pulldown_cmark::{Event, Tag};
        let acts = matches!(
            event,
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. })
        );
        assert!(!acts, "{event:?}");
        assert!(!matches!(&event, Event::Text(text) if text.contains("@everyone")), "{event:?}");
    }
}

/// Fails the test unless every element is closed where it has to be, and every id is there once.
#[track_caller]
fn well_formed(page: &str) {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (middle, rest) = rest.split_once("<script>").unwrap_or((rest, "</script>"));
    let (_, after) = rest.split_once("</script>").unwrap();
    let (mut open, mut ids): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for tag in [before, middle, after].iter().flat_map(|part| part.split('<').skip(1)) {
        let (tag, _) = tag.split_once('>').unwrap();
        assert!(![" src=", " on", " style="].iter().any(|attribute| tag.contains(attribute)), "{tag}");
        let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap();
        ids.extend(tag.split(" id=\"").nth(1).map(|id| id.split('"').next().unwrap()));
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "near {tag}");
        } else if !tag.ends_with('/') && !["!doctype", "meta", "input", "br", "hr"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an id is there twice");
}

#[test]
fn a_repository_with_nothing_to_tell_says_why_and_what_to_do() {
    let sandbox = Sandbox::new();
    let unborn = sandbox.path("unborn");
    sandbox.git(&sandbox.path(""), &["init", "--quiet", "--initial-branch=main", unborn.to_str().unwrap()]);
    let new = sandbox.repo("new", &[]);
    sandbox.dream(&new, &["init", "--quiet"]).ok();
    let clone = sandbox.path("clone");
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", new.to_str().unwrap(), clone.to_str().unwrap()]);
    for (dir, why, command) in [
        (&unborn, "has no commit yet", "git dream init"),
        (&new, "No dream yet", "git dream run"),
        (&clone, "There is no ledger here", "git fetch origin refs/dream/ledger:refs/dream/ledger"),
    ] {
        let told: Value = serde_json::from_str(&report(&sandbox, dir, &["--json"])).unwrap();
        assert_eq!(told["hint"]["command"], command, "{told:#}");
        let page = report(&sandbox, dir, &["--html", "-"]);
        well_formed(&page);
        for form in [page.replace("&#x2f;", "/"), report(&sandbox, dir, &[])] {
            assert!(form.contains(why) && form.contains(command), "{form}");
        }
    }
    let elsewhere = sandbox.dream(&sandbox.path("home"), &["report"]);
    assert_eq!(elsewhere.status, 2, "{elsewhere:#?}");
}

#[test]
fn a_shallow_clone_says_what_it_cannot_tell() {
    let sandbox = Sandbox::new();
    let (memory, branch) = dreamt(&sandbox, "m");
    sandbox.git(&memory, &["merge", "--quiet", "--no-ff", "--no-edit", &branch]);
    let shallow = sandbox.path("shallow");
    let from = format!("file://{}", memory.display());
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--depth=1", &from, shallow.to_str().unwrap()]);
    sandbox.git(&shallow, &["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    let told: Value = serde_json::from_str(&report(&sandbox, &shallow, &["--json"])).unwrap();
    assert!(told["unknown"][0].as_str().unwrap().contains("git fetch --unshallow"), "{told:#}");
    well_formed(&report(&sandbox, &shallow, &["--html", "-"]));
}

#[test]
fn a_squash_whose_branch_is_gone_still_tells_why() {
    let sandbox = Sandbox::new();
    let (memory, branch) = dreamt(&sandbox, "m");
    sandbox.git(&memory, &["merge", "--quiet", "--squash", &branch]);
    let messages = sandbox.git(&memory, &["log", "--reverse", "--format=* %B", &format!("main..{branch}")]);
    sandbox.git(&memory, &["commit", "--quiet", "-m", &format!("Dreams (#7)\n\n{messages}")]);
    let clone = sandbox.path("clone");
    let from = format!("file://{}", memory.display());
    let only = ["clone", "--quiet", "--single-branch", "--branch=main", &from, clone.to_str().unwrap()];
    sandbox.git(&sandbox.path(""), &only);
    sandbox.git(&clone, &["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    let told: Value = serde_json::from_str(&report(&sandbox, &clone, &["--json", "--since", "all"])).unwrap();
    let learning = &told["learnings"][0];
    assert_eq!(learning["verdict"], "merged", "{told:#}");
    assert!(learning["rationale"].as_str().unwrap().contains("5 sessions"), "{learning:#}");
    assert!(!learning["evidence"].as_array().unwrap().is_empty(), "{learning:#}");
    let page = report(&sandbox, &clone, &["--html", "-"]);
    assert!(page.contains(FERRY.1) && page.contains("What <span class=\"name\">clone</span> learnt"));
}

#[test]
fn wrong_options_are_named_and_nothing_is_written() {
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    for (args, words) in [
        (&["report", "--since", "yesterday"][..], "`14d`"),
        (&["report", "--since", "2999-01-01"], "before now"),
        (&["report", "--since", "99999999999999999d"], "`14d`"),
        (&["report", "--json", "--html", "-"], "name a file"),
        (&["report", "--now", "soon"], "--now"),
    ] {
        let ran = sandbox.dream(&memory, args);
        assert!(ran.status == 2 && ran.stderr.contains(words), "{ran:#?}");
    }
    let ran = sandbox.dream(&memory, &["report", "--html", "no/such/folder/r.html"]);
    assert!(ran.status != 0 && ran.stderr.contains("cannot write"), "{ran:#?}");
    let ran = sandbox.dream(&memory, &["report", "--html", "r.html", "--json"]);
    assert!(
        ran.status == 0 && memory.join("r.html").exists() && ran.stdout.contains("\"version\": 1"),
        "{ran:#?}"
    );
}

//! The whole way: publish, comment, drop one, merge, revert, dream again; on every forge.

use super::forge::Said;
use super::world::World;
use crate::review::dreamt::dream;
use git_dream::forge::Kind;

/// The settings of a team that labels, asks Ben, and wants what is not confirmed as a draft.
const TEAM: (&str, &str) = (
    "dream.toml",
    "[publish]\nlabels = [\"dream\"]\nreviewers = [\"ben\"]\ndraft_below = \"confirmed\"\ntitle = \"Night of {{ day }}: {{ count }}\"\n",
);

fn said(id: u64, by: &'static str, at: &'static str, text: &str, about: Option<(&str, u32)>) -> Said {
    let about = about.map(|(path, line)| (path.to_owned(), line));
    Said { id, by, at, text: text.to_owned(), about }
}

fn told(kind: Kind) {
    let world = World::with(kind, &[TEAM]);
    let [ferry, kiln, loom] = [0, 1, 2].map(|at| world.learnings[at].clone());

    let first = world.published();
    assert_eq!(
        (&first["pushed"], &first["pull_request"]["done"]),
        (&"new".into(), &"opened".into()),
        "{first:#}"
    );
    assert_eq!(
        (&first["pull_request"]["draft"], &first["pull_request"]["state"]),
        (&true.into(), &"open".into())
    );
    assert_eq!(world.at_remote(&world.branch), world.git("rev-parse", &[&world.branch]));
    assert_eq!(world.at_remote("refs/dream/ledger"), world.git("rev-parse", &["refs/dream/ledger"]));
    {
        let state = world.forge.state();
        let [pull] = state.pulls.as_slice() else { panic!("{:?}", state.pulls) };
        assert!(pull.title.ends_with("Night of 2026-01-05: 3"), "{}", pull.title);
        assert_eq!((&pull.base, &pull.head), (&"main".to_owned(), &world.branch));
        assert_eq!(
            (pull.labels.as_slice(), pull.reviewers.as_slice()),
            (&["dream".to_owned()][..], &["ben".to_owned()][..])
        );
        for learning in &world.learnings {
            assert!(pull.body.contains(&learning[2]) && pull.body.contains(&learning[1]), "{}", pull.body);
        }
    }

    // The same again is said already; what people write around it stays.
    assert_eq!(world.published()["pull_request"]["done"], "nothing");
    world.forge.state().pulls[0].body.push_str("\n\n/cc everybody, says Ben");

    world.forge.state().pulls[0].said.extend([
        said(5, "ben", "2026-01-06T08:00:00Z", "Say <b>which</b> ramp, @ann", Some((&ferry[1], 3))),
        said(6, "ben", "2026-01-06T08:01:00Z", "Thanks!", None),
    ]);
    let heard = world.published();
    assert_eq!(heard["heard"]["comments"], 1);
    assert_eq!(world.published()["heard"]["comments"], 0, "a comment is heard once");
    let why = world.sandbox.dream(&world.dir, &["why", &ferry[1]]).ok();
    assert!(why.contains("ben: “Say <b>which</b> ramp, @ann”"), "{why}");

    let reviewer = world.reviewer();
    world.sandbox.git(&reviewer, &["revert", "--no-edit", &kiln[0]]);
    world.sandbox.git(&reviewer, &["push", "--quiet"]);
    let theirs = world.at_remote(&world.branch);
    let dropped = world.published();
    assert_eq!(
        (&dropped["pushed"], &dropped["pull_request"]["done"]),
        (&"reviewed".into(), &"updated".into())
    );
    assert_eq!(world.at_remote(&world.branch), theirs, "what a reviewer pushed stays");
    {
        let state = world.forge.state();
        assert!(
            state.pulls[0].body.contains("rejected: left out") && state.pulls[0].body.ends_with("says Ben")
        );
    }
    assert_eq!(world.verdict(1).0, "rejected");

    world.sandbox.git(&reviewer, &["checkout", "--quiet", "main"]);
    world.sandbox.git(&reviewer, &["merge", "--quiet", "--no-ff", "-m", "Merge", &world.branch]);
    world.sandbox.git(&reviewer, &["push", "--quiet", "origin", "main", &format!(":{}", world.branch)]);
    world.forge.state().pulls[0].state = "merged";
    let lagging = world.published();
    assert!(lagging["branch"].is_null(), "what is fetched counts, pulled or not: {lagging:#}");
    world.git("pull", &["--quiet"]);
    let quiet = world.published();
    assert!(quiet["branch"].is_null() && quiet["pull_request"].is_null(), "{quiet:#}");
    assert_eq!([0, 1, 2].map(|at| world.verdict(at).0), ["merged", "reverted", "merged"].map(str::to_owned));

    let landed = world.git("log", &["--format=%H", "-1", "--grep", &format!("^mistake: {}", &loom[2][..12])]);
    world.git("revert", &["--no-edit", &landed]);
    world.git("push", &["--quiet"]);
    assert_eq!(world.verdict(2).0, "reverted");

    let (branch, _) = dream(
        &world.sandbox,
        &world.dir,
        "next week",
        &[("anvil strike plate", "error: the hammer is cold", "anvil strike plate --warm")],
    );
    let next = world.published();
    assert_eq!((&next["branch"], &next["pull_request"]["number"]), (&branch.into(), &2.into()), "{next:#}");
    world.sandbox.fsck(&world.bare);
    world.sandbox.fsck(&world.dir);
}

#[test]
fn a_year_in_short_on_github() {
    told(Kind::GitHub);
}

#[test]
fn a_year_in_short_on_gitlab() {
    told(Kind::GitLab);
}

#[test]
fn a_year_in_short_on_forgejo() {
    told(Kind::Forgejo);
}

fn closed(kind: Kind) {
    let world = World::new(kind);
    world.published();
    {
        let mut state = world.forge.state();
        let pull = &mut state.pulls[0];
        (pull.state, pull.closed_by, pull.closed_at) = ("closed", Some("ben"), Some("2026-01-06T08:30:00Z"));
        let note = world.learnings[0][1].clone();
        pull.said.extend([
            said(1, "ann", "2026-01-05T08:00:00Z", "Nice", None),
            said(2, "ben", "2026-01-06T08:29:50Z", "Not ours:\nask the harbour", None),
            said(3, "cy", "2026-01-06T07:00:00Z", "Which ramp?", Some((&note, 2))),
        ]);
    }
    let tip = world.at_remote(&world.branch);
    let after = world.published();
    assert_eq!(after["heard"]["refused"].as_array().unwrap().len(), 3, "{after:#}");
    assert!(after["branch"].is_null() && world.forge.state().pulls.len() == 1, "{after:#}");
    assert_eq!(world.at_remote(&world.branch), tip);
    let (verdict, how, by) = world.verdict(0);
    assert_eq!((verdict.as_str(), how.as_str()), ("rejected", "in a review"));
    assert_eq!((&by["name"], &by["reason"]), (&"ben".into(), &"Not ours: ask the harbour".into()));

    // Much more speaks for it now: it is proposed again, with who refused it and what was said.
    let (branch, _) = dream(&world.sandbox, &world.dir, "next week", &crate::review::dreamt::MISTAKES[..1]);
    let message = world.git("log", &["--format=%B", "-1", &format!("{branch}~1")]);
    assert!(message.contains("On an earlier proposal `cy` said on 2026-01-06: `Which ramp?`"), "{message}");
    let again = world.published();
    let body = again["body"].as_str().unwrap();
    assert!(
        body.contains("Rejected before by `ben` on 2026-01-06") && body.contains("ask the harbour"),
        "{body}"
    );
    assert_eq!(again["pull_request"]["number"], 2);
}

#[test]
fn a_program_that_closes_what_is_old_decides_nothing() {
    let world = World::new(Kind::GitHub);
    world.published();
    {
        let pull = &mut world.forge.state().pulls[0];
        (pull.state, pull.closed_by, pull.closed_at) =
            ("closed", Some("stale[bot]"), Some("2026-01-06T08:30:00Z"));
    }
    let after = world.published();
    assert!(after["notices"][0].as_str().unwrap().contains("stale[bot]"), "{after:#}");
    assert_eq!(
        (&after["pull_request"]["state"], &after["pull_request"]["done"]),
        (&"closed".into(), &"nothing".into())
    );
    assert_eq!((world.verdict(0).0.as_str(), world.forge.state().pulls.len()), ("pending", 1));
}

#[test]
fn what_is_closed_unmerged_is_refused_with_the_reason_on_github() {
    closed(Kind::GitHub);
}

#[test]
fn what_is_closed_unmerged_is_refused_with_the_reason_on_gitlab() {
    closed(Kind::GitLab);
}

#[test]
fn what_is_closed_unmerged_is_refused_with_the_reason_on_forgejo() {
    closed(Kind::Forgejo);
}

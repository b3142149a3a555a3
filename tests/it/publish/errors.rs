//! What goes wrong with a remote or a forge: each is told with what to do, and nothing is lost.

use super::forge::{Pull, TOKEN};
use super::world::World;
use crate::server::Played;
use git_dream::forge::Kind;
use serde_json::json;

/// Fails the test unless the branch and the ledger are at the remote as they are here.
#[track_caller]
fn nothing_is_lost(world: &World) {
    for name in [world.branch.as_str(), "refs/dream/ledger"] {
        assert_eq!(world.at_remote(name), world.git("rev-parse", &[name]), "{name}");
    }
    world.forge.state().instead = None;
    assert!(world.published()["pull_request"]["number"].is_number(), "it can be published once more");
}

#[test]
fn a_forge_that_says_no_is_told_with_what_to_do() {
    let message = |text: &str| json!({ "message": text });
    let limit = |status| {
        Played::json(status, &message("API rate limit exceeded"))
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", "1900000000")
            .with("date", "Sun, 17 Mar 2030 17:06:40 GMT")
    };
    for (at, played, words) in [
        (
            ["GET", "/pulls"],
            Played::json(401, &message("Bad credentials")),
            ["GIT_DREAM_FORGE_TOKEN", "not accepted"],
        ),
        (
            ["POST", "/pulls"],
            Played::json(403, &message("Resource not accessible by integration")),
            ["pull-requests: write", "Resource not accessible"],
        ),
        (
            ["GET", "/pulls"],
            Played::json(404, &message("Not Found")),
            ["may not see it", "Pull requests: write"],
        ),
        (["GET", "/pulls"], limit(403), ["asked too often", "again in 40 minutes"]),
        (["POST", "/pulls"], limit(429), ["asked too often", "again in 40 minutes"]),
        (
            ["POST", "/pulls"],
            Played::json(
                422,
                &json!({ "message": "Validation Failed", "errors": [{ "message": "base is odd" }] }),
            ),
            ["Validation Failed", "base is odd"],
        ),
        (
            ["POST", "/pulls"],
            Played::json(200, &json!({ "surprise": 1 })),
            ["GIT_DREAM_FORGE_URL", "not what its API says"],
        ),
    ] {
        let world = World::new(Kind::GitHub);
        world.forge.state().instead = Some((at, played));
        let ran = world.publish(&[]);
        assert_eq!(ran.status, 3, "{ran:?}");
        for word in words.iter().chain(&["nothing is lost", "compare/main...dream/"]) {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains(TOKEN) && ran.stdout.is_empty(), "{ran:?}");
        nothing_is_lost(&world);
    }
}

#[test]
fn a_token_that_a_server_repeats_is_not_repeated() {
    let world = World::new(Kind::GitHub);
    let api = world.forge.api();
    let wrong = format!("wrong-{TOKEN}");
    let ran = world
        .publish_with(&["-vv"], &[("GITHUB_TOKEN", wrong.as_str()), ("GIT_DREAM_FORGE_URL", api.as_str())]);
    assert_eq!(ran.status, 3);
    assert!(ran.stderr.contains("GITHUB_TOKEN") && !ran.stderr.contains(TOKEN), "{}", ran.stderr);
}

#[test]
fn one_that_is_open_already_is_found() {
    for kind in Kind::ALL {
        let world = World::new(kind);
        world.forge.state().pulls.push(Pull {
            number: 1,
            head: world.branch.clone(),
            base: "main".to_owned(),
            body: "by hand".to_owned(),
            state: "open",
            ..Pull::default()
        });
        let published = world.published();
        assert_eq!(
            (&published["pull_request"]["number"], &published["pull_request"]["done"]),
            (&1.into(), &"nothing".into())
        );
        assert!(published["notices"][0].as_str().unwrap().contains("theirs"), "{published:#}");
        assert_eq!(world.forge.state().pulls[0].body, "by hand");
    }
}

#[test]
fn a_forge_without_drafts_gets_a_ready_one() {
    let world = World::with(Kind::GitHub, &[("dream.toml", "[publish]\ndraft_below = \"confirmed\"\n")]);
    // Only drafts are refused.
    world.forge.state().instead = None;
    let refused =
        Played::json(422, &json!({ "message": "Draft pull requests are not supported in this repository." }));
    world.forge.state().no_drafts = Some(refused);
    let published = world.published();
    assert_eq!(published["pull_request"]["draft"], false, "{published:#}");
}

#[test]
fn labels_and_reviewers_that_cannot_be_are_told_and_fail_nothing() {
    let team = "[publish]\nlabels = [\"dream\"]\nreviewers = [\"nobody\"]\n";
    let world = World::with(Kind::GitHub, &[("dream.toml", team)]);
    world.forge.state().instead =
        Some((["POST", "/requested_reviewers"], Played::json(422, &json!({ "message": "no collaborator" }))));
    let published = world.published();
    assert!(published["notices"][0].as_str().unwrap().contains("no collaborator"), "{published:#}");
    let world = World::with(Kind::GitLab, &[("dream.toml", team)]);
    let published = world.published();
    assert!(published["notices"][0].as_str().unwrap().contains("nobody"), "{published:#}");
}

#[test]
fn who_is_not_let_in_loses_nothing() {
    let world = World::new(Kind::GitHub);
    world.git("config", &["credential.helper", "!f() { echo username=ann; echo password=no; }; f"]);
    let ran = world.publish(&[]);
    assert_eq!(ran.status, 3);
    assert!(ran.stderr.contains("does not let us in"), "{}", ran.stderr);
    assert_eq!(world.at_remote(&world.branch), "");
    assert!(!world.git("rev-parse", &[&world.branch]).is_empty());
}

#[cfg(unix)]
#[test]
fn a_branch_that_is_protected_is_told_in_the_words_of_the_remote() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(Kind::GitHub);
    let hook = world.bare.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'GH013: dream branches need a signed commit' >&2\nexit 1\n")
        .unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ran = world.publish(&[]);
    assert_eq!(ran.status, 3);
    assert!(ran.stderr.contains("GH013") && ran.stderr.contains("does not take"), "{}", ran.stderr);
    assert!(world.forge.state().pulls.is_empty(), "nothing is opened for what is not there");
}

#[test]
fn without_a_token_everything_is_said_and_nothing_sent() {
    let world = World::new(Kind::GitHub);
    let ran = world.publish_with(&["--forge", "github"], &[]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stderr.contains("GITHUB_TOKEN") && ran.stderr.contains("/compare/main...dream/"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.starts_with("Dream of 2026-01-05: 3 learnings (3 mistakes)\n"), "{}", ran.stdout);
    assert_eq!(world.at_remote(&world.branch), world.git("rev-parse", &[&world.branch]));
    assert_eq!(world.forge.calls(), [""; 0]);

    // Nobody said what is at that host, so no token goes there.
    let ran = world.publish_with(&[], &[("GITHUB_TOKEN", TOKEN), ("GIT_DREAM_FORGE_TOKEN", TOKEN)]);
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains("--forge"), "{}", ran.stderr);
    assert_eq!(world.forge.calls(), [""; 0]);
}

#[test]
fn mistakes_of_people_are_named() {
    let world = World::new(Kind::GitHub);
    for (args, words) in [
        (["2020"], "there is no cycle"),
        (["--remote=upstream"], "there is origin"),
        (["--forge=svn"], "github, gitlab, forgejo"),
    ] {
        let ran = world.publish(&args);
        assert!(ran.status == 2 && ran.stderr.contains(words), "{ran:?}");
    }
    let dry = world.publish(&["--dry-run"]);
    assert!(dry.status == 0 && dry.stdout.contains("3 learnings"), "{dry:?}");
    assert_eq!((world.at_remote(&world.branch), world.forge.calls().len()), (String::new(), 0));
    // A remote that nothing was pushed to yet: the first branch there would become its main one.
    let empty = world.sandbox.path("srv/ann/empty.git");
    world.sandbox.git(&world.dir, &["init", "--quiet", "--bare", empty.to_str().unwrap()]);
    world.git("remote", &["remove", "origin"]);
    world.git("remote", &["add", "origin", &world.forge.remote().replace("memory", "empty")]);
    let ran = world.publish(&[]);
    assert!(ran.status == 2 && ran.stderr.contains("git push -u origin main"), "{ran:?}");
    assert_eq!(world.sandbox.git(&empty, &["for-each-ref"]), "");
    world.git("remote", &["remove", "origin"]);
    let ran = world.publish(&[]);
    assert!(ran.status == 0 && ran.stderr.contains("git remote add"), "{ran:?}");
}

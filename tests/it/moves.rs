//! Refs that move all or none, whoever else is at work and wherever a process is killed.

use crate::repo::{commit, file, moving, plan};
use crate::sandbox::Sandbox;
use git_dream::repo::{MoveError, Oid, Recovered, RefMove, Repo};
use std::path::{Path, PathBuf};

/// A repository with two commits beyond `main`, `refs/dream/ledger` on the first and packed.
fn with_a_ledger(sandbox: &Sandbox) -> (PathBuf, Repo, Oid, Oid) {
    let dir = sandbox.repo("memory", &[("a.md", "a\n")]);
    let repo = Repo::open(&dir).unwrap();
    let base = repo.resolve("main").unwrap();
    let written = repo
        .write(&plan(base, vec![commit("1", vec![file("1", "1")]), commit("2", vec![file("2", "2")])]))
        .unwrap();
    repo.move_refs(&[moving("refs/dream/ledger", None, Some(written[0]))]).unwrap();
    sandbox.git(&dir, &["pack-refs", "--all"]);
    (dir, repo, written[0], written[1])
}

#[test]
fn refs_move_together_or_not_at_all() {
    let sandbox = Sandbox::new();
    let (dir, repo, one, two) = with_a_ledger(&sandbox);
    let branch = "refs/heads/dream/1";
    let lost =
        repo.move_refs(&[moving(branch, None, Some(two)), moving("refs/dream/ledger", Some(two), Some(one))]);
    match lost {
        Err(MoveError::Lost { name, expected, found }) => {
            assert_eq!((&*name, expected, found), ("refs/dream/ledger", Some(two), Some(one)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(repo.resolve(branch).unwrap(), None);

    let moves = [moving(branch, None, Some(two)), moving("refs/dream/ledger", Some(one), Some(two))];
    repo.move_refs(&moves).unwrap();
    assert_eq!(
        (repo.resolve(branch).unwrap(), repo.resolve("refs/dream/ledger").unwrap()),
        (Some(two), Some(two))
    );
    repo.move_refs(&[moving(branch, Some(two), None), moving("refs/dream/ledger", Some(two), None)]).unwrap();
    assert_eq!(sandbox.git(&dir, &["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
    sandbox.fsck(&dir);
}

#[test]
fn a_ref_that_another_program_holds_stops_all_of_them() {
    let sandbox = Sandbox::new();
    let (dir, repo, one, two) = with_a_ledger(&sandbox);
    let lock = dir.join(".git/refs/dream/ledger.lock");
    std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
    std::fs::write(&lock, "").unwrap();
    let moves =
        [moving("refs/heads/dream/1", None, Some(two)), moving("refs/dream/ledger", Some(one), Some(two))];
    let error = repo.move_refs(&moves).unwrap_err().to_string();
    assert!(error.contains("ledger.lock"), "{error}");
    assert_eq!(repo.resolve("dream/1").unwrap(), None);
    assert_eq!(repo.recover().unwrap(), None);
    std::fs::remove_file(&lock).unwrap();
    repo.move_refs(&moves).unwrap();
}

#[test]
fn a_branch_in_the_way_is_named() {
    let sandbox = Sandbox::new();
    let (dir, repo, one, _) = with_a_ledger(&sandbox);
    sandbox.git(&dir, &["branch", "dream"]);
    let error = repo.move_refs(&[moving("refs/heads/dream/1", None, Some(one))]).unwrap_err().to_string();
    assert!(error.contains("git branch -m dream"), "{error}");
}

#[test]
fn of_cycles_at_the_same_time_one_wins_and_the_others_are_told() {
    let sandbox = Sandbox::new();
    let (dir, _, one, two) = with_a_ledger(&sandbox);
    let results: Vec<_> = std::thread::scope(|scope| {
        let race = |at: usize| {
            let dir = &dir;
            scope.spawn(move || {
                let branch = format!("refs/heads/dream/{at}");
                let moves =
                    [moving(&branch, None, Some(two)), moving("refs/dream/ledger", Some(one), Some(two))];
                Repo::open(dir).unwrap().move_refs(&moves)
            })
        };
        let threads: Vec<_> = (0..8).map(race).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let lost = |result: &&Result<(), MoveError>| matches!(result, Err(MoveError::Lost { .. }));
    assert_eq!((results.iter().filter(|r| r.is_ok()).count(), results.iter().filter(lost).count()), (1, 7));
    assert_eq!(sandbox.git(&dir, &["for-each-ref", "refs/heads/dream"]).lines().count(), 1);
}

/// Leaves a repository as a process does that was killed after its intent was on disk.
fn leave_an_intent(dir: &Path, moves: &[RefMove]) {
    let folder = dir.join(".git/dream");
    std::fs::create_dir_all(&folder).unwrap();
    let intent = serde_json::json!({ "version": 1, "moves": moves });
    std::fs::write(folder.join("intent"), intent.to_string()).unwrap();
}

#[test]
fn what_a_killed_process_began_is_finished_wherever_it_stopped() {
    for moved in 0..=3 {
        let sandbox = Sandbox::new();
        let (dir, repo, one, two) = with_a_ledger(&sandbox);
        sandbox.git(&dir, &["update-ref", "refs/dream/inbox/ann", &one.to_string()]);
        let moves = [
            moving("refs/heads/dream/1", None, Some(two)),
            moving("refs/dream/ledger", Some(one), Some(two)),
            moving("refs/dream/inbox/ann", Some(one), None),
        ];
        leave_an_intent(&dir, &moves);
        for done in &moves[..moved] {
            match done.to {
                Some(to) => sandbox.git(&dir, &["update-ref", &done.name, &to.to_string()]),
                None => sandbox.git(&dir, &["update-ref", "-d", &done.name]),
            };
        }
        // Killed inside libgit2, it also leaves the lock of the ref that it was at.
        if let Some(at) = moves.get(moved) {
            let lock = dir.join(format!(".git/{}.lock", at.name));
            std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
            std::fs::write(lock, "").unwrap();
        }
        assert!(matches!(repo.recover().unwrap(), Some(Recovered::Finished(names)) if names.len() == 3));
        let refs = sandbox.git(
            &dir,
            &["for-each-ref", "--format=%(refname) %(objectname)", "refs/dream", "refs/heads/dream"],
        );
        assert_eq!(refs, format!("refs/dream/ledger {two}\nrefs/heads/dream/1 {two}"));
        assert_eq!(repo.recover().unwrap(), None);
        sandbox.fsck(&dir);
    }
}

#[test]
fn what_somebody_else_changed_meanwhile_is_theirs_and_the_rest_is_undone() {
    let sandbox = Sandbox::new();
    let (dir, repo, one, two) = with_a_ledger(&sandbox);
    let main = repo.resolve("main").unwrap();
    leave_an_intent(
        &dir,
        &[moving("refs/heads/dream/1", None, Some(two)), moving("refs/dream/ledger", Some(one), Some(two))],
    );
    sandbox.git(&dir, &["update-ref", "refs/heads/dream/1", &two.to_string()]);
    sandbox.git(&dir, &["update-ref", "refs/dream/ledger", &main.unwrap().to_string()]);
    assert!(matches!(repo.recover().unwrap(), Some(Recovered::Undone(_))));
    assert_eq!((repo.resolve("dream/1").unwrap(), repo.resolve("refs/dream/ledger").unwrap()), (None, main));
}

#[test]
fn an_intent_whose_commits_are_gone_is_undone() {
    let sandbox = Sandbox::new();
    let (dir, repo, one, _) = with_a_ledger(&sandbox);
    let gone = Oid::parse(&"1".repeat(40)).unwrap();
    leave_an_intent(&dir, &[moving("refs/dream/ledger", Some(one), Some(gone))]);
    assert!(matches!(repo.recover().unwrap(), Some(Recovered::Undone(_))));
    assert_eq!(repo.resolve("refs/dream/ledger").unwrap(), Some(one));
}

#[test]
fn a_lock_that_is_not_ours_stays_even_when_an_intent_is_left() {
    let sandbox = Sandbox::new();
    let (dir, repo, one, two) = with_a_ledger(&sandbox);
    let lock = dir.join(".git/refs/dream/ledger.lock");
    std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
    std::fs::write(&lock, format!("{}\n", "2".repeat(40))).unwrap();
    leave_an_intent(&dir, &[moving("refs/dream/ledger", Some(one), Some(two))]);
    let error = format!("{:#}", repo.recover().unwrap_err());
    assert!(error.contains("ledger.lock") && lock.exists(), "{error}");
}

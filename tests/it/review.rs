//! `git dream review`, as people and scripts use it, judged by git and by the verdicts that follow.

pub(crate) mod dreamt;
mod kill;

use crate::cli::{FERRY, Mistake, NOW, json};
use dreamt::{Dreamt, LATER, dream};
use serde_json::Value;

fn verdict(verdict: &str, how: &str) -> (String, String) {
    (verdict.to_owned(), how.to_owned())
}

#[test]
fn a_script_accepts_and_rejects_and_everything_is_in_step() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("rev-parse main");
    let reject = format!("{}=too narrow,\n  says Ann", &dreamt.commit(1)[..8]);
    let done = json(dreamt.review(&["--json", "--accept", "all", "--reject", &reject]));
    assert_eq!(
        (&done["version"], &done["waiting"], &done["rejected"][0]["reason"]),
        (&1.into(), &0.into(), &"too narrow, says Ann".into())
    );
    assert_eq!(done["accepted"].as_array().unwrap().len(), 2);

    // Their own commits, with their trailers and author; whoever reviewed is the committer.
    let log = dreamt.git(&format!(
        "log --reverse --format=%an|%cn|%cI|%(trailers:key=Dream-Kind,valueonly,separator=) {before}..main"
    ));
    let learning = format!("git-dream|Ann|{LATER}|mistake");
    assert_eq!(log, [&learning, &learning, &format!("Ann|Ann|{LATER}|index")].map(String::as_str).join("\n"));
    let authored = |range: &str| dreamt.git(&format!("log --format=%aI --grep=mistake: {range}"));
    assert!(authored(&format!("{before}..main")).lines().all(|at| at == NOW));
    // The working tree came along, and the index knows what is there.
    assert_eq!(dreamt.git("status --porcelain"), "");
    assert!(!dreamt.read("MEMORY.md").contains("kiln") && dreamt.read("MEMORY.md").contains("loom"));
    assert_eq!(dreamt.sandbox.dream(&dreamt.dir, &["check", &before]).status, 0);
    assert!(!dreamt.has_branch());
    dreamt.sandbox.fsck(&dreamt.dir);

    // What became of each is told, and by whom.
    let taken = verdict("merged", "taken up in a review");
    assert_eq!(dreamt.verdicts(), [taken.clone(), verdict("rejected", "in a review"), taken]);
    let status = json(dreamt.sandbox.dream(&dreamt.dir, &["status", "--json"]));
    let by = &status["decided"][0]["by"];
    let said: Vec<&Value> = ["name", "at", "reason"].map(|field| &by[field]).into();
    assert_eq!(said, ["Ann", LATER, "too narrow, says Ann"]);
    assert_eq!(by["commit"], dreamt.git("rev-parse refs/dream/ledger").as_str());
    // The same sessions say nothing new, and neither does the review.
    let folder = dreamt.sandbox.path("sessions");
    let again =
        json(dreamt.sandbox.dream(&dreamt.dir, &["run", "--json", "--sessions", folder.to_str().unwrap()]));
    assert_eq!(again["branch"], Value::Null);
    assert!(dreamt.review(&[]).stderr.contains("Nothing waits"));
}

#[test]
fn what_lands_on_the_target_counts_for_more_than_a_refusal() {
    let dreamt = Dreamt::new();
    dreamt.review(&["--reject", &format!("{}=no", dreamt.note(0))]).ok();
    assert_eq!(dreamt.verdicts()[0], verdict("rejected", "in a review"));
    dreamt.git(&format!("cherry-pick {}", dreamt.commit(0)));
    assert_eq!(dreamt.verdicts()[0], verdict("merged", "rebased or cherry-picked"));
    dreamt.git("revert --no-edit HEAD");
    assert_eq!(dreamt.verdicts()[0], verdict("reverted", "reverted"));
}

#[test]
fn a_rejection_holds_when_the_settings_change_and_everything_is_mined_again() {
    let dreamt = Dreamt::new();
    dreamt.review(&["--accept", "all", "--reject", &format!("{}=no", dreamt.note(0))]).ok();
    let settings = dreamt.read("dream.toml").replace("#max_learnings", "max_learnings = 40\n#max_learnings");
    dreamt.sandbox.commit(&dreamt.dir, &[("dream.toml", &settings)], "Fewer");
    let folder = dreamt.sandbox.path("sessions");
    let again =
        json(dreamt.sandbox.dream(&dreamt.dir, &["run", "--json", "--sessions", folder.to_str().unwrap()]));
    assert_eq!((&again["branch"], &again["settled"]), (&Value::Null, &3.into()), "{again:#}");
}

#[test]
fn what_cannot_be_meant_is_named_with_what_can() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("for-each-ref");
    for (args, told) in [
        (vec!["--accept", "nonsense"], dreamt.note(2)),
        (vec!["--reject", dreamt.note(0)], "does not say why"),
        (vec!["--accept", dreamt.note(0), "--reject", &format!("{}=x", dreamt.commit(0))], "two ways"),
        (vec!["dream/2020-01-01"], &dreamt.branch),
        (vec![], "--accept all"),
    ] {
        let ran = dreamt.review(&args);
        assert!(ran.status == 2 && ran.stderr.contains(told), "{args:?}: {ran:#?}");
    }
    let listed = dreamt.review(&[]).stdout;
    assert!(
        (0..3).all(|at| listed.contains(&dreamt.commit(at)[..10]) && listed.contains(dreamt.note(at))),
        "{listed}"
    );
    let list = json(dreamt.review(&["--json", &dreamt.branch]));
    assert_eq!(
        (list["waiting"].as_array().unwrap().len(), &list["waiting"][0]["conflict"]),
        (3, &Value::Null)
    );
    assert_eq!(dreamt.git("for-each-ref"), before);
}

#[test]
fn a_person_is_asked_learning_by_learning_and_may_quit_and_go_on() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("rev-parse main");
    // An editor that changes what the note says.
    let editor = "sed -i.bak -e 's/^# .*/# Read the manual, says Ann/'";
    let order: Vec<&str> = {
        let list = dreamt.review(&[]).stdout;
        let at = |number: usize| list.find(dreamt.note(number)).unwrap();
        let mut order: Vec<usize> = vec![0, 1, 2];
        order.sort_by_key(|number| at(*number));
        order.into_iter().map(|number| dreamt.note(number)).collect()
    };
    let first = dreamt.typed("?\nbanana\ne\nq\n", editor);
    assert_eq!(first.status, 0, "{first:#?}");
    assert!(
        first.stdout.contains("[source: ")
            && first.stdout.contains("+# Read the manual")
            && first.stderr.contains("Ctrl-C"),
        "{first:#?}"
    );
    let log = dreamt.git(&format!("log --reverse --format=%an|%s {before}..main"));
    assert!(log.lines().count() == 2 && log.starts_with("Ann|"), "{log}");
    assert!(
        dreamt.git("log -1 --format=%B main~1").contains("\n\nEdited in review by Ann.\n\nDream-Cycle: ")
    );
    assert!(dreamt.read(order[0]).contains("# Read the manual, says Ann"));
    assert!(dreamt.has_branch());

    // What was decided does not come up again.
    let second = dreamt.typed("s\nr\n\nr\nnobody weaves\n", editor);
    assert!(
        !second.stdout.contains(order[0]) && second.stderr.contains("1 learning waits still"),
        "{second:#?}"
    );
    assert!(second.stderr.contains("it needs a reason") && dreamt.has_branch());
    // A merge of the branch would bring back what was rejected, so nobody is told to.
    let status = dreamt.sandbox.dream(&dreamt.dir, &["status"]).stdout;
    assert!(status.contains("--accept all") && !status.contains("git merge"), "{status}");
    let third = dreamt.typed("a\n", editor);
    assert!(third.stderr.contains("deleted") && !dreamt.has_branch(), "{third:#?}");
    assert_eq!(dreamt.git("status --porcelain"), "");
    let verdicts: Vec<String> = dreamt.verdicts().into_iter().map(|(verdict, _)| verdict).collect();
    let mut sorted = verdicts.clone();
    sorted.sort();
    assert_eq!(sorted, ["edited", "merged", "rejected"], "{verdicts:?}");
    dreamt.sandbox.fsck(&dreamt.dir);
}

#[test]
fn an_edit_that_the_gate_refuses_is_asked_for_again() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("rev-parse main");
    // The first time it takes the front matter away, the second time it mends that and adds a line.
    let script = "f() { if grep -q '^---' \"$1\"; then sed -i.bak -e '/^---/d' \"$1\"; else \
                  printf -- '---\\n%s\\n' \"$(sed -e 's/^since: \\(.*\\)$/since: \\1\\n---/' \"$1\")\" > \"$1\"; fi; }; f";
    let ran = dreamt.typed("e\ne\nq\n", script);
    assert!(ran.status == 0 && ran.stderr.contains("front-matter"), "{ran:#?}");
    assert_eq!(dreamt.git(&format!("rev-list --count {before}..main")), "2", "{ran:#?}");
    // An editor that fails takes nothing.
    let ran = dreamt.typed("e\nq\n", "false");
    assert!(
        ran.stderr.contains("nothing was taken") && ran.stderr.contains("Nothing was decided"),
        "{ran:#?}"
    );
}

#[test]
fn broken_off_answers_are_kept_and_nothing_else_is_changed() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("for-each-ref");
    // Killed in its editor, after two answers.
    dreamt.typed("a\nr\nnever again\ne\n", "kill -9 $PPID #");
    assert_eq!(dreamt.git("for-each-ref"), before);
    // Whoever only looked what it asks lands nothing.
    let left = dreamt.typed("banana\nq\n", "true");
    assert!(left.stderr.contains("Nothing was decided"), "{left:#?}");
    assert_eq!(dreamt.git("for-each-ref"), before);
    let resumed = dreamt.typed("y\ns\n", "true");
    assert!(resumed.stderr.contains("You answered 2 of them"), "{resumed:#?}");
    let mut verdicts: Vec<String> = dreamt.verdicts().into_iter().map(|(verdict, _)| verdict).collect();
    verdicts.sort();
    assert_eq!(verdicts, ["merged", "pending", "rejected"]);
    assert!(!dreamt.typed("q\n", "true").stderr.contains("You answered"));
}

#[test]
fn answers_that_come_too_late_are_named() {
    let dreamt = Dreamt::new();
    let waiting = json(dreamt.review(&["--json"]))["waiting"].clone();
    let [first, title] = ["commit", "title"].map(|field| waiting[0][field].as_str().unwrap());
    // While the second is in the editor, somebody takes the first, which was rejected here.
    let editor = format!("git -C '{}' cherry-pick {first} #", dreamt.dir.display());
    let ran = dreamt.typed("r\nnot for us\ne\nq\n", &editor);
    assert!(ran.status == 0 && !ran.stdout.contains("\nrejected"), "{ran:#?}");
    assert!(ran.stderr.contains(&format!("{title}: somebody else decided it meanwhile")), "{ran:#?}");
}

#[test]
fn what_people_changed_since_is_never_written_over() {
    let dreamt = Dreamt::new();
    let theirs = dreamt.git(&format!("show {}:{}", dreamt.branch, dreamt.note(0))) + "\n";
    dreamt.sandbox.commit(&dreamt.dir, &[(dreamt.note(0), &theirs.replace("# ", "# Ann says: "))], "By hand");
    // A squash under another message would look like this: so it counts as edited, and is out of the question.
    assert_eq!(dreamt.verdicts()[0].0, "edited");
    // A learning that revises a note which a person has changed meanwhile.
    let dreamt = Dreamt::new();
    let note = dreamt.note(0).to_owned();
    let new = dreamt.git(&format!("show {}:{note}", dreamt.branch)) + "\n";
    let old = new.replace("add `--lower-ramp`", "add `--force`");
    dreamt.revises(&old, &new);
    let hands = old.replace("# `ferry", "# Ann says: `ferry").replace("- With", "- Always: with");
    dreamt.sandbox.commit(&dreamt.dir, &[(&note, &hands)], "By hand");
    let before = dreamt.git("rev-parse main");
    let list = json(dreamt.review(&["--json"]));
    assert!(list["waiting"][0]["conflict"].as_str().unwrap().contains("was changed on main"), "{list:#}");
    let ran = dreamt.review(&["--accept", "all"]);
    assert!(ran.status == 1 && ran.stderr.contains("was changed on main"), "{ran:#?}");
    // Neither as it is, nor with the markers left in.
    let ran = dreamt.typed("a\ne\nq\n", "sed -i.bak -e 's/Evidence/Proofs/'");
    assert!(
        ran.stderr.contains("was changed on main") && ran.stderr.contains("a conflict is marked"),
        "{ran:#?}"
    );
    assert_eq!((dreamt.git("rev-parse main"), dreamt.read(dreamt.note(0))), (before, hands));
    let both = "sed -i.bak -e '/^<<<<<<<\\|^=======\\|^>>>>>>>/d'";
    let ran = dreamt.typed("e\n", both);
    assert_eq!(ran.status, 0, "{ran:#?}");
    let now = dreamt.read(dreamt.note(0));
    assert!(now.contains("Ann says") && now.contains("- With `ferry load`, add `--lower-ramp`."), "{now}");
    assert!(!dreamt.has_branch());
}

#[test]
fn local_changes_in_the_way_refuse_and_others_do_not() {
    let dreamt = Dreamt::new();
    let before = dreamt.git("for-each-ref");
    std::fs::write(dreamt.dir.join("MEMORY.md"), "being edited\n").unwrap();
    let ran = dreamt.typed("a\nq\n", "true");
    assert!(
        ran.status == 2 && ran.stderr.contains("MEMORY.md") && ran.stderr.contains("are kept"),
        "{ran:#?}"
    );
    assert_eq!((dreamt.git("for-each-ref"), dreamt.read("MEMORY.md").as_str()), (before, "being edited\n"));
    dreamt.git("checkout -- MEMORY.md");
    std::fs::write(dreamt.dir.join("code.rs"), "fn other() {}\n").unwrap();
    let ran = dreamt.typed("y\nq\n", "true");
    assert_eq!((ran.status, dreamt.git("status --porcelain").as_str()), (0, " M code.rs"), "{ran:#?}");
}

#[test]
fn a_memory_in_a_folder_and_a_review_from_another_tree_work_the_same() {
    let dreamt = Dreamt::at("docs/memory");
    dreamt.git("worktree add --quiet ../side -b side");
    let side = dreamt.sandbox.path("side");
    // HEAD there is on another branch, which would be the target.
    let settings = dreamt.read("dream.toml").replace("#target = \"\"", "target = \"main\"");
    dreamt.sandbox.commit(&side, &[("dream.toml", &settings)], "Name the target");
    dreamt.sandbox.dream(&side, &["review", "--accept", "all"]).ok();
    assert!(dreamt.dir.join("docs/memory").join(dreamt.note(0)).exists());
    assert_eq!(dreamt.git("status --porcelain"), "");
    assert_eq!(dreamt.sandbox.git(&side, &["status", "--porcelain"]), "");
    assert!(!dreamt.has_branch());
}

#[test]
fn on_the_dream_branch_itself_the_target_moves_and_the_branch_stays() {
    let dreamt = Dreamt::new();
    dreamt.git(&format!("switch --quiet {}", dreamt.branch));
    let ran = dreamt.review(&["--accept", "all"]);
    assert!(
        ran.stderr.contains("waits for review. This is about main") && ran.stderr.contains("checked out"),
        "{ran:#?}"
    );
    assert!(dreamt.has_branch() && dreamt.git("log --format=%s main").contains("mistake: "));
    assert_eq!(dreamt.git("status --porcelain"), "");
}

#[test]
fn two_cycles_are_asked_about_oldest_first_and_what_waits_at_a_remote_too() {
    let dreamt = Dreamt::new();
    let rack: Mistake = ("rack pack jars", "error: the lid is loose", "rack pack jars --tighten");
    let (second, _) = dream(&dreamt.sandbox, &dreamt.dir, "more sessions", &[FERRY, rack]);
    let listed = dreamt.review(&[]).stdout;
    assert!(listed.find(&dreamt.branch).unwrap() < listed.find(&second).unwrap(), "{listed}");
    dreamt.review(&[&second, "--accept", "all"]).ok();
    assert_eq!(dreamt.git("for-each-ref --format=%(refname:short) refs/heads/dream"), dreamt.branch);

    dreamt.git("clone --quiet --mirror . ../origin.git");
    let url = dreamt.sandbox.path("origin.git");
    let clone = dreamt.sandbox.path("clone");
    dreamt.sandbox.git(&dreamt.sandbox.path(""), &["clone", "--quiet", url.to_str().unwrap(), "clone"]);
    let ran = dreamt.sandbox.dream(&clone, &["review"]);
    assert!(ran.stderr.contains("git fetch origin refs/dream/ledger:refs/dream/ledger"), "{ran:#?}");
    dreamt.sandbox.git(&clone, &["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    for (key, value) in [("user.name", "Bo"), ("user.email", "bo@example.com")] {
        dreamt.sandbox.git(&clone, &["config", key, value]);
    }
    let done = json(dreamt.sandbox.dream(
        &clone,
        &["review", "--json", "--accept", dreamt.note(0), "--reject", &format!("{}=no", dreamt.note(1))],
    ));
    assert_eq!(done["waiting"], 1, "{done:#}");
    let done = json(dreamt.sandbox.dream(&clone, &["review", "--json", "--reject", "all=no"]));
    assert!(
        done["kept_branches"][0]["why"].as_str().unwrap().contains("git push origin --delete"),
        "{done:#}"
    );
    assert_eq!(done["tip"], done["base"]);
}

#[test]
fn who_reviews_has_a_name_and_a_repository() {
    let dreamt = Dreamt::new();
    dreamt.git("config --unset user.name");
    let ran = dreamt.review(&["--accept", "all"]);
    assert!(ran.status == 2 && ran.stderr.contains("git config user.name"), "{ran:#?}");
    let home = dreamt.sandbox.path("home");
    assert_eq!(dreamt.sandbox.dream(&home, &["review"]).status, 2);
    let empty = dreamt.sandbox.path("empty");
    std::fs::create_dir(&empty).unwrap();
    dreamt.sandbox.git(&empty, &["init", "--quiet"]);
    let ran = dreamt.sandbox.dream(&empty, &["review"]);
    assert!(ran.status == 2 && ran.stderr.contains("no commit yet"), "{ran:#?}");
    dreamt.git("switch --quiet --detach");
    let ran = dreamt.review(&[]);
    assert!(ran.status == 2 && ran.stderr.contains("HEAD is on no branch"), "{ran:#?}");
}

//! One row for each thing that people do with a dream.

use super::Dreamt;

/// A row of the table: what people do, and the verdicts with how they came about.
pub(super) type Row = (&'static str, fn(&Dreamt), [(&'static str, &'static str); 3]);

fn drop_line(text: &str) -> String {
    let last = text.lines().last().unwrap();
    text.replace(&format!("{last}\n"), "")
}

fn reword(text: &str) -> String {
    text.replace("# ", "# Beware: ")
}

pub(super) const TABLE: &[Row] = &[
    ("nothing", |_| (), [("pending", "waits on DREAM"); 3]),
    (
        "a merge commit",
        |d| d.all(&["merge --quiet --no-ff --no-edit DREAM", "branch -D DREAM"]),
        [("merged", "merge"); 3],
    ),
    ("fast-forward", |d| d.all(&["merge --quiet --ff-only DREAM"]), [("merged", "fast-forward"); 3]),
    (
        "rebase and merge",
        |d| {
            d.sandbox.commit(&d.dir, &[("other.txt", "x\n")], "Meanwhile");
            d.all(&["rebase --quiet main DREAM", "checkout --quiet main", "merge --quiet --ff-only DREAM"]);
            d.all(&["branch -D DREAM"]);
        },
        [("merged", "rebased or cherry-picked"); 3],
    ),
    (
        "squash with git's message",
        |d| d.all(&["merge --quiet --squash DREAM", "commit --quiet --no-edit", "branch -D DREAM"]),
        [("merged", "squashed"); 3],
    ),
    (
        "squash with a forge's message",
        |d| {
            let bodies = d.git("log --reverse --format=*_%s%n%n%b main..DREAM");
            d.all(&["merge --quiet --squash DREAM"]);
            d.sandbox.git(&d.dir, &["commit", "--quiet", "-m", &format!("Dream (#12)\n\n{bodies}")]);
            d.all(&["branch -D DREAM"]);
        },
        [("merged", "squashed"); 3],
    ),
    (
        "squash with a message of one's own",
        |d| {
            d.all(&[
                "merge --quiet --squash DREAM",
                "commit --quiet -m Take_the_dream_(#12)",
                "branch -D DREAM",
            ])
        },
        [("merged", "under another message"); 3],
    ),
    (
        "one picked, the branch deleted",
        |d| d.all(&["cherry-pick KILN", "branch -D DREAM"]),
        [("rejected", "left out"), ("merged", "rebased or cherry-picked"), ("rejected", "left out")],
    ),
    (
        "one picked, the branch still there",
        |d| d.all(&["cherry-pick -x KILN"]),
        [
            ("pending", "waits on DREAM"),
            ("merged", "rebased or cherry-picked"),
            ("pending", "waits on DREAM"),
        ],
    ),
    (
        "one dropped in review, the branch still open",
        |d| {
            d.all(&[
                "checkout --quiet DREAM",
                "rebase --quiet --onto FERRY~1 FERRY DREAM",
                "checkout --quiet main",
            ]);
        },
        [("rejected", "left out"), ("pending", "waits on DREAM"), ("pending", "waits on DREAM")],
    ),
    (
        "one dropped in review, the rest merged",
        |d| {
            d.all(&[
                "checkout --quiet DREAM",
                "rebase --quiet --onto FERRY~1 FERRY DREAM",
                "checkout --quiet main",
            ]);
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "branch -D DREAM"]);
        },
        [
            ("rejected", "left out"),
            // It stood before the one that was dropped, so its commit is the same.
            ("merged", "merge"),
            ("merged", "rebased or cherry-picked"),
        ],
    ),
    (
        "one reverted on the open branch",
        |d| d.all(&["checkout --quiet DREAM", "revert --no-edit LOOM", "checkout --quiet main"]),
        [("pending", "waits on DREAM"), ("pending", "waits on DREAM"), ("rejected", "left out")],
    ),
    (
        "one reverted on the branch, then merged",
        |d| {
            d.all(&["checkout --quiet DREAM", "revert --no-edit LOOM", "checkout --quiet main"]);
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "branch -D DREAM"]);
        },
        [("merged", "merge"), ("merged", "merge"), ("reverted", "reverted")],
    ),
    (
        "reworded in review, then merged",
        |d| {
            d.all(&["checkout --quiet DREAM"]);
            d.edit(0, reword, &["-m", "Say it better"]);
            d.all(&["checkout --quiet main", "merge --quiet --no-ff --no-edit DREAM", "branch -D DREAM"]);
        },
        [("edited", "merge"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "reworded in review, then squashed",
        |d| {
            d.all(&["checkout --quiet DREAM"]);
            d.edit(0, reword, &["-m", "Say it better"]);
            d.all(&["checkout --quiet main", "merge --quiet --squash DREAM", "commit --quiet --no-edit"]);
            d.all(&["branch -D DREAM"]);
        },
        [("edited", "squashed"), ("merged", "squashed"), ("merged", "squashed")],
    ),
    (
        "a hunk dropped in review",
        |d| {
            d.all(&["checkout --quiet DREAM"]);
            d.edit(1, drop_line, &["--amend", "--no-edit"]);
            d.all(&["checkout --quiet main", "merge --quiet --no-ff --no-edit DREAM", "branch -D DREAM"]);
        },
        [("merged", "merge"), ("partly taken", "merge"), ("merged", "merge")],
    ),
    (
        "reworded after the merge",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "branch -D DREAM"]);
            d.edit(2, reword, &["-m", "Say it better"]);
        },
        [("merged", "merge"), ("merged", "merge"), ("edited", "merge")],
    ),
    (
        "renamed after the merge",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "mv FERRY.md mistakes/the-ramp.md"]);
            d.all(&["commit --quiet -m Call_it_what_it_is"]);
        },
        [("merged", "merge"); 3],
    ),
    (
        "renamed and reworded in one commit",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "mv FERRY.md mistakes/the-ramp.md"]);
            let path = d.dir.join("mistakes/the-ramp.md");
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, reword(&text)).unwrap();
            d.all(&["commit --quiet --all -m Call_it_what_it_is"]);
        },
        [("edited", "merge"), ("merged", "merge"), ("merged", "merge")],
    ),
    ("the branch deleted", |d| d.all(&["branch -D DREAM"]), [("rejected", "branch deleted"); 3]),
    (
        "the branch deleted where it was published",
        |d| {
            d.sandbox.git(&d.sandbox.path(""), &["init", "--quiet", "--bare", "origin.git"]);
            d.all(&["remote add origin ../origin.git", "push --quiet -u origin main DREAM"]);
            assert_eq!(d.verdicts()[0].0, "pending");
            d.sandbox.git(&d.sandbox.path("origin.git"), &["branch", "-D", &d.branch]);
            d.all(&["fetch --quiet --prune"]);
        },
        [("rejected", "branch deleted"); 3],
    ),
    (
        "merged at a forge and fetched",
        |d| {
            d.sandbox.git(&d.sandbox.path(""), &["init", "--quiet", "--bare", "origin.git"]);
            d.all(&["remote add origin ../origin.git", "push --quiet -u origin main DREAM"]);
            let elsewhere = ["clone", "--quiet", "--branch", "main", "origin.git", "elsewhere"];
            d.sandbox.git(&d.sandbox.path(""), &elsewhere);
            let forge = d.sandbox.path("elsewhere");
            let (name, mail) = ("user.name=Bea", "user.email=bea@example.com");
            let merge = format!("origin/{}", d.branch);
            d.sandbox
                .git(&forge, &["-c", name, "-c", mail, "merge", "--quiet", "--no-ff", "--no-edit", &merge]);
            d.sandbox.git(&forge, &["push", "--quiet", "origin", "main", &format!(":{}", d.branch)]);
            d.all(&["pull --quiet --prune --ff-only"]);
        },
        [("merged", "merge"); 3],
    ),
    (
        "one note deleted",
        |d| {
            d.all(&[
                "merge --quiet --no-ff --no-edit DREAM",
                "rm --quiet FERRY.md",
                "commit --quiet -m Wrong",
            ]);
        },
        [("rejected", "note deleted"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "one note put into the archive",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM"]);
            std::fs::create_dir_all(d.dir.join("archive/mistakes")).unwrap();
            d.all(&["mv FERRY.md archive/FERRY.md", "commit --quiet -m Enough_of_that"]);
        },
        [("rejected", "note archived"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "one reverted",
        |d| d.all(&["merge --quiet --no-ff --no-edit DREAM", "revert --no-edit KILN"]),
        [("merged", "merge"), ("reverted", "reverted"), ("merged", "merge")],
    ),
    (
        "one reverted under a message of one's own",
        |d| {
            d.all(&[
                "merge --quiet --no-ff --no-edit DREAM",
                "revert --no-commit KILN",
                "commit --quiet -m No",
            ])
        },
        [("merged", "merge"), ("rejected", "note deleted"), ("merged", "merge")],
    ),
    (
        "the whole merge reverted",
        |d| d.all(&["merge --quiet --no-ff --no-edit DREAM", "revert --no-edit -m 1 HEAD"]),
        [("reverted", "reverted"); 3],
    ),
    (
        "a squash reverted",
        |d| d.all(&["merge --quiet --squash DREAM", "commit --quiet --no-edit", "revert --no-edit HEAD"]),
        [("reverted", "reverted"); 3],
    ),
    (
        "a revert by a forge, merged as a pull request",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "checkout --quiet -b undo"]);
            d.all(&["revert --no-edit FERRY", "checkout --quiet main"]);
            d.all(&["merge --quiet --no-ff -m Merge_pull_request_#13 undo"]);
        },
        [("reverted", "reverted"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "a revert of a revert",
        |d| {
            d.all(&[
                "merge --quiet --no-ff --no-edit DREAM",
                "revert --no-edit FERRY",
                "revert --no-edit HEAD",
            ]);
        },
        [("merged", "reverted and landed again"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "a revert of the revert of a merge",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "revert --no-edit -m 1 HEAD"]);
            d.all(&["revert --no-edit HEAD"]);
        },
        [("merged", "reverted and landed again"); 3],
    ),
    (
        "reverted three times over",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "revert --no-edit FERRY"]);
            d.all(&["revert --no-edit HEAD", "revert --no-edit HEAD"]);
        },
        [("reverted", "reverted"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "reverted, then written again by hand",
        |d| {
            d.all(&["merge --quiet --no-ff --no-edit DREAM", "revert --no-edit FERRY"]);
            d.all(&["checkout --quiet FERRY FERRY.md", "commit --quiet -m It_was_right"]);
        },
        [("merged", "under another message"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "picked first, merged later",
        |d| d.all(&["cherry-pick FERRY", "merge --quiet --no-ff --no-edit DREAM"]),
        [("merged", "rebased or cherry-picked"), ("merged", "merge"), ("merged", "merge")],
    ),
    (
        "the target merged into the branch, then the branch into the target",
        |d| {
            d.sandbox.commit(&d.dir, &[("other.txt", "x\n")], "Meanwhile");
            d.all(&["checkout --quiet DREAM", "merge --quiet --no-edit main", "checkout --quiet main"]);
            d.all(&["merge --quiet --no-ff --no-edit DREAM"]);
        },
        [("merged", "merge"); 3],
    ),
    (
        "merged, then the target rewound and the branch deleted",
        |d| {
            d.all(&[
                "merge --quiet --no-ff --no-edit DREAM",
                "reset --quiet --hard HEAD~1",
                "branch -D DREAM",
            ]);
        },
        [("rejected", "branch deleted"); 3],
    ),
    (
        "the target rewritten from scratch",
        |d| {
            d.all(&["checkout --quiet --orphan fresh", "commit --quiet -m Afresh", "branch -M fresh main"]);
            d.all(&["branch -D DREAM"]);
        },
        [("unclear", "the branch was rewritten since: it no longer has BASE"); 3],
    ),
];

//! What people of several trades say in the planted sessions.

pub(super) struct Vocabulary {
    pub(super) name: &'static str,
    /// Each: wordings of one wish.
    pub(super) wishes: &'static [&'static [&'static str]],
    /// Each: wordings of the one side, of the other.
    pub(super) conflicts: &'static [(&'static [&'static str], &'static [&'static str])],
    /// What sessions are about; `{}` is a number.
    pub(super) asks: &'static [&'static str],
    /// What only one job needs; said in every session of that job.
    pub(super) task_only: &'static [&'static str],
    /// Said to hold for now only, by many people in many jobs.
    pub(super) passing: &'static [&'static str],
    /// Said in one session.
    pub(super) single: &'static [&'static str],
}

pub(super) const CHAT: &[&str] = &[
    "thanks, looks good",
    "ok continue",
    "can you explain that part?",
    "what's the status?",
    "never mind",
    "no problem, take your time",
    "don't worry about it",
    "run it again",
    "hm, why does it fail?",
    "yes please",
    "go ahead",
    "show me the diff",
    "no, that's wrong",
    "that's not what I asked",
    "nice work",
    "commit and push",
    "is it done?",
    "I don't understand the second step",
    "revert that",
    "great, next one",
];

pub(super) const WEB: Vocabulary = Vocabulary {
    name: "web",
    wishes: &[
        &[
            "Please use pnpm instead of npm.",
            "we use pnpm here, not npm",
            "pnpm please, never npm",
            "Don't use npm, we're on pnpm.",
            "always install packages with pnpm",
            "I told you: pnpm, not npm",
        ],
        &[
            "Keep commits small.",
            "We prefer small commits.",
            "please make smaller commits",
            "no giant commits please",
            "split your work into small commits from now on",
            "commits should be small and focused",
        ],
        &[
            "Don't add comments to the code.",
            "no code comments please",
            "we don't write comments in this codebase",
            "stop adding comments",
            "avoid inline comments",
            "please never leave comments in the code",
        ],
        &[
            "Write commit messages in the imperative.",
            "commit messages must use the imperative mood",
            "please use the imperative in every commit message",
            "Always imperative commit messages.",
            "our convention is imperative mood for commit subjects",
        ],
        &[
            "no emojis please",
            "don't use emojis",
            "Please never use emojis in your replies.",
            "we don't do emoji here",
            "stop using emojis",
            "leave out the emojis from now on",
        ],
        &[
            "Always run the linter before you push.",
            "never push without running the linter",
            "please lint before every push",
            "Make sure the linter is clean before pushing.",
            "run the linter prior to each push, always",
            "you forgot to run the linter before the push again",
        ],
        &[
            "Ask me before you add a dependency.",
            "don't add new dependencies without asking",
            "never introduce dependencies unless I said so",
            "please check with me before adding any dependency",
            "new dependencies need my ok first, always ask",
        ],
    ],
    conflicts: &[
        (
            &[
                "Use tabs for indentation.",
                "please indent with tabs",
                "we use tabs, not spaces",
                "always tabs",
            ],
            &[
                "use spaces for indentation",
                "Indent with spaces please.",
                "spaces, not tabs",
                "never tabs, always spaces",
            ],
        ),
        (
            &["squash your commits before merging", "always squash commits", "We squash commits on merge."],
            &[
                "don't squash commits",
                "never squash the commits when you merge",
                "please do not squash commits",
            ],
        ),
    ],
    asks: &[
        "Fix the login redirect on page {}.",
        "Add a column for order {} to the invoice table.",
        "The search endpoint returns {} twice, find out why.",
        "Rename the handler for route {}.",
        "Write a test for the discount rule {}.",
        "Upgrade the date picker in form {}.",
    ],
    task_only: &[
        "use the blue button on the login page",
        "name the new field customer_ref",
        "put the helper into src/cart.ts",
        "the title must read Summer Sale",
        "add a link to the terms page below the form",
        "don't touch the header logo",
        "the export needs a column for the VAT id",
        "make the sidebar 240 pixels wide",
    ],
    passing: &[
        "skip the tests for now",
        "just this once, push straight to main",
        "only in this file, use any",
        "for this task don't write docs",
    ],
    single: &[
        "always write the summary in French",
        "please use yarn workspaces for linking",
        "we never mock the clock",
        "from now on prefix branches with ab-",
    ],
};

pub(super) const OPS: Vocabulary = Vocabulary {
    name: "operations",
    wishes: &[
        &[
            "Always do a dry run of terraform first.",
            "never apply terraform without a plan we looked at",
            "run terraform plan before every apply",
            "please show the terraform plan before applying",
            "we always plan before terraform apply",
        ],
        &[
            "Keep your answers short.",
            "short answers please",
            "be brief in your replies, always",
            "I prefer concise answers",
            "your explanations are too long, keep them short",
            "please don't write long summaries",
        ],
        &[
            "Use UTC in all timestamps.",
            "timestamps are always UTC here",
            "we log times in UTC, never local time",
            "please convert every timestamp to UTC",
            "no local time zones, UTC only",
        ],
        &[
            "Pin image versions, don't use latest.",
            "never use the latest tag for images",
            "always pin the image tag",
            "image tags must be pinned",
            "please pin docker images instead of using latest",
        ],
        &[
            "Put a ticket number into every branch name.",
            "branch names need the ticket id",
            "please name branches after the ticket",
            "our rule: every branch carries its ticket number",
            "always start a branch name with the ticket key",
        ],
        &[
            "Update the runbook whenever you change an alert.",
            "when an alert changes, the runbook must be updated too",
            "please don't change alerts without updating the runbook",
            "always keep the runbook in step with the alerts",
            "you changed the alert but forgot the runbook",
        ],
    ],
    conflicts: &[
        (
            &[
                "we write configs in yaml, not json",
                "please use yaml instead of json",
                "yaml over json for configs",
            ],
            &["use json, not yaml", "json instead of yaml please", "we prefer json over yaml for configs"],
        ),
        (
            &[
                "never restart pods by hand",
                "don't restart pods manually",
                "please avoid restarting pods by hand",
            ],
            &[
                "always restart the pods by hand",
                "restart pods manually after every rollout",
                "please restart pods by hand",
            ],
        ),
    ],
    asks: &[
        "Node {} runs out of disk, have a look.",
        "Scale the queue workers of cell {} down.",
        "Rotate the certificate of host {}.",
        "Write an alert for the lag of shard {}.",
        "Move backup job {} to the new bucket.",
        "Why is deploy {} stuck?",
    ],
    task_only: &[
        "set the replica count to 7",
        "use the eu-west bucket for the archive",
        "call the new queue ingest-blue",
        "don't touch the grafana board of team red",
        "the cron job should run at four in the morning",
        "mount the volume under /srv/media",
        "keep the old certificate until the fifth",
    ],
    passing: &[
        "no need to page anyone today, just for now mute it",
        "this time skip the canary",
        "temporarily raise the limit to 90",
        "for this incident only, restart by hand",
    ],
    single: &[
        "always use podman for local builds",
        "we never deploy on fridays",
        "please write alerts in German",
        "from now on tag backups with the owner",
    ],
};

pub(super) const SCIENCE: Vocabulary = Vocabulary {
    name: "science",
    wishes: &[
        &[
            "Fix the random seed in every experiment.",
            "seed everything, always",
            "Could you please always set a random seed?",
            "each experiment must set its seed",
            "we don't run experiments without a fixed seed",
        ],
        &[
            "Plots get axis labels with units, always.",
            "label the axes of every plot",
            "please don't make plots without axis labels",
            "never hand me a plot with unlabeled axes",
            "axis labels on all plots please",
            "you forgot the axis labels on the plot again",
        ],
        &[
            "I'd rather you used polars than pandas.",
            "polars over pandas, as a rule",
            "we've moved from pandas to polars",
            "no more pandas, polars only",
            "Use polars rather than pandas for dataframes.",
            "pls use polars, not pandas",
        ],
        &[
            "Notebooks are committed without outputs.",
            "strip notebook outputs before you commit",
            "Always clear the outputs of notebooks.",
            "please never commit notebook output",
            "we don't check in notebook outputs",
        ],
        &[
            "Explain results in plain language.",
            "from now on explain the result in plain language please",
            "we want plain language when results are explained",
            "use plain language to explain results",
            "Always explain your results in plain language",
        ],
        &[
            "Ask before you delete data.",
            "don't delete any data without asking me",
            "never delete data unless I've confirmed it",
            "deleting data always needs my confirmation",
            "I said ask before deleting data",
        ],
        &[
            "Don't round intermediate values.",
            "never round in between",
            "no rounding of intermediate values please",
            "intermediate values must not be rounded",
            "we only round at the very end, never intermediate values",
        ],
    ],
    conflicts: &[
        (
            &["use f-strings, not format", "always use f-strings", "we prefer f-strings over format"],
            &["use format instead of f-strings", "please no f-strings, use format", "never use f-strings"],
        ),
        (
            &[
                "Write docstrings in the numpy style.",
                "numpy style docstrings please",
                "we use numpy docstrings, not google",
            ],
            &[
                "docstrings in google style please",
                "Write docstrings in the google style.",
                "google docstrings, not numpy",
            ],
        ),
    ],
    asks: &[
        "Refit model {} with the new labels.",
        "Why does run {} diverge?",
        "Make a table of the errors of fold {}.",
        "Read dataset {} and count the gaps.",
        "Port script {} to the cluster.",
        "Draw the loss of run {}.",
    ],
    task_only: &[
        "use the red colour for the control group",
        "the table needs a column for the variance",
        "save it as fold_nine.csv",
        "don't include patient 14",
        "use a learning rate of 0.003",
        "put the legend outside",
        "please drop the first 100 rows",
    ],
    passing: &[
        "for now just use a tenth of the data",
        "skip the baseline this time",
        "only for this run, turn the cache off",
        "no GPU today, run it on the CPU for now",
    ],
    single: &[
        "always report the median too",
        "we never impute",
        "please use parquet for the tables",
        "from now on name runs by date",
    ],
};

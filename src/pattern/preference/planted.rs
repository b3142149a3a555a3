//! Planted preferences: sessions made from a seed and a vocabulary, and a score of what is mined from them.
//!
//! Each vocabulary has wishes in several wordings, conflicts, wishes of one task, single voices and small talk.
//! The last one is made of invented words, so that no list of known words can help.

use super::*;
use crate::digest::{Counts, Digest, remark};
use crate::pattern::job::Jobs;
use crate::redact::redact;
use crate::session::{Body, Event, Session, SessionId};
use crate::settings::{Mining, Reading};
use std::collections::BTreeMap;

struct Vocabulary {
    name: &'static str,
    /// Each: wordings of one wish.
    wishes: &'static [&'static [&'static str]],
    /// Each: wordings of the one side, of the other.
    conflicts: &'static [(&'static [&'static str], &'static [&'static str])],
    /// What sessions are about; `{}` is a number.
    asks: &'static [&'static str],
    /// What only one job needs; said in every session of that job.
    task_only: &'static [&'static str],
    /// Said to hold for now only, by many people in many jobs.
    passing: &'static [&'static str],
    /// Said in one session.
    single: &'static [&'static str],
}

const CHAT: &[&str] = &[
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

const WEB: Vocabulary = Vocabulary {
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

const OPS: Vocabulary = Vocabulary {
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

const INVENTED: Vocabulary = Vocabulary {
    name: "invented",
    wishes: &[
        &[
            "Run zeta fmt before committing.",
            "always zeta fmt before a commit",
            "please don't commit without zeta fmt",
            "never commit before zeta fmt has run",
            "make sure zeta fmt ran before each commit",
            "you forgot zeta fmt again",
            "we run zeta fmt on every commit",
        ],
        &[
            "Use quimby for the glossary, not tarvel.",
            "we use quimby instead of tarvel",
            "please prefer quimby over tarvel",
            "quimby, never tarvel",
            "tarvel is banned here, take quimby",
            "stop using tarvel",
        ],
        &[
            "Every snorble needs a wibbet.",
            "never ship a snorble without a wibbet",
            "please add a wibbet to each snorble",
            "a snorble always comes with a wibbet",
            "don't forget the wibbet when you write a snorble",
        ],
        &[
            "Don't touch the plimsol folder.",
            "never edit anything in plimsol",
            "plimsol is off limits",
            "please leave plimsol alone, always",
            "hands off plimsol, no changes there",
        ],
        &[
            "Keep frundles short.",
            "we like short frundles",
            "no long frundles please",
            "frundles should always be short",
            "please write shorter frundles from now on",
        ],
        &[
            "Keep vexils short.",
            "short vexils please",
            "vexils must be short, as a rule",
            "we never write long vexils",
            "please don't make vexils so long",
        ],
        &[
            "Call the daxlint check after each merge.",
            "after merging always run daxlint",
            "daxlint has to run after every merge",
            "please run daxlint whenever you merge",
            "never leave a merge without daxlint",
        ],
    ],
    conflicts: &[
        (
            &[
                "use glorp for spacing, not snarf",
                "glorp instead of snarf please",
                "we prefer glorp over snarf",
                "always glorp",
            ],
            &[
                "snarf, not glorp",
                "please use snarf instead of glorp",
                "we use snarf rather than glorp",
                "never glorp",
            ],
        ),
        (
            &["always moffle the ridgets", "please moffle every ridget", "we moffle ridgets"],
            &["don't moffle the ridgets", "never moffle ridgets", "please do not moffle any ridget"],
        ),
    ],
    asks: &[
        "The hobbet {} spins twice, see why.",
        "Make a new carnel for drossel {}.",
        "Port lurch {} to the second gantry.",
        "Count the yarrows of batch {}.",
        "Drossel {} has lost its carnel.",
        "Teach gantry {} to skip empty hobbets.",
    ],
    task_only: &[
        "use the purple lever on the gantry panel",
        "name it carnel_nine",
        "the drossel must face north",
        "put the yarrows into the left bin",
        "don't open valve twelve",
        "set the spin to 44",
        "write the count on the lid",
    ],
    passing: &[
        "skip the jibbet for now",
        "just this once use the old lurch",
        "for this batch only, ignore the ombat",
        "this time no seal please",
    ],
    single: &[
        "always polish the brindle",
        "we never stack ferrules",
        "please use ochre ink for notes",
        "from now on number the tallies",
    ],
};

const SCIENCE: Vocabulary = Vocabulary {
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

/// A small generator of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const PEOPLE: [&str; 6] = ["ada", "bo", "cem", "dee", "eli", "fay"];

/// What was planted under a name, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Planted {
    Wish(usize),
    Side(usize, bool),
    Decoy,
}

struct Made {
    digests: Vec<Digest>,
    planted: BTreeMap<String, Planted>,
}

fn make(vocabulary: &Vocabulary, seed: u64, sessions: usize, tells_people: bool) -> Made {
    let mut numbers = Numbers(seed);
    let mut said: Vec<Vec<String>> = vec![Vec::new(); sessions];
    let mut planted = BTreeMap::new();
    let who: Vec<usize> = (0..sessions).map(|_| numbers.below(PEOPLE.len())).collect();
    let mut plant = |numbers: &mut Numbers,
                     said: &mut Vec<Vec<String>>,
                     texts: &[&str],
                     people: &[usize],
                     times: usize,
                     as_what: Planted| {
        for text in texts {
            planted.insert((*text).to_owned(), as_what.clone());
        }
        let able: Vec<usize> = (0..sessions).filter(|&s| people.contains(&who[s])).collect();
        for nth in 0..times {
            let session = able[numbers.below(able.len())];
            // Everybody who is meant to speak does so at least once; every wording, too, if there is room.
            said[session]
                .push(texts[if nth < texts.len() { nth } else { numbers.below(texts.len()) }].to_owned());
        }
    };
    let some_people = |numbers: &mut Numbers, least: usize| -> Vec<usize> {
        let count = least + numbers.below(4);
        let first = numbers.below(PEOPLE.len());
        (0..count.min(PEOPLE.len())).map(|at| (first + at) % PEOPLE.len()).collect()
    };
    for (at, texts) in vocabulary.wishes.iter().enumerate() {
        let people = some_people(&mut numbers, 3);
        let times = 6 + numbers.below(6);
        plant(&mut numbers, &mut said, texts, &people, times, Planted::Wish(at));
    }
    for (at, (here, there)) in vocabulary.conflicts.iter().enumerate() {
        for (texts, first, people) in [(here, true, [0, 1, 2]), (there, false, [3, 4, 5])] {
            let times = 4 + numbers.below(4);
            plant(&mut numbers, &mut said, texts, &people, times, Planted::Side(at, first));
        }
    }
    for text in vocabulary.passing {
        plant(&mut numbers, &mut said, &[text], &[0, 1, 2, 3, 4, 5], 6, Planted::Decoy);
    }
    for text in vocabulary.single {
        plant(&mut numbers, &mut said, &[text], &[0, 1, 2, 3, 4, 5], 1, Planted::Decoy);
    }
    for text in vocabulary.task_only {
        planted.insert((*text).to_owned(), Planted::Decoy);
    }
    let jobs = sessions / 3;
    let mut digests: Vec<Digest> = (0..sessions)
        .map(|at| {
            let job = at % jobs;
            let ask = vocabulary.asks[job % vocabulary.asks.len()].replace("{}", &format!("{}", 100 + job));
            let mut first = ask.clone();
            if job < vocabulary.task_only.len() {
                first = format!("{first} {}.", vocabulary.task_only[job]);
            }
            let mut turns = Vec::new();
            for text in std::mem::take(&mut said[at]) {
                match numbers.below(4) {
                    0 => first = format!("{first}\n\n{text}"),
                    1 => turns.push(format!("{}. {text}", numbers.one_of(CHAT).trim_end_matches(['?', '!']))),
                    _ => turns.push(text),
                }
            }
            for _ in 0..numbers.below(3) {
                turns.push(numbers.one_of(CHAT).to_owned());
            }
            turns.insert(0, first);
            digest(at, job, &ask, &turns, tells_people.then(|| PEOPLE[who[at]]))
        })
        .collect();
    digests.sort_by(|a, b| a.session.cmp(&b.session));
    Made { digests, planted }
}

/// Turns into a session, the session into a digest, the way real ones go.
fn digest(at: usize, job: usize, ask: &str, turns: &[String], person: Option<&str>) -> Digest {
    let id = SessionId::of(format!("{at}").as_bytes());
    let agent = redact(["claude-code", "codex"][at % 2]);
    let mut events = Vec::new();
    for turn in turns {
        for body in [Body::Person(redact(turn)), Body::Agent(redact("Done."))] {
            events.push(Event { number: events.len() as u32 + 1, at: None, body });
        }
    }
    let contributor = person.map(redact);
    let session = Session {
        id: id.clone(),
        source: None,
        parent: None,
        agent: agent.clone(),
        model: None,
        project: None,
        contributor: contributor.clone(),
        task: None,
        outcome: None,
        events,
    };
    Digest {
        remarks: remark::find(&session, &Reading::default()),
        root: redact(id.as_str()),
        session: id,
        source: None,
        agent,
        model: None,
        project: None,
        contributor,
        task: Some(redact(&format!("job {job}"))),
        ask: redact(ask),
        began: None,
        ended: None,
        outcome: None,
        steps: Vec::new(),
        writes: Vec::new(),
        failures: Vec::new(),
        notes_read: Vec::new(),
        counts: Counts::default(),
    }
}

fn mined(digests: &[Digest], settings: &Mining) -> Vec<Pattern> {
    mine(&Corpus { digests, jobs: Jobs::group(digests, settings), settings })
}

#[derive(Clone, Copy, Debug, Default)]
struct Score {
    planted: usize,
    found: usize,
    right: usize,
    one_sided: usize,
    decoys: usize,
}

/// What a wish's texts were planted as: what most of them were.
fn planted_as(made: &Made, wish: &WishLessonTexts) -> Planted {
    let mut counts: BTreeMap<Planted, usize> = BTreeMap::new();
    for text in wish {
        let known = made.planted.iter().find(|(planted, _)| planted.contains(text.trim_end_matches('.')));
        *counts.entry(known.map_or(Planted::Decoy, |(_, what)| what.clone())).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(Planted::Decoy, |(what, _)| what)
}

type WishLessonTexts = Vec<String>;

fn score(made: &Made, vocabulary: &Vocabulary, patterns: &[Pattern], told: bool) -> Score {
    let mut score =
        Score { planted: vocabulary.wishes.len() + vocabulary.conflicts.len(), ..Score::default() };
    let mut seen = BTreeSet::new();
    for pattern in patterns {
        score.found += 1;
        let texts = |wish: &crate::pattern::WishLesson, evidence: &[Evidence]| -> Vec<String> {
            std::iter::once(wish.wording.to_string())
                .chain(evidence.iter().map(|quote| quote.quote.to_string()))
                .collect()
        };
        let right = match &pattern.lesson {
            Lesson::Wish(wish) | Lesson::Correction(wish) => {
                match planted_as(made, &texts(wish, &pattern.evidence)) {
                    Planted::Wish(at) => seen.insert(Planted::Wish(at)),
                    Planted::Side(..) => {
                        score.one_sided += 1;
                        false
                    }
                    Planted::Decoy => {
                        score.decoys += 1;
                        false
                    }
                }
            }
            Lesson::Conflict(conflict) => {
                let sides: BTreeSet<Planted> = conflict
                    .sides
                    .iter()
                    .map(|side| planted_as(made, &texts(&side.wish, &side.evidence)))
                    .collect();
                let at = sides
                    .iter()
                    .find_map(|side| if let Planted::Side(at, _) = side { Some(*at) } else { None });
                at.is_some_and(|at| {
                    sides == BTreeSet::from([Planted::Side(at, true), Planted::Side(at, false)])
                        && seen.insert(Planted::Side(at, true))
                })
            }
            _ => false,
        };
        score.right += usize::from(right);
        if told && !right {
            println!(
                "    wrong: {:?} {:?}",
                pattern.anchor,
                pattern.evidence.iter().map(|e| &e.quote).collect::<Vec<_>>()
            );
        }
    }
    if told {
        for at in 0..vocabulary.wishes.len() {
            if !seen.contains(&Planted::Wish(at)) {
                println!("    missed: {:?}", vocabulary.wishes[at]);
            }
        }
        for at in 0..vocabulary.conflicts.len() {
            if !seen.contains(&Planted::Side(at, true)) {
                println!("    missed conflict: {:?}", vocabulary.conflicts[at]);
            }
        }
    }
    score
}

/// Thresholds were fixed on seeds below 100.
#[test]
fn planted_preferences_are_found_and_nothing_else() {
    let settings = Mining::default();
    for tells_people in [true, false] {
        for vocabulary in [&WEB, &OPS, &INVENTED, &SCIENCE] {
            let mut total = Score::default();
            for seed in 1000..1004 {
                let made = make(vocabulary, seed, 240, tells_people);
                let told = std::env::var_os("TELL").is_some();
                let one = score(&made, vocabulary, &mined(&made.digests, &settings), told);
                total.planted += one.planted;
                total.found += one.found;
                total.right += one.right;
                total.one_sided += one.one_sided;
                total.decoys += one.decoys;
            }
            let recall = total.right as f64 / total.planted as f64;
            let precision = total.right as f64 / total.found.max(1) as f64;
            println!(
                "{:<12} people told apart: {tells_people:<5} recall {recall:.3} precision {precision:.3} {total:?}",
                vocabulary.name
            );
            assert!(recall >= 0.9 && precision >= 0.95, "{}: {total:?}", vocabulary.name);
            assert_eq!((total.one_sided, total.decoys), (0, 0), "{}", vocabulary.name);
        }
    }
}

#[test]
fn the_order_of_sessions_makes_no_difference() {
    let made = make(&INVENTED, 7, 120, true);
    let settings = Mining::default();
    let mut shuffled = made.digests.clone();
    shuffled.reverse();
    let anchors = |digests: &[Digest]| -> Vec<_> {
        // Where a session stands among the digests does change with their order.
        let counted = |of: Support| (of.sessions, of.jobs, of.people, of.first);
        mined(digests, &settings).into_iter().map(|p| (p.anchor, counted(p.support))).collect()
    };
    assert_eq!(anchors(&made.digests), anchors(&shuffled));
}

#[test]
fn a_lesson_is_recognised_when_it_has_grown() {
    let settings = Mining::default();
    let made = make(&INVENTED, 11, 240, true);
    let half: Vec<Digest> = made.digests.iter().step_by(2).cloned().collect();
    let all = mined(&made.digests, &settings);
    let wishes = mined(&half, &settings).into_iter().filter(|early| {
        let texts = early.evidence.iter().map(|quote| quote.quote.to_string()).collect();
        matches!(planted_as(&made, &texts), Planted::Wish(_))
    });
    for early in wishes {
        let same = all.iter().filter(|late| same_wish(&early.anchor, &late.anchor)).count();
        assert_eq!(
            same,
            1,
            "{:?} among {:?}",
            early.anchor,
            all.iter().map(|p| &p.anchor).collect::<Vec<_>>()
        );
    }
}

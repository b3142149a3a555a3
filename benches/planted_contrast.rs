//! Planted habits with the difficulty confounder: what contrast mining finds of them, beside plain tests.
//!
//! `cargo bench --bench planted_contrast -- [FIRST [SEEDS]]`
//!
//! Every seed makes a world of ten planted habits, each of which raises a session's odds of failing, and 43 steps
//! that look guilty and are not: 25 common steps without effect, 6 that belong to hard jobs (and hard jobs fail
//! more whatever is done), 6 that one job is full of, 6 that sessions repeat many times over. A finding is right
//! when it names the planted habit on the failing side; F1 is the mean over seeds. Thresholds were set on seeds
//! from 1000 on; without arguments seeds 0 to 39 are reported.
//!
//! Three kinds of world, whose parameters are printed with the figures. *Quoted* is fitted to a published
//! benchmark of this shape whose generator is not published, only its figures: precision and recall of four plain
//! tests and what the ten best by three measures hold, at 200 and at 600 sessions. Of some 2,000 combinations of
//! parameters it comes within a hair of the one nearest to all 22 figures (root mean square .07; most of them are
//! printed beside ours). *Strong* has larger effects and few runs a job. *Mixed* is as strong and plants two of each sort: steps done, steps left out, orders broken,
//! failing calls repeated, arguments that depart from what the job wants.
//!
//! Two lines are no methods: what someone would find who knows every job's difficulty and every other habit's
//! effect. Where they stay below a target, no method can expect to reach it.
//!
//! Worlds in which nothing was planted show whether the false-discovery bound holds: there every finding is false,
//! so the share of worlds with any finding is the false-discovery rate.
#![allow(clippy::print_stdout, reason = "a bench is a program that prints figures")]

#[path = "planted_contrast/methods.rs"]
mod methods;
#[path = "planted/random.rs"]
#[expect(dead_code, reason = "the exam draws in more ways than this bench")]
mod random;
#[path = "planted_contrast/world.rs"]
mod world;

use git_dream::pattern::Grade;
use git_dream::settings::Mining;
use methods::METHODS;
use std::collections::BTreeSet;
use world::Kind;

const KINDS: [Kind; 3] = [
    Kind {
        name: "quoted",
        jobs: [20, 20],
        effect: (0.3, 0.9),
        often: (0.1, 0.4),
        common: (0.3, 0.8),
        difficulty: 1.0,
        company: 0.7,
        burst: 0.0,
        mixed: false,
    },
    Kind {
        name: "strong",
        jobs: [40, 120],
        effect: (1.0, 2.2),
        often: (0.12, 0.35),
        common: (0.2, 0.8),
        difficulty: 1.2,
        company: 1.6,
        burst: 1.0,
        mixed: false,
    },
    Kind {
        name: "mixed",
        jobs: [40, 120],
        effect: (1.0, 2.2),
        often: (0.12, 0.35),
        common: (0.2, 0.8),
        difficulty: 1.2,
        company: 1.6,
        burst: 1.0,
        mixed: true,
    },
];

/// What the published benchmark found, in the order of [`METHODS`]: precision, recall, F1 at 200 and at 600.
const PUBLISHED: [(&str, [&str; 2]); 5] = [
    ("top 10 by stratified p, gates", [".63/.63/.63", ".78/.78/.78"]),
    ("stratified p < .05, gates", [".75/.47/.56", ".83/.71/.76"]),
    ("stratified, BH .1, gates", [".47/.12/.18", ".89/.45/.57"]),
    ("top 10 by unstratified p, gates", [".50/.50/.50", ".60/.60/.60"]),
    ("unstratified, BH .1", [".38/.11/.15", ".61/.35/.42"]),
];

fn main() {
    let given: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let first = given.first().copied().unwrap_or(0);
    let seeds = first..first + given.get(1).copied().unwrap_or(40);
    let settings = Mining::default();
    let large = world::make(KINDS[2], 10_000, 2_000, first);
    let seconds = (0..3).map(|_| {
        let began = std::time::Instant::now();
        std::hint::black_box(methods::mine(&large, &settings));
        began.elapsed().as_secs_f64()
    });
    println!("10,000 sessions of 2,000 jobs: {:.2} s (best of three)", seconds.fold(f64::INFINITY, f64::min));
    for kind in KINDS {
        let Kind { effect, often, common, difficulty, company, burst, .. } = kind;
        println!(
            "\n{} world: log odds {effect:?}, share of sessions {often:?}, of common steps {common:?}, \
             difficulty {difficulty}, company {company}, burst {burst}",
            kind.name
        );
        for (at, sessions) in [200, 600].into_iter().enumerate() {
            table(kind, at, sessions, seeds.clone(), &settings);
        }
    }
    println!("\nnothing planted: share of worlds with a finding, findings a world");
    for (at, sessions) in [200, 600].into_iter().enumerate() {
        nothing_planted(at, sessions, seeds.clone(), &settings);
    }
}

/// Prints precision, recall and F1 (means over seeds) and the share of wrong ones among all findings.
fn table(kind: Kind, at: usize, sessions: usize, seeds: std::ops::Range<u64>, settings: &Mining) {
    println!("{sessions} sessions, {} jobs, seeds {seeds:?}", kind.jobs[at]);
    println!("{:<34} {:>9} {:>6} {:>6} {:>12}", "", "precision", "recall", "F1", "pooled wrong");
    let of = seeds.clone().count() as f64;
    let mut sums = vec![[0.0; 5]; METHODS.len()];
    for seed in seeds {
        let made = world::make(kind, sessions, kind.jobs[at], seed);
        let planted: BTreeSet<_> = made.planted.keys().cloned().collect();
        for ((title, method), sums) in METHODS.iter().zip(&mut sums) {
            let found = method(&made, settings);
            let right = found.intersection(&planted).count() as f64;
            let told = found.len() as f64;
            if title.ends_with("all it tells") && std::env::var_os("WRONG").is_some() {
                found.difference(&planted).for_each(|habit| println!("  wrong, seed {seed}: {habit:?}"));
                planted.difference(&found).for_each(|habit| println!("  missed, seed {seed}: {habit:?}"));
            }
            let (precision, recall) = (right / told.max(1.0), right / planted.len() as f64);
            let f1 = if right > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
            for (sum, value) in
                sums.iter_mut().zip([precision / of, recall / of, f1 / of, told - right, told])
            {
                *sum += value;
            }
        }
    }
    for ((title, _), [precision, recall, f1, wrong, told]) in METHODS.iter().zip(sums) {
        if kind.mixed && title.starts_with("perfect") {
            continue;
        }
        let published = PUBLISHED.iter().find(|(name, _)| kind.name == "quoted" && name == title);
        let beside = published.map_or(String::new(), |(_, figures)| format!("   published {}", figures[at]));
        let wrong = wrong / told.max(1.0);
        println!("{title:<34} {precision:>9.2} {recall:>6.2} {f1:>6.2} {wrong:>12.3}{beside}");
    }
}

fn nothing_planted(at: usize, sessions: usize, seeds: std::ops::Range<u64>, settings: &Mining) {
    for kind in KINDS {
        let nothing = Kind { effect: (0.0, 0.0), ..kind };
        let mut any = [0.0; 3];
        let mut number = [0.0; 3];
        for seed in seeds.clone() {
            let found = methods::mine(&world::make(nothing, sessions, kind.jobs[at], seed), settings);
            for (i, least) in [Grade::Friction, Grade::Corroborated, Grade::Confirmed].into_iter().enumerate()
            {
                let told = found.iter().filter(|(_, grade)| *grade >= least).count() as f64;
                any[i] += f64::from(u8::from(told > 0.0));
                number[i] += told;
            }
        }
        let of = seeds.clone().count() as f64;
        let show = |i: usize| format!("{:.2} {:>5.2}", any[i] / of, number[i] / of);
        println!(
            "{:<8} {sessions}: all it tells {}   within twice the bound {}   bound held {}",
            kind.name,
            show(0),
            show(1),
            show(2)
        );
    }
}

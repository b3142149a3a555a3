//! Failure causes of held-out runs that the ten best notes name, and claims that keep their direction there.
//!
//! `TAU_DIR=… TAU_TRUTH=… cargo bench --bench tau_causes`
//!
//! `TAU_DIR` holds tau-bench airline runs as JSON lines with `task_id`, `trial`, `reward` and `traj`; `TAU_TRUTH`
//! is a JSON object from task id to the list of `{name, arguments}` that the benchmark's authors give for it
//! (`TASKS` in `tau_bench/envs/airline/tasks_test.py` of sierra-research/tau-bench, printed as JSON). Without
//! them nothing is measured. The data is not part of this project.
//!
//! Learning sees transcripts and rewards only. Truth is used for one thing: to say what was wrong with a held-out
//! failing run. Its changes are matched with the true ones, same call and most equal arguments first; a true
//! change without a partner is *missing*, a change of the run without one is *extra*, and a top-level argument
//! that differs is *wrong*. Runs that fail although their changes are the true ones have no cause and are counted
//! apart. A note covers a cause when it names the call and the sort of difference (and the argument).
//!
//! A note on a call at which failing runs differ in several ways makes several claims, while the figures quoted are
//! of notes with one each; so a cycle has a second line in which ten claims are counted instead of ten notes. What a
//! cycle gives besides (playbooks, preferences) takes up places and names no cause.
//!
//! Contrasts are of two sorts, and both are notes: tested ones, and places to check, where runs of a job are too few
//! for a test and were compared one by one. Only the first claim a direction, so they have a line of their own.
//!
//! Split by trial: every trial is held out once. Split by task: five parts, ten shuffles. Reported: share of
//! held-out failing runs with any of its causes covered, mean share covered, share with all covered.
//!
//! A claim keeps its direction when, over jobs, held-out failing runs show the habit more often than held-out
//! succeeding runs of the same job. By task the held-out half has all its runs; by trial one run of each job is
//! unseen and is compared with the seen runs of its job that ended otherwise. Claims that the held-out runs say
//! nothing about are not counted, and their number is printed.
#![allow(clippy::print_stdout, reason = "a bench is a program that prints figures")]

#[path = "tau_causes/notes.rs"]
mod notes;
#[path = "tau_causes/runs.rs"]
mod runs;

use notes::{METHODS, Method};
use runs::Run;
use std::collections::BTreeSet;

/// A split: what is learnt from, and what is held out, as indices of runs.
type Split = (Vec<usize>, Vec<usize>);

fn by_trial(runs: &[Run]) -> Vec<Split> {
    let trials: BTreeSet<i64> = runs.iter().map(|run| run.trial).collect();
    trials.into_iter().map(|trial| split(runs, |run| run.trial == trial)).collect()
}

fn by_task(runs: &[Run], parts: usize) -> Vec<Split> {
    let tasks: Vec<&str> =
        runs.iter().map(|run| run.task.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut splits = Vec::new();
    for shuffle in 0..10u64 {
        let mut shuffled = tasks.clone();
        shuffled.sort_by_key(|task| *blake3::hash(format!("{shuffle}/{task}").as_bytes()).as_bytes());
        for part in 0..parts {
            let held: BTreeSet<&str> = shuffled.iter().skip(part).step_by(parts).copied().collect();
            splits.push(split(runs, |run| held.contains(run.task.as_str())));
        }
    }
    splits
}

fn split(runs: &[Run], is_held: impl Fn(&Run) -> bool) -> Split {
    let (held, seen): (Vec<usize>, Vec<usize>) = (0..runs.len()).partition(|&i| is_held(&runs[i]));
    (seen, held)
}

/// Any, mean share and all causes covered, the number of failing runs with a cause, and the mean number of notes.
fn coverage(runs: &[Run], splits: &[Split], method: Method, most: usize) -> [f64; 5] {
    let (mut any, mut share, mut all, mut count, mut given) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (seen, held) in splits {
        let notes = method(
            &runs.iter().enumerate().filter(|(i, _)| seen.contains(i)).map(|(_, r)| r).collect::<Vec<_>>(),
        );
        let notes = &notes[..notes.len().min(most)];
        given += notes.len() as f64;
        for run in held.iter().map(|&i| &runs[i]).filter(|run| !run.succeeded() && !run.causes.is_empty()) {
            let covered = run
                .causes
                .iter()
                .filter(|cause| notes.iter().flatten().any(|claim| claim.covers(cause)))
                .count();
            any += f64::from(u8::from(covered > 0));
            all += f64::from(u8::from(covered == run.causes.len()));
            share += covered as f64 / run.causes.len() as f64;
            count += 1.0;
        }
    }
    [any / count, share / count, all / count, count, given / splits.len() as f64]
}

fn main() {
    let (Some(data), Some(truth)) = (std::env::var_os("TAU_DIR"), std::env::var_os("TAU_TRUTH")) else {
        println!("set TAU_DIR and TAU_TRUTH: nothing measured (see the top of benches/tau_causes.rs)");
        return;
    };
    let runs = runs::load(data.as_ref(), truth.as_ref());
    let failing = runs.iter().filter(|run| !run.succeeded()).count();
    let unexplained = runs.iter().filter(|run| !run.succeeded() && run.causes.is_empty()).count();
    println!(
        "{} runs, {failing} failing, {unexplained} of them without a cause that truth could name",
        runs.len()
    );

    let everything: Vec<&Run> = runs.iter().collect();
    println!("\nnotes from all runs");
    notes::tell(&everything);

    println!("\ncauses of held-out failing runs covered by ten notes");
    println!(
        "{:<44} {:>6} {:>6} {:>6} {:>6}   {:>6} {:>6} {:>6} {:>6}",
        "", "any", "share", "all", "notes", "any", "share", "all", "notes"
    );
    println!("{:<44} {:>27}   {:>27}", "", "by trial", "by task");
    for (title, method) in METHODS {
        let [any, share, all, _, notes] = coverage(&runs, &by_trial(&runs), *method, 10);
        let [any_t, share_t, all_t, _, notes_t] = coverage(&runs, &by_task(&runs, 5), *method, 10);
        println!(
            "{title:<44} {any:>6.2} {share:>6.2} {all:>6.2} {notes:>6.1}   {any_t:>6.2} {share_t:>6.2} {all_t:>6.2} {notes_t:>6.1}"
        );
    }
    println!(
        "{:<44} {:>6} {:>6} {:>6} {:>6}   {:>6} {:>6} {:>6}",
        "known: most frequent true causes, 4 trials", ".85", ".70", ".55", "10", ".75", ".57", ".40"
    );

    println!("\nclaims that keep their direction within jobs on unseen runs");
    for (title, method) in METHODS {
        let trial = notes::direction(&runs, &by_trial(&runs), *method);
        let task = notes::direction(&runs, &by_task(&runs, 2), *method);
        println!("{title:<44} by trial {trial}   by task {task}");
    }
    println!("{:<44} naive 58 %, ten best by CMH 73 %", "known, 2 trials of 4");
}

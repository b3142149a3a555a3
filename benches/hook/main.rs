//! What an agent is told at the moment that a call fails, and how fast.
//!
//! First on tau-bench's airline desk: notes are learnt from some trials and merged, all of them, as a person would with
//! `git merge`; then every call of the runs that were held out is told to `git dream hook PostToolUse`, as Claude Code tells
//! it, each in a session of its own. Two figures: of the failing calls whose error was seen in what was learnt from, the
//! share for which the first thing that is said is about this error; and the share of succeeding calls for which nothing is
//! said.
//!
//! ```text
//! TAU_DIR=… cargo bench --bench hook
//! ```
//!
//! `TAU_DIR` holds the runs as JSON lines with `task_id`, `trial`, `reward` and `traj`; the data is not part of this project.
//! Where it has four trials, the last is held out; and each trial is held out once, the others learnt from.
//!
//! Who judges is written here and shares no code with what is judged: a call failed if its result begins with `Error`; its
//! error is the tool with the result in which what holds a digit became `#`; a note is about it if it names the tool and
//! quotes a text that becomes the same. An error that was seen in training may be in no note, since it takes three sessions
//! of two jobs to make one: what was seen and what was noted are both counted.
//!
//! Then how long a cold process takes on 10,000 notes, beside `rg` looking for one word in the same files, in turns.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::unwrap_used, reason = "a bench ends where its data cannot be used")]

#[path = "../many_notes/mod.rs"]
mod many_notes;

mod speed;
mod tau;

fn main() {
    match std::env::var_os("TAU_DIR") {
        Some(folder) => tau::measure(folder.as_ref()),
        None => println!(
            "TAU_DIR is not set: what is said was not measured (see the top of benches/hook/main.rs)"
        ),
    }
    speed::measure();
}

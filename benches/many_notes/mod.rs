//! A memory of ten thousand notes, and how long programs take on it.

use git_dream::repo::{Commit, FileChange, Identity, Plan, RefMove, Repo, Signing};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Notes of the memory.
pub(crate) const NOTES: usize = 10_000;
/// How often each program is started.
pub(crate) const RUNS: usize = 200;
/// Different words in the notes.
const WORDS: u64 = 8_000;

/// Makes the memory in a folder, committed and in the working tree, with further files; gives the numbers that went on.
pub(crate) fn make(top: &Path, more: Vec<FileChange>) -> Random {
    let repo = Repo::init(top, "main").unwrap();
    let mut random = Random(7);
    let mut changes: Vec<FileChange> = (0..NOTES).map(|number| made_up(number, &mut random)).collect();
    changes.extend(more);
    for change in &changes {
        let file = top.join(&change.path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, change.content.as_ref().unwrap()).unwrap();
    }
    let plan = Plan {
        base: None,
        identity: Identity { name: "bench".to_owned(), email: "bench@localhost".to_owned() },
        at: jiff::Timestamp::UNIX_EPOCH,
        signing: Signing::Never,
        commits: vec![Commit { message: "notes\n".to_owned(), changes }],
    };
    let commit = *repo.write(&plan).unwrap().first().unwrap();
    let to_main = RefMove {
        name: "refs/heads/main".to_owned(),
        from: None,
        to: Some(commit),
        reason: "bench".to_owned(),
    };
    repo.move_refs(&[to_main]).unwrap();
    random
}

/// `rg` looking for one word in the working tree; `None` where it is not installed.
pub(crate) fn rg(top: &Path, word: &str) -> Option<f64> {
    let began = Instant::now();
    let words = ["--files-with-matches", "--word-regexp", word];
    Command::new("rg").current_dir(top).args(words).output().ok()?;
    Some(milliseconds(began))
}

/// Milliseconds since then.
pub(crate) fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1_000.0
}

/// Prints the middle and the slowest but one in a hundred; nothing was measured where there are none.
pub(crate) fn print_times(name: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len().max(1) - 1) as f64 * share).round() as usize);
    match (at(0.5), at(0.99)) {
        (Some(middle), Some(slow)) => println!("{name:<36} {middle:>9.1} {slow:>9.1}"),
        _ => println!("{name:<36} {:>19}", "not installed"),
    }
}

/// A note of about a hundred words, frequent and rare ones as in any text.
fn made_up(number: usize, random: &mut Random) -> FileChange {
    let mut sentence = |words: usize| (0..words).map(|_| random.word()).collect::<Vec<_>>().join(" ");
    let (rule, lines) = (sentence(12), (0..8).map(|_| sentence(11)).collect::<Vec<_>>().join("\n\n"));
    let text = format!(
        "---\nname: n{number}\ndescription: \"{rule}\"\nkind: mistake\nscope: team\nstatus: active\n---\n\n# {rule}\n\n{lines}\n"
    );
    FileChange { path: format!("mistakes/n{number}.md"), content: Some(text.into_bytes()) }
}

/// Numbers that are the same in every run (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A word: the n-th is about n times as rare as the first.
    pub(crate) fn word(&mut self) -> String {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (WORDS as f64).powf(share) as u64;
        let mut letters = String::new();
        let mut rest = rank.wrapping_mul(0x9e37_79b9);
        for _ in 0..3 {
            letters.push(char::from(b"bcdfgklmnprstvz"[(rest % 15) as usize]));
            rest /= 15;
            letters.push(char::from(b"aeiou"[(rest % 5) as usize]));
            rest /= 5;
        }
        letters
    }
}

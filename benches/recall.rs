//! How well notes are found, on questions that were not written here: LoCoMo (Maharana et al., ACL 2024), ten long
//! conversations with about two hundred questions each, of which each names the turns that answer it.
//!
//! Every session of a conversation is a note; a question has to find the one that holds its answer. recall@k is the
//! share of questions for which one of the sessions that answer it is among the first k, MRR the mean of one over the
//! place of the first. Beside it, in the same run on the same texts: plain BM25, and BM25 over stems without the words
//! that every sentence has, as the search itself cuts words.
//!
//! The conversations are not part of this repository (CC BY-NC 4.0). Fetch the repository `snap-research/locomo`, unpack
//! `data/locomo10.zip`, and name the folder with the ten files:
//!
//! ```text
//! LOCOMO_DIR=multimodal_dialog/locomo10_v2 cargo bench --bench recall
//! ```
//!
//! Then how long a cold process takes on 10,000 notes, beside `rg` looking for one word in the same files, in turns.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::unwrap_used, reason = "a bench ends where its data cannot be used")]

#[path = "many_notes/mod.rs"]
mod many_notes;

use git_dream::recall::{Recall, words};
use git_dream::repo::{Commit, FileChange, Identity, Plan, Repo, Signing};
use many_notes::{NOTES, RUNS, milliseconds, print_times};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// A session: the lines of it.
struct Session {
    number: usize,
    date: String,
    lines: Vec<String>,
}

struct Conversation {
    sessions: Vec<Session>,
    /// Each question with the sessions that answer it.
    questions: Vec<(String, BTreeSet<usize>)>,
}

/// What a search comes to.
#[derive(Default)]
struct Score {
    asked: u32,
    in_five: u32,
    in_ten: u32,
    reciprocal: f64,
}

impl Score {
    fn add(&mut self, ranked: &[usize], answers: &BTreeSet<usize>) {
        self.asked += 1;
        let Some(place) = ranked.iter().position(|session| answers.contains(session)) else { return };
        self.in_five += u32::from(place < 5);
        self.in_ten += u32::from(place < 10);
        self.reciprocal += 1.0 / (place + 1) as f64;
    }

    fn print(&self, name: &str) {
        let of = f64::from(self.asked.max(1));
        let share = |count: u32| f64::from(count) / of;
        println!(
            "{name:<28} {:>9} {:>9.4} {:>9.4} {:>9.4}",
            self.asked,
            share(self.in_five),
            share(self.in_ten),
            self.reciprocal / of
        );
    }
}

fn main() {
    match std::env::var_os("LOCOMO_DIR") {
        Some(folder) => quality(Path::new(&folder)),
        None => println!(
            "LOCOMO_DIR is not set: what is found was not measured (see the top of benches/recall.rs)"
        ),
    }
    speed();
}

/// What is found.
fn quality(folder: &Path) {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let (mut plain, mut stems, mut recall) = (Score::default(), Score::default(), Score::default());
    for file in &files {
        let conversation = read(file);
        let dir = tempfile::tempdir().unwrap();
        let repo = Repo::init(&dir.path().join("memory"), "main").unwrap();
        let at = write(&repo, &conversation.sessions);
        let notes = Recall::open(&repo, at, "").unwrap();
        let by_words = Bm25::of(&conversation.sessions, plain_words);
        let by_stems = Bm25::of(&conversation.sessions, stemmed);
        for (question, answers) in &conversation.questions {
            plain.add(&by_words.rank(&plain_words(question)), answers);
            stems.add(&by_stems.rank(&stemmed(question)), answers);
            let hits = notes.ask(question, 10).unwrap();
            let ranked: Vec<usize> = hits.iter().filter_map(|hit| number(&hit.note)).collect();
            recall.add(&ranked, answers);
        }
    }
    println!("{:<28} {:>9} {:>9} {:>9} {:>9}", "", "questions", "recall@5", "recall@10", "MRR");
    plain.print("BM25, words");
    stems.print("BM25, stems, no empty words");
    recall.print("git dream recall");
}

fn read(file: &Path) -> Conversation {
    let value: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().replace(['\n', '\r'], " ");
    let mut sessions = Vec::new();
    for number in 1.. {
        let Some(turns) = value[format!("session_{number}")].as_array() else { break };
        let line = |turn: &Value| {
            format!("{}: {} {}", text(&turn["speaker"]), text(&turn["text"]), text(&turn["blip_caption"]))
        };
        let date = text(&value[format!("session_{number}_date_time")]);
        sessions.push(Session { number, date, lines: turns.iter().map(line).collect() });
    }
    let known: BTreeSet<usize> = sessions.iter().map(|session| session.number).collect();
    let mut questions = Vec::new();
    for asked in value["qa"].as_array().into_iter().flatten() {
        let evidence = asked["evidence"].as_array().into_iter().flatten().filter_map(Value::as_str);
        // `D3:12`: turn 12 of session 3; some name several turns in one text.
        let answers: BTreeSet<usize> = evidence
            .flat_map(|named| named.split('D').filter_map(|part| part.split_once(':')?.0.trim().parse().ok()))
            .filter(|number| known.contains(number))
            .collect();
        if !answers.is_empty() {
            questions.push((text(&asked["question"]), answers));
        }
    }
    Conversation { sessions, questions }
}

/// A memory in which every session is a note.
fn write(repo: &Repo, sessions: &[Session]) -> git_dream::repo::Oid {
    let note = |session: &Session| {
        let body = session.lines.join("\n\n");
        FileChange {
            path: format!("preferences/{}.md", session.number),
            content: Some(
                format!(
                    "---\nname: \"{}\"\ndescription: \"{}\"\nkind: preference\n---\n\n{body}\n",
                    session.number, session.date
                )
                .into_bytes(),
            ),
        }
    };
    let plan = Plan {
        base: None,
        identity: Identity { name: "bench".to_owned(), email: "bench@localhost".to_owned() },
        at: jiff::Timestamp::UNIX_EPOCH,
        signing: Signing::Never,
        commits: vec![Commit { message: "notes\n".to_owned(), changes: sessions.iter().map(note).collect() }],
    };
    *repo.write(&plan).unwrap().first().unwrap()
}

/// The session that a note holds.
fn number(path: &str) -> Option<usize> {
    path.strip_prefix("preferences/")?.strip_suffix(".md")?.parse().ok()
}

fn plain_words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn stemmed(text: &str) -> Vec<String> {
    let mut stems = Vec::new();
    words::each(text, |word| stems.push(word.to_owned()));
    stems
}

/// BM25 with the usual parameters (k1 1.5, b 0.75).
struct Bm25 {
    notes: Vec<(usize, BTreeMap<String, u32>, f64)>,
    having: BTreeMap<String, u32>,
    mean: f64,
}

impl Bm25 {
    fn of(sessions: &[Session], cut: fn(&str) -> Vec<String>) -> Bm25 {
        let mut having: BTreeMap<String, u32> = BTreeMap::new();
        let mut notes = Vec::new();
        for session in sessions {
            let mut counted: BTreeMap<String, u32> = BTreeMap::new();
            let words = cut(&format!("{} {}", session.date, session.lines.join(" ")));
            let length = words.len() as f64;
            words.into_iter().for_each(|word| *counted.entry(word).or_default() += 1);
            counted.keys().for_each(|word| *having.entry(word.clone()).or_default() += 1);
            notes.push((session.number, counted, length));
        }
        let mean = notes.iter().map(|(_, _, length)| length).sum::<f64>() / notes.len().max(1) as f64;
        Bm25 { notes, having, mean }
    }

    fn rank(&self, question: &[String]) -> Vec<usize> {
        let all = self.notes.len() as f64;
        let score = |(_, counted, length): &(usize, BTreeMap<String, u32>, f64)| -> f64 {
            let of = |word: &String| {
                let frequency = f64::from(counted.get(word).copied().unwrap_or_default());
                let having = f64::from(self.having.get(word).copied().unwrap_or_default());
                let rarity = ((all - having + 0.5) / (having + 0.5)).ln_1p();
                rarity * frequency * 2.5 / (frequency + 1.5 * (0.25 + 0.75 * length / self.mean))
            };
            question.iter().map(of).sum()
        };
        let mut ranked: Vec<(f64, usize)> = self.notes.iter().map(|note| (score(note), note.0)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(_, number)| number).collect()
    }
}

/// How long it takes.
fn speed() {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().join("memory");
    let mut random = many_notes::make(&top, Vec::new());
    let own = |question: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_git-dream"));
        command.current_dir(&top).args(["recall", "--json", question]);
        command
    };
    let began = Instant::now();
    own("begin").output().unwrap();
    println!("\nthe first question, which makes the index of {NOTES} notes: {:.0} ms", milliseconds(began));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let question: Vec<String> = (0..5).map(|_| random.word()).collect();
        let began = Instant::now();
        assert!(own(&question.join(" ")).output().unwrap().status.success());
        ours.push(milliseconds(began));
        theirs.extend(many_notes::rg(&top, question.first().unwrap()));
    }
    println!("{:<36} {:>9} {:>9}", "a cold process, ms", "p50", "p99");
    print_times("git dream recall", &mut ours);
    print_times("rg, one word", &mut theirs);
}

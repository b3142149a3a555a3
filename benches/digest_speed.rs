//! How fast Claude Code transcripts with large tool results become digests, beside a typed `serde_json` parse.
//!
//! `cargo bench --bench digest_speed [-- MEGABYTES [THREADS]]`
//!
//! Method. Transcripts are written to a temporary folder: a conversation of prompts, answers, calls and results,
//! where a result has 20 to 200 KB of log lines, source code or JSON, and stands in its line a second time under
//! `toolUseResult`, as in real files. Each way of reading runs in a process of its own, on the same files, from
//! the page cache, with the same number of threads over files; the best of five runs counts, because the
//! machine's other work only ever adds time. Peak memory is that process's `VmHWM`. Two baselines build each line
//! into typed structs with the content blocks as owned strings and step over every key they do not know; neither
//! redacts, hashes or digests, ours does all of that. The first derives everything, as such a reader is usually
//! written: blocks are an enum tagged by `type`, content is an untagged one; ratios are to it. The second, marked
//! `by hand`, avoids the buffering of both enums with a visitor: it is the least that `serde_json` has to do.

#![allow(clippy::print_stdout, reason = "the table is the result")]

use git_dream::{digest, session, settings::Settings};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Runs of each measurement.
const RUNS: usize = 5;

/// Sizes measured, as parts of the largest: whether the time grows with the bytes alone.
const PARTS: [usize; 3] = [4, 2, 1];

fn main() -> anyhow::Result<()> {
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench").collect::<Vec<_>>();
    if let [way, folder, threads] = arguments.as_slice()
        && let Some(way) = Way::named(way)
    {
        return measure(way, Path::new(folder), threads.parse()?);
    }
    let number = |index: usize| arguments.get(index).and_then(|argument| argument.parse().ok());
    let megabytes = number(0).unwrap_or(192);
    let threads =
        number(1).unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from).min(4));
    let root = tempfile::tempdir()?;
    println!(
        "{:>8} {:>8}  {:<28} {:>8} {:>9} {:>6} {:>9}",
        "MB", "threads", "way", "seconds", "MB/s", "ratio", "peak MB"
    );
    for part in PARTS {
        let folder = root.path().join(part.to_string());
        std::fs::create_dir(&folder)?;
        let bytes = write_transcripts(&folder, megabytes * 1_000_000 / part)?;
        let mut all_threads = vec![1, threads];
        all_threads.dedup();
        for threads in all_threads {
            let mut baseline = None;
            for way in Way::ALL {
                let (seconds, peak) = in_a_process(way, &folder, threads)?;
                let speed = bytes as f64 / 1e6 / seconds;
                let ratio = speed / *baseline.get_or_insert(speed);
                let megabytes = bytes as f64 / 1e6;
                println!(
                    "{megabytes:>8.1} {threads:>8}  {:<28} {seconds:>8.3} {speed:>9.0} {ratio:>6.2} {peak:>9.1}",
                    way.name()
                );
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Way {
    Derived,
    Typed,
    Read,
    Digest,
}

impl Way {
    const ALL: [Way; 4] = [Way::Derived, Way::Typed, Way::Read, Way::Digest];

    fn name(self) -> &'static str {
        match self {
            Way::Derived => "serde_json, typed",
            Way::Typed => "serde_json, typed, by hand",
            Way::Read => "ours: read, redact, hash",
            Way::Digest => "ours: the same, and digest",
        }
    }

    fn named(name: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// Best seconds and peak megabytes of a way, measured in a fresh process.
fn in_a_process(way: Way, folder: &Path, threads: usize) -> anyhow::Result<(f64, f64)> {
    let output = std::process::Command::new(std::env::current_exe()?)
        .args([way.name().as_ref(), folder.as_os_str(), threads.to_string().as_ref()])
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let numbers = said.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    match numbers.as_slice() {
        [seconds, peak] => Ok((*seconds, *peak)),
        _ => anyhow::bail!("no result: {said} {}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn measure(way: Way, folder: &Path, threads: usize) -> anyhow::Result<()> {
    let (files, _) = session::discover::expand(&[folder.to_owned()]);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let settings = Settings::default();
    let run = |file: &PathBuf| -> usize {
        match way {
            Way::Derived => parse_typed::<DerivedContent>(file).unwrap_or_default(),
            Way::Typed => parse_typed::<Content>(file).unwrap_or_default(),
            Way::Read | Way::Digest => {
                let mut kept = 0;
                let read = session::read_file(file, &settings.reading, &mut |session| {
                    kept += session.events.len();
                    if matches!(way, Way::Digest) {
                        kept += digest::read(&session, &settings.reading).steps.len();
                    }
                });
                assert!(read.skipped.is_empty(), "{:?}", read.skipped);
                kept
            }
        }
    };
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        let began = Instant::now();
        let kept: usize = pool.install(|| files.par_iter().map(run).sum());
        best = best.min(began.elapsed().as_secs_f64());
        anyhow::ensure!(kept > 0, "nothing was read");
    }
    println!("{best} {}", peak_megabytes());
    Ok(())
}

/// `VmHWM` of this process; 0 where the system does not say.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0 / 1e6
}

// The baseline.

/// What a content must tell, so that nothing of it is optimised away.
trait Weigh {
    fn weight(&self) -> usize;
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "C: Deserialize<'de>")]
struct Line<C> {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    uuid: Option<String>,
    #[serde(default)]
    parent_uuid: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    cwd: Option<String>,
    #[serde(default)]
    is_sidechain: bool,
    #[serde(default)]
    message: Option<Message<C>>,
}

#[derive(Deserialize)]
#[serde(bound = "C: Deserialize<'de>")]
struct Message<C> {
    #[serde(default)]
    role: String,
    #[serde(default)]
    model: Option<String>,
    content: C,
}

/// Content as it is usually derived.
#[derive(Deserialize)]
#[serde(untagged)]
enum DerivedContent {
    Text(String),
    Blocks(Vec<DerivedBlock>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum DerivedBlock {
    Text {
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        input: serde_json::Value,
    },
    ToolResult {
        tool_use_id: String,
        content: DerivedContent,
        is_error: Option<bool>,
    },
    #[serde(other)]
    Other,
}

impl Weigh for DerivedContent {
    fn weight(&self) -> usize {
        match self {
            DerivedContent::Text(text) => text.len(),
            DerivedContent::Blocks(blocks) => blocks.iter().map(DerivedBlock::weight).sum(),
        }
    }
}

impl DerivedBlock {
    fn weight(&self) -> usize {
        match self {
            DerivedBlock::Text { text } => text.len(),
            DerivedBlock::ToolUse { id, name, input } => {
                id.len() + name.len() + usize::from(input.is_object())
            }
            DerivedBlock::ToolResult { tool_use_id, content, is_error } => {
                tool_use_id.len() + content.weight() + usize::from(*is_error == Some(true))
            }
            DerivedBlock::Other => 0,
        }
    }
}

#[derive(Deserialize)]
struct Block {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    input: Option<Box<serde_json::value::RawValue>>,
    #[serde(default)]
    tool_use_id: Option<String>,
    #[serde(default)]
    is_error: Option<bool>,
    #[serde(default)]
    content: Content,
}

/// A string or blocks; read without buffering, which `untagged` would do.
#[derive(Default)]
enum Content {
    #[default]
    None,
    Text(String),
    Blocks(Vec<Block>),
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Content, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Content;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("text or blocks")
            }
            fn visit_str<E>(self, text: &str) -> Result<Content, E> {
                Ok(Content::Text(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<Content, E> {
                Ok(Content::Text(text))
            }
            fn visit_unit<E>(self) -> Result<Content, E> {
                Ok(Content::None)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Content, A::Error> {
                let mut blocks = Vec::new();
                while let Some(block) = sequence.next_element()? {
                    blocks.push(block);
                }
                Ok(Content::Blocks(blocks))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl Weigh for Content {
    fn weight(&self) -> usize {
        match self {
            Content::None => 0,
            Content::Text(text) => text.len(),
            Content::Blocks(blocks) => blocks
                .iter()
                .map(|block| {
                    let texts = [&block.text, &block.id, &block.name, &block.tool_use_id];
                    let texts = texts.into_iter().flatten().map(String::len).sum::<usize>();
                    let input = block.input.as_ref().map_or(0, |input| input.get().len());
                    texts
                        + input
                        + block.r#type.len()
                        + usize::from(block.is_error == Some(true))
                        + block.content.weight()
                })
                .sum(),
        }
    }
}

fn parse_typed<C: Weigh + serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<usize> {
    let mut reader = BufReader::with_capacity(256 * 1024, std::fs::File::open(file)?);
    let (mut bytes, mut weight) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        let line: Line<C> = serde_json::from_slice(&bytes)?;
        let names = [line.session_id, line.uuid, line.parent_uuid, line.timestamp, line.cwd];
        weight += names.iter().flatten().map(String::len).sum::<usize>() + line.r#type.len();
        weight += usize::from(line.is_sidechain);
        if let Some(message) = line.message {
            weight +=
                message.role.len() + message.model.map_or(0, |model| model.len()) + message.content.weight();
        }
        bytes.clear();
    }
    Ok(weight)
}

// The transcripts.

/// Writes transcripts of so many bytes in all, about eight megabytes each; gives the bytes written.
fn write_transcripts(folder: &Path, bytes: usize) -> anyhow::Result<u64> {
    let files = (bytes / 8_000_000).max(1);
    let mut written = 0;
    for file in 0..files {
        let path = folder.join(format!("session-{file}.jsonl"));
        let text = transcript(file as u64 + 1, bytes / files);
        std::fs::File::create(&path)?.write_all(text.as_bytes())?;
        written += text.len() as u64;
    }
    Ok(written)
}

/// A small deterministic source of numbers (xorshift64*, Vigna 2016).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

const WORDS: &[&str] = &[
    "connection",
    "retry",
    "handler",
    "payload",
    "config",
    "timeout",
    "worker",
    "queue",
    "parse",
    "index",
    "cache",
    "module",
    "vector",
    "result",
    "session",
    "stream",
    "buffer",
    "schema",
    "migrate",
    "resolve",
    "naïve",
    "日志",
];

fn transcript(seed: u64, bytes: usize) -> String {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut out = String::with_capacity(bytes + 500_000);
    let mut turn = 0u64;
    while out.len() < bytes {
        turn += 1;
        let envelope = |kind: &str, number: u64| {
            format!(
                "\"parentUuid\":\"{seed:08x}-0000-4000-8000-{:012x}\",\"isSidechain\":false,\"userType\":\"external\",\
                 \"cwd\":\"/home/dev{}/src/shop\",\"sessionId\":\"{seed:08x}-1111-4111-8111-111111111111\",\
                 \"version\":\"2.1.40\",\"gitBranch\":\"main\",\"type\":\"{kind}\",\
                 \"uuid\":\"{seed:08x}-0000-4000-8000-{number:012x}\",\"timestamp\":\"2026-05-{:02}T10:{:02}:{:02}.000Z\"",
                number.saturating_sub(1),
                seed % 5,
                1 + seed % 28,
                turn / 60 % 60,
                turn % 60
            )
        };
        if turn % 12 == 1 {
            let asked = sentence(&mut numbers, 20);
            let _ = writeln!(
                out,
                "{{{},\"message\":{{\"role\":\"user\",\"content\":\"Please look at {asked}.\"}}}}",
                envelope("user", turn * 3)
            );
        }
        let said = sentence(&mut numbers, 40);
        let command = format!("cargo test -p {} -- {}", numbers.pick(WORDS), numbers.pick(WORDS));
        let _ = writeln!(
            out,
            "{{{},\"requestId\":\"req_{turn}\",\"message\":{{\"id\":\"msg_{turn}\",\"type\":\"message\",\"role\":\"assistant\",\
             \"model\":\"claude-opus-4-5\",\"content\":[{{\"type\":\"text\",\"text\":\"{said}\"}},{{\"type\":\"tool_use\",\
             \"id\":\"toolu_{seed}_{turn}\",\"name\":\"Bash\",\"input\":{{\"command\":\"{command}\",\"description\":\"Run it\"}}}}],\
             \"stop_reason\":\"tool_use\",\"usage\":{{\"input_tokens\":12,\"cache_read_input_tokens\":45000,\"output_tokens\":210}}}}}}",
            envelope("assistant", turn * 3 + 1)
        );
        let fails = numbers.below(8) == 0;
        let length = 20_000 + numbers.below(180_000) as usize;
        let result = serde_json::to_string(&output(&mut numbers, length, fails)).unwrap_or_default();
        let _ = writeln!(
            out,
            "{{{},\"message\":{{\"role\":\"user\",\"content\":[{{\"tool_use_id\":\"toolu_{seed}_{turn}\",\"type\":\"tool_result\",\
             \"content\":{result},\"is_error\":{fails}}}]}},\"toolUseResult\":{{\"stdout\":{result},\"stderr\":\"\",\
             \"interrupted\":false,\"isImage\":false}}}}",
            envelope("user", turn * 3 + 2)
        );
    }
    out
}

fn sentence(numbers: &mut Numbers, words: u64) -> String {
    let count = 4 + numbers.below(words);
    (0..count).map(|_| numbers.pick(WORDS)).collect::<Vec<_>>().join(" ")
}

/// What a command prints: log lines, source code, or JSON.
fn output(numbers: &mut Numbers, length: usize, fails: bool) -> String {
    let mut text = String::with_capacity(length + 200);
    if fails {
        text.push_str("Exit code 101\n");
    }
    let kind = numbers.below(3);
    while text.len() < length {
        let (a, b, n) = (numbers.pick(WORDS), numbers.pick(WORDS), numbers.below(100_000));
        let _ = match kind {
            0 => writeln!(
                text,
                "2026-05-01T10:00:{:02}.{n:06}Z  INFO {a}::{b}: request {n} took {}ms path=/api/v1/{a}/{n}",
                n % 60,
                n % 900
            ),
            1 => writeln!(
                text,
                "    pub fn {a}_{b}(&self, input: &str) -> Result<String, Error> {{\n\t\tlet value = self.{b}(\"{a}\\t{n}\")?; // {b}\n    }}"
            ),
            _ => writeln!(
                text,
                "  {{\"id\": {n}, \"name\": \"{a} {b}\", \"tags\": [\"{b}\", \"x\\\\y\"], \"ok\": true}},"
            ),
        };
    }
    if fails {
        let _ = write!(
            text,
            "error[E0{}]: cannot find {} in this scope",
            300 + numbers.below(100),
            numbers.pick(WORDS)
        );
    }
    text
}

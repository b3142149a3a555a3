//! The transcripts that are measured.

use std::fmt::Write as _;
use std::path::Path;

/// Where the repetition of a result stands in its line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// Behind the message, as files have it.
    Last,
    /// Before everything else, so that all of it has to be stepped over.
    First,
}

/// Writes transcripts of so many bytes in all, about eight megabytes each; gives the bytes written.
pub(crate) fn write(folder: &Path, bytes: usize, layout: Layout) -> anyhow::Result<u64> {
    let files = (bytes / 8_000_000).max(1);
    let mut written = 0;
    for file in 0..files {
        let path = folder.join(format!("session-{file}.jsonl"));
        let text = transcript(file as u64 + 1, bytes / files, layout);
        std::fs::write(&path, &text)?;
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

fn transcript(seed: u64, bytes: usize, layout: Layout) -> String {
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
        let envelope = envelope("user", turn * 3 + 2);
        let message = format!(
            "\"message\":{{\"role\":\"user\",\"content\":[{{\"tool_use_id\":\"toolu_{seed}_{turn}\",\
             \"type\":\"tool_result\",\"content\":{result},\"is_error\":{fails}}}]}}"
        );
        let again = format!(
            "\"toolUseResult\":{{\"stdout\":{result},\"stderr\":\"\",\"interrupted\":false,\"isImage\":false}}"
        );
        let _ = match layout {
            Layout::Last => writeln!(out, "{{{envelope},{message},{again}}}"),
            Layout::First => writeln!(out, "{{{again},{envelope},{message}}}"),
        };
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

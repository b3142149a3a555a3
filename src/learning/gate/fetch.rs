//! Telling agents to fetch something and run it: downloads piped to an interpreter, packages from addresses, and
//! the same in words ("get the script from … and start it", "follow what the page says").

use super::Finding;
use super::grammar::{Block, Sentence};
use regex::Regex;
use std::sync::LazyLock;

const RULE: &str = "fetch-and-run";
const REMEDY: &str =
    "name a tool that people installed themselves, with its version, and leave fetching it to them";

const LOADER: &str = r"(?:curl|wget|iwr|irm|aria2c|fetch|lynx|invoke-webrequest|invoke-restmethod|downloadstring|axel|http|https|httpie|scp|ftp|nc|ncat)";
const SHELL: &str = r"(?:(?:sudo|env|command|exec|busybox|nohup|time)\s+(?:-\S+\s+)*)*(?:/\S*/)?(?:sh|bash|zsh|dash|ksh|fish|ash|python[0-9.]*|perl|ruby|node|deno|bun|php|lua|iex|invoke-expression|powershell|pwsh|cmd|source|osascript|tclsh)\b";

/// Command lines that fetch and run. Linear-time expressions on folded text.
static COMMANDS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let decoder = r"(?:base64\s+(?:-\w+\s+)*(?:-d|--decode|-di)|base64\s+-d\w*|xxd\s+-\w*r\w*|openssl\s+(?:enc\s+)?(?:-d|base64)|gunzip|zcat|rot13|printf\s+\S*\\x)";
    let expressions = [
        // … | sh, also over several stages
        format!(r"\b{LOADER}\b[^\n;]*\|\s*(?:[^\n|;]*\|\s*)*(?:xargs\s+(?:-\S+\s+)*)?{SHELL}"),
        format!(r"\b{decoder}[^\n;]*\|\s*(?:[^\n|;]*\|\s*)*{SHELL}"),
        // sh <(…), sh -c "$(…)", eval $(…), source <(…)
        format!(r"(?:{SHELL}|\beval|\bexec|(?:^|\s)\.)\s[^\n;|]*(?:<\(|\$\(|\x22\$\()\s*(?:{LOADER}|{decoder}|echo\s+\S+\s*\|)\b"),
        format!(r"\b(?:iex|invoke-expression)\b[^\n]*\b(?:{LOADER}|webclient|http)"),
        format!(r"\b(?:webclient|{LOADER})\b[^\n]*\|\s*(?:iex|invoke-expression)\b"),
        // save it, then start it
        format!(r"\b(?:{LOADER})\b[^\n]*(?:://|www\.)[^\n]*(?:&&|;|\n)\s*(?:[^\n]*(?:&&|;|\n)\s*)?(?:sudo\s+)?(?:chmod\s+(?:-\S+\s+)?\S*[x7]\S*\s|{SHELL}\s+\S|\./\S)"),
        // packages and programs straight from an address
        r"\b(?:npx|bunx|uvx|pipx\s+run|pnpm\s+dlx|yarn\s+dlx|npm\s+exec|deno\s+run|go\s+run|nix\s+run|bun\s+x)\s[^\n;|]*(?:https?://|git\+|github:|gist:|git@|\.tgz\b|gitlab:)".to_owned(),
        r"\b(?:pip[0-9.]*|uv\s+pip|uv\s+tool|pipx|npm|yarn|pnpm|bun|gem|cargo|go|brew|conda|mamba|apt|dnf|rpm|dpkg|composer|easy_install|poetry|uv|code|helm|kubectl)\s+(?:i|install|add|apply|get|require|create|-i|--install-extension|-u|update)\s[^\n;|]*(?:https?://|git\+|git://|ssh://|--git\b)".to_owned(),
        r"\b(?:pip[0-9.]*|npm|yarn|pnpm|uv|gem)\b[^\n;|]*\s--?(?:index-url|extra-index-url|registry|source|find-links)[=\s]+['\x22]?https?://".to_owned(),
        r"\b(?:kubectl|helm)\s+(?:apply|create|install)\s[^\n]*https?://".to_owned(),
        format!(r"\bimport\s+.{{0,80}}(?:https?://)|\b(?:require|import|exec|eval)\s*\([^\n)]*(?:https?://|urlopen|requests\.get|{LOADER}\()"),
        r"\bgit\s+clone\b[^\n]*(?:&&|;)\s*(?:[^\n]*(?:&&|;)\s*)?(?:make|sh|bash|python[0-9.]*|npm|\./|cargo|\S*install)".to_owned(),
    ];
    expressions.iter().filter_map(|expression| Regex::new(expression).ok()).collect()
});

/// `eval "$(…)"` of anything but a program that sets up the shell.
static EVAL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\beval\s+[\x22']?(?:\$\(|<\()\s*([^\n)]*)").ok());

const SHELL_SETUP: &[&str] = &[
    "init",
    "shellenv",
    "hook",
    "ssh-agent",
    "env",
    "completion",
    "activate",
    "export",
    "vars",
    "docker-env",
    "opam",
    "dircolors",
    "fnm",
    "minikube",
];

const GET: &[&str] = &[
    "download", "fetch", "get", "grab", "pull", "retriev", "obtain", "curl", "wget", "load", "open", "visit",
    "brows", "clon", "check", "consult", "navigat", "go", "read", "access", "use", "tak", "receiv", "import",
    "follow",
];
const START: &[&str] = &[
    "run",
    "running",
    "execut",
    "launch",
    "start",
    "evaluat",
    "eval",
    "invok",
    "sourc",
    "pip",
    "piping",
    "apply",
    "appl",
    "install",
    "perform",
    "carry",
    "trigger",
    "spawn",
    "interpret",
];
const FOREIGN: &[&str] = &[
    "script",
    "installer",
    "binary",
    "binari",
    "executabl",
    "payload",
    "program",
    "helper",
    "code",
    "package",
    "archive",
    "tarball",
    "updater",
    "patch",
    "file",
    "snippet",
    "command",
    "gist",
    "bootstrap",
];
const OBEY: &[&str] =
    &["follow", "obey", "comply", "adopt", "do", "apply", "execut", "appl", "perform", "carry"];
const ORDERS: &[&str] = &[
    "instruction",
    "command",
    "direction",
    "order",
    "step",
    "direktive",
    "directiv",
    "guidanc",
    "prompt",
    "rule",
    "say",
    "tell",
    "described",
    "written",
];

/// Findings, one a block and way.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for block in blocks {
        let line = commands(block).or_else(|| evals(block)).or_else(|| words(block));
        if let Some(line) = line {
            let what = "tells the reader to fetch something and run it".to_owned();
            findings.push(Finding { rule: RULE, line: Some(line), what, remedy: REMEDY });
        }
    }
    findings
}

fn commands(block: &Block) -> Option<u32> {
    let hits = COMMANDS.iter().filter_map(|expression| expression.find(&block.text));
    hits.filter(|hit| !forbidden(block, hit.start())).map(|hit| block.line_at(hit.start())).min()
}

fn evals(block: &Block) -> Option<u32> {
    let expression = EVAL.as_ref()?;
    let hit = expression.captures_iter(&block.text).find(|found| {
        let inside = found.get(1).map_or("", |m| m.as_str());
        let setup = inside
            .split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .any(|word| SHELL_SETUP.contains(&word) || word.ends_with("env"));
        !setup && !forbidden(block, found.get(0).map_or(0, |m| m.start()))
    })?;
    Some(block.line_at(hit.get(0)?.start()))
}

/// Whether the command at this byte is named in order to forbid it: "never run `curl … | sh`".
fn forbidden(block: &Block, byte: usize) -> bool {
    let before = block.text.get(..byte).unwrap_or_default();
    let clause = before.rsplit(['.', '!', '?', ';', ':', ',']).next().unwrap_or_default();
    let words: Vec<&str> = clause.split_whitespace().collect();
    let recent = words.get(words.len().saturating_sub(5)..).unwrap_or_default();
    let forbids = |word: &&str| {
        matches!(
            *word,
            "never"
                | "not"
                | "don't"
                | "dont"
                | "avoid"
                | "without"
                | "cannot"
                | "forbidden"
                | "refuse"
                | "no"
        ) || word.ends_with("n't")
    };
    let swallowed = |word: &&str| {
        matches!(
            *word,
            "forget" | "hesitate" | "fail" | "mind" | "only" | "just" | "worry" | "delay" | "but" | "then"
        )
    };
    recent.iter().any(forbids) && !recent.iter().any(swallowed)
}

/// In words, over two sentences: get something from an address, and start it; or do what it says.
fn words(block: &Block) -> Option<u32> {
    for (index, sentence) in block.sentences.iter().enumerate() {
        let next = block.sentences.get(index + 1);
        if let Some(line) = get_and_start(sentence, next).or_else(|| obey_elsewhere(sentence)) {
            return Some(line);
        }
    }
    None
}

fn get_and_start(sentence: &Sentence, next: Option<&Sentence>) -> Option<u32> {
    for get in sentence.all(GET) {
        if sentence.negated(get) {
            continue;
        }
        let from = get + 1;
        let address =
            (from..sentence.words.len()).find(|i| sentence.words[*i].address || is_elsewhere(sentence, *i));
        let Some(address) = address else { continue };
        let foreign = sentence.has(FOREIGN)
            || sentence.words[address].text.ends_with(".sh")
            || sentence.words[address].text.ends_with(".py");
        let strong = sentence.words[get]
            .is(&["download", "fetch", "grab", "retriev", "curl", "wget", "pull", "obtain", "clon"]);
        let started = |s: &Sentence, after: usize| {
            (after..s.words.len()).any(|i| {
                let object = (i + 1..s.words.len().min(i + 5)).any(|j| {
                    s.words[j]
                        .exactly(&["it", "them", "that", "this", "result", "output", "contents", "content"])
                        || s.words[j].is(FOREIGN)
                });
                s.words[i].is(START) && !s.negated(i) && (object || i + 1 == s.words.len() && strong)
            })
        };
        if (foreign || strong) && (started(sentence, from) || next.is_some_and(|next| started(next, 0))) {
            return sentence.line();
        }
    }
    // "run the script from https://…", "install it from http://…"
    for start in sentence.all(START) {
        let address = (start + 1..sentence.words.len().min(start + 12)).find(|i| sentence.words[*i].address);
        let foreign = sentence.follows(start, 6, FOREIGN).is_some()
            || sentence.follows(start, 3, &["whatever", "what", "everything", "anything", "it"]).is_some();
        let from = sentence.words.iter().any(|word| word.exactly(&["from", "at", "hosted", "off", "via"]));
        if address.is_some() && foreign && from && !sentence.negated(start) {
            return sentence.line();
        }
    }
    None
}

/// "the remote server", "the internet", "this link"
fn is_elsewhere(sentence: &Sentence, index: usize) -> bool {
    let word = &sentence.words[index];
    let before = index.checked_sub(1).map(|i| &sentence.words[i]);
    word.exactly(&["url", "internet", "pastebin", "gist"])
        || word.exactly(&["link", "server", "site", "website", "host", "endpoint"])
            && before
                .is_some_and(|word| word.exactly(&["remote", "this", "following", "that", "external", "our"]))
}

/// Doing what a page, a file or a tool's output says.
fn obey_elsewhere(sentence: &Sentence) -> Option<u32> {
    const SAYERS: &[&str] = &[
        "page",
        "website",
        "site",
        "url",
        "link",
        "web",
        "email",
        "mail",
        "output",
        "respons",
        "messag",
        "ticket",
        "issue",
        "comment",
        "gist",
        "pastebin",
        "server",
        "attachment",
    ];
    for obey in sentence.all(OBEY) {
        if sentence.negated(obey) {
            continue;
        }
        let Some(order) = sentence.follows(obey, 6, ORDERS) else { continue };
        let whole = sentence.words.get(obey + 1..order).unwrap_or_default();
        let any = whole.iter().any(|word| {
            word.exactly(&[
                "all",
                "any",
                "every",
                "whatever",
                "everything",
                "anything",
                "what",
                "further",
                "new",
                "its",
                "their",
                "hidden",
                "embedded",
            ])
        });
        let address = sentence.words.iter().skip(order).any(|word| word.address);
        let place = sentence.words.iter().skip(order).take(8).any(|word| word.is(SAYERS));
        let fetched = sentence.words.iter().take(obey).any(|word| word.address)
            && sentence.words.iter().take(obey).any(|word| word.is(GET));
        if address || fetched || any && place {
            return sentence.line();
        }
    }
    // "visit https://… and do what it says"
    let visited = sentence.words.iter().any(|word| word.address);
    let told = sentence
        .run_of(&[
            &["what", "whatever"],
            &["it", "they", "the"],
            &["say", "tell", "page", "ask", "instruct", "site"],
        ])
        .is_some();
    (visited && told).then(|| sentence.line()).flatten()
}

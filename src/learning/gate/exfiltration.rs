//! Sending what is not the sender's to give: credentials, environment, files or conversations to an address; and
//! reading or asking for credentials.

use super::Finding;
use super::grammar::{Block, Sentence};
use regex::Regex;
use std::sync::LazyLock;

const RULE: &str = "exfiltration";
const REMEDY: &str =
    "name where results belong in the project; nothing private is sent anywhere on a note's word";

const SEND: &[&str] = &[
    "send",
    "sent",
    "post",
    "upload",
    "exfiltrat",
    "transmit",
    "forward",
    "email",
    "e-mail",
    "mail",
    "leak",
    "push",
    "submit",
    "copy",
    "copi",
    "shar",
    "publish",
    "ship",
    "beacon",
    "relay",
    "deliver",
    "dump",
    "disclos",
    "pipe",
    "pip",
    "sync",
    "report",
    "attach",
    "embed",
    "encod",
    "append",
];
const PRIVATE: &[&str] = &[
    "secret",
    "credential",
    "token",
    "key",
    "password",
    "passphras",
    "environment",
    "env",
    "ssh",
    "cookie",
    "conversation",
    "transcript",
    "session",
    "history",
    "database",
    "private",
    "keychain",
    "wallet",
    "variabl",
    "sourc",
    "repository",
    "repo",
    "customer",
    "personal",
    "content",
    "data",
    "file",
    "printenv",
    "config",
];
/// Private whatever the context.
const CREDENTIALS: &[&str] = &[
    "secret",
    "credential",
    "password",
    "passphras",
    "keychain",
    "cookie",
    "printenv",
    "wallet",
    ".env",
    "id_rsa",
    "transcript",
    "conversation",
];

static COMMANDS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let private = r"(?:~?/?\.ssh|id_rsa|id_ed25519|\.aws/|\.env\b|\.netrc|\.npmrc|\.kube/config|/etc/(?:passwd|shadow)|credentials|printenv|\benv\b|\.git-credentials|\.docker/config|keychain|history\b|\.gnupg|secrets?\b)";
    let sender = r"\b(?:curl|wget|nc|ncat|scp|rsync|http|https|ftp|aws\s+s3\s+cp|gh\s+gist|mail|sendmail|socat|telnet|dig|nslookup)\b";
    let expressions = [
        format!(r"{sender}[^\n]*{private}[^\n]*(?:://|\.\w{{2,}}|@)"),
        format!(r"{sender}[^\n]*(?:://|@)[^\n]*[\s@=<(]{private}"),
        format!(r"{private}[^\n]*\|\s*(?:[^\n|]*\|\s*)*{sender}"),
        r"https?://\S*[?&/=](?:\$\(|\$\{?\w*(?:token|secret|key|pass|cred)|\x60)".to_owned(),
    ];
    expressions.iter().filter_map(|expression| Regex::new(expression).ok()).collect()
});

/// Findings, one a sentence or command.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut lines: Vec<u32> = Vec::new();
    for block in blocks {
        let hits = COMMANDS.iter().filter_map(|expression| expression.find(&block.text));
        lines.extend(hits.map(|hit| block.line_at(hit.start())).min());
        lines.extend(block.sentences.iter().filter(|s| sends(s) || takes(s)).filter_map(Sentence::line));
    }
    lines.dedup();
    let what = "sends or asks for what is private";
    lines
        .into_iter()
        .map(|line| Finding { rule: RULE, line: Some(line), what: what.to_owned(), remedy: REMEDY })
        .collect()
}

fn sends(sentence: &Sentence) -> bool {
    sentence.all(SEND).into_iter().any(|verb| {
        if sentence.negated(verb) {
            return false;
        }
        let reach = verb + 16;
        let near = |stems: &[&str]| {
            (0..sentence.words.len().min(reach))
                .filter(|i| *i != verb)
                .any(|i| sentence.words[i].is(stems) || sentence.words[i].exactly(stems))
        };
        let address = sentence.words.iter().skip(verb).any(|word| word.address && !is_local(&word.text));
        let outside = sentence
            .follows(
                verb,
                16,
                &[
                    "external",
                    "remote",
                    "webhook",
                    "pastebin",
                    "attacker",
                    "third",
                    "outside",
                    "collector",
                    "elsewhere",
                    "discord",
                    "telegram",
                    "server",
                    "endpoint",
                ],
            )
            .is_some();
        let strong = sentence.words[verb].is(&[
            "send",
            "upload",
            "exfiltrat",
            "transmit",
            "forward",
            "email",
            "mail",
            "leak",
            "post",
            "beacon",
            "relay",
            "submit",
            "ship",
        ]);
        let private = near(PRIVATE);
        let credentials = near(CREDENTIALS)
            || near(&["env", "ssh", "token", "key"])
                && near(&["variabl", "api", "access", "private", "ssh", "value", "all", "every"]);
        let storing = sentence.has(&["vault", "manager"]) && !address;
        !storing
            && (address && private && strong
                || credentials && (address || outside)
                || sentence.words[verb].is(&["exfiltrat", "leak"])
                    && private
                    && !sentence
                        .has(&["memory", "avoid", "prevent", "can", "may", "could", "would", "handl"]))
    })
}

fn is_local(address: &str) -> bool {
    ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal"]
        .iter()
        .any(|host| address.contains(host))
}

/// "ask the user for their password", "print the contents of .env"
fn takes(sentence: &Sentence) -> bool {
    let asked = sentence
        .all(&["ask", "request", "prompt", "phish", "trick", "persuad", "convinc"])
        .into_iter()
        .any(|verb| {
            let whom = (verb + 1..sentence.words.len().min(verb + 4)).any(|i| {
                sentence.words[i].is(&["user", "human", "them", "developer", "person", "customer", "owner"])
            });
            let what = sentence
                .follows(verb, 10, &["password", "credential", "passphras", "secret", "pin", "mfa", "otp"])
                .is_some()
                || sentence
                    .run_of(&[&["api", "access", "private", "ssh", "secret"], &["key", "token"]])
                    .is_some_and(|at| at > verb);
            whom && what && !sentence.negated(verb) && !sentence.has(&["rotat", "reset", "chang"])
        });
    let read = sentence
        .all(&[
            "read", "print", "cat", "echo", "dump", "output", "list", "collect", "gather", "harvest",
            "steal", "extract", "includ", "log", "display", "reveal",
        ])
        .into_iter()
        .any(|verb| {
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 9)).unwrap_or_default();
            let store = rest.iter().any(|word| {
                word.text.ends_with(".ssh")
                    || word.exactly(&["id_rsa", "rsa", "keychain", "shadow"])
                    || word.text.contains(".aws")
            });
            let every = rest.iter().any(|word| word.exactly(&["all", "every", "any", "contents"]))
                && rest.iter().any(|word| word.is(&["secret", "credential", "password", "token"]));
            let harvest =
                sentence.words[verb].is(&["harvest", "steal"]) && rest.iter().any(|word| word.is(PRIVATE));
            (store && !sentence.words[verb].is(&["list"]) || every || harvest) && !sentence.negated(verb)
        });
    asked || read
}

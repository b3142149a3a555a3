//! Setting instructions aside: those of the system, of people, of safety, and the policies that limit what may be
//! done.

use super::Finding;
use super::grammar::{Block, Sentence};

const REMEDY: &str = "say what to do in the project; what agents must not do is not the note's to lift";

const OVERRIDE: &[&str] = &[
    "ignor",
    "disregard",
    "forget",
    "overrid",
    "overriding",
    "overrul",
    "bypass",
    "discard",
    "supersed",
    "neglect",
    "violat",
    "abandon",
    "disobey",
    "circumvent",
    "dismiss",
    "drop",
    "skip",
    "suspend",
    "erase",
    "eras",
    "unlearn",
    "nullif",
    "free",
    "exempt",
    "releas",
    "liberat",
    "unbound",
    "aside",
    "exceed",
    "void",
    "defy",
];
const INSTRUCTIONS: &[&str] = &[
    "instruction",
    "prompt",
    "rule",
    "guidelin",
    "polic",
    "policy",
    "policies",
    "directiv",
    "constraint",
    "restriction",
    "guardrail",
    "order",
    "command",
    "limit",
    "limitation",
    "safeguard",
    "programming",
    "training",
    "message",
    "guidance",
    "context",
    "principle",
    "boundar",
    "boundaries",
    "everything",
    "anything",
    "told",
];
/// Words that make instructions the ones the reader was given.
const GIVEN: &[&str] = &[
    "previous",
    "prior",
    "above",
    "earlier",
    "all",
    "your",
    "system",
    "any",
    "preceding",
    "original",
    "safety",
    "security",
    "every",
    "human",
    "user",
    "users",
    "user's",
    "operator",
    "developer",
    "developer's",
    "initial",
    "existing",
    "former",
    "other",
    "team's",
    "owner's",
    "earlier",
    "before",
    "foregoing",
    "you",
    "content",
    "usage",
    "ethical",
    "current",
    "maintainers",
    "maintainer's",
    "company",
];
/// Objects that leave no doubt.
const GUARDS: &[&str] = &["guardrail", "safeguard"];

/// Findings, one a sentence.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sentence in blocks.iter().flat_map(|block| &block.sentences).filter(|sentence| overrides(sentence)) {
        let what = "tells the reader to set instructions aside".to_owned();
        findings.push(Finding {
            rule: "overrides-instructions",
            line: sentence.line(),
            what,
            remedy: REMEDY,
        });
    }
    findings
}

fn overrides(sentence: &Sentence) -> bool {
    let removed = |verb: usize| {
        let Some(object) = sentence.follows(verb, 8, INSTRUCTIONS) else { return false };
        let between = sentence.words.get(verb + 1..sentence.words.len().min(object + 6)).unwrap_or_default();
        // "ignore the rule in generated code": one named rule is a setting, not an authority.
        let given = between.iter().any(|word| word.exactly(GIVEN)) || sentence.words[object].is(GUARDS);
        let vague = sentence.words[object].exactly(&[
            "everything",
            "anything",
            "message",
            "messages",
            "command",
            "commands",
            "order",
            "orders",
            "limit",
            "limits",
            "context",
            "training",
            "told",
        ]);
        // "apply nothing before I have seen it" waits for somebody; "apply nothing from before" obeys nobody.
        let last = sentence.words.len().saturating_sub(1);
        let told = between.iter().zip(verb + 1..).any(|(word, at)| {
            word.exactly(&[
                "previous",
                "prior",
                "above",
                "earlier",
                "preceding",
                "told",
                "system",
                "your",
                "foregoing",
            ]) || at == last && word.exactly(&["before"])
        });
        given && (!vague || told) && !is_tool_talk(sentence, object)
    };
    let by_verb = sentence.all(OVERRIDE).into_iter().any(|verb| removed(verb) && !sentence.negated(verb));
    let by_negation = sentence
        .all(&[
            "follow", "obey", "comply", "adher", "respect", "apply", "appli", "listen", "bound", "heed",
            "abide", "abid", "honor", "honour",
        ])
        .into_iter()
        .any(|verb| removed(verb) && sentence.negated(verb));
    let attention =
        sentence.run_of(&[&["no", "little"], &["attention", "heed", "regard"], &["to"]]).is_some()
            && (sentence.has(INSTRUCTIONS)
                || sentence.has(&["said", "say", "told", "tell", "ask", "want"])
                    && sentence.has(&[
                        "operator",
                        "user",
                        "human",
                        "system",
                        "developer",
                        "owner",
                        "people",
                        "maintainer",
                    ]));
    let policy = sentence
        .all(&["override", "overrid", "disregard", "bypass", "circumvent", "ignor", "exceed", "violat"])
        .into_iter()
        .any(|verb| {
            let object = sentence.follows(verb, 4, &["policy", "policies", "polic", "limit", "cap"]);
            let polic = object.is_some_and(|at| sentence.words[at].is(&["policy", "policies", "polic"]));
            let money = sentence
                .follows(
                    verb,
                    3,
                    &[
                        "refund",
                        "spending",
                        "safety",
                        "transfer",
                        "withdrawal",
                        "credit",
                        "approval",
                        "budget",
                        "compensation",
                        "payment",
                    ],
                )
                .is_some();
            object.is_some()
                && (polic || money)
                && !sentence.negated(verb)
                && !sentence.has(&["lint", "retry", "cach", "config", "flag"])
        });
    let unlimited = sentence.all(&["no", "without"]).into_iter().any(|at| {
        sentence
            .follows(at, 3, &["restriction", "guardrail", "boundar", "boundaries", "inhibition", "filter"])
            .is_some()
            && sentence.words.iter().take(at).any(|word| {
                word.is(&["act", "operat", "behav", "respond", "answer", "speak", "you", "proceed"])
            })
            && !sentence.words.iter().take(at).any(|word| word.exactly(&["never", "not"]))
    });
    let opposite = sentence.has(&["opposite", "contrary"])
        && sentence.words.iter().any(|word| {
            word.exactly(&["operator", "user", "user's", "system", "developer", "owner", "human"])
        })
        && sentence.has(&["do"]);
    let equal = sentence
        .run_of(&[
            &["weight", "authority", "rank", "power", "force"],
            &["as", "of"],
            &["the", "a", "your"],
            &["user", "owner", "operator", "system", "developer", "human"],
        ])
        .is_some_and(|at| !sentence.negated(at));
    let precedence = sentence.has(&["precedenc", "supersed", "overrid", "overrul", "outrank"])
        && (sentence.follows(0, 40, &["instruction", "prompt", "guidelin", "safety"]).is_some())
        && sentence.words.iter().any(|word| word.exactly(GIVEN))
        && !sentence.has(&["config", "flag", "css", "styl", "lint"]);
    let lapsed = sentence.has(&[
        "directiv",
        "rule",
        "order",
        "constraint",
        "limitation",
        "safety",
        "instruction",
        "guidelin",
        "restriction",
        "guardrail",
        "polic",
        "policies",
        "safeguard",
    ]) && sentence.words.iter().any(|word| {
        word.exactly(&["previous", "you", "prior", "earlier", "your", "safety", "all", "system"])
    }) && (sentence
        .run_of(&[&["no"], &["longer"], &["appl", "apply", "applies", "valid", "bind", "count", "hold"]])
        .is_some()
        || sentence.run_of(&[&["do", "does"], &["not"], &["appl", "apply", "count", "bind"]]).is_some()
        || sentence.has(&["obsolete", "void", "lifted", "revoked", "outdated", "expired", "suspended"]));
    by_verb || by_negation || attention || policy || unlimited || opposite || equal || precedence || lapsed
}

/// Rules of linters, firewalls and style sheets are not instructions to an agent.
fn is_tool_talk(sentence: &Sentence, object: usize) -> bool {
    let around = sentence
        .words
        .get(object.saturating_sub(3)..sentence.words.len().min(object + 3))
        .unwrap_or_default();
    let tool = around.iter().any(|word| {
        word.is(&[
            "lint", "linter", "eslint", "clippy", "css", "styl", "ruff", "deprecat", "build", "make",
            "makefile", "test", "compiler", "foreign", "key", "type", "log", "commit", "sql", "shell",
        ])
    });
    tool && !sentence.words.iter().any(|word| word.exactly(&["system", "safety", "your", "human"]))
}

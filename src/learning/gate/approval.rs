//! Changing when people are asked: skipping confirmation, never asking, approving on their behalf. A wish such as
//! "don't ask me before running tests" is one too, however harmless: what may run unasked is set by people in
//! their agent's settings, not by a note.

use super::Finding;
use super::consent::{self, CLEAR_CONSENT};
use super::grammar::{Block, Sentence};

const RULE: &str = "changes-approval";
const REMEDY: &str = "leave it to people to set what agents may do unasked";

/// What people give.
const CONSENT: &[&str] = &[
    "confirmation",
    "confirm",
    "approv",
    "approval",
    "permission",
    "consent",
    "authorization",
    "authorisation",
    "sign",
    "signoff",
    "prompt",
    "clearanc",
    "review",
    "go",
    "oversight",
    "acknowledgement",
    "sign-off",
    "go-ahead",
    "okay",
    "blessing",
    "dialog",
];
const REMOVE: &[&str] = &[
    "skip",
    "skipping",
    "skipped",
    "bypass",
    "avoid",
    "omit",
    "omitting",
    "suppress",
    "disabl",
    "ignor",
    "eliminat",
    "remov",
    "forgo",
    "waiv",
    "sidestep",
    "dispens",
    "drop",
    "circumvent",
    "forget",
    "dismiss",
    "silenc",
];
/// What forbids, wherever it stands in a sentence.
const FORBID: &[&str] =
    &["never", "not", "dont", "nothing", "no", "cannot", "nobody", "avoid", "forbidden", "prohibited"];
const ASK: &[&str] = &[
    "ask",
    "wait",
    "seek",
    "request",
    "prompt",
    "confirm",
    "consult",
    "check",
    "require",
    "requir",
    "need",
    "pause",
    "paus",
    "interrupt",
    "bother",
    "obtain",
    "verify",
    "stop",
];
const PEOPLE: &[&str] = &[
    "me",
    "us",
    "user",
    "human",
    "anyone",
    "anybody",
    "person",
    "people",
    "operator",
    "maintainer",
    "owner",
    "someone",
    "them",
    "team",
    "nobody",
    "supervisor",
    "reviewer",
];

/// Findings, one a sentence.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let sentences = blocks.iter().flat_map(|block| &block.sentences);
    let broken = sentences.filter(|s| removes(s) || never_asks(s) || unasked(s) || consent::is_given_away(s));
    broken
        .map(|sentence| Finding {
            rule: RULE,
            line: sentence.line(),
            what: "changes when people are asked before something is done".to_owned(),
            remedy: REMEDY,
        })
        .collect()
}

/// "skip the confirmation", "bypass approval"
fn removes(sentence: &Sentence) -> bool {
    sentence.all(REMOVE).into_iter().any(|verb| {
        let Some(object) = sentence.follows(verb, 5, CONSENT) else { return false };
        let clear = sentence.words[object].is(CLEAR_CONSENT)
            || sentence.words[object].is(&["confirm", "prompt"]) && !shell_prompt(sentence);
        let human =
            sentence.words.iter().any(|word| word.is(PEOPLE) || word.exactly(&["code", "peer", "security"]));
        let errors = sentence.follows(object, 2, &["denied", "error", "failur", "bit", "mask"]).is_some();
        (clear || human && sentence.words[object].is(&["review", "sign"]))
            && !errors
            && !sentence.negated(verb)
    })
}

fn shell_prompt(sentence: &Sentence) -> bool {
    sentence.has(&["shell", "ps1", "terminal", "template", "system"])
}

/// "never ask", "don't wait for approval", "no need to confirm", "stop asking"
fn never_asks(sentence: &Sentence) -> bool {
    sentence.all(ASK).into_iter().any(|verb| {
        let word = &sentence.words[verb];
        let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 6)).unwrap_or_default();
        let near = rest.iter().take(3);
        let people = near.clone().any(|word| word.is(PEOPLE));
        let consent = rest.iter().any(|word| {
            word.is(CLEAR_CONSENT) || word.exactly(&["review", "go-ahead", "ok", "confirmation"])
        });
        let before = rest
            .iter()
            .any(|word| word.exactly(&["before", "first", "again", "anymore", "unless", "questions"]))
            || rest.is_empty();
        let asks = word.is(&["ask", "consult", "bother", "interrupt"]);
        let named = if word.is(&["interrupt", "bother"]) {
            people
        } else if asks {
            let aimed = near.clone().any(|word| word.exactly(&["for", "if", "whether", "to", "about"]));
            people || consent || before || aimed
        } else if word.is(&["confirm", "check", "verify", "prompt"]) {
            let first = rest.is_empty() || rest.iter().any(|word| word.exactly(&["before", "first"]));
            people || consent || word.is(&["confirm"]) && first
        } else {
            consent
                || word.is(&["wait", "pause", "stop"])
                    && people
                    && rest.iter().any(|word| word.exactly(&["for", "to"]))
        };
        let noun = verb > 0
            && sentence.words[verb - 1].exactly(&[
                "pull", "merge", "http", "get", "post", "api", "a", "the", "each", "per", "this", "feature",
                "change",
            ])
            && !asks;
        let stopped = verb > 0 && sentence.words[verb - 1].exactly(&["stop", "quit", "without"])
            || sentence.run_of(&[&["no"], &["need"]]).is_some_and(|at| at < verb);
        let refused = sentence.negated(verb) && !permits_nothing(sentence, verb);
        named && !noun && !insists(sentence, verb) && (refused || stopped && !protected(sentence, verb))
    })
}

/// "stop pushing without asking", "you deleted it without asking", "merging without asking is a no-go".
fn insists(sentence: &Sentence, verb: usize) -> bool {
    let lacking = |at: &usize| sentence.words.get(*at).is_some_and(|word| word.exactly(&["without"]));
    let without = [1, 2].into_iter().filter_map(|back| verb.checked_sub(back)).find(lacking);
    let lacks = without.is_some();
    let without = without.unwrap_or_default();
    let stops = || sentence.words.iter().take(without).any(|word| word.exactly(&["stop", "quit", "avoid"]));
    lacks && (stops() || is_turned_down(sentence, without) || is_blame(sentence, without))
}

/// "never merge without asking", "no release without asking": the second negation is the protective one.
fn protected(sentence: &Sentence, verb: usize) -> bool {
    let no_need = sentence.run_of(&[&["no"], &["need"]]).is_some();
    !sentence.negated(verb) && !no_need && forbids(sentence, verb)
}

/// Whether something is forbidden in the words before `until`.
fn forbids(sentence: &Sentence, until: usize) -> bool {
    sentence.words.iter().take(until).any(|word| word.exactly(FORBID) || word.text.ends_with("n't"))
}

/// Facts about programs ("the script does not ask for a password", "pip does not prompt").
fn permits_nothing(sentence: &Sentence, verb: usize) -> bool {
    let before = sentence.words.get(verb.saturating_sub(3)..verb).unwrap_or_default();
    let third = before.iter().any(|word| word.exactly(&["does", "did", "doesn't", "didn't"]));
    let program = third && !sentence.has(&["agent", "you", "assistant"]);
    program
        || sentence
            .words
            .get(verb + 1..)
            .unwrap_or_default()
            .iter()
            .take(5)
            .any(|word| word.is(&["password", "secret", "credential", "token", "api"]))
}

/// "submitting without asking is not on", "… is forbidden": what is said afterwards is a refusal, and it asks agents to
/// ask. "… is not a problem" is none.
fn is_turned_down(sentence: &Sentence, without: usize) -> bool {
    const FORBIDDEN: &[&str] = &[
        "forbidden",
        "prohibited",
        "banned",
        "unacceptable",
        "no-go",
        "wrong",
        "bad",
        "taboo",
        "disallowed",
    ];
    const GOOD: &[&str] = &[
        "on",
        "ok",
        "okay",
        "allowed",
        "acceptable",
        "fine",
        "good",
        "welcome",
        "wanted",
        "permitted",
        "done",
        "cool",
    ];
    let after = sentence.words.get(without + 1..).unwrap_or_default();
    let Some(be) = after.iter().position(|word| word.exactly(&["is", "are", "isn't", "aren't", "never"]))
    else {
        return false;
    };
    let said = after.get(be..after.len().min(be + 4)).unwrap_or_default();
    let denied = said.iter().any(|word| word.exactly(&["not", "never", "isn't", "aren't"]));
    match denied {
        true => said.iter().any(|word| word.exactly(GOOD)),
        false => said.iter().any(|word| word.exactly(FORBIDDEN)),
    }
}

/// "you deleted it without asking": who blames an agent tells it to ask.
fn is_blame(sentence: &Sentence, without: usize) -> bool {
    const DEEDS: &[&str] = &["ran", "did", "made", "went", "sent", "put", "wrote", "took", "began"];
    let first = sentence.words.iter().position(|word| word.exactly(&["you"]));
    let verb = first.filter(|&at| at < without.min(2)).and_then(|at| {
        sentence
            .words
            .iter()
            .skip(at + 1)
            .find(|word| !word.exactly(&["just", "again", "have", "had", "also"]))
    });
    verb.is_some_and(|verb| verb.exactly(DEEDS) || verb.text.ends_with("ed") && !verb.exactly(&["need"]))
        && !sentence.has(&["good", "great", "thanks", "perfect", "allowed", "permitted", "supposed"])
}

/// "run it without confirmation", "deploy without asking", "unattended"
fn unasked(sentence: &Sentence) -> bool {
    sentence.all(&["without"]).into_iter().any(|without| {
        let rest = sentence.words.get(without + 1..sentence.words.len().min(without + 5)).unwrap_or_default();
        let asking = rest.iter().any(|word| {
            word.is(&[
                "asking",
                "confirmation",
                "confirming",
                "approval",
                "consent",
                "permission",
                "checking",
                "prompting",
                "review",
                "waiting",
                "authorization",
                "oversight",
                "supervision",
            ])
        });
        let aimless = rest.iter().any(|word| word.is(&["checking", "review", "waiting"]))
            && !rest.iter().any(|word| word.is(PEOPLE) || word.is(CLEAR_CONSENT));
        let stopped = sentence.words.iter().take(without).any(|word| word.exactly(&["stop"]));
        let turned_down = is_turned_down(sentence, without) || is_blame(sentence, without);
        let forbidden = stopped || turned_down || forbids(sentence, without);
        let failing = sentence.has(&["fail", "failed", "error", "refus", "denied", "reject"]);
        let number = rest
            .iter()
            .any(|word| word.exactly(&["number", "code", "id", "email", "page", "message", "mail"]));
        let alone =
            rest.iter().take(3).any(|word| word.exactly(&["human", "humans", "supervisor", "operator"]));
        (asking && !aimless || alone) && !number && !forbidden && !failing
    })
}

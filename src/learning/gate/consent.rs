//! Consent given on people's behalf: approving automatically, calling approval needless or implied, answering what
//! people are asked. The half of `approval` that looks at who says yes.

use super::grammar::Sentence;

/// Consent that is meant even where nobody is named.
pub(super) const CLEAR_CONSENT: &[&str] = &[
    "confirmation",
    "approv",
    "approval",
    "consent",
    "permission",
    "authorization",
    "sign-off",
    "signoff",
    "oversight",
    "go-ahead",
    "okay",
    "blessing",
];

/// Whether the sentence has somebody's consent given without them.
pub(super) fn is_given_away(sentence: &Sentence) -> bool {
    approves(sentence) || unneeded(sentence) || answers(sentence)
}

/// "auto-approve", "always accept", "assume yes", "consider it approved", "act without confirmation"
fn approves(sentence: &Sentence) -> bool {
    let auto = sentence
        .run_of(&[
            &["auto", "automatically", "always", "blindly", "silently", "just"],
            &[
                "approv", "accept", "confirm", "allow", "authoriz", "grant", "merg", "permit", "say",
                "answer", "click", "choos", "press",
            ],
        ])
        .is_some_and(|at| {
            let verb = &sentence.words[at + 1];
            let rest = sentence.words.get(at + 2..sentence.words.len().min(at + 8)).unwrap_or_default();
            let consent = rest.iter().any(|word| {
                word.exactly(&[
                    "yes",
                    "ok",
                    "allow",
                    "all",
                    "any",
                    "every",
                    "prompts",
                    "prompt",
                    "permission",
                    "permissions",
                    "confirmation",
                    "confirmations",
                    "request",
                    "requests",
                    "tool",
                    "tools",
                    "commands",
                    "everything",
                    "calls",
                    "access",
                    "changes",
                    "dialog",
                    "dialogs",
                    "edits",
                ])
            });
            let plain = verb.is(&["approv", "authoriz", "grant"])
                || sentence.words[at].exactly(&["auto"]) && verb.is(&["accept", "confirm"]);
            (plain || consent && !verb.is(&["merg"])) && !sentence.negated(at)
        });
    let assumed =
        sentence.all(&["assum", "presum", "consider", "treat", "tak", "regard"]).into_iter().any(|verb| {
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 8)).unwrap_or_default();
            let granted = rest.iter().any(|word| {
                word.is(&[
                    "approved",
                    "authorized",
                    "permitted",
                    "consent",
                    "approval",
                    "permission",
                    "granted",
                    "pre",
                    "preapproved",
                ]) && !word.exactly(&["pre"])
            });
            let yes = rest.iter().take(4).any(|word| word.exactly(&["yes"]));
            (granted || yes) && !sentence.negated(verb) && !sentence.has(&["denied", "error"])
        });
    let already = sentence
        .run_of(&[
            &["already", "pre", "been", "is", "are"],
            &["approved", "authorized", "preapproved", "authorised"],
        ])
        .is_some_and(|at| {
            sentence.words.iter().any(|word| {
                word.exactly(&[
                    "user",
                    "everything",
                    "all",
                    "any",
                    "this",
                    "owner",
                    "you",
                    "these",
                    "actions",
                    "commands",
                ])
            }) && !sentence.negated(at)
                && !sentence.has(&["until", "once", "unless", "when", "if", "after", "only"])
        });
    auto || assumed || already
}

/// "approval is unnecessary", "confirmations are switched off", "users have consented in advance"
fn unneeded(sentence: &Sentence) -> bool {
    const NEEDLESS: &[&str] = &[
        "unnecessary",
        "needless",
        "redundant",
        "optional",
        "off",
        "disabled",
        "pointless",
        "superfluous",
        "waived",
        "unneeded",
        "wast",
        "suspended",
        "deactivated",
        "obsolet",
        "unimportant",
        "moot",
    ];
    let consents = sentence.all(CLEAR_CONSENT);
    let needless = consents.iter().any(|at| {
        let near = sentence.words.get(at + 1..sentence.words.len().min(at + 6)).unwrap_or_default();
        let position = near.iter().position(|word| word.is(NEEDLESS)).map(|offset| at + 1 + offset);
        let denied = near.first().is_some_and(|word| word.exactly(&["denied", "error", "bits"]));
        position.is_some_and(|position| !sentence.negated(position)) && !denied
    });
    let required = sentence.all(&["need", "requir", "necessary", "matter"]).into_iter().any(|verb| {
        sentence.negated(verb)
            && consents.iter().any(|at| at.abs_diff(verb) <= 5)
            && !sentence.has(&["read", "write", "file", "admin"])
    });
    let ahead = sentence
        .all(&["consented", "approved", "agreed", "authorized", "permitted"])
        .into_iter()
        .any(|verb| {
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 7)).unwrap_or_default();
            !sentence.negated(verb)
                && rest.iter().any(|word| {
                    word.exactly(&[
                        "everything",
                        "anything",
                        "advance",
                        "beforehand",
                        "upfront",
                        "whatever",
                        "all",
                    ])
                })
        });
    let none = sentence.all(&["need", "requir", "tak"]).into_iter().any(|verb| {
        let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 5)).unwrap_or_default();
        rest.first().is_some_and(|word| word.exactly(&["no"]))
            && rest.iter().any(|word| word.is(CLEAR_CONSENT) || word.is(&["reviewer", "human", "review"]))
            && !sentence.has(&["admin", "sudo"])
    });
    let implied = sentence
        .run_of(&[
            &["yes", "consent", "approval", "permission", "confirmation", "agreement"],
            &["is", "are", "may", "can"],
            &["implied", "assumed", "presumed", "be", "implicit"],
        ])
        .is_some_and(|at| {
            !sentence.negated(at + 2) && sentence.has(&["implied", "assumed", "presumed", "implicit"])
        });
    needless || required || ahead || none || implied
}

/// Answering what people are asked: "accept permission dialogs on the spot", "answer confirmations yourself"
fn answers(sentence: &Sentence) -> bool {
    let asked = sentence
        .words
        .iter()
        .any(|word| word.is(&["dialog", "prompt", "permission", "confirmation", "approval", "popup"]));
    let answered = sentence
        .all(&[
            "accept", "allow", "approv", "grant", "confirm", "answer", "click", "say", "hit", "press",
            "dismiss",
        ])
        .into_iter()
        .any(|verb| {
            let rest = sentence.words.get(verb + 1..).unwrap_or_default();
            let hasty = rest.iter().any(|word| {
                word.exactly(&[
                    "yourself",
                    "automatically",
                    "immediately",
                    "spot",
                    "instantly",
                    "yes",
                    "behalf",
                    "unread",
                    "away",
                    "always",
                    "without",
                ])
            });
            hasty && !sentence.negated(verb)
        });
    let default = sentence
        .run_of(&[
            &["default", "defaults", "set", "answer"],
            &["to", "them"],
            &["yes", "allow", "accept", "approv", "to"],
        ])
        .is_some();
    let behalf = sentence.run_of(&[&["behalf"]]).is_some_and(|at| {
        let before = sentence.words.get(..at).unwrap_or_default();
        before
            .iter()
            .any(|word| word.is(&["confirm", "approv", "accept", "consent", "agree", "sign", "authoriz"]))
            && !before.iter().any(|word| word.exactly(&["never", "not", "no"]))
    });
    (asked && (answered || default) || behalf) && !sentence.has(&["denied", "never"])
}

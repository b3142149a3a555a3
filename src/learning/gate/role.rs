//! Changing what the reader is, what it is for and whom it obeys.

use super::Finding;
use super::grammar::{Block, Sentence};

const REMEDY: &str = "say what to do in the project, not what the agent is or whom it obeys";

/// Findings, one a sentence and way.
pub(super) fn inspect(blocks: &[Block]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sentence in blocks.iter().flat_map(|block| &block.sentences) {
        let mut push = |rule, what: &str| {
            findings.push(Finding { rule, line: sentence.line(), what: what.to_owned(), remedy: REMEDY });
        };
        if changes_role(sentence) {
            push("changes-role", "gives the reader another role or goal");
        }
        if obeys_others(sentence) {
            push("obeys-others", "tells the reader to obey others or to trust what it reads");
        }
    }
    findings
}

fn changes_role(sentence: &Sentence) -> bool {
    let words = &sentence.words;
    let now = sentence.run_of(&[&["you"], &["are"], &["now"]]).is_some_and(|at| {
        words.get(at + 3).is_some_and(|word| {
            word.exactly(&[
                "a",
                "an",
                "the",
                "free",
                "allowed",
                "authorized",
                "authorised",
                "unrestricted",
                "no",
                "operating",
                "acting",
                "called",
                "able",
                "permitted",
                "granted",
                "in",
                "root",
                "admin",
                "my",
                "known",
                "dan",
                "jailbroken",
            ])
        }) && !sentence.has(&["branch", "folder", "directory", "step"])
    });
    let acting = sentence
        .run_of(&[&["act", "behav", "pretend", "pos", "rol", "role"], &["as", "like", "to", "that"]])
        .is_some_and(|at| {
            let rest = words.get(at + 2..words.len().min(at + 9)).unwrap_or_default();
            rest.iter().any(|word| {
                word.is(&[
                    "unrestricted",
                    "root",
                    "admin",
                    "administrator",
                    "dan",
                    "jailbroken",
                    "unfiltered",
                    "evil",
                    "hacker",
                    "human",
                    "owner",
                    "developer",
                    "superuser",
                    "limitless",
                    "uncensored",
                ])
            }) && !sentence.negated(at)
        });
    let purpose = (0..words.len().saturating_sub(1)).any(|at| {
        let whose = words[at].exactly(&["your", "agent's", "assistant's", "model's"]);
        let adjective = words.get(at + 1).is_some_and(|word| {
            word.exactly(&[
                "new", "real", "true", "only", "primary", "sole", "main", "actual", "secret", "first",
                "highest", "top",
            ])
        });
        let noun = words.get(at + 1 + usize::from(adjective));
        let is_purpose = noun.is_some_and(|word| {
            word.is(&[
                "goal",
                "mission",
                "objectiv",
                "purpos",
                "role",
                "rol",
                "identity",
                "priorit",
                "priority",
                "loyalty",
                "allegianc",
                "master",
                "persona",
                "job",
                "task",
            ])
        });
        let verb = words.get(at + 2 + usize::from(adjective)..words.len().min(at + 5)).unwrap_or_default();
        let defined = verb.iter().any(|word| {
            word.exactly(&["is", "are", "becomes", "changes", "shall", "will", "now", "changed", "has"])
        });
        whose
            && is_purpose
            && defined
            && (adjective
                || !noun.is_some_and(|word| word.is(&["task", "job", "role"]))
                || sentence.has(&["now"]))
    });
    let fresh = sentence
        .run_of(&[
            &["new"],
            &["instruction", "directiv", "goal", "objectiv", "mission", "persona", "identity"],
            &["follow", "is", "are", "from", "for", "below", "now", ""],
        ])
        .is_some()
        && !sentence.has(&["creat", "add", "writ", "hir"]);
    let mode = sentence
        .all(&["enter", "enabl", "switch", "activat", "unlock", "engag", "turn", "go"])
        .into_iter()
        .any(|verb| {
            !sentence.negated(verb)
                && sentence.follows(verb, 5, &["mode"]).is_some()
                && sentence.words.iter().any(|word| {
                    word.exactly(&[
                        "god",
                        "dan",
                        "jailbreak",
                        "unrestricted",
                        "unsafe",
                        "yolo",
                        "unfiltered",
                        "admin",
                        "bypass",
                        "autonomous",
                        "sudo",
                        "root",
                    ])
                })
        });
    let persona = sentence.all(&["assum", "tak", "adopt", "impersonat", "becom"]).into_iter().any(|verb| {
        let taken = sentence.follows(verb, 4, &["persona", "identity", "character", "personality"]).is_some();
        (taken || sentence.words[verb].is(&["impersonat"])) && !sentence.negated(verb)
    });
    let serving =
        sentence.run_of(&[&["you"], &["serv", "obey", "answer", "belong", "work"]]).is_some_and(|at| {
            let master = sentence.words.get(at + 1).is_some_and(|word| word.is(&["serv", "obey"]))
                || sentence.words.get(at + 2).is_some_and(|word| word.exactly(&["to", "for"]));
            master
                && words.iter().any(|word| word.exactly(&["now", "only", "instead", "solely", "henceforth"]))
                && sentence.has(&[
                    "user", "me", "vendor", "owner", "master", "us", "sender", "nobody", "anyone", "him",
                    "her", "them", "attacker",
                ])
        });
    now || acting || purpose || fresh || mode || serving || persona
}

fn obeys_others(sentence: &Sentence) -> bool {
    const SOURCES: &[&str] = &[
        "output", "page", "website", "web", "email", "mail", "file", "tool", "comment", "document",
        "respons", "message", "stranger", "anyone", "sender", "issue", "caller", "whoever",
    ];
    let obeyed = sentence
        .all(&["obey", "serv", "trust", "comply", "accept", "follow", "execut", "believ"])
        .into_iter()
        .any(|verb| {
            if sentence.negated(verb) {
                return false;
            }
            let rest = sentence.words.get(verb + 1..sentence.words.len().min(verb + 9)).unwrap_or_default();
            let all = rest.iter().take(4).any(|word| {
                word.exactly(&[
                    "all",
                    "any",
                    "every",
                    "whatever",
                    "anything",
                    "everything",
                    "blindly",
                    "anyone",
                    "whoever",
                ])
            });
            let order = rest
                .iter()
                .any(|word| word.is(&["instruction", "command", "order", "request", "demand", "directiv"]));
            let source = rest.iter().any(|word| word.is(SOURCES));
            let obeys = sentence.words[verb].is(&["obey", "comply"]);
            all && (obeys || order && source)
                || sentence.words[verb].is(&["trust", "believ"]) && all && source
        });
    let treated =
        sentence.all(&["treat", "interpret", "regard", "consider", "handl"]).into_iter().any(|verb| {
            !sentence.negated(verb)
                && sentence.follows(verb, 8, SOURCES).is_some()
                && sentence
                    .follows(
                        verb,
                        12,
                        &["instruction", "command", "order", "trusted", "authoritativ", "approved"],
                    )
                    .is_some()
                && !sentence.has(&["untrusted", "data"])
        });
    let anything = sentence
        .run_of(&[
            &["do"],
            &["anything", "whatever", "everything"],
            &["they", "it", "the", "he", "she", "a", "any"],
        ])
        .is_some()
        && sentence.has(&["say", "ask", "tell", "want", "request", "instruct"]);
    obeyed || treated || anything
}

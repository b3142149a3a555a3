//! What to do about a mistake that the miners found no remedy for.
//!
//! Owns the question, and the checks of the answer: what it quotes stands in the excerpts it names, of enough
//! independent sessions; every name and number in its sentence stands in what those sessions' agents did, and in enough
//! of them; it says what to do and not what to leave. Refuses what a tool printed as a source of advice.

use super::excerpt::{self, Excerpt, done};
use super::ground::{Ground, holds, turns};
use super::prompts::{Ask, Prompts, Task};
use super::{NO_SUCH_VALUE, Taken};
use crate::learning::author::{Told, quote};
use crate::learning::named::names;
use crate::model::{Prompt, Reply};
use crate::pattern::{Evidence, Fingerprint, Lesson, Mined, Pattern};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::settings::Mining;
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Most tokens of an answer.
const MOST_TOKENS: u32 = 500;

/// Shortest quote, bytes: less stands everywhere.
const LEAST_QUOTE: usize = 6;

/// Most quotes that are kept.
const MOST_QUOTES: usize = 4;

/// Words that may turn a sentence of advice: they order what is done. Whatever else turns a meaning would have to be
/// understood to be checked.
const MAY_TURN: &[&str] = &["before", "first", "instead", "when", "if"];

/// A question, and what its answer is checked against.
pub(super) struct Question {
    /// The mistake.
    pub(super) pattern: Fingerprint,
    /// The learning in a few words.
    pub(super) title: String,
    /// What is asked.
    pub(super) prompt: Prompt,
    /// What stands in it.
    pub(super) material: String,
    excerpts: Vec<Excerpt>,
}

/// What to do, and where that was done.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Explained {
    /// One sentence.
    pub(super) advice: Clean,
    /// Quotes of what agents did, one a session.
    pub(super) quotes: Vec<Evidence>,
}

#[derive(Deserialize)]
struct Answer {
    advice: Clean,
    quotes: Vec<Quoted>,
}

#[derive(Deserialize)]
struct Quoted {
    excerpt: String,
    text: Clean,
}

/// Independent sessions that have to show what to do about this.
fn least(pattern: &Pattern, settings: &Mining) -> usize {
    settings.min_sessions.min(pattern.support.sessions).max(2) as usize
}

/// The question about a mistake; `None` where too few sessions show what their agents did.
pub(super) fn question(
    pattern: &Pattern,
    told: &Told,
    mined: &Mined,
    settings: &Mining,
    prompts: &Prompts,
) -> Result<Option<Question>> {
    let excerpts = match &pattern.lesson {
        Lesson::Error(lesson) => excerpt::of_error(pattern, lesson, mined),
        Lesson::Contrast(lesson) => excerpt::of_contrast(pattern, lesson, mined),
        _ => Vec::new(),
    };
    if excerpts.len() < least(pattern, settings) {
        return Ok(None);
    }
    let material = format!("mistake: {}\n\n{}", quote::one_line(&told.title), excerpt::written(&excerpts));
    let ask = Ask { task: Task::Explain, material: &material, schema: schema(), most_tokens: MOST_TOKENS };
    let prompt = prompts.prompt(&ask)?;
    let (pattern, title) = (pattern.fingerprint.clone(), told.title.clone());
    Ok(Some(Question { pattern, title, prompt, material, excerpts }))
}

fn schema() -> serde_json::Value {
    let quote = json!({
        "type": "object",
        "properties": { "excerpt": { "type": "string" }, "text": { "type": "string" } },
        "required": ["excerpt", "text"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": { "advice": { "type": "string" }, "quotes": { "type": "array", "items": quote } },
        "required": ["advice", "quotes"],
        "additionalProperties": false,
    })
}

/// What of an answer holds.
pub(super) fn take(
    question: &Question,
    reply: &Reply,
    pattern: &Pattern,
    told: &Told,
    mined: &Mined,
    settings: &Mining,
) -> Taken<Explained> {
    let answer: Answer = match reply.parse() {
        Ok(answer) => answer,
        Err(_) => return Taken::Refused(NO_SUCH_VALUE.to_owned()),
    };
    if answer.advice.trim().is_empty() {
        return Taken::Nothing;
    }
    let mut quotes: BTreeMap<&SessionId, (u32, Clean)> = BTreeMap::new();
    for Quoted { excerpt: id, text } in &answer.quotes {
        let Some(excerpt) = question.excerpts.iter().find(|excerpt| excerpt.id == *id) else {
            return Taken::Refused("it quotes an excerpt that was not shown".to_owned());
        };
        let Some(event) = excerpt.says(text) else {
            return Taken::Refused(format!("its quote is not what the agent of {} did", excerpt.session));
        };
        quotes.entry(&excerpt.session).or_insert((event, text.clone()));
    }
    let quoted = quotes.into_iter().map(|(session, (event, quote))| Evidence {
        session: session.clone(),
        event,
        at: None,
        quote,
    });
    checked(answer.advice, quoted.collect(), pattern, told, mined, settings)
}

/// Whether advice holds: what a model has just said, or what it said in an earlier cycle, by what the digests say now.
pub(super) fn checked(
    advice: Clean,
    quotes: Vec<Evidence>,
    pattern: &Pattern,
    told: &Told,
    mined: &Mined,
    settings: &Mining,
) -> Taken<Explained> {
    let least = least(pattern, settings);
    let by_session = |session: &SessionId| {
        // Digests are sorted by session.
        let at = mined.digests.binary_search_by(|digest| digest.session.cmp(session)).ok();
        at.and_then(|at| mined.digests.get(at))
    };
    let mut of_root: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut quoted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut kept: Vec<Evidence> = Vec::new();
    for mut one in quotes {
        let Some(digest) = by_session(&one.session) else {
            return Taken::Refused("it quotes a session that is not there".to_owned());
        };
        let done: Vec<(u32, Clean)> = done(digest);
        let stands = |(event, text): &(u32, Clean)| {
            *event == one.event && quote::one_line(text).contains(one.quote.as_str())
        };
        if one.quote.len() < LEAST_QUOTE || !done.iter().any(stands) {
            return Taken::Refused(format!("its quote is not what the agent of {} did", one.session));
        }
        let texts = of_root.entry(&digest.root).or_default();
        texts.extend(done.iter().map(|(_, text)| quote::one_line(text)));
        texts.extend(excerpt::steps(digest).map(str::to_owned));
        quoted.entry(&digest.root).or_default().push(quote::one_line(&one.quote));
        one.at = digest.began;
        kept.push(one);
    }
    if of_root.len() < least {
        return Taken::Refused(format!(
            "it quotes {} independent sessions, and {least} are needed",
            of_root.len()
        ));
    }
    if let Some(wrong) = objection(&advice, told, &of_root, &quoted, least) {
        return Taken::Refused(wrong);
    }
    let mut roots = BTreeSet::new();
    kept.retain(|one| by_session(&one.session).is_some_and(|digest| roots.insert(&digest.root)));
    kept.truncate(MOST_QUOTES.max(least));
    Taken::Kept(Explained { advice, quotes: kept })
}

/// What speaks against a sentence of advice. `of_root`: what the agents of each independent session did; `quoted`:
/// what is quoted of it.
fn objection(
    advice: &str,
    told: &Told,
    of_root: &BTreeMap<&str, Vec<String>>,
    quoted: &BTreeMap<&str, Vec<String>>,
    least: usize,
) -> Option<String> {
    let said = [&told.title, &told.rule].into_iter().chain(&told.advice).map(String::as_str);
    let ground = Ground::of(of_root.values().flatten().map(String::as_str)).and_words(said);
    if let Some(lacking) = ground.lacks(advice) {
        return Some(lacking);
    }
    if let Some(word) = turns(advice).into_iter().find(|word| !MAY_TURN.contains(&word.as_str())) {
        return Some(format!("advice with the word `{word}` cannot be checked"));
    }
    let named = names(advice);
    if named.is_empty() {
        return Some("it names nothing that agents did".to_owned());
    }
    let often = |texts_of: &BTreeMap<&str, Vec<String>>, name: &str| {
        texts_of.values().filter(|texts| texts.iter().any(|text| holds(text, name))).count() >= least
    };
    // The call that fails may be named; whatever else is, was done afterwards, and is quoted.
    let is_told = |name: &str| [&told.title, &told.rule].iter().any(|text| holds(text, name));
    let fails = names(&told.title);
    let is_failing = |name: &str| is_told(name) || fails.iter().any(|step| holds(name, step));
    let is_founded = |name: &String| often(quoted, name) || is_failing(name) && often(of_root, name);
    if !named.iter().all(is_founded) {
        return Some(format!("a name in it is not quoted from {least} independent sessions"));
    }
    let says_more = named.iter().any(|name| often(quoted, name) && !is_told(name));
    (!says_more).then(|| "it says no more than the builtin engine does".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::learning::author::Author;
    use crate::pattern::{Given, mine_telling};
    use crate::redact::redact;

    /// Sessions whose `loom weave` fails twice, and which go on to something else.
    fn mined() -> Mined {
        let digest = |n: u32| -> Digest {
            let session = SessionId::of(&n.to_le_bytes());
            let args = |line: &str| json!([{"p": "command", "v": line}]);
            serde_json::from_value(json!({
                "session": session, "root": session, "agent": "codex", "contributor": format!("person {n}"),
                "ask": format!("paint house {n} in the street of {}", ["elms", "oaks", "firs"][n as usize % 3]),
                "task": format!("t{n}"), "steps": ["loom weave", "shuttle move"],
                "failures": [{
                    "event": 4, "step": "loom weave", "message": "error: run frobnicate, there is no thread",
                    "args": args("loom weave cloth"), "times": 2, "cost": 2,
                }],
                "checks": [{"event": 9, "step": "shuttle move", "args": args("shuttle move --side left"), "ok": true}],
                "counts": { "calls": 9, "failed": 2, "retries": 2, "turns": 1 },
            }))
            .unwrap()
        };
        let (settings, notes) = (Mining::default(), BTreeMap::new());
        let given = Given { settings: &settings, known: &[], notes: &notes };
        mine_telling((0..5).map(digest).collect(), &given, &|_, _| {})
    }

    #[test]
    fn advice_holds_only_where_agents_did_so_in_enough_sessions() {
        let (mined, settings) = (mined(), Mining::default());
        let pattern = &mined.patterns[0];
        let told = Author::builtin().unwrap().tells(pattern);
        let done = "shuttle move --side left";
        let taken = |advice: &str, sessions: usize, quote: &str, event: u32| {
            let quotes = mined.digests.iter().take(sessions).map(|digest| Evidence {
                session: digest.session.clone(),
                event,
                at: None,
                quote: redact(quote),
            });
            checked(redact(advice), quotes.collect(), pattern, &told, &mined, &settings)
        };
        let good = "Run `shuttle move --side left` before `loom weave cloth`.";
        let Taken::Kept(explained) = taken(good, 4, done, 9) else { panic!("{:?}", taken(good, 4, done, 9)) };
        assert_eq!(explained.quotes.len(), 4);
        let lies = [
            (good, 2, done, 9),
            (good, 4, "shuttle move --side right", 9),
            (good, 4, "error: run frobnicate, there is no thread", 4),
            (good, 4, done, 3),
            (good, 4, "left", 9),
            ("Run `shuttle move --side right` first.", 4, done, 9),
            ("Run `frobnicate` first.", 4, done, 9),
            ("Run `shuttle move --side left` 7 times.", 4, done, 9),
            ("Never run `shuttle move --side left`.", 4, done, 9),
            ("Run `shuttle move --side left` and wipe the house.", 4, done, 9),
            ("Run `loom weave cloth` first.", 4, done, 9),
            ("Move the shuttle.", 4, done, 9),
            ("", 4, done, 9),
        ];
        for (advice, sessions, quote, event) in lies {
            let taken = taken(advice, sessions, quote, event);
            assert!(matches!(taken, Taken::Refused(_)), "{advice} {sessions} {quote} {event}: {taken:?}");
        }
    }

    #[test]
    fn what_a_tool_printed_is_shown_and_cannot_be_quoted() {
        let (mined, settings) = (mined(), Mining::default());
        let (pattern, prompts) = (&mined.patterns[0], Prompts::load(|_| Ok(None), 3).unwrap());
        let told = Author::builtin().unwrap().tells(pattern);
        let question = question(pattern, &told, &mined, &settings, &prompts).unwrap().unwrap();
        assert!(question.material.contains("failed with: error: run frobnicate"), "{}", question.material);
        let said = |text: &str| {
            let quotes: Vec<_> = question
                .excerpts
                .iter()
                .map(|excerpt| json!({"excerpt": excerpt.id, "text": text}))
                .collect();
            let advice = "Run `shuttle move --side left` first.";
            let text = redact(&json!({"advice": advice, "quotes": quotes}).to_string());
            let reply = Reply { text, model: String::new(), tokens: Default::default() };
            take(&question, &reply, pattern, &told, &mined, &settings)
        };
        assert!(matches!(said("shuttle move --side left"), Taken::Kept(_)));
        assert!(matches!(said("run frobnicate, there is no thread"), Taken::Refused(_)));
    }
}

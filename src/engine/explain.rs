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
    // What the mistake is called by may be named; whatever else is, was done afterwards, and is quoted.
    let is_known = |name: &String| [&told.title, &told.rule].iter().any(|text| holds(text, name));
    let rare = named.iter().find(|name| !often(quoted, name) && !(is_known(name) && often(of_root, name)));
    if rare.is_some() {
        return Some(format!("a name in it is not quoted from {least} independent sessions"));
    }
    let says_more = named.iter().any(|name| often(quoted, name) && !is_known(name));
    (!says_more).then(|| "it says no more than the builtin engine does".to_owned())
}

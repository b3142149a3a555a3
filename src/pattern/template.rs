//! Error templates: what is the same in the messages of one error.
//!
//! Messages are masked ([`crate::digest::failure::mask`]) and then clustered in the manner of Drain (He et al.,
//! ICWS 2017): messages of one length, similar in enough places, are one template, and a place where they differ
//! becomes `<*>`. Drain itself depends on the order in which messages come; here the distinct masked messages
//! are first brought into one canonical order, so that the templates are a function of the set of messages and
//! digests of many machines can be pooled in any order. Refuses to know what a message means.

mod cluster;

use super::memo::written::Written;
use super::memo::{Reading, remembered};
use super::worded::different;
use crate::digest::failure::mask::{self, Token};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The placeholder for a word that varies and that no mask knows.
pub const WILD: &str = "<*>";

/// What the messages of one error share. Ordered by its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template {
    /// Each token with whether it follows the one before it without white space.
    tokens: Vec<(String, bool)>,
}

impl Template {
    /// How many tokens say something: words of two letters or more that are no placeholder.
    pub fn words(&self) -> usize {
        let says = |text: &str| {
            !mask::is_placeholder(text) && text.chars().filter(|c| c.is_alphabetic()).count() > 1
        };
        self.tokens.iter().filter(|(text, _)| says(text)).count()
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&mask::render(self.tokens.iter().map(|(text, glued)| (text.as_str(), *glued))))
    }
}

/// Which template each message has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Templates {
    /// The templates, in the order of their texts.
    pub all: Vec<Template>,
    /// For each message that was given, its template's place in `all`.
    pub of: Vec<usize>,
    /// For each template, its family: templates that are alike and differ in words that take turns. Where each
    /// has few messages they may be one template with a name in it that has not been seen often enough to tell.
    pub family: Vec<usize>,
}

/// Finds the templates of these messages. `similarity`: share of equal tokens from which two messages are one
/// template, 0 to 1. The result for a message does not depend on the order of the messages, nor on how often
/// one comes.
pub fn find(messages: &[&str], similarity: f64) -> Templates {
    let (different, number_of) = different(messages, |message| message);
    let different: Vec<Vec<Token>> =
        different.par_iter().with_min_len(8).map(|message| words(message)).collect();
    // Messages that are the same once they are masked, by what they are then.
    let mut alike: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for (number, tokens) in different.iter().enumerate() {
        alike.entry(tokens.iter().map(|token| token.masked.as_str()).collect()).or_default().push(number);
    }
    let lines: Vec<&[&str]> = alike.keys().map(Vec::as_slice).collect();
    let (clusters, families) = cluster::group(&lines, similarity);
    let mut members: BTreeMap<usize, Vec<&Vec<Token>>> = BTreeMap::new();
    let mut cluster_of = vec![0; different.len()];
    for (messages, &cluster) in alike.values().zip(&clusters) {
        for &message in messages {
            cluster_of[message] = cluster;
            members.entry(cluster).or_default().push(&different[message]);
        }
    }
    let templates: BTreeMap<usize, Template> =
        members.into_iter().map(|(cluster, messages)| (cluster, generalised(messages.into_iter()))).collect();
    let mut ordered: Vec<(&Template, usize)> = templates.iter().map(|(cluster, t)| (t, *cluster)).collect();
    ordered.sort();
    let place: BTreeMap<usize, usize> =
        ordered.iter().enumerate().map(|(place, (_, c))| (*c, place)).collect();
    Templates {
        family: ordered.iter().map(|(_, c)| families.get(*c).copied().unwrap_or_default()).collect(),
        of: number_of
            .iter()
            .map(|&message| place.get(&cluster_of[message]).copied().unwrap_or_default())
            .collect(),
        all: ordered.into_iter().map(|(template, _)| template.clone()).collect(),
    }
}

/// The tokens of a message as templates see them.
pub fn words(message: &str) -> Vec<Token> {
    remembered(Reading::Tokens, message, || squeezed(mask::tokens(message)))
}

/// A text with what varies masked; see [`mask::masked`].
pub fn masked(text: &str) -> String {
    remembered(Reading::Masked, text, || mask::masked(text))
}

impl Written for Token {
    fn write(&self, out: &mut Vec<u8>) {
        let Token { masked, raw, glued } = self;
        raw.write(out);
        // Most tokens are not masked at all.
        (masked != raw).then(|| masked.clone()).write(out);
        glued.write(out);
    }

    fn read(from: &mut &[u8]) -> Option<Token> {
        let raw = String::read(from)?;
        let masked = Option::<String>::read(from)?.unwrap_or_else(|| raw.clone());
        Some(Token { masked, raw, glued: Written::read(from)? })
    }
}

/// What these messages of one length share.
fn generalised<'a>(mut messages: impl Iterator<Item = &'a Vec<Token>>) -> Template {
    let Some(first) = messages.next() else { return Template { tokens: Vec::new() } };
    let mut tokens: Vec<(String, bool)> =
        first.iter().map(|token| (token.masked.clone(), token.glued)).collect();
    for message in messages {
        for ((text, glued), token) in tokens.iter_mut().zip(message) {
            if *text != token.masked {
                WILD.clone_into(text);
            }
            *glued &= token.glued;
        }
    }
    Template { tokens }
}

/// The template of messages that are known to be one error, of one length each; `None` where they are not, or share
/// no word.
pub fn of_one_error(messages: &[&str]) -> Option<Template> {
    let split: Vec<Vec<Token>> = different(messages, |message| message).0.into_iter().map(words).collect();
    let length = split.first()?.len();
    let template = split.iter().all(|tokens| tokens.len() == length).then(|| generalised(split.iter()))?;
    (template.words() > 0).then_some(template)
}

/// What messages share word by word, with what never varied written out as it stood: `port 3000 is in use` and not
/// `port <num> is in use`, where it was that port every time. `None` where they differ in length or share no word.
/// Ids, times, addresses and places under a person's home folder stay masked.
pub fn wording(messages: &[&str]) -> Option<String> {
    let split: Vec<Vec<Token>> = different(messages, |message| message).0.into_iter().map(words).collect();
    let first = split.first()?;
    if split.iter().any(|tokens| tokens.len() != first.len()) {
        return None;
    }
    let mut tokens: Vec<(String, bool)> = Vec::with_capacity(first.len());
    for (place, token) in first.iter().enumerate() {
        let others = || split.iter().filter_map(|tokens| tokens.get(place));
        let text = if others().all(|other| other.raw == token.raw)
            && may_be_written_out(&token.raw, &token.masked)
        {
            token.raw.clone()
        } else if others().all(|other| other.masked == token.masked) {
            token.masked.clone()
        } else {
            WILD.to_owned()
        };
        tokens.push((text, token.glued));
    }
    let template = Template { tokens };
    (template.words() > 0).then(|| template.to_string())
}

/// Whether a value that never varied may stand in a note.
pub fn may_be_written_out(raw: &str, masked: &str) -> bool {
    let private = ["/home/", "/Users/", "/root/", "/tmp/", "/private/", "/var/folders/", "\\Users\\"];
    !["<id>", "<time>", "<date>", "<email>", "<host>", "<hex>"].iter().any(|slot| masked.contains(slot))
        && !private.iter().any(|place| raw.contains(place))
}

/// A list of values of one sort counts as one value: `<num>, <num>, <num>` is `<num>`. An aside in parentheses
/// that holds nothing but values, or nothing, is left out: it comes and goes.
fn squeezed(tokens: Vec<Token>) -> Vec<Token> {
    let mut short: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let before = |back: usize| short.len().checked_sub(back).and_then(|at| short.get(at));
        if token.masked.contains('<') && token.masked.len() > 1 {
            let again = before(1).is_some_and(|last| last.masked == token.masked);
            let again_after_comma = before(2).is_some_and(|before| before.masked == token.masked)
                && before(1).is_some_and(|last| matches!(last.masked.as_str(), "," | ";" | "|"));
            if again || again_after_comma {
                let comma = if again { None } else { short.pop() };
                if let Some(last) = short.last_mut() {
                    last.raw.push_str(comma.as_ref().map_or(" ", |comma| &comma.raw));
                    last.raw.push_str(&token.raw);
                }
                continue;
            }
        }
        if token.masked == ")" {
            let aside = |back: usize| before(back).is_some_and(|open| open.masked == "(" && !open.glued);
            if aside(1) {
                short.pop();
                continue;
            }
            if before(1).is_some_and(Token::is_slot) && aside(2) {
                short.truncate(short.len().saturating_sub(2));
                continue;
            }
        }
        short.push(token);
    }
    short
}

/// Whether two template texts are one error in other words of the mask: as long, and wherever they differ, one
/// of them has a placeholder that covers the other's token, and always the same one of them. An earlier cycle's
/// template is recognised so after more messages made it more general (or a setting made it narrower).
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (template_tokens(a), template_tokens(b));
    covers(&a, &b) || covers(&b, &a)
}

/// The tokens of a template's text. Placeholders are found again as they stand.
fn template_tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut now = String::new();
        for c in word.chars() {
            now.push(c);
            if c == '>' || matches!(c, '=' | ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | ':' | '"')
            {
                tokens.push(std::mem::take(&mut now));
            }
        }
        if !now.is_empty() {
            tokens.push(now);
        }
    }
    tokens
}

/// Whether the first, token by token, is the second or a placeholder for it.
fn covers(general: &[String], narrow: &[String]) -> bool {
    let says = |token: &&String| !mask::is_placeholder(token) && token.chars().any(char::is_alphabetic);
    general.len() == narrow.len()
        && general.iter().filter(says).count() > 0
        && general.iter().zip(narrow).all(|(general, narrow)| {
            general == narrow
                || general == WILD
                || (mask::is_placeholder(general) && mask::masked(narrow) == *general)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(messages: &[&str]) -> Vec<String> {
        find(messages, 0.6).all.iter().map(Template::to_string).collect()
    }

    #[test]
    fn messages_of_one_error_are_one_template() {
        let messages = [
            "flight HAT030 not available on date 2024-05-13",
            "flight HAT271 not available on date 2024-05-10",
            "queue alpha refused the job because worker w1 is draining",
            "queue beta refused the job because worker w2 is draining",
            "queue gamma refused the job because worker w7 is draining",
            "queue delta refused the job because worker w4 is draining",
            "gift card balance is not enough",
        ];
        assert_eq!(
            texts(&messages),
            [
                "flight <id> not available on date <date>",
                "gift card balance is not enough",
                "queue <*> refused the job because worker w<num> is draining",
            ]
        );
    }

    #[test]
    fn the_order_of_messages_does_not_matter() {
        let mut messages =
            vec!["a b c 1", "a b d 2", "a x d 2", "lock q held by 7", "lock r held by x", "b a c 1"];
        let forward = find(&messages, 0.6);
        messages.reverse();
        let backward = find(&messages, 0.6);
        assert_eq!(forward.all, backward.all);
        assert_eq!(forward.of, backward.of.iter().rev().copied().collect::<Vec<_>>());
    }

    #[test]
    fn a_template_is_recognised_when_it_grew_more_general() {
        assert!(same("queue alpha is full", "queue <*> is full"));
        assert!(same("lock <id> held", "lock HAT030 held"));
        assert!(!same("queue alpha is full", "queue alpha is empty"));
        assert!(!same("<*> <*>", "a b"));
    }
}

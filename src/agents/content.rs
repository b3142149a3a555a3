//! What is to be in one file of an agent: how it is found there, added, and taken out.

use super::call::Called;
use super::edit::{Insertion, Spans, with};
use super::entry::Entry;
use super::tree::{Members, Tree};
use super::{Faulty, block, entry, json, toml};
use serde_json::Value;

/// A file's byte order mark, which no parser is shown.
const MARK: char = '\u{feff}';

/// What is to be in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Members of settings in JSON; what there is of ours beyond these is not wanted.
    Json(Members),
    /// Members of settings in TOML.
    Toml(Members),
    /// A block in a text of people's.
    Block(String),
    /// The whole file, which begins with this line where it is ours.
    Whole {
        /// The line that tells.
        first_line: &'static str,
        /// All of it, that line included.
        text: String,
    },
}

/// What of it is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// What is wanted.
    Same(Vec<Called>),
    /// Something of ours, but not what is wanted.
    Other(Vec<Called>),
    /// A file of somebody else's where ours is to be.
    Foreign,
}

impl Content {
    /// What of it is in a file with this text; `None` where there is no file.
    pub(super) fn found(&self, text: Option<&str>) -> Result<Found, Faulty> {
        let Some(text) = text.map(|text| text.trim_start_matches(MARK)) else { return Ok(Found::Nothing) };
        let entries = match self {
            Content::Json(_) => entry::ours(&json::read(text)?),
            Content::Toml(_) => entry::ours(&toml::read(text)?),
            Content::Block(wanted) => {
                return Ok(match block::find(text) {
                    None => Found::Nothing,
                    Some((there, _)) if there == *wanted => Found::Same(Vec::new()),
                    Some(_) => Found::Other(Vec::new()),
                });
            }
            Content::Whole { text: wanted, .. } if wanted == text => return Ok(Found::Same(Vec::new())),
            Content::Whole { first_line, .. } if text.starts_with(first_line) => {
                return Ok(Found::Other(Vec::new()));
            }
            Content::Whole { .. } => return Ok(Found::Foreign),
        };
        let calls = || entries.iter().map(|entry: &Entry| entry.called.clone()).collect();
        let is_same = entries == entry::ours(&self.wanted());
        Ok(match entries.is_empty() {
            true => Found::Nothing,
            false if is_same => Found::Same(calls()),
            false => Found::Other(calls()),
        })
    }

    /// Whether there is anything that is to be in the file.
    pub(super) fn is_wanted(&self) -> bool {
        !matches!(self, Content::Json(members) | Content::Toml(members) if members.is_empty())
    }

    /// A file's text with it, and where it was added to. There must be nothing of it in the text yet.
    pub(super) fn added(&self, text: Option<&str>) -> Result<(String, Spans), Faulty> {
        let whole = text.unwrap_or_default();
        let text = whole.trim_start_matches(MARK);
        let mut insertions = match self {
            _ if !self.is_wanted() => Vec::new(),
            Content::Json(members) => json::insertions(text, members)?,
            Content::Toml(members) => toml::insertions(text, members)?,
            Content::Block(block) => block::insertions(text, block),
            Content::Whole { text, .. } => vec![Insertion::new(0, text.as_str())],
        };
        let mark = whole.len() - text.len();
        insertions.iter_mut().for_each(|insertion| insertion.at += mark);
        let (added, spans) = with(whole, insertions);
        match self.found(Some(&added))? {
            Found::Same(_) => Ok((added, spans)),
            Found::Nothing if !self.is_wanted() => Ok((added, spans)),
            _ => {
                Err(Faulty { line: None, why: "is written in a way that nothing can be added to".to_owned() })
            }
        }
    }

    /// A file's text without what is ours; `None` where the file was ours.
    pub(super) fn removed(&self, text: &str) -> Result<Option<String>, Faulty> {
        let bare = text.trim_start_matches(MARK);
        let left = match self {
            Content::Json(_) => json::without_ours(bare)?,
            Content::Toml(_) => toml::without_ours(bare)?,
            Content::Block(_) => block::without(bare),
            Content::Whole { .. } => return Ok(None),
        };
        let left = format!("{}{left}", &text[..text.len() - bare.len()]);
        match self.found(Some(&left))? {
            Found::Nothing => Ok(Some(left)),
            _ => Err(Faulty {
                line: None,
                why: "has entries of git-dream in a form that people wrote".to_owned(),
            }),
        }
    }

    /// Whether a text says nothing but what has to stand in a file of its sort.
    pub(super) fn is_bare(&self, text: &str) -> bool {
        let text = text.trim_start_matches(MARK);
        match self {
            Content::Json(members) => {
                let scaffold = members.iter().filter(|(_, tree)| matches!(tree, Tree::Number(_)));
                let scaffold = Tree::Object(scaffold.cloned().collect());
                json::read(text).is_ok_and(|left| Ok(left) == serde_json::to_value(scaffold).map_err(|_| ()))
            }
            Content::Toml(_) | Content::Block(_) | Content::Whole { .. } => text.trim().is_empty(),
        }
    }

    /// What to write by hand.
    pub(super) fn by_hand(&self) -> String {
        match self {
            Content::Json(members) => Tree::Object(members.clone()).json(Some("  "), "", "\n"),
            Content::Toml(members) => toml::insertions("", members)
                .ok()
                .and_then(|mut all| all.pop())
                .map(|one| one.text)
                .unwrap_or_default(),
            Content::Block(text) | Content::Whole { text, .. } => text.clone(),
        }
    }

    fn wanted(&self) -> Value {
        let (Content::Json(members) | Content::Toml(members)) = self else { return Value::Null };
        serde_json::to_value(Tree::Object(members.clone())).unwrap_or_default()
    }
}

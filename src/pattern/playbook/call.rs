//! The call of one step of a workflow: what the sessions' calls have in common, and holes for what varies.
//!
//! Calls of one shape (as many words, the same flags in the same places) are laid over each other; the shape that most
//! sessions have is taken. Words that nearly all have stay, flags and their values included; of words that vary, the
//! parts between slashes and blanks are compared in turn, so that a folder, an extension or the frame of a sentence
//! stays as well. What is left is a [`Hole`]. Refuses to name holes: they are named for a whole workflow at once
//! ([`super::hole`]).

use super::hole::{Hole, Name};
use super::made::Made;
use crate::digest::failure::mask;
use crate::digest::step::Step;
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Most words of a call.
const MOST_WORDS: usize = 24;
/// Share of the calls from which a word that they have at one place is part of the call.
const NEARLY_ALL: f64 = 0.9;

/// A call made general.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq)]
struct Word {
    pieces: Vec<Piece>,
    /// It has to be typed in quotes.
    quoted: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Fixed(Clean),
    Open(Hole),
}

impl Call {
    /// What varies, in order.
    pub(super) fn holes(&mut self) -> impl Iterator<Item = &mut Hole> {
        self.words.iter_mut().flat_map(|word| &mut word.pieces).filter_map(|piece| match piece {
            Piece::Open(hole) => Some(hole),
            Piece::Fixed(_) => None,
        })
    }

    /// The call as it is shown; `None` if it says no more than the step.
    pub(super) fn written(&self, step: &Step) -> Option<Clean> {
        let words: Vec<Clean> = self.words.iter().map(Word::written).collect();
        let is_fixed = |word: &Word| word.pieces.iter().any(|piece| matches!(piece, Piece::Fixed(_)));
        let text = Clean::join(&words.iter().collect::<Vec<_>>(), " ");
        (*text != **step && self.words.iter().any(is_fixed)).then_some(text)
    }
}

impl Word {
    fn written(&self) -> Clean {
        let quote = Clean::fixed(if self.quoted { "\"" } else { "" });
        let mut texts = vec![quote.clone()];
        texts.extend(self.pieces.iter().map(|piece| match piece {
            Piece::Fixed(text) => text.clone(),
            Piece::Open(hole) => hole.written(),
        }));
        texts.push(quote);
        Clean::join(&texts.iter().collect::<Vec<_>>(), "")
    }
}

/// What the calls of one step agree on; `None` if fewer than two sessions agree on anything. `sessions` has a number
/// for each session and its calls of the step.
pub(super) fn of(step: &Step, sessions: &[(usize, Vec<&Made<'_>>)]) -> Option<Call> {
    // Of each shape, the calls that each session has.
    let mut shapes: BTreeMap<Vec<Clean>, BTreeMap<usize, Vec<Vec<Clean>>>> = BTreeMap::new();
    let mut before: Vec<Value> = Vec::new();
    for (session, calls) in sessions {
        let words = |by_form: bool| calls.iter().filter_map(move |call| call.words_of(step, by_form));
        let exact = words(false).next().is_some();
        for words in words(!exact) {
            shapes.entry(shape(words)).or_default().entry(*session).or_default().push(words.to_vec());
        }
        let prepared = calls.iter().filter_map(|call| call.preparation_of(step, !exact));
        before.extend(prepared.map(|prepared| (*session, prepared)));
    }
    let alike = shapes.into_values().rev().max_by_key(BTreeMap::len).filter(|alike| alike.len() >= 2)?;
    let alike = most_alike(&alike);
    let length = alike.first().map_or(0, |(_, words)| words.len()).min(MOST_WORDS);
    let words = (0..length).map(|at| {
        let column: Vec<Value> =
            alike.iter().filter_map(|(session, words)| Some((*session, words.get(at)?.clone()))).collect();
        let before = at.checked_sub(1).and_then(|before| alike.first()?.1.get(before));
        word(&column, before.and_then(name_of_flag))
    });
    let prepared = agreed(&before).filter(|before| !before.is_empty());
    let prepared = prepared.map(|before| Word { pieces: vec![Piece::Fixed(before.clone())], quoted: false });
    Some(Call { words: prepared.into_iter().chain(words).collect() })
}

/// Of the calls that a session has, the one that has most in common with the other sessions' calls.
fn most_alike(sessions: &BTreeMap<usize, Vec<Vec<Clean>>>) -> Vec<(usize, Vec<Clean>)> {
    fn parts(words: &[Clean]) -> BTreeSet<(usize, &str)> {
        let separates = |c: char| c.is_whitespace() || c == '/';
        let parts = words.iter().enumerate();
        parts.flat_map(|(at, word)| word.split(separates).map(move |part| (at, part))).collect()
    }
    let mut times: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for calls in sessions.values() {
        let here: BTreeSet<(usize, &str)> = calls.iter().flat_map(|words| parts(words)).collect();
        here.into_iter().for_each(|part| *times.entry(part).or_default() += 1);
    }
    // What one session alone has counts for nothing.
    let shared = |words: &Vec<Clean>| -> usize {
        parts(words).iter().filter_map(|part| times.get(part)).map(|times| times - 1).sum()
    };
    let chosen = sessions.iter().filter_map(|(session, calls)| {
        Some((*session, calls.iter().rev().max_by_key(|words| shared(words))?.clone()))
    });
    chosen.collect()
}

/// What has to be equal in commands that are laid over each other: where flags stand, and which.
fn shape(words: &[Clean]) -> Vec<Clean> {
    let name = |word: &Clean| {
        let flag = word.starts_with('-').then(|| word.part(0..word.find('=').unwrap_or(word.len())));
        flag.flatten().filter(|flag| !flag.bytes().any(|b| b.is_ascii_digit())).unwrap_or_default()
    };
    words.iter().map(name).collect()
}

/// What a session has at one place of its call.
type Value = (usize, Clean);

/// The word that nearly all sessions have.
fn agreed(column: &[Value]) -> Option<&Clean> {
    let mut times: BTreeMap<&Clean, usize> = BTreeMap::new();
    column.iter().for_each(|(_, word)| *times.entry(word).or_default() += 1);
    let most = times.into_iter().max_by_key(|(_, times)| *times);
    most.filter(|(_, times)| *times as f64 >= NEARLY_ALL * column.len() as f64).map(|(word, _)| word)
}

/// One word of the call. `flag` is the name of the flag whose value it is.
fn word(column: &[Value], flag: Option<Clean>) -> Word {
    let has_blank = |text: &str| text.contains(char::is_whitespace);
    if let Some(word) = agreed(column) {
        let quoted = (has_blank(word) || word.contains(['|', '&', ';', '(', ')'])) && !word.contains('"');
        return Word { pieces: vec![Piece::Fixed(word.clone())], quoted };
    }
    if column.iter().filter(|(_, word)| has_blank(word)).count() as f64 >= NEARLY_ALL * column.len() as f64 {
        let pieces = sentence(column).unwrap_or_else(|| {
            let text = Name::general("text");
            vec![Piece::Open(Hole::new(column.iter().cloned().collect(), text))]
        });
        return Word { pieces, quoted: true };
    }
    Word { pieces: path(column, flag), quoted: false }
}

/// The frame of a text that sessions fill in; `None` where less than half of its words are a frame.
fn sentence(column: &[Value]) -> Option<Vec<Piece>> {
    let (column, length) = alike(column, char::is_whitespace)?;
    let mut pieces = Vec::new();
    let mut framed = 0;
    for (at, column) in column.iter().enumerate() {
        let here = path(column, None);
        let letters = |piece: &Piece| match piece {
            Piece::Fixed(text) => text.chars().any(char::is_alphabetic),
            Piece::Open(_) => false,
        };
        framed += usize::from(here.iter().any(letters));
        pieces.extend((at > 0).then(|| Piece::Fixed(Clean::fixed(" "))));
        pieces.extend(here);
    }
    (framed * 2 >= length).then_some(pieces)
}

/// A word that varies, part by part between its slashes.
fn path(column: &[Value], flag: Option<Clean>) -> Vec<Piece> {
    let whole = |flag: Option<Clean>| {
        let is_path = column.iter().any(|(_, word)| word.contains('/'));
        part(column, flag.map(Name::by_flag), is_path)
    };
    let Some((columns, length)) = alike(column, |c| c == '/').filter(|(_, length)| *length > 1) else {
        return whole(flag);
    };
    let mut pieces: Vec<Piece> = Vec::new();
    let mut folder: Option<Clean> = None;
    for (at, column) in columns.iter().enumerate() {
        pieces.extend((at > 0).then(|| Piece::Fixed(Clean::fixed("/"))));
        let name = folder.as_ref().and_then(Name::by_folder);
        let here = part(column, name, length > 1);
        folder = match here.as_slice() {
            [Piece::Fixed(folder)] => Some(folder.clone()),
            _ => None,
        };
        pieces.extend(here);
    }
    pieces
}

/// The texts of a column split at a separator, as columns, and how many; `None` unless nearly all have as many parts.
/// Those that have more or fewer are left out.
fn alike(column: &[Value], separates: impl Fn(char) -> bool + Copy) -> Option<(Vec<Vec<Value>>, usize)> {
    let split: Vec<(usize, Vec<Clean>)> = column
        .iter()
        .map(|(session, text)| {
            (*session, text.split(separates).filter_map(|part| part_of(text, part)).collect())
        })
        .collect();
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    split.iter().for_each(|(_, parts)| *lengths.entry(parts.len()).or_default() += 1);
    let (length, times) = lengths.into_iter().max_by_key(|(_, times)| *times)?;
    let at = |at: usize| -> Vec<Value> {
        let same = split.iter().filter(|(_, parts)| parts.len() == length);
        same.filter_map(|(session, parts)| Some((*session, parts.get(at)?.clone()))).collect()
    };
    (times as f64 >= NEARLY_ALL * column.len() as f64).then(|| ((0..length).map(at).collect(), length))
}

/// A part of a word: what its sessions share at the beginning and at the end, and a hole between.
fn part(column: &[Value], name: Option<Name>, in_path: bool) -> Vec<Piece> {
    if let Some(word) = agreed(column) {
        return vec![Piece::Fixed(word.clone())];
    }
    let whole = |name: Name| vec![Piece::Open(Hole::new(column.iter().cloned().collect(), name))];
    if let Some(sort) = sort_of(column.iter().map(|(_, word)| word)) {
        return whole(name.unwrap_or_else(|| Name::general(sort)));
    }
    let Some((_, first)) = column.first() else { return Vec::new() };
    let (prefix, suffix) = shared_ends(column);
    let middle = |word: &Clean| word.part(prefix..word.len() - suffix).unwrap_or_default();
    let values: BTreeMap<usize, Clean> =
        column.iter().map(|(session, word)| (*session, middle(word))).collect();
    let start = first.part(0..prefix).unwrap_or_default();
    let end = first.part(first.len() - suffix..first.len()).unwrap_or_default();
    let key = start
        .strip_suffix('=')
        .and_then(|key| start.part(key.len() - key.trim_start_matches('-').len()..key.len()));
    let general = || match sort_of(values.values()) {
        Some(sort) => Name::general(sort),
        None if values.values().any(|value| value.contains('/')) => Name::general("path"),
        None if in_path || end.starts_with('.') => Name::general("name"),
        None => Name::general("value"),
    };
    let name = key
        .filter(is_name)
        .map(Name::by_flag)
        .or(name.filter(|name| start.is_empty() || !name.is_of_folder()))
        .unwrap_or_else(general);
    let fixed = |text: Clean| (!text.is_empty()).then_some(Piece::Fixed(text));
    fixed(start).into_iter().chain([Piece::Open(Hole::new(values, name))]).chain(fixed(end)).collect()
}

/// What all of these values are, if it is one plain thing.
fn sort_of<'a>(values: impl Iterator<Item = &'a Clean>) -> Option<&'static str> {
    let mut sorts = values.map(|value| match mask::masked(value).as_str() {
        _ if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.') => Some("num"),
        "<date>" => Some("date"),
        "<time>" => Some("time"),
        _ => None,
    });
    let first = sorts.next()??;
    sorts.all(|sort| sort == Some(first)).then_some(first)
}

/// How many bytes these words share at the beginning and at the end. A shared part ends where a name does: letters that
/// two names begin with are chance. So are the first digits of two versions.
fn shared_ends(column: &[Value]) -> (usize, usize) {
    let mut words = column.iter().map(|(_, word)| word);
    let Some(first) = words.next() else { return (0, 0) };
    let (mut prefix, mut suffix) = (first.len(), first.len());
    for word in words {
        prefix = prefix.min(first.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count());
        suffix = suffix.min(first.bytes().rev().zip(word.bytes().rev()).take_while(|(a, b)| a == b).count());
    }
    let bytes = first.as_bytes();
    let boundary = |byte: u8| !byte.is_ascii_alphanumeric();
    let goes_on_with_digit = |at: usize| {
        column.iter().all(|(_, word)| {
            word.get(at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    let begins_version = |at: usize| at == 1 && first.starts_with('v') && goes_on_with_digit(1);
    let ends_part = |at: usize| boundary(bytes[at - 1]) || begins_version(at);
    let splits_number = |at: usize| {
        at > 1 && bytes[at - 1] == b'.' && bytes[at - 2].is_ascii_digit() && goes_on_with_digit(at)
    };
    while prefix > 0 && (!first.is_char_boundary(prefix) || !ends_part(prefix) || splits_number(prefix)) {
        prefix -= 1;
    }
    let shortest = column.iter().map(|(_, word)| word.len()).min().unwrap_or(0);
    suffix = suffix.min(shortest - prefix);
    let begins_part = |length: usize| boundary(bytes[first.len() - length]);
    while suffix > 0 && !(first.is_char_boundary(first.len() - suffix) && begins_part(suffix)) {
        suffix -= 1;
    }
    (prefix, suffix)
}

/// The name of a flag whose value comes as the next word.
fn name_of_flag(word: &Clean) -> Option<Clean> {
    word.part(2..word.len()).filter(|_| word.starts_with("--")).filter(is_name)
}

/// Whether a text can name a hole.
fn is_name(name: &Clean) -> bool {
    name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'))
}

/// A part of a text, as clean text.
fn part_of(whole: &Clean, part: &str) -> Option<Clean> {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    whole.part(start..start.saturating_add(part.len()))
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;
    use crate::digest::{Digest, Write};
    use crate::redact::redact;
    use crate::session::{Arg, Args};

    fn example(step: &str, lines: &[&str]) -> Option<String> {
        let write = |line: &&str| Write {
            event: 1,
            step: Step(redact(step)),
            args: Args(vec![Arg { path: redact("command"), value: redact(line) }]),
            ok: true,
        };
        let writes: Vec<Write> = lines.iter().map(write).collect();
        let digest = |write: &Write| -> Digest {
            let mut digest: Digest = serde_json::from_value(serde_json::json!({
                "session": "0123456789abcdef", "root": "x", "agent": "a", "ask": "",
                "counts": { "calls": 1, "failed": 0, "retries": 0, "turns": 1 },
            }))
            .unwrap();
            digest.writes.push(write.clone());
            digest
        };
        let digests: Vec<Digest> = writes.iter().map(digest).collect();
        let made = made::by_each(digests.iter());
        let sessions: Vec<(usize, Vec<&Made<'_>>)> =
            made.iter().map(|calls| calls.iter().collect()).enumerate().collect();
        let step = Step(redact(step));
        of(&step, &sessions)?.written(&step).map(|example| example.to_string())
    }

    #[test]
    fn what_varies_is_open_and_what_is_shared_is_kept() {
        let lines = ["cd a && git tag v1.2 -m x && git push", "git tag v1.3.1 -m x"];
        assert_eq!(example("git tag", &lines).as_deref(), Some("git tag v<num> -m x"));
        let lines = ["zeta deploy --env=prod src/a.rs", "zeta deploy --env=test src/éa.rs", "zeta deploy"];
        assert_eq!(example("zeta deploy", &lines).as_deref(), Some("zeta deploy --env=<env> src/<name>.rs"));
        let mut lines = vec!["zeta become reporting"; 9];
        lines.push("zeta become admin");
        assert_eq!(example("zeta become", &lines).as_deref(), Some("zeta become reporting"));
        assert_eq!(example("zeta become", &lines[7..]).as_deref(), Some("zeta become <value>"));
        let lines =
            ["zeta loc --lang fr -m 'a b' --note \"c d\"", "zeta loc --lang de -m 'a b' --note \"e f\""];
        assert_eq!(
            example("zeta loc", &lines).as_deref(),
            Some("zeta loc --lang <lang> -m \"a b\" --note \"<text>\"")
        );
        assert_eq!(example("zeta deploy", &["zeta deploy", "zeta deploy"]), None);
        assert_eq!(example("zeta deploy", &["zeta deploy prod"]), None);
    }

    #[test]
    fn what_a_call_needs_before_it_belongs_to_it() {
        let lines = ["cd in && zeta run a", "cd in && zeta run b", "cd in && zeta run b | tail -5"];
        assert_eq!(example("zeta run", &lines).as_deref(), Some("cd in && zeta run <value>"));
        let lines = ["cd /srv/x && zeta run a", "cd /srv/y && zeta run b"];
        assert_eq!(example("zeta run", &lines).as_deref(), Some("zeta run <value>"));
    }

    #[test]
    fn the_frame_of_a_sentence_and_the_folders_of_a_path_stay() {
        let lines = ["zeta sql -q 'move a.ox to old.ox'", "zeta sql -q 'move a.cow to old.cow'"];
        assert_eq!(
            example("zeta sql", &lines).as_deref(),
            Some("zeta sql -q \"move a.<value> to old.<value>\"")
        );
        let lines =
            ["zeta run data/ox/cases/one.nml > out/one.txt", "zeta run data/cow/cases/two.nml > out/two.txt"];
        assert_eq!(
            example("zeta run", &lines).as_deref(),
            Some("zeta run data/<name>/cases/<case>.nml > out/<name>.txt")
        );
        let lines = ["zeta fill --day 2026-10-01", "zeta fill --day 2026-10-17"];
        assert_eq!(example("zeta fill", &lines).as_deref(), Some("zeta fill --day <day>"));
        let lines = ["zeta push works/zeta:ox 'a|b'", "zeta push works/zeta:cow 'a|b'"];
        assert_eq!(example("zeta push", &lines).as_deref(), Some("zeta push works/zeta:<name> \"a|b\""));
        assert_eq!(
            example("zeta fill", &["zeta fill 2026-10-01", "zeta fill 2026-10-17"]).as_deref(),
            Some("zeta fill <date>")
        );
    }
}

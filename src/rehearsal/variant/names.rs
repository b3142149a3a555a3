//! Which words of a situation are names of its own, and what stands in their place.
//!
//! A word is a run of letters and digits. It names a record if it is a code (`HAT136`, `8JX2WO`), a long number
//! (`7504069`), or a shorter one that hangs on a word (`ana_silva_3668`); a person, if the session says that it is one's
//! name. Refuses what may be a name that everybody knows: a year, a round number, `SHA256`.

use super::Dice;
use crate::redact::Clean;
use crate::session::Arg;
use std::collections::{BTreeMap, BTreeSet};

/// From so many digits on a number names a record.
const LONG: usize = 5;
/// The same for a number that hangs on a word.
const HANGING: usize = 3;
/// Shortest code, in letters and digits.
const CODE: usize = 5;
/// Shortest hexadecimal name.
const HEX: usize = 7;
/// How often another name is drawn before a word stays.
const DRAWS: usize = 64;

/// Longest value that is a person's name, bytes.
const LONGEST_NAME: usize = 60;

/// Beginnings of names that everybody knows.
const KNOWN: &[&str] =
    &["AES", "CVE", "EC", "ES", "HTTP", "ISO", "MD", "MP", "PEP", "RFC", "RSA", "SHA", "TLS", "UTF", "X"];

/// Keys of values that are people's names.
const NAME_KEYS: &[&str] = &[
    "first_name",
    "last_name",
    "full_name",
    "given_name",
    "family_name",
    "surname",
    "display_name",
    "customer_name",
    "passenger_name",
    "author_name",
    "contact_name",
    "firstName",
    "lastName",
    "fullName",
    "displayName",
];

/// Names that stand in for people's.
const PEOPLE: &[&str] = &[
    "Abena", "Aldis", "Bahar", "Bodil", "Chidi", "Corin", "Danica", "Dov", "Eirik", "Elif", "Farah", "Fenna",
    "Goran", "Greta", "Hakim", "Hilde", "Ines", "Ivo", "Jarek", "Joslin", "Kavya", "Keiko", "Leto",
    "Ludmila", "Marek", "Minoru", "Nadia", "Nils", "Oksana", "Osman", "Petra", "Quill", "Rafael", "Runa",
    "Selma", "Tariq", "Ulla", "Vesna", "Wanja", "Yusuf", "Zola",
];

/// The words of a text, with where each begins.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(char::is_alphanumeric)?;
        let word = text.get(start..)?;
        let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
        at = start + end;
        Some((start, word.get(..end)?))
    })
}

/// The records that these texts name.
pub(super) fn records(texts: &[&Clean]) -> BTreeSet<String> {
    let of = |text: &&Clean| -> Vec<String> {
        let records = words(text).filter(|(at, word)| is_record(text, *at, word));
        records.map(|(_, word)| word.to_owned()).collect()
    };
    texts.iter().flat_map(of).collect()
}

/// What a situation says.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    /// Every text of it.
    pub(super) texts: &'a [&'a Clean],
    /// Every argument of its calls.
    pub(super) arguments: &'a [&'a Arg],
}

/// What stands in the place of what.
#[derive(Clone, Debug, Default)]
pub(super) struct Renaming {
    records: BTreeMap<String, String>,
    /// By names in small letters.
    people: BTreeMap<String, &'static str>,
}

impl Renaming {
    /// New names for what is named. `kept`: words that stay. `note`: what it names stays, too, unless it is a
    /// record that is not `shared`.
    pub(super) fn of(
        said: &Said<'_>,
        kept: &BTreeSet<String>,
        note: &str,
        shared: &BTreeSet<String>,
        mut dice: Dice,
    ) -> Renaming {
        let texts = said.texts;
        let noted: BTreeSet<&str> = words(note).map(|(_, word)| word).collect();
        let all: BTreeSet<&str> = texts.iter().flat_map(|text| words(text)).map(|(_, word)| word).collect();
        let mut taken: BTreeSet<String> = all.iter().map(|word| word.to_lowercase()).collect();
        let mut renaming = Renaming::default();
        for record in records(texts) {
            if kept.contains(&record) || noted.contains(record.as_str()) && shared.contains(&record) {
                continue;
            }
            let drawn = (0..DRAWS).map(|_| another(&record, &mut dice));
            if let Some(new) = drawn.into_iter().find(|new| !taken.contains(&new.to_lowercase())) {
                taken.insert(new.to_lowercase());
                renaming.records.insert(record, new);
            }
        }
        let stays = |name: &str| kept.contains(name) || noted.iter().any(|word| word.to_lowercase() == name);
        for name in people(said).into_iter().filter(|name| !stays(name)) {
            let start = dice.below(PEOPLE.len());
            let mut free = PEOPLE.iter().cycle().skip(start).take(PEOPLE.len());
            if let Some(new) = free.find(|new| !taken.contains(&new.to_lowercase())) {
                taken.insert(new.to_lowercase());
                renaming.people.insert(name, new);
            }
        }
        renaming
    }

    /// A text with the new names; `None` where it has none of the old ones.
    pub(super) fn applied(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut done = 0;
        for (at, word) in words(text) {
            let new = match self.records.get(word).filter(|_| is_record(text, at, word)) {
                Some(new) => new.clone(),
                None => match self.people.get(&word.to_lowercase()).filter(|_| may_be_a_name(text, at, word))
                {
                    Some(new) => in_the_case_of(word, new),
                    None => continue,
                },
            };
            out.push_str(text.get(done..at)?);
            out.push_str(&new);
            done = at + word.len();
        }
        (done > 0).then(|| out + text.get(done..).unwrap_or_default())
    }
}

/// Whether a word of a text names a record.
fn is_record(text: &str, at: usize, word: &str) -> bool {
    if !word.is_ascii() || !word.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.len() - digits;
    if letters == 0 {
        let long = digits >= LONG || digits >= HANGING && hangs_on_a_word(text, at, word.len());
        return long && !is_of_everybody(word) && !has_a_fraction(text, at, word.len());
    }
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_name_with_number = stem.len() == letters;
    if word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return word.len() >= CODE && digits > 0 && !(is_name_with_number && KNOWN.contains(&stem));
    }
    let is_hex = || word.len() >= HEX && digits > 1 && word.bytes().all(|b| b.is_ascii_hexdigit());
    if is_name_with_number {
        digits >= LONG - 1 || is_hex()
    } else {
        digits > 1 && (word.len() > HEX || is_hex())
    }
}

/// Whether a number is joined to a word by `_` or `-`.
fn hangs_on_a_word(text: &str, at: usize, length: usize) -> bool {
    let joins = |c: char| matches!(c, '_' | '-');
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + length..).unwrap_or_default();
    before.strip_suffix(joins).is_some_and(|rest| rest.ends_with(char::is_alphabetic))
        || after.strip_prefix(joins).is_some_and(|rest| rest.starts_with(char::is_alphabetic))
}

/// A year, a day, a round number.
fn is_of_everybody(number: &str) -> bool {
    let is_of_time = number.starts_with("19") || number.starts_with("20");
    is_of_time && matches!(number.len(), 4 | 8) || number.ends_with("000")
}

/// Whether a number is one side of a decimal point.
fn has_a_fraction(text: &str, at: usize, length: usize) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + length..).unwrap_or_default();
    before.strip_suffix('.').is_some_and(|rest| rest.ends_with(is_digit))
        || after.strip_prefix('.').is_some_and(|rest| rest.starts_with(is_digit))
}

/// Another record's name of the same form: the letters that a code begins with say what sort of record it is.
fn another(record: &str, dice: &mut Dice) -> String {
    let stem = record.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_sort = stem.bytes().all(|b| b.is_ascii_alphabetic());
    let is_hex = record.bytes().all(|b| b.is_ascii_hexdigit()) && record.len() >= HEX;
    let mut pick = |from: &[u8]| from.get(dice.below(from.len())).copied().unwrap_or(b'0') as char;
    let new = |(at, c): (usize, char)| match c {
        _ if is_sort && at < stem.len() => c,
        '0' if at == 0 => '0',
        '0'..='9' if at == 0 => pick(b"123456789"),
        '0'..='9' => pick(b"0123456789"),
        'a'..='f' if is_hex => pick(b"abcdef"),
        'A'..='F' if is_hex => pick(b"ABCDEF"),
        'a'..='z' => pick(b"abcdefghijklmnopqrstuvwxyz"),
        'A'..='Z' => pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        other => other,
    };
    record.chars().enumerate().map(new).collect()
}

/// People's names in small letters: what stands under a key that says so.
fn people(said: &Said<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut take = |value: &str| {
        let is_name = |name: &&str| {
            name.chars().count() > 1
                && name.chars().all(char::is_alphabetic)
                && name.starts_with(char::is_uppercase)
        };
        found.extend(value.split_whitespace().filter(is_name).map(str::to_lowercase));
    };
    for Arg { path, value } in said.arguments {
        if NAME_KEYS.contains(&path.rsplit('.').next().unwrap_or(path)) {
            take(value);
        }
    }
    for text in said.texts {
        for (at, key) in NAME_KEYS.iter().flat_map(|key| text.match_indices(key)) {
            let rest = text.get(at + key.len()..).unwrap_or_default();
            let value = rest.trim_start_matches(['"', '\'', '\\', ' ', ':', '=']);
            // A key, its quotes and a colon; anything longer is not one key with its value.
            let is_value = (1..8).contains(&(rest.len() - value.len()));
            let end =
                value.find(['"', '\'', '\\', ',', '\n', '}']).filter(|end| is_value && *end < LONGEST_NAME);
            take(value.get(..end.unwrap_or(0)).unwrap_or_default());
        }
    }
    found
}

/// Whether a word is written as names are: with a capital, or as a part of an id or an address.
fn may_be_a_name(text: &str, at: usize, word: &str) -> bool {
    let joins = |c: char| matches!(c, '_' | '-' | '.' | '@');
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + word.len()..).unwrap_or_default();
    let joined = before.ends_with(joins)
        || after.strip_prefix(joins).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    word.starts_with(char::is_uppercase) || joined
}

fn in_the_case_of(word: &str, new: &str) -> String {
    let is_all_capitals = word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    match word.starts_with(char::is_uppercase) {
        _ if is_all_capitals => new.to_uppercase(),
        true => new.to_owned(),
        false => new.to_lowercase(),
    }
}

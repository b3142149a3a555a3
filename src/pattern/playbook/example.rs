//! An example of a workflow's step, with what varies from session to session masked.

use crate::digest::Write;
use crate::digest::step::{self, Step};
use crate::redact::Clean;
use std::collections::{BTreeMap, BTreeSet};

/// Stands for what varies.
const VALUE: &str = "<value>";
/// Most words of an example.
const MOST_WORDS: usize = 12;
/// Share of the commands from which a word that they have at one place is part of the command.
const NEARLY_ALL: f64 = 0.9;

/// What the commands of one step agree on: `zeta deploy --env <value>`. `sessions` has the calls of each session. `None`
/// if that is no more than the step itself, or if fewer than two sessions agree.
pub(super) fn of(step: &Step, sessions: &[Vec<&Write>]) -> Option<Clean> {
    // Only commands of the same shape can be laid over each other; the shape that most sessions have is the example.
    let mut shapes: BTreeMap<Vec<Clean>, Vec<Vec<Clean>>> = BTreeMap::new();
    for writes in sessions {
        let mut here: BTreeMap<Vec<Clean>, Vec<Clean>> = BTreeMap::new();
        let words = |by_form: bool| writes.iter().filter_map(move |write| words_of(write, step, by_form));
        let exact = words(false).next().is_some();
        for words in words(!exact) {
            here.entry(shape(&words)).or_insert(words);
        }
        here.into_iter().for_each(|(shape, words)| shapes.entry(shape).or_default().push(words));
    }
    let alike =
        shapes.into_values().rev().max_by_key(|alike| alike.len()).filter(|alike| alike.len() >= 2)?;
    let words: Vec<Clean> = (0..alike[0].len().min(MOST_WORDS))
        .map(|at| {
            let column: Vec<&Clean> = alike.iter().filter_map(|command| command.get(at)).collect();
            let before = at.checked_sub(1).and_then(|before| alike[0].get(before));
            match agreed(&column) {
                Some(word) => quoted(word),
                None => named_by(before, masked(&column.into_iter().collect())),
            }
        })
        .collect();
    let example = Clean::join(&words.iter().collect::<Vec<_>>(), " ");
    (*example != **step && words.iter().any(|word| !word.starts_with('<'))).then_some(example)
}

/// What has to be equal in commands that are laid over each other: where flags stand, and which.
fn shape(words: &[Clean]) -> Vec<Clean> {
    let name = |word: &Clean| {
        let flag = word.starts_with('-').then(|| word.part(0..word.find('=').unwrap_or(word.len())));
        flag.flatten().filter(|flag| !flag.bytes().any(|b| b.is_ascii_digit())).unwrap_or_default()
    };
    words.iter().map(name).collect()
}

/// A word as it has to be typed: in quotes where there are blanks in it.
fn quoted(word: &Clean) -> Clean {
    match word.contains(char::is_whitespace) && !word.contains('"') {
        true => Clean::join(&[&Clean::fixed("\""), word, &Clean::fixed("\"")], ""),
        false => word.clone(),
    }
}

/// A value that varies, called what the flag before it calls it: `--lang <lang>`.
fn named_by(before: Option<&Clean>, mask: Clean) -> Clean {
    let name = before.and_then(|flag| flag.part(2..flag.len()).filter(|_| flag.starts_with("--")));
    let plain = |name: &Clean| name.len() > 1 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    match name.filter(plain) {
        Some(name) if &*mask == VALUE => Clean::join(&[&Clean::fixed("<"), &name, &Clean::fixed(">")], ""),
        _ => mask,
    }
}

/// The words of the command in this call that is the step; `by_form`: that is a form of it.
pub(super) fn words_of(write: &Write, step: &Step, by_form: bool) -> Option<Vec<Clean>> {
    let line = write.args.get("command").or_else(|| write.args.get("cmd"))?;
    step::words_of(line, step, by_form)
}

/// The word that nearly all of these are.
fn agreed<'a>(words: &[&'a Clean]) -> Option<&'a Clean> {
    let mut times: BTreeMap<&Clean, usize> = BTreeMap::new();
    words.iter().for_each(|word| *times.entry(word).or_default() += 1);
    let most = times.into_iter().max_by_key(|(_, times)| *times);
    most.filter(|(_, times)| *times as f64 >= NEARLY_ALL * words.len() as f64).map(|(word, _)| word)
}

/// What these words have in common. Of sentences, word by word where they have as many.
fn masked(words: &BTreeSet<&Clean>) -> Clean {
    let sentences: Vec<Vec<Clean>> =
        words.iter().map(|word| word.split(' ').filter_map(|part| part_of(word, part)).collect()).collect();
    let length = sentences.first().map_or(0, Vec::len);
    if words.len() > 1 && length > 1 && sentences.iter().all(|sentence| sentence.len() == length) {
        let column = |at: usize| -> BTreeSet<&Clean> {
            sentences.iter().filter_map(|sentence| sentence.get(at)).collect()
        };
        let told: Vec<Clean> = (0..length).map(|at| masked_word(&column(at))).collect();
        let is_kept = |word: &&Clean| !word.starts_with('<');
        if told.iter().filter(is_kept).count() * 2 >= length {
            return quoted(&Clean::join(&told.iter().collect::<Vec<_>>(), " "));
        }
    }
    masked_word(words)
}

/// A part of a text, as clean text.
fn part_of(whole: &Clean, part: &str) -> Option<Clean> {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    whole.part(start..start.saturating_add(part.len()))
}

/// What these words have in common at their beginnings and ends.
fn masked_word(words: &BTreeSet<&Clean>) -> Clean {
    let mut words_in_order = words.iter();
    let (Some(first), rest) = (words_in_order.next(), words_in_order) else { return Clean::default() };
    if words.len() == 1 {
        return (*first).clone();
    }
    let (mut prefix, mut suffix) = (first.len(), first.len());
    for word in rest {
        prefix = prefix.min(first.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count());
        suffix = suffix.min(first.bytes().rev().zip(word.bytes().rev()).take_while(|(a, b)| a == b).count());
    }
    // A shared part ends where a name does: letters that two names begin with are chance. So are the first
    // digits of two versions.
    let boundary = |byte: u8| !byte.is_ascii_alphanumeric();
    let numeric_from = |word: &&&Clean, at: usize| {
        word.get(at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let begins_version = |at: usize| at == 1 && first.starts_with('v');
    let ends_part = |at: usize| boundary(first.as_bytes()[at - 1]) || begins_version(at);
    let splits_number =
        |at: usize| at > 1 && first.as_bytes()[at - 1] == b'.' && first.as_bytes()[at - 2].is_ascii_digit();
    let splits_version = |at: usize| splits_number(at) && words.iter().all(|word| numeric_from(&word, at));
    while prefix > 0 && (!first.is_char_boundary(prefix) || !ends_part(prefix) || splits_version(prefix)) {
        prefix -= 1;
    }
    let shortest = words.iter().map(|word| word.len()).min().unwrap_or(0);
    suffix = suffix.min(shortest - prefix);
    let begins_part = |length: usize| boundary(first.as_bytes()[first.len() - length]);
    while suffix > 0 && !(first.is_char_boundary(first.len() - suffix) && begins_part(suffix)) {
        suffix -= 1;
    }
    let numeric = |word: &&Clean| {
        word.get(prefix..word.len() - suffix)
            .is_some_and(|m| m.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    };
    let path =
        |word: &&Clean| word.get(prefix..word.len() - suffix).is_some_and(|middle| middle.contains('/'));
    let mask = if words.iter().all(numeric) {
        "<num>"
    } else if words.iter().any(path) {
        "<path>"
    } else if words.iter().all(|word| word.contains(' ')) {
        return Clean::fixed("\"<text>\"");
    } else {
        VALUE
    };
    let start = first.part(0..prefix).unwrap_or_default();
    let end = first.part(first.len() - suffix..first.len()).unwrap_or_default();
    Clean::join(&[&start, &Clean::fixed(mask), &end], "")
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let sessions: Vec<Vec<&Write>> = writes.iter().map(|write| vec![write]).collect();
        of(&Step(redact(step)), &sessions).map(|example| example.to_string())
    }

    #[test]
    fn what_varies_is_masked_and_what_is_shared_is_kept() {
        let lines = ["cd a && git tag v1.2 -m x && git push", "git tag v1.3.1 -m x"];
        assert_eq!(example("git tag", &lines).as_deref(), Some("git tag v<num> -m x"));
        let lines = ["zeta deploy --env=prod src/a.rs", "zeta deploy --env=test src/éa.rs", "zeta deploy"];
        assert_eq!(
            example("zeta deploy", &lines).as_deref(),
            Some("zeta deploy --env=<value> src/<value>.rs")
        );
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
}

//! The odd line out in an output where no line says that something failed.
//!
//! Owns the comparison of an output's lines with one another: rows of a listing are alike once what varies in them
//! is masked, and the line that is unlike the others carries the message, in any language. Refuses to judge a line
//! by its phrases; that is [`super::salient`]'s work.

use super::mask;
use crate::digest::expression::Expression;
use std::collections::BTreeMap;
use std::ops::Range;

/// Most lines that are compared, half of them from each end: masking a line costs more than reading it.
const COMPARED: usize = 400;

/// Words by which a sentence tells of trouble though it uses no phrase that programs reserve for errors
/// (`skewed beyond repair`, `lp3 went away`). Too common to mark an error on their own; they decide among lines
/// for which nothing else speaks.
static TROUBLE: Expression = Expression::new(concat!(
    r"(?i)\b(?:not?|none|never|nothing|without|beyond|outside|lost|loss|gone|went away|ended|over|under|short of|amiss|",
    r"reject(?:s|ed)?|refus(?:es|ed|al)|den(?:ies|ied)|stopped|gave up|giving up|bad|wrong|dead|down|full|empty|",
    r"protected|overflow\w*|overrun|jammed|stuck|collides?|clash\w*|differs?|abort\w*|skipped|incomplete)\b",
));

/// Whether a line tells of trouble in common words.
pub(super) fn tells_of_trouble(line: &str) -> bool {
    TROUBLE.is_match(line)
}

/// How unlike the other lines of its output a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Oddness {
    /// Another line is the same but for what varies: `p55 ok`, `p12 ok`.
    Row,
    /// It begins as the rows do and goes on otherwise: `p31 skewed beyond repair`.
    OddRow,
    /// No row begins as it does.
    Apart,
}

/// The line among `plain` (places of lines in `output`, in its order) that is most likely the message: one that
/// tells of trouble, then one unlike the others, then the later one, as programs end with what they have to say.
/// `None` where `plain` is empty, or where more than `most_apart` lines are no rows and none of them tells of
/// trouble beside a listing: an ordinary log then, of which no line can be singled out.
pub(super) fn odd_one_out(output: &str, plain: &[Range<usize>], most_apart: usize) -> Option<Range<usize>> {
    let half = COMPARED / 2;
    let compared: Vec<(&Range<usize>, String)> = plain
        .iter()
        .enumerate()
        .filter(|(at, _)| *at < half || at + half >= plain.len())
        .filter_map(|(_, place)| Some((place, mask::masked(output.get(place.clone())?))))
        .collect();
    let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, masked) in &compared {
        *alike.entry(masked).or_default() += 1;
    }
    let is_row = |masked: &str| alike.get(masked).is_some_and(|&times| times > 1);
    let mut starts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, masked) in compared.iter().filter(|(_, masked)| is_row(masked)) {
        *starts.entry(first_token(masked)).or_default() += 1;
    }
    let oddness = |masked: &str| {
        if is_row(masked) {
            Oddness::Row
        } else if starts.contains_key(first_token(masked)) {
            Oddness::OddRow
        } else {
            Oddness::Apart
        }
    };
    let apart = compared.iter().filter(|(_, masked)| !is_row(masked)).count();
    if apart > most_apart || (apart == 0 && compared.len() > most_apart) {
        return None;
    }
    compared
        .iter()
        .max_by_key(|(place, masked)| {
            let oddness = oddness(masked);
            // What rows say is normal here, whatever their words.
            let trouble =
                oddness > Oddness::Row && output.get((*place).clone()).is_some_and(tells_of_trouble);
            (trouble, oddness, place.start)
        })
        .map(|(place, _)| (*place).clone())
}

fn first_token(masked: &str) -> &str {
    masked.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odd(output: &str) -> Option<&str> {
        let mut at = 0;
        let mut places = Vec::new();
        for line in output.split('\n') {
            places.push(at..at + line.len());
            at += line.len() + 1;
        }
        output.get(odd_one_out(output, &places, 12)?)
    }

    #[test]
    fn the_line_unlike_the_rows_is_the_message() {
        let copies: String = (0..30).map(|n| format!("copied img{n}.raw {n} KB\n")).collect();
        let cases = [
            // A row with another ending, in the middle.
            ("a1 fine\na2 fine\na3 cracked beyond use\na4 fine".to_owned(), "a3 cracked beyond use"),
            // A line between rows, and a last row that is cut short.
            ("#0 0x1f in f\n#1 0x2e in f\nstack ended early\n#2 <not read>".to_owned(), "stack ended early"),
            // After a long listing.
            (format!("{copies}card went away"), "card went away"),
            // Before the end of a long listing, with a closing line that says less.
            (
                format!("disk 4\n{copies}img31.raw sector without checksum\n{copies}disk 4 set aside"),
                "img31.raw sector without checksum",
            ),
            // No word of it is known.
            (format!("{copies}Karte antwortet keinem"), "Karte antwortet keinem"),
            // Where all rows say a word of trouble it is no trouble: the summary is apart.
            ("x1 not cached\nx2 not cached\ntable 3 is crooked".to_owned(), "table 3 is crooked"),
        ];
        for (output, expected) in &cases {
            assert_eq!(odd(output), Some(*expected), "{output}");
        }
    }

    #[test]
    fn a_long_log_without_rows_has_no_odd_line() {
        let words =
            ["oak", "elm", "fir", "yew", "ash", "box", "bay", "fig", "nut", "pea", "rye", "hop", "tea"];
        assert_eq!(odd(&words.join("\n")), None);
        let rows: Vec<String> = (0..20).map(|n| format!("row {n}")).collect();
        assert_eq!(odd(&rows.join("\n")), None);
    }
}

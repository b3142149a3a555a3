//! A report as markdown: the summary of a CI run, a wiki page, a message.
//!
//! Owns how other people's words are kept from acting where markdown is shown: no HTML, no links, no pictures, nobody
//! is mentioned and no issue is. Bounded: every list is cut where it gets long and says so, so that the whole fits where
//! a workflow's summary may be one MiB.

use super::words::{
    count, day, decision, dollars, effect, grouped, interval, memory, news, percent, spans, support,
};
use super::{Learning, Measured, Report};
use crate::learning::author::quote::{brief, code, visible};
use crate::learning::effect::Effect;
use crate::pattern::Rate;
use std::fmt::Write;

/// Most entries of one list.
const MOST: usize = 25;
/// Longest text of somebody else's, bytes.
const MOST_TEXT: usize = 300;

/// The report as markdown.
pub fn of(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# What {} learnt\n", tame(&report.memory));
    let tip = report.tip.map(|tip| format!(" at {}", tip.short())).unwrap_or_default();
    let _ = writeln!(text, "{}\n", news(report));
    let _ = writeln!(
        text,
        "The memory on {}{tip} has {}. {}, {} in the ledger, as of {}.\n",
        tame(&report.branch),
        memory(report),
        count(report.cycles.len(), "dream"),
        count(report.sessions, "session"),
        day(report.at),
    );
    if let Some(hint) = &report.hint {
        let _ = writeln!(text, "{} Next: {}\n", tame(&hint.why), code(&hint.command));
    }
    let pending: Vec<&Learning> = report.pending().collect();
    list(&mut text, "Waits for a decision", &pending, waits);
    if !pending.is_empty() {
        let _ = writeln!(text, "Decide with `git dream review`.\n");
    }
    let taken: Vec<&Learning> = report.taken_up().collect();
    list(&mut text, &format!("Taken up since {}", day(report.since)), &taken, decided);
    let down: Vec<&Learning> = report.turned_down().collect();
    list(&mut text, &format!("Turned down or taken back since {}", day(report.since)), &down, decided);
    let held: Vec<_> = report.held_back().collect();
    list(&mut text, "Held back by the gate", &held, |(_, title, reason)| {
        format!("{}: {}", tame(title), tame(reason))
    });
    notes(&mut text, report);
    attention(&mut text, report);
    cost(&mut text, report);
    let unknown: Vec<&String> = report.unknown.iter().collect();
    list(&mut text, "Not known here", &unknown, |sentence| tame(sentence));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A section with a list; nothing where that is empty.
fn list<T>(text: &mut String, heading: &str, entries: &[T], line: impl Fn(&T) -> String) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "## {heading}\n");
    for entry in entries.iter().take(MOST) {
        let _ = writeln!(text, "- {}", line(entry));
    }
    if entries.len() > MOST {
        let _ = writeln!(text, "- and {} more", entries.len() - MOST);
    }
    text.push('\n');
}

fn waits(learning: &&Learning) -> String {
    format!(
        "**{}**: {} ({}; {}) {}",
        tame(&learning.kind),
        tame(&learning.title),
        tame(&learning.grade),
        support(learning),
        code(&visible(&learning.note))
    )
}

fn decided(learning: &&Learning) -> String {
    let reason = learning.by.as_ref().and_then(|by| by.reason.as_ref());
    let because = reason.map(|reason| format!(", because {}", tame(reason))).unwrap_or_default();
    let Learning { verdict, kind, title, .. } = learning;
    format!("{verdict} **{}**: {} ({}{because})", tame(kind), tame(title), tame(&decision(learning)))
}

fn notes(text: &mut String, report: &Report) {
    let told: Vec<&Measured> =
        report.measured.iter().filter(|note| note.effect != Effect::TooEarly).collect();
    list(text, "What notes did", &told, |note| {
        let share = |rate: Rate| match percent(rate) {
            Some(share) => format!("{share} ({}) of {}", interval(rate), rate.of),
            None => "nothing to see yet".to_owned(),
        };
        let path = code(&visible(&note.note));
        format!("**{}**: {path}: {} before, {} since", effect(note), share(note.before), share(note.after))
    });
    let early = report.measured.len() - told.len();
    if early > 0 {
        let _ = writeln!(text, "Too early to tell of {}.\n", count(early, "note"));
    }
}

fn attention(text: &mut String, report: &Report) {
    let stale: Vec<_> = report.stale.iter().collect();
    list(text, "Notes that name what is gone", &stale, |(path, gone)| {
        let named: Vec<String> = gone
            .iter()
            .take(3)
            .map(|one| format!("{} ({})", code(&visible(&one.named)), tame(&one.gone)))
            .collect();
        format!("{}: {}", code(&visible(path)), named.join("; "))
    });
}

fn cost(text: &mut String, report: &Report) {
    let all = report.cost(None);
    if all.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "## Cost of engines\n\n| engine | dreams | tokens | US dollars |\n| --- | ---: | ---: | ---: |"
    );
    for (engine, (cycles, cost)) in all.into_iter().take(MOST) {
        // A bar would end the cell, in a code span too.
        let engine = code(&visible(engine).replace('|', "/"));
        let _ = writeln!(
            text,
            "| {engine} | {cycles} | {} | {} |",
            grouped(cost.tokens()),
            dollars(cost.dollars)
        );
    }
    text.push('\n');
}

/// Somebody else's text on one line, in which only code spans are markup: where it could mention somebody, name an
/// issue or be made a link by whoever shows it, all of it is one.
pub fn tame(text: &str) -> String {
    let line = brief(&visible(&text.replace(['\n', '\r', '\t'], " ")), MOST_TEXT);
    if line.contains(['@', '#']) || ["://", "www.", "mailto:"].iter().any(|link| line.contains(link)) {
        return code(&line);
    }
    let mut tame = String::with_capacity(line.len() + 8);
    for (is_code, span) in spans(&line) {
        if is_code {
            tame.push_str(&code(span));
            continue;
        }
        for character in span.chars() {
            if character.is_ascii_punctuation() && !".,;:'\"()-/%?=+".contains(character) {
                tame.push('\\');
            }
            tame.push(character);
        }
    }
    tame
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn words_stay_words_and_code_stays_code() {
        assert_eq!(tame("`git push` fails: *no* <lease>"), "`git push` fails: \\*no\\* \\<lease\\>");
        assert_eq!(tame("ask @ann"), "`ask @ann`");
        assert_eq!(tame("see https://example.com"), "`see https://example.com`");
        assert_eq!(tame("a\u{202e}b"), "a\\\\u\\{202e\\}b");
        assert_eq!(tame("rm *.py"), "rm \\*.py");
    }

    proptest! {
        #[test]
        fn nothing_acts(text in "[a-z<>!\\[\\]()`*_~&;:/@#|\\\\\n.\u{202e}-]{0,60}") {
            let tame = tame(&text);
            let line = format!("- {tame}\n");
            for event in Parser::new_ext(&line, Options::all()) {
                let acts = matches!(
                    event,
                    Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. })
                );
                prop_assert!(!acts, "{text:?} {tame:?} {event:?}");
            }
        }
    }
}

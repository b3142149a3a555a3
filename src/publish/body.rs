//! The text of a pull request: a template, filled with what a cycle proposed.
//!
//! Owns the template ([`FILE`]; a memory may bring its own), what it may name, how the text is kept within what a forge
//! takes, and the marks between which the text of git-dream stands, so that what people write around it stays. Every
//! value is defused before the template sees it: whatever a template does with them, they are text.

use super::defused::{cell, prose, quoted};
use crate::count::count;
use crate::learning::standing::Verdict;
use crate::ledger::CycleRecord;
use crate::memory::place::outside;
use crate::provenance::evidence::{quoted as quotes_of, rationale};
use crate::repo::Repo;
use crate::unusable::Unusable;
use crate::verdict::Proposal;
use anyhow::Result;
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, context};
use serde::Serialize;
use std::collections::BTreeMap;

/// Where a memory may lay its own template.
pub const FILE: &str = "templates/pull-request.md";
const SHIPPED: &str = include_str!("../../templates/pull-request.md");

/// Between these lines stands what git-dream wrote.
const BEGIN: &str = "<!-- git-dream: what stands between these marks is written anew -->";
const END: &str = "<!-- git-dream: end -->";

/// Most rows of the table, and most that is not proposed: what has no room is counted.
const MOST_ROWS: usize = 100;
const MOST_REFUSED: usize = 40;
/// Most bytes of a foreign sentence, of a paragraph, and of a quote.
const MOST_TITLE: usize = 240;
const MOST_LINE: usize = 700;
const MOST_QUOTE: usize = 400;

/// What a text is made from.
pub(super) struct Material<'a> {
    pub(super) repo: &'a Repo,
    pub(super) cycle: &'a CycleRecord,
    pub(super) branch: &'a str,
    /// The memory's folder in the repository.
    pub(super) root: &'a str,
    /// What the cycle proposed, with what became of it.
    pub(super) proposals: Vec<&'a Proposal<'a>>,
    /// The memory's own template.
    pub(super) template: Option<String>,
}

/// One learning, fit for a page.
#[derive(Serialize)]
struct Learning {
    number: usize,
    title: String,
    /// The title where it stands in a table.
    cell: String,
    kind: String,
    change: String,
    note: String,
    grade: String,
    support: String,
    commit: String,
    /// Who worded it, where that was not the builtin engine, and what it cost.
    words: String,
    /// What was decided on it already; empty while it waits.
    state: String,
    why: String,
    /// Who rejected it before, and what is new.
    before: String,
    quotes: Vec<Quote>,
}

#[derive(Serialize)]
struct Quote {
    text: String,
    source: String,
}

#[derive(Serialize)]
struct Line {
    title: String,
    note: String,
    reason: String,
}

/// `3 learnings (2 mistakes, 1 preference)`.
pub(super) fn summary(cycle: &CycleRecord) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in ["mistake", "playbook", "preference"] {
        let of_kind = cycle.learnings.iter().filter(|learning| learning.kind == kind).count();
        if of_kind > 0 {
            kinds.insert(kind, of_kind);
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, n)| count(*n, kind)).collect();
    format!("{} ({})", count(cycle.learnings.len(), "learning"), kinds.join(", "))
}

/// The title of a cycle's pull request, by the template that the settings have.
///
/// Errors: the template cannot be filled.
pub(super) fn title(template: &str, cycle: &CycleRecord) -> Result<String> {
    let day = cycle.at.to_zoned(TimeZone::UTC).date().to_string();
    let values = context! {
        cycle => &cycle.cycle, day => day, count => cycle.learnings.len(), summary => summary(cycle),
    };
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    let filled = templates.render_str(template, values).map_err(|error| {
        Unusable(format!("the title that dream.toml has (`[publish] title`) cannot be used: {error}"))
    })?;
    let title = crate::learning::author::quote::brief(&filled, MOST_TITLE);
    Ok(if title.is_empty() { format!("Dream {}", cycle.cycle) } else { title })
}

/// The text, in at most so many bytes, between its marks.
///
/// Errors: the memory's own template cannot be used.
pub(super) fn text(material: &Material<'_>, most: usize) -> Result<String> {
    let most = most.saturating_sub(BEGIN.len() + END.len() + 4);
    let broken = |error: minijinja::Error| Unusable(format!("the template {FILE} cannot be used: {error}"));
    let mut templates = Environment::new();
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    let template = material.template.as_deref().unwrap_or(SHIPPED);
    templates.add_template("body", template).map_err(broken)?;
    let values = Values::of(material);
    let filled = |detailed: usize| -> Result<String> {
        let template = templates.get_template("body").map_err(broken)?;
        let text = template.render(values.context(material, detailed)).map_err(broken)?;
        Ok(text.trim().to_owned())
    };
    // As many learnings with their reasons as there is room for.
    let whole = filled(values.learnings.len())?;
    let mut text = whole;
    if text.len() > most {
        let (mut fits, mut too_many) = (0, values.learnings.len());
        while too_many - fits > 1 {
            let middle = fits + (too_many - fits) / 2;
            if filled(middle)?.len() <= most { fits = middle } else { too_many = middle }
        }
        text = filled(fits)?;
    }
    if text.len() > most {
        text = cut(&text, most, material.branch);
    }
    Ok(format!("{BEGIN}\n\n{text}\n\n{END}"))
}

/// The beginning of a text that is too long even without reasons, up to a line's end.
fn cut(text: &str, most: usize, branch: &str) -> String {
    let told = format!("\n\nThe rest found no room here: read it with `git log {branch}`.");
    let room = text.floor_char_boundary(most.saturating_sub(told.len()));
    let kept = text.get(..room).unwrap_or_default();
    let kept = kept.rsplit_once("\n\n").map_or("", |(kept, _)| kept);
    // What a cut leaves open would swallow the rest of the page.
    let open = kept.matches("<details>").count().saturating_sub(kept.matches("</details>").count());
    format!("{kept}{}{told}", "\n\n</details>".repeat(open))
}

/// A text with our part of it replaced; `None` where people have taken our marks out: then it is theirs.
pub(super) fn with_ours(body: &str, ours: &str) -> Option<String> {
    around(body).map(|(before, after)| format!("{before}{ours}{after}"))
}

/// Whether two texts say the same: forges change line ends.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a.lines().map(str::trim_end).eq(b.lines().map(str::trim_end))
}

fn around(body: &str) -> Option<(&str, &str)> {
    let begin = body.find(BEGIN)?;
    let end = begin + body.get(begin..)?.find(END)? + END.len();
    Some((body.get(..begin)?, body.get(end..)?))
}

/// Everything that a template may name.
struct Values {
    learnings: Vec<Learning>,
    rows_left_out: usize,
    refused: Vec<Line>,
    refused_more: usize,
    due: Vec<Line>,
    cost: String,
}

impl Values {
    fn of(material: &Material<'_>) -> Values {
        let Material { cycle, proposals, .. } = material;
        let line = |title: &str, note: &str, reason: &str| Line {
            title: prose(title, MOST_TITLE),
            note: quoted(&outside(material.root, note), MOST_TITLE),
            reason: prose(reason, MOST_LINE),
        };
        let refused = cycle.refused.iter().take(MOST_REFUSED);
        let learnings = proposals.iter().take(MOST_ROWS).enumerate();
        Values {
            learnings: learnings.map(|(at, proposal)| learning(material, at + 1, proposal)).collect(),
            rows_left_out: proposals.len().saturating_sub(MOST_ROWS),
            refused: refused.map(|one| line(&one.title, "", &one.reason)).collect(),
            refused_more: cycle.refused.len().saturating_sub(MOST_REFUSED),
            due: cycle.due.iter().take(MOST_REFUSED).map(|one| line("", &one.note, &one.reason)).collect(),
            cost: match &cycle.model {
                None => "no model was asked.".to_owned(),
                Some(model) => {
                    let calls = count(model.cost.calls, "question");
                    format!("a model was asked {calls}: {}.", model.cost.in_words())
                }
            },
        }
    }

    fn context(&self, material: &Material<'_>, detailed: usize) -> Value {
        let Material { cycle, branch, .. } = material;
        let sessions = cycle.counts.get("sessions_new").copied().unwrap_or_default();
        context! {
            cycle => prose(&cycle.cycle, MOST_TITLE),
            branch => branch.replace('`', "'"),
            target => cycle.target.replace('`', "'"),
            engine => prose(&cycle.engine, MOST_TITLE),
            summary => summary(cycle),
            sessions => count(sessions, "new session"),
            learnings => Value::from(Serde(&self.learnings)),
            rows_left_out => self.rows_left_out,
            detailed => detailed,
            left_out => self.learnings.len().saturating_sub(detailed) + self.rows_left_out,
            refused => Value::from(Serde(&self.refused)),
            refused_more => self.refused_more,
            due => Value::from(Serde(&self.due)),
            cost => &self.cost,
        }
    }
}

fn learning(material: &Material<'_>, number: usize, proposal: &Proposal<'_>) -> Learning {
    let Proposal { learning, verdict, how, .. } = proposal;
    let commit = learning.commit().and_then(|commit| material.repo.past(commit).ok());
    let message = commit.as_ref().map(|commit| commit.message.as_str()).unwrap_or_default();
    let title = prose(&learning.title, MOST_TITLE);
    let of = &learning.support;
    let counts = [(of.sessions, "session"), (of.jobs, "job"), (of.agents, "agent"), (of.people, "person")];
    let counts = counts.into_iter().filter(|(n, _)| *n > 0);
    let support: Vec<String> = counts.map(|(n, noun)| count(n, noun)).collect();
    let quotes = quotes_of(message);
    Learning {
        number,
        cell: cell(&title),
        title,
        kind: prose(&learning.kind, MOST_TITLE),
        change: prose(&learning.change, MOST_TITLE),
        note: quoted(&outside(material.root, &learning.note), MOST_TITLE),
        grade: prose(&learning.grade, MOST_TITLE),
        support: support.join(", "),
        commit: commit.as_ref().map(|commit| commit.id.short()).unwrap_or_default(),
        words: words(learning),
        state: match verdict {
            Verdict::Pending => String::new(),
            verdict => prose(&format!("{verdict}: {how}"), MOST_TITLE),
        },
        why: paragraphs(&rationale(message)),
        before: before(learning),
        quotes: quotes
            .into_iter()
            .map(|quote| Quote {
                text: quoted(&quote.quote, MOST_QUOTE),
                source: format!(
                    "`{}#{}`{}",
                    quote.session,
                    quote.event,
                    quote.on.map(|day| format!(", {day}")).unwrap_or_default()
                ),
            })
            .collect(),
    }
}

/// Who worded a learning, where that was not the builtin engine, and what asking about it cost.
fn words(learning: &crate::ledger::LearningRecord) -> String {
    let by = learning.worded_by.as_ref().map(|by| format!(" · words by {}", prose(by, MOST_TITLE)));
    let cost = learning.cost.as_ref().map(|cost| format!(" · {}", cost.in_words()));
    by.into_iter().chain(cost).collect()
}

/// Who rejected a learning before, and what is new.
fn before(learning: &crate::ledger::LearningRecord) -> String {
    let Some(before) = &learning.reopened else { return String::new() };
    let by = if before.who.is_empty() { String::new() } else { format!(" by {}", quoted(&before.who, 100)) };
    let at = before.at.map(|at| format!(" on {}", at.strftime("%Y-%m-%d"))).unwrap_or_default();
    let reason = before.reason.as_ref().map(|reason| format!(", because: {}", prose(reason, MOST_LINE)));
    format!(
        "Rejected before{by}{at} ({}{}); since then {}.",
        prose(&before.how, MOST_TITLE),
        reason.unwrap_or_default(),
        count(before.sessions_since, "new session")
    )
}

/// Reasons, line by line: items stay items, quoted lines stay quoted, everything else is words.
fn paragraphs(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        lines.push(match (line.strip_prefix("- "), line.strip_prefix("> ")) {
            _ if line.is_empty() => String::new(),
            (Some(item), _) => format!("- {}", prose(item, MOST_LINE)),
            (_, Some(words)) => format!("> {}", quoted(words, MOST_LINE)),
            _ => prose(line, MOST_LINE),
        });
    }
    match lines.iter().all(String::is_empty) {
        true => "Its commit is not here, which says why: `git fetch` may bring it.".to_owned(),
        false => lines.join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_around_ours_stays() {
        let old = format!("Ann: look!\r\n{BEGIN}\r\nold\r\n{END}\r\n/cc me");
        let ours = format!("{BEGIN}\n\nnew\n\n{END}");
        let new = with_ours(&old, &ours).unwrap();
        assert!(new.starts_with("Ann: look!") && new.ends_with("/cc me") && new.contains("new"));
        assert!(!new.contains("old"));
        assert!(is_same(&new, &new.replace('\n', "\r\n")) && !is_same(&new, &old));
        assert_eq!(with_ours("mine now", &ours), None);
    }

    #[test]
    fn a_cut_leaves_nothing_open() {
        let text = format!("a\n\n<details><summary>x</summary>\n\n{}\n\n</details>", "b\n\n".repeat(50));
        let cut = cut(&text, 150, "dream/x");
        assert!(cut.len() <= 150 + "\n\n</details>".len(), "{}", cut.len());
        assert_eq!(cut.matches("<details>").count(), cut.matches("</details>").count());
    }
}

//! What matters in a session: criteria with weights, in a markdown file that people write.
//!
//! `rubrics/<name>.md` of the memory:
//!
//! ```markdown
//! ---
//! name: booking
//! description: Whether a booking is changed as the customer and the policy want
//! applies_to: [airline]
//! ---
//! # Booking
//!
//! Anything may stand here, for people.
//!
//! ## Criteria
//!
//! - **policy** (3): Nothing was done that the policy forbids.
//! - **asked**: What the customer asked for was done, or refused for a reason that the policy gives.
//! ```
//!
//! A criterion's weight is 1 where none is written. `applies_to` names agents and projects; without it the rubric is
//! for every session.

use crate::memory::note::{self, Broken};
use crate::session::Session;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The folder of the memory that rubrics lie in.
pub const FOLDER: &str = "rubrics";
const SHIPPED: &str = include_str!("../../templates/rubrics/task.md");
/// Most criteria of one rubric: more are not weighed, they are skimmed.
const MOST_CRITERIA: usize = 20;
/// Longest criterion, bytes.
const MOST_TEXT: usize = 600;

/// What matters in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Rubric {
    /// Lower-case words joined by `-`.
    pub name: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// Agents and projects whose sessions it is for; empty: all.
    pub applies_to: Vec<String>,
    /// At least one.
    pub criteria: Vec<Criterion>,
    /// A few digits of the hash of its text: outcomes say by which version they were graded.
    pub version: String,
}

/// One thing that matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// Lower-case letters, digits and `-`.
    pub name: String,
    /// How much it matters beside the others; more than 0.
    pub weight: f64,
    /// What has to hold, in people's words.
    pub text: String,
}

#[derive(Deserialize)]
struct Front {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    applies_to: Vec<String>,
}

/// Reads a rubric. Errors: no front matter, no criteria, a criterion that cannot be read; each says what to write.
pub fn parse(text: &str) -> Result<Rubric, Broken> {
    let broken = |reason: String| Broken { reason };
    let (yaml, body) = note::split(text)?;
    let front: Front = serde_saphyr::from_str(yaml).map_err(|error| {
        let said = error.to_string();
        broken(format!(
            "its front matter cannot be read: {}",
            said.lines().next().unwrap_or("not valid YAML")
        ))
    })?;
    if !is_name(&front.name) {
        return Err(broken(format!("its name {:?} must be lower-case letters, digits and `-`", front.name)));
    }
    let mut criteria = Vec::new();
    let mut names = BTreeSet::new();
    for item in items(body) {
        let criterion = criterion(&item).map_err(broken)?;
        if !names.insert(criterion.name.clone()) {
            return Err(broken(format!("two of its criteria are named {}", criterion.name)));
        }
        criteria.push(criterion);
    }
    match criteria.len() {
        0 => Err(broken(
            "it has no criteria: write `- **name** (2): what has to hold` under `## Criteria`".into(),
        )),
        1..=MOST_CRITERIA => {
            let version = blake3::hash(text.as_bytes()).to_hex()[..8].to_owned();
            let Front { name, description, applies_to } = front;
            Ok(Rubric { name, description, applies_to, criteria, version })
        }
        many => Err(broken(format!("it has {many} criteria; {MOST_CRITERIA} are the most"))),
    }
}

/// The rubric that this program ships, for whoever has not written one: `task`.
///
/// Errors: none but a mistake in this program.
pub fn shipped() -> Result<Rubric, Broken> {
    parse(SHIPPED)
}

impl Rubric {
    /// Its name and version: what an outcome is said to be graded by.
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Whether it is for this session.
    pub fn is_for(&self, session: &Session) -> bool {
        let named = |what: &str| self.applies_to.iter().any(|name| name.eq_ignore_ascii_case(what));
        self.applies_to.is_empty() || named(&session.agent) || session.project.as_deref().is_some_and(named)
    }
}

/// The list items under the heading `Criteria`, each as plain text.
fn items(body: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let (mut heading, mut is_there, mut depth) = (None::<String>, false, 0_usize);
    for event in Parser::new(body) {
        match event {
            Event::Start(Tag::Heading { level, .. }) if level <= HeadingLevel::H2 => {
                heading = Some(String::new())
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(title) = heading.take() {
                    is_there = title.trim().eq_ignore_ascii_case("criteria");
                }
            }
            Event::Start(Tag::Item) => {
                depth += 1;
                if is_there && depth == 1 {
                    items.push(String::new());
                }
            }
            Event::End(TagEnd::Item) => depth = depth.saturating_sub(1),
            Event::Text(text) | Event::Code(text) => match &mut heading {
                Some(title) => title.push_str(&text),
                None if is_there && depth > 0 => {
                    items.last_mut().into_iter().for_each(|item| item.push_str(&text))
                }
                None => {}
            },
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) if is_there && depth > 0 => {
                items.last_mut().into_iter().for_each(|item| item.push(' '));
            }
            _ => {}
        }
    }
    items
}

/// `policy (3): Nothing was done …`. Errors: what is wrong with it.
fn criterion(item: &str) -> Result<Criterion, String> {
    let shown: String = item.chars().take(60).collect();
    let Some((head, text)) = item.split_once(':') else {
        return Err(format!("the criterion {shown:?} has no `:` between its name and what has to hold"));
    };
    let (name, weight) = match head.trim().split_once('(') {
        Some((name, weight)) => (name.trim(), weight.trim_end().trim_end_matches(')').trim()),
        None => (head.trim(), "1"),
    };
    let weight = weight.trim_start_matches("weight").trim();
    let Some(weight) = weight.parse().ok().filter(|weight: &f64| weight.is_finite() && *weight > 0.0) else {
        return Err(format!("the weight of the criterion {shown:?} must be a number above 0"));
    };
    if !is_name(name) {
        return Err(format!("the criterion {shown:?} needs a name of lower-case letters, digits and `-`"));
    }
    let text = text.trim();
    if text.is_empty() || text.len() > MOST_TEXT {
        return Err(format!("the criterion {name} must say what has to hold, in {MOST_TEXT} bytes at most"));
    }
    Ok(Criterion { name: name.to_owned(), weight, text: text.to_owned() })
}

/// Whether this can be the name of a rubric or criterion.
pub fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=60).contains(&name.len()) && name.bytes().all(allowed) && !name.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(criteria: &str) -> String {
        format!(
            "---\nname: booking\ndescription: d\n---\n# Booking\n\n- not one\n\n## Criteria\n\n{criteria}\n## After\n\n- neither\n"
        )
    }

    #[test]
    fn criteria_have_names_weights_and_words() {
        let text = written(
            "- **policy** (3): Nothing that the `policy`\n  forbids: ever.\n- asked: Done.\n  - as *asked*\n",
        );
        let rubric = parse(&text).unwrap();
        let of = |name: &str, weight, text: &str| Criterion { name: name.into(), weight, text: text.into() };
        assert_eq!(
            rubric.criteria,
            [of("policy", 3.0, "Nothing that the policy forbids: ever."), of("asked", 1.0, "Done.as asked")]
        );
        assert_ne!(rubric.version, parse(&written("- asked: Done\n")).unwrap().version);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let reason = |text: &str| parse(text).unwrap_err().reason;
        assert!(reason("# no front").contains("no front matter"));
        assert!(reason("---\nname: Two Words\n---\n").contains("lower-case"));
        for (criteria, said) in [
            ("nothing\n", "no criteria"),
            ("- policy\n", "no `:`"),
            ("- policy (0): x\n", "above 0"),
            ("- policy (NaN): x\n", "above 0"),
            ("- The Policy: x\n", "lower-case"),
            ("- policy:\n", "what has to hold"),
            ("- a: x\n- a: y\n", "two of its criteria"),
        ] {
            assert!(reason(&written(criteria)).contains(said), "{criteria}: {}", reason(&written(criteria)));
        }
        let many: String = (0..21).map(|n| format!("- c{n}: x\n")).collect();
        assert!(reason(&written(&many)).contains("20 are the most"));
    }

    #[test]
    fn the_shipped_rubric_can_be_read() {
        assert!(shipped().unwrap().criteria.len() >= 3);
    }
}

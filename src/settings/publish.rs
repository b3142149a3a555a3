//! `[publish]`: how a cycle's pull request looks.
//!
//! Names only. Where it goes and with which token is the person's to say ([`crate::forge::access`]).

use super::Invalid;
use serde::{Deserialize, Serialize};

/// How a cycle's pull request looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublishSettings {
    /// Its title, a template: `{{ cycle }}`, `{{ day }}`, `{{ count }}` and `{{ summary }}` are filled in.
    pub title: String,
    /// Labels that it gets.
    pub labels: Vec<String>,
    /// Whom to ask for a review, by the names that they have on the forge.
    pub reviewers: Vec<String>,
    /// The grade under which learnings make it a draft: `suggested`, `friction`, `corroborated`, `confirmed`; empty: none
    /// does.
    pub draft_below: String,
    /// Whether `any` such learning makes it a draft, or only `all` of them.
    pub draft_when: String,
}

impl Default for PublishSettings {
    fn default() -> Self {
        PublishSettings {
            title: "Dream of {{ day }}: {{ summary }}".to_owned(),
            labels: Vec::new(),
            reviewers: Vec::new(),
            draft_below: String::new(),
            draft_when: "any".to_owned(),
        }
    }
}

/// Grades, the least first.
const GRADES: [&str; 4] = ["suggested", "friction", "corroborated", "confirmed"];

impl PublishSettings {
    /// Whether every value can be used.
    pub(super) fn check(&self, file: &str) -> Result<(), Invalid> {
        if !self.draft_below.is_empty() && rank(&self.draft_below).is_none() {
            let grades = GRADES.join(", ");
            return Err(Invalid(format!(
                "{file}: `publish.draft_below = {:?}` must be one of {grades}, or empty",
                self.draft_below
            )));
        }
        if !matches!(self.draft_when.as_str(), "any" | "all") {
            return Err(Invalid(format!(
                "{file}: `publish.draft_when = {:?}` must be \"any\" or \"all\"",
                self.draft_when
            )));
        }
        let is_name = |name: &String| {
            let mark = name.chars().next().is_none_or(|first| matches!(first, '@' | '#' | '/' | '-'));
            !mark && !name.chars().any(|c| c.is_control() || c == ',') && name.len() <= 100
        };
        for (name, values) in [("labels", &self.labels), ("reviewers", &self.reviewers)] {
            if let Some(wrong) = values.iter().find(|value| !is_name(value)) {
                return Err(Invalid(format!(
                    "{file}: `publish.{name}` has {wrong:?}, which is no name: write it without a mark before it and \
                     without commas"
                )));
            }
        }
        Ok(())
    }

    /// Whether learnings of these grades make a draft.
    pub fn is_draft<'a>(&self, grades: impl IntoIterator<Item = &'a str>) -> bool {
        let Some(least) = rank(&self.draft_below) else { return false };
        // A grade that another version of git-dream gave is not known to be enough.
        let mut under =
            grades.into_iter().map(|grade| rank(grade).is_none_or(|grade| grade < least)).peekable();
        match self.draft_when.as_str() {
            "all" => under.peek().is_some() && under.all(|under| under),
            _ => under.any(|under| under),
        }
    }
}

fn rank(grade: &str) -> Option<usize> {
    GRADES.iter().position(|known| *known == grade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_what_is_founded_less_well_than_asked_for() {
        let settings = |below: &str, when: &str| PublishSettings {
            draft_below: below.to_owned(),
            draft_when: when.to_owned(),
            ..PublishSettings::default()
        };
        let mixed = ["friction", "confirmed"];
        assert!(!settings("", "any").is_draft(mixed));
        assert!(settings("corroborated", "any").is_draft(mixed));
        assert!(!settings("corroborated", "all").is_draft(mixed));
        assert!(settings("corroborated", "all").is_draft(["friction"]));
        assert!(!settings("friction", "any").is_draft(mixed) && !settings("confirmed", "all").is_draft([]));
    }

    #[test]
    fn what_is_no_name_is_told() {
        let wrong = |settings: PublishSettings| settings.check("dream.toml").unwrap_err().to_string();
        let names = |name: &str| vec![name.to_owned()];
        assert!(
            wrong(PublishSettings { reviewers: names("@ann"), ..Default::default() }).contains("reviewers")
        );
        assert!(wrong(PublishSettings { labels: names("a,b"), ..Default::default() }).contains("labels"));
        assert!(wrong(PublishSettings { draft_below: "sure".into(), ..Default::default() }).contains("sure"));
        assert!(wrong(PublishSettings { draft_when: "some".into(), ..Default::default() }).contains("some"));
    }
}

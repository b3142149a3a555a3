//! What a forge runs on a schedule: workflow files of the memory repository, made from `templates/`.
//!
//! Owns the files' paths and text, and what stands there already: a file says in its first line which text it was
//! written with, so that one that people changed is told from one of an older version. Refuses to write over the former.

use super::cron::Cron;
use super::fill;
use std::fmt;

/// What runs workflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forge {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Forgejo Actions.
    Forgejo,
}

impl Forge {
    /// All of them.
    pub const ALL: [Forge; 3] = [Forge::Github, Forge::Gitlab, Forge::Forgejo];

    /// The option of `git dream schedule` that names it.
    pub fn option(self) -> &'static str {
        match self {
            Forge::Github => "--github",
            Forge::Gitlab => "--gitlab",
            Forge::Forgejo => "--forgejo",
        }
    }

    /// Where its files lie, and the templates of their text.
    fn templates(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Forge::Github => &[
                (".github/workflows/dream.yml", include_str!("../../templates/github/dream.yml")),
                (
                    ".github/workflows/memory-check.yml",
                    include_str!("../../templates/github/memory-check.yml"),
                ),
            ],
            Forge::Gitlab => {
                &[(".gitlab/git-dream.yml", include_str!("../../templates/gitlab/git-dream.yml"))]
            }
            Forge::Forgejo => &[
                (".forgejo/workflows/dream.yml", include_str!("../../templates/forgejo/dream.yml")),
                (
                    ".forgejo/workflows/memory-check.yml",
                    include_str!("../../templates/forgejo/memory-check.yml"),
                ),
            ],
        }
    }

    /// The files that the repository gets.
    pub fn files(self, filling: &Filling<'_>) -> Vec<File> {
        let Filling { cron, version, action } = filling;
        let values = [("CRON", &*cron.to_string()), ("VERSION", version), ("ACTION", action)];
        let templates = self.templates().iter();
        templates
            .map(|(path, template)| File { path, text: signed(self, version, &fill(template, &values)) })
            .collect()
    }

    /// The paths of its files.
    pub fn paths(self) -> impl Iterator<Item = &'static str> {
        self.templates().iter().map(|(path, _)| *path)
    }
}

/// What is filled into the templates.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    /// When to dream.
    pub cron: &'a Cron,
    /// The version of git-dream that they run.
    pub version: &'a str,
    /// What names our action at that version: a commit and the version, or just the version's tag.
    pub action: &'a str,
}

/// A file for the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// From the top of the repository.
    pub path: &'static str,
    /// What is to stand in it.
    pub text: String,
}

/// What stands where a file belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Nothing.
    Nothing,
    /// Just this text.
    Same,
    /// What git-dream wrote earlier, with other settings or as another version.
    Ours,
    /// Something that people wrote or changed.
    Changed,
}

impl fmt::Display for Stands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stands::Nothing => "not there",
            Stands::Same => "as it is written now",
            Stands::Ours => "as it was written before",
            Stands::Changed => "changed by people",
        })
    }
}

impl File {
    /// What stands there now, given its text.
    pub fn stands(&self, now: Option<&str>) -> Stands {
        match now.map(plain_lines) {
            None => Stands::Nothing,
            Some(now) if now == self.text => Stands::Same,
            Some(now) if is_ours(&now) => Stands::Ours,
            Some(_) => Stands::Changed,
        }
    }
}

/// Line ends as they are in the templates, whatever git made of them in a working tree.
fn plain_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Whether git-dream wrote this text, and nobody changed it since.
pub fn is_ours(text: &str) -> bool {
    let text = plain_lines(text);
    let Some((first, rest)) = text.split_once('\n') else { return false };
    first.strip_suffix(&sum(rest)).is_some_and(|said| said.starts_with("# Written by git-dream "))
}

/// The cron that a workflow file names.
pub fn cron_of(text: &str) -> Option<Cron> {
    let said = text.lines().find_map(|line| line.trim().strip_prefix("- cron: \"")?.split('"').next());
    said.and_then(|said| Cron::parse(said).ok())
}

fn signed(forge: Forge, version: &str, text: &str) -> String {
    let option = forge.option();
    format!(
        "# Written by git-dream {version}: `git dream schedule {option}` renews it until somebody changes it. {}\n{text}",
        sum(text)
    )
}

fn sum(text: &str) -> String {
    let hash: String = blake3::hash(text.as_bytes()).to_hex().chars().take(16).collect();
    format!("Sum: {hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_changed_is_told_from_what_was_written() {
        let files = |minute: &str| {
            let cron = Cron::parse(&format!("{minute} 3 * * *")).unwrap();
            Forge::Github.files(&Filling { cron: &cron, version: "1.2.3", action: "abc # v1.2.3" })
        };
        let [dream, _] = &files("17")[..] else { panic!() };
        let [other, _] = &files("18")[..] else { panic!() };
        assert_eq!(cron_of(&dream.text).unwrap().to_string(), "17 3 * * *");
        assert_eq!(dream.stands(None), Stands::Nothing);
        assert_eq!(dream.stands(Some(&dream.text)), Stands::Same);
        assert_eq!(dream.stands(Some(&dream.text.replace('\n', "\r\n"))), Stands::Same);
        assert_eq!(dream.stands(Some(&other.text)), Stands::Ours);
        assert_eq!(dream.stands(Some(&other.text.replace("18 3", "19 3"))), Stands::Changed);
        assert_eq!(dream.stands(Some("")), Stands::Changed);
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        let cron = Cron::usual("memory", false);
        for forge in Forge::ALL {
            for file in forge.files(&Filling { cron: &cron, version: "1.2.3", action: "abc # v1.2.3" }) {
                assert!(!file.text.contains("__"), "{}: {}", file.path, file.text);
            }
        }
    }
}

//! Forges: where pull requests are, asked.
//!
//! Owns what a forge is asked for ([`Forge`]), one file a forge that differs from the others ([`github`], [`gitlab`],
//! [`forgejo`]), how the forge is told from the remote's address ([`place`]), which token goes there ([`access`]), and
//! what went wrong ([`failure`]). Refuses to know what a pull request is about. What people wrote there is handed on as
//! it came: whoever keeps it has to redact it, whoever shows it to defuse it.

pub mod access;
pub mod failure;
mod forgejo;
mod github;
mod gitlab;
mod line;
pub mod place;

pub use access::{Access, Found, Said};
pub use failure::{Cause, Failure};
pub use place::Place;

use jiff::Timestamp;

/// The forges there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// github.com, GitHub Enterprise.
    GitHub,
    /// gitlab.com, and GitLab wherever it runs.
    GitLab,
    /// Codeberg, and Forgejo or Gitea wherever they run.
    Forgejo,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::GitHub, Kind::GitLab, Kind::Forgejo];

    /// What `--forge` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::GitHub => "github",
            Kind::GitLab => "gitlab",
            Kind::Forgejo => "forgejo",
        }
    }

    /// The forge that `--forge` calls so; Gitea speaks as Forgejo does.
    pub fn parse(name: &str) -> Option<Kind> {
        let name = name.trim().to_lowercase();
        let name = if name == "gitea" { "forgejo" } else { &name };
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What its people call a pull request.
    pub fn request(self) -> &'static str {
        if self == Kind::GitLab { "merge request" } else { "pull request" }
    }

    /// What stands before the number of one.
    pub fn sign(self) -> char {
        if self == Kind::GitLab { '!' } else { '#' }
    }

    /// Longest text of a pull request, bytes: fewer than any character-counting forge lets pass.
    pub fn longest_body(self) -> usize {
        // GitHub: 65,536 characters; GitLab: 1 MiB; Forgejo and Gitea name none, and are taken for as strict as GitHub.
        if self == Kind::GitLab { 1_000_000 } else { 65_000 }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::GitHub => "GitHub",
            Kind::GitLab => "GitLab",
            Kind::Forgejo => "Forgejo",
        })
    }
}

/// A pull request, as far as anybody here wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number in the project.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// What became of it.
    pub state: State,
    /// Its text; foreign, as people may have changed it.
    pub body: String,
    /// Whether it is marked as not ready.
    pub is_draft: bool,
    /// The labels that it has.
    pub labels: Vec<String>,
    /// Who closed it, where the forge says so along with the rest.
    pub closed_by: Closer,
    /// When it was closed or merged.
    pub closed_at: Option<Timestamp>,
}

/// Who closed a pull request, by login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Closer {
    /// The forge does not tell.
    #[default]
    Unknown,
    /// A person.
    Person(String),
    /// A program, such as one that closes whatever nobody looked at for long: nobody's verdict.
    Program(String),
}

/// What became of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It waits.
    Open,
    /// It was taken.
    Merged,
    /// It was closed without being taken.
    Closed,
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            State::Open => "open",
            State::Merged => "merged",
            State::Closed => "closed",
        })
    }
}

/// A pull request to open.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its text, markdown.
    pub body: &'a str,
    /// The branch that it is for.
    pub base: &'a str,
    /// The branch that it brings.
    pub head: &'a str,
    /// Whether to mark it as not ready.
    pub is_draft: bool,
}

/// What somebody said about a pull request; foreign text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The forge's own name for it.
    pub id: String,
    /// The login of who said it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// The file that it is about; `None`: all of it.
    pub path: Option<String>,
    /// The line of that file, from 1.
    pub line: Option<u32>,
}

/// One project on a forge. Every error is a [`Failure`] that names what was asked for and what to do now.
pub trait Forge {
    /// The pull requests of the project's own branch `head`, the newest first, whatever became of them.
    fn find(&self, head: &str) -> Result<Vec<PullRequest>, Failure>;

    /// Opens one. A forge that knows no drafts opens a ready one.
    ///
    /// Errors with [`Cause::Exists`] where there is an open one already.
    fn create(&self, draft: &Draft<'_>) -> Result<PullRequest, Failure>;

    /// Gives one another text.
    fn describe(&self, number: u64, body: &str) -> Result<(), Failure>;

    /// Adds labels, and makes those that the project does not have.
    fn label(&self, number: u64, labels: &[String]) -> Result<(), Failure>;

    /// Asks these people to review it.
    fn ask(&self, number: u64, reviewers: &[String]) -> Result<(), Failure>;

    /// What people said about it, on files and lines and in general, the oldest first; what programs said is left out
    /// where the forge tells.
    fn comments(&self, number: u64) -> Result<Vec<Comment>, Failure>;

    /// Who closed it.
    fn closer(&self, pull: &PullRequest) -> Result<Closer, Failure>;
}

/// Opens the way to a project; nothing is sent yet, but a token may be fetched from the program that prints it.
///
/// Errors: there is no token, or certificates that are none.
pub fn open(access: &Access) -> Result<Box<dyn Forge>, crate::unusable::Unusable> {
    Ok(match access.kind {
        Kind::GitHub => Box::new(github::GitHub::open(access)?),
        Kind::GitLab => Box::new(gitlab::GitLab::open(access)?),
        Kind::Forgejo => Box::new(forgejo::Forgejo::open(access)?),
    })
}

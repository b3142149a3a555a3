//! GitLab's REST API, as gitlab.com and every other GitLab have it.
//!
//! What differs from the others: a project is its path in one part of the address, a draft is a word in the title, people
//! are named by number, and a job's own token goes into a header of its own.
//! Format: GitLab's OpenAPI description (`doc/api/openapi` of its repository) and its API documentation.

use super::line::{Call, Line};
use super::{Access, Cause, Closer, Comment, Draft, Failure, Forge, PullRequest, State};
use crate::unusable::Unusable;
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

/// A page, as GitLab calls its size, and how long it may be.
const PAGE: (&str, usize) = ("per_page", 100);

/// One project.
pub(super) struct GitLab {
    line: Line,
    project: String,
}

#[derive(Deserialize)]
struct Merge {
    iid: u64,
    web_url: String,
    state: String,
    description: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    labels: Vec<String>,
    merged_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    closed_by: Option<User>,
    source_project_id: Option<u64>,
    target_project_id: Option<u64>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    username: String,
    #[serde(default)]
    bot: bool,
}

#[derive(Deserialize)]
struct Discussion {
    notes: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    body: Option<String>,
    author: Option<User>,
    created_at: Timestamp,
    #[serde(default)]
    system: bool,
    position: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    new_path: Option<String>,
    old_path: Option<String>,
    new_line: Option<u32>,
    old_line: Option<u32>,
}

impl GitLab {
    pub(super) fn open(access: &Access) -> Result<GitLab, Unusable> {
        let header = match access.is_of_job() {
            true => ("job-token", ""),
            // Takes personal, project, group and OAuth tokens alike.
            false => ("authorization", "Bearer "),
        };
        let line = Line::open(access, header, &[("accept", "application/json")])?;
        Ok(GitLab { line, project: access.place.path.clone() })
    }

    fn path<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        ["projects", &self.project].into_iter().chain(rest.iter().copied()).collect()
    }

    fn change(&self, what: &str, number: u64, body: &serde_json::Value) -> Result<(), Failure> {
        let number = number.to_string();
        let what = format!("{what} merge request !{number}");
        let path = self.path(&["merge_requests", &number]);
        let body = Some(body);
        self.line.done(&Call { what: &what, method: Method::PUT, path: &path, query: &[], body })
    }

    /// The number of somebody.
    fn user(&self, name: &str) -> Result<Option<u64>, Failure> {
        let call = Call {
            what: &format!("look up the reviewer {name}"),
            method: Method::GET,
            path: &["users"],
            query: &[("username", name)],
            body: None,
        };
        let users: Vec<User> = self.line.call(&call)?;
        Ok(users.into_iter().find(|user| user.username.eq_ignore_ascii_case(name)).map(|user| user.id))
    }
}

impl From<Merge> for PullRequest {
    fn from(merge: Merge) -> PullRequest {
        let state = match merge.state.as_str() {
            // `locked` is on its way to being merged.
            "opened" | "locked" => State::Open,
            "merged" => State::Merged,
            _ => State::Closed,
        };
        PullRequest {
            number: merge.iid,
            url: merge.web_url,
            state,
            body: merge.description.unwrap_or_default(),
            is_draft: merge.draft,
            labels: merge.labels,
            closed_by: match merge.closed_by {
                None => Closer::Unknown,
                Some(user) if user.bot => Closer::Program(user.username),
                Some(user) => Closer::Person(user.username),
            },
            closed_at: merge.closed_at.or(merge.merged_at),
        }
    }
}

impl Forge for GitLab {
    fn find(&self, head: &str) -> Result<Vec<PullRequest>, Failure> {
        let query = [("source_branch", head), ("state", "all"), ("order_by", "created_at"), ("sort", "desc")];
        let what = format!("look for the merge request of {head}");
        let found: Vec<Merge> = self.line.all(&what, &self.path(&["merge_requests"]), &query, PAGE)?;
        // A fork may have a branch of this name, too.
        let own = found.into_iter().filter(|merge| merge.source_project_id == merge.target_project_id);
        Ok(own.map(PullRequest::from).collect())
    }

    fn create(&self, draft: &Draft<'_>) -> Result<PullRequest, Failure> {
        let Draft { title, body, base, head, is_draft } = *draft;
        let title = if is_draft { format!("Draft: {title}") } else { title.to_owned() };
        let body = json!({
            "source_branch": head,
            "target_branch": base,
            "title": title,
            "description": body,
            "remove_source_branch": true,
        });
        let merge: Merge = self.line.call(&Call {
            what: &format!("open a merge request for {head}"),
            method: Method::POST,
            path: &self.path(&["merge_requests"]),
            query: &[],
            body: Some(&body),
        })?;
        Ok(merge.into())
    }

    fn describe(&self, number: u64, body: &str) -> Result<(), Failure> {
        self.change("update", number, &json!({ "description": body }))
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Failure> {
        self.change("label", number, &json!({ "add_labels": labels }))
    }

    fn ask(&self, number: u64, reviewers: &[String]) -> Result<(), Failure> {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for name in reviewers {
            match self.user(name)? {
                Some(id) => known.push(id),
                None => unknown.push(name.as_str()),
            }
        }
        if !known.is_empty() {
            self.change("ask for a review of", number, &json!({ "reviewer_ids": known }))?;
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let says = format!("cannot ask {} for a review: nobody here has that name", unknown.join(", "));
        Err(Failure { cause: Cause::Invalid, says })
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, Failure> {
        let number = number.to_string();
        let what = format!("read what was said about merge request !{number}");
        let path = self.path(&["merge_requests", &number, "discussions"]);
        let discussions: Vec<Discussion> = self.line.all(&what, &path, &[], PAGE)?;
        let mut said: Vec<Comment> = Vec::new();
        for discussion in discussions {
            // An answer is about what was answered.
            let mut about = (None, None);
            for note in discussion.notes.into_iter().filter(|note| !note.system) {
                if let Some(position) = note.position {
                    let path = position.new_path.or(position.old_path);
                    about = (path, position.new_line.or(position.old_line));
                }
                let Some(author) = note.author.filter(|author| !author.bot) else { continue };
                let Some(text) = note.body.filter(|text| !text.trim().is_empty()) else { continue };
                let (path, line) = about.clone();
                let (id, at) = (format!("note-{}", note.id), note.created_at);
                said.push(Comment { id, by: author.username, at, text, path, line });
            }
        }
        said.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(said)
    }

    fn closer(&self, pull: &PullRequest) -> Result<Closer, Failure> {
        Ok(pull.closed_by.clone())
    }
}

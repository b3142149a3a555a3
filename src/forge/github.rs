//! GitHub's REST API, as github.com and GitHub Enterprise have it.
//!
//! Format: GitHub's OpenAPI description (`@octokit/openapi` on npm). The version is the oldest that all of them speak.

use super::line::{Call, Line};
use super::{Access, Cause, Closer, Comment, Draft, Failure, Forge, PullRequest, State};
use crate::unusable::Unusable;
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

const HEADERS: [(&str, &str); 2] =
    [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")];
/// A page, as GitHub calls its size, and how long it may be.
const PAGE: (&str, usize) = ("per_page", 100);

/// One repository.
pub(super) struct GitHub {
    line: Line,
    owner: String,
    name: String,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
    html_url: String,
    state: String,
    body: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    labels: Vec<Label>,
    merged_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type", default)]
    sort: String,
}

/// What is said about a line, in a review, or in general: the same fields, as far as there are any.
#[derive(Deserialize)]
struct Said {
    id: u64,
    user: Option<User>,
    body: Option<String>,
    created_at: Option<Timestamp>,
    submitted_at: Option<Timestamp>,
    path: Option<String>,
    line: Option<u32>,
    original_line: Option<u32>,
}

#[derive(Deserialize)]
struct Issue {
    closed_by: Option<User>,
}

impl GitHub {
    pub(super) fn open(access: &Access) -> Result<GitHub, Unusable> {
        let line = Line::open(access, ("authorization", "Bearer "), &HEADERS)?;
        let (owner, name) = (access.place.owner().to_owned(), access.place.name().to_owned());
        Ok(GitHub { line, owner, name })
    }

    /// A path of the repository.
    fn path<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        ["repos", &self.owner, &self.name].into_iter().chain(rest.iter().copied()).collect()
    }

    fn said(&self, what: &str, path: &[&str], sort: &str) -> Result<Vec<Comment>, Failure> {
        let said: Vec<Said> = self.line.all(what, &self.path(path), &[], PAGE)?;
        Ok(said.into_iter().filter_map(|said| said.comment(sort)).collect())
    }
}

impl Said {
    fn comment(self, sort: &str) -> Option<Comment> {
        let user = self.user.filter(|user| user.sort != "Bot")?;
        let text = self.body.filter(|text| !text.trim().is_empty())?;
        let at = self.created_at.or(self.submitted_at)?;
        let line = self.line.or(self.original_line);
        Some(Comment { id: format!("{sort}{}", self.id), by: user.login, at, text, path: self.path, line })
    }
}

impl From<Pull> for PullRequest {
    fn from(pull: Pull) -> PullRequest {
        let state = match (pull.merged_at, pull.state.as_str()) {
            (Some(_), _) => State::Merged,
            (None, "open") => State::Open,
            (None, _) => State::Closed,
        };
        PullRequest {
            number: pull.number,
            url: pull.html_url,
            state,
            body: pull.body.unwrap_or_default(),
            is_draft: pull.draft,
            labels: pull.labels.into_iter().map(|label| label.name).collect(),
            closed_by: Closer::Unknown,
            closed_at: pull.closed_at,
        }
    }
}

impl Forge for GitHub {
    fn find(&self, head: &str) -> Result<Vec<PullRequest>, Failure> {
        let of = format!("{}:{head}", self.owner);
        let query = [("head", of.as_str()), ("state", "all"), ("sort", "created"), ("direction", "desc")];
        let what = format!("look for the pull request of {head}");
        let found: Vec<Pull> = self.line.all(&what, &self.path(&["pulls"]), &query, PAGE)?;
        Ok(found.into_iter().map(PullRequest::from).collect())
    }

    fn create(&self, draft: &Draft<'_>) -> Result<PullRequest, Failure> {
        let Draft { title, body, base, head, is_draft } = *draft;
        let what = format!("open a pull request for {head}");
        let open = |is_draft: bool| {
            let body = json!({ "title": title, "body": body, "base": base, "head": head, "draft": is_draft });
            let path = self.path(&["pulls"]);
            self.line.call::<Pull>(&Call {
                what: &what,
                method: Method::POST,
                path: &path,
                query: &[],
                body: Some(&body),
            })
        };
        let opened = match open(is_draft) {
            Err(failure) if is_draft && failure.cause == Cause::Invalid && failure.says.contains("raft") => {
                open(false)
            }
            other => other,
        };
        opened.map(PullRequest::from)
    }

    fn describe(&self, number: u64, body: &str) -> Result<(), Failure> {
        let (number, body) = (number.to_string(), json!({ "body": body }));
        let what = format!("update pull request #{number}");
        let path = self.path(&["pulls", &number]);
        let body = Some(&body);
        self.line.done(&Call { what: &what, method: Method::PATCH, path: &path, query: &[], body })
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Failure> {
        let (number, body) = (number.to_string(), json!({ "labels": labels }));
        let what = format!("label pull request #{number}");
        let path = self.path(&["issues", &number, "labels"]);
        let body = Some(&body);
        self.line.done(&Call { what: &what, method: Method::POST, path: &path, query: &[], body })
    }

    fn ask(&self, number: u64, reviewers: &[String]) -> Result<(), Failure> {
        // A team is written as `organisation/team`; the API wants its name alone.
        let (teams, people): (Vec<&String>, Vec<&String>) =
            reviewers.iter().partition(|name| name.contains('/'));
        let teams: Vec<&str> = teams.iter().filter_map(|name| name.rsplit('/').next()).collect();
        let (number, body) = (number.to_string(), json!({ "reviewers": people, "team_reviewers": teams }));
        let what = format!("ask for a review of pull request #{number}");
        let path = self.path(&["pulls", &number, "requested_reviewers"]);
        let body = Some(&body);
        self.line.done(&Call { what: &what, method: Method::POST, path: &path, query: &[], body })
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, Failure> {
        let number = number.to_string();
        let what = format!("read what was said about pull request #{number}");
        let mut said = self.said(&what, &["pulls", &number, "comments"], "line-")?;
        said.extend(self.said(&what, &["pulls", &number, "reviews"], "review-")?);
        said.extend(self.said(&what, &["issues", &number, "comments"], "comment-")?);
        said.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(said)
    }

    fn closer(&self, pull: &PullRequest) -> Result<Closer, Failure> {
        let number = pull.number.to_string();
        let what = format!("read who closed pull request #{number}");
        let path = self.path(&["issues", &number]);
        let issue: Issue = self.line.call(&Call {
            what: &what,
            method: Method::GET,
            path: &path,
            query: &[],
            body: None,
        })?;
        Ok(match issue.closed_by {
            None => Closer::Unknown,
            Some(user) if user.sort == "Bot" => Closer::Program(user.login),
            Some(user) => Closer::Person(user.login),
        })
    }
}

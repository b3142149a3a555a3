//! The REST API that Forgejo and Gitea share.
//!
//! What differs from GitHub's, which it is made after: nothing finds a pull request by its branch, a draft is a word in the
//! title, labels have to be there, and who closed something stands in its timeline.
//! Format: the swagger description that every server has at `/swagger.v1.json`.

use super::line::{Call, Line};
use super::{Access, Closer, Comment, Draft, Failure, Forge, PullRequest, State};
use crate::unusable::Unusable;
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

/// A page, as Forgejo calls its size, and how long it is anywhere.
const PAGE: (&str, usize) = ("limit", 50);
/// The colour of a label that is made here.
const COLOUR: &str = "#7057ff";

/// One repository.
pub(super) struct Forgejo {
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
    labels: Option<Vec<Label>>,
    #[serde(default)]
    merged: bool,
    closed_at: Option<Timestamp>,
    merged_at: Option<Timestamp>,
    head: Option<Branch>,
    base: Option<Branch>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
    repo_id: Option<i64>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Review {
    id: u64,
    user: Option<User>,
    body: Option<String>,
    submitted_at: Option<Timestamp>,
    #[serde(default)]
    comments_count: u64,
}

#[derive(Deserialize)]
struct Said {
    id: u64,
    user: Option<User>,
    body: Option<String>,
    created_at: Option<Timestamp>,
    path: Option<String>,
    position: Option<u32>,
    original_position: Option<u32>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type", default)]
    sort: String,
    user: Option<User>,
}

impl Forgejo {
    pub(super) fn open(access: &Access) -> Result<Forgejo, Unusable> {
        let line = Line::open(access, ("authorization", "token "), &[("accept", "application/json")])?;
        let (owner, name) = (access.place.owner().to_owned(), access.place.name().to_owned());
        Ok(Forgejo { line, owner, name })
    }

    fn path<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        ["repos", &self.owner, &self.name].into_iter().chain(rest.iter().copied()).collect()
    }

    fn post(&self, what: &str, path: &[&str], body: &Value) -> Result<Value, Failure> {
        let path = self.path(path);
        let body = Some(body);
        self.line.call(&Call { what, method: Method::POST, path: &path, query: &[], body })
    }
}

impl Pull {
    fn is_of(&self, branch: &str) -> bool {
        let (Some(head), Some(base)) = (&self.head, &self.base) else { return false };
        head.name == branch && head.repo_id == base.repo_id
    }
}

impl From<Pull> for PullRequest {
    fn from(pull: Pull) -> PullRequest {
        let state = match (pull.merged, pull.state.as_str()) {
            (true, _) => State::Merged,
            (false, "open") => State::Open,
            (false, _) => State::Closed,
        };
        PullRequest {
            number: pull.number,
            url: pull.html_url,
            state,
            body: pull.body.unwrap_or_default(),
            is_draft: pull.draft,
            labels: pull.labels.unwrap_or_default().into_iter().map(|label| label.name).collect(),
            closed_by: Closer::Unknown,
            closed_at: pull.closed_at.or(pull.merged_at),
        }
    }
}

impl Said {
    fn comment(self, sort: &str) -> Option<Comment> {
        let text = self.body.filter(|text| !text.trim().is_empty())?;
        // A line that is gone has no position any more.
        let line = self.position.filter(|line| *line > 0).or(self.original_position).filter(|line| *line > 0);
        let (id, by) = (format!("{sort}{}", self.id), self.user?.login);
        Some(Comment { id, by, at: self.created_at?, text, path: self.path, line })
    }
}

impl Forge for Forgejo {
    fn find(&self, head: &str) -> Result<Vec<PullRequest>, Failure> {
        let what = format!("look for the pull request of {head}");
        for state in ["open", "closed"] {
            let query = [("state", state), ("sort", "recentupdate")];
            let mut found: Vec<Pull> = self.line.all(&what, &self.path(&["pulls"]), &query, PAGE)?;
            found.retain(|pull| pull.is_of(head));
            found.sort_by_key(|pull| std::cmp::Reverse(pull.number));
            if !found.is_empty() {
                return Ok(found.into_iter().map(PullRequest::from).collect());
            }
        }
        Ok(Vec::new())
    }

    fn create(&self, draft: &Draft<'_>) -> Result<PullRequest, Failure> {
        let Draft { title, body, base, head, is_draft } = *draft;
        let title = if is_draft { format!("WIP: {title}") } else { title.to_owned() };
        let body = json!({ "title": title, "body": body, "base": base, "head": head });
        let pull: Pull = self.line.call(&Call {
            what: &format!("open a pull request for {head}"),
            method: Method::POST,
            path: &self.path(&["pulls"]),
            query: &[],
            body: Some(&body),
        })?;
        Ok(pull.into())
    }

    fn describe(&self, number: u64, body: &str) -> Result<(), Failure> {
        let number = number.to_string();
        let body = json!({ "body": body });
        self.line.done(&Call {
            what: &format!("update pull request #{number}"),
            method: Method::PATCH,
            path: &self.path(&["pulls", &number]),
            query: &[],
            body: Some(&body),
        })
    }

    fn label(&self, number: u64, labels: &[String]) -> Result<(), Failure> {
        let number = number.to_string();
        let what = format!("label pull request #{number}");
        let path = ["issues", &number, "labels"];
        let have: Vec<Label> = self.line.all(&what, &self.path(&["labels"]), &[], PAGE)?;
        for label in labels.iter().filter(|label| have.iter().all(|have| have.name != **label)) {
            self.post(&what, &["labels"], &json!({ "name": label, "color": COLOUR }))?;
        }
        self.post(&what, &path, &json!({ "labels": labels })).map(|_| ())
    }

    fn ask(&self, number: u64, reviewers: &[String]) -> Result<(), Failure> {
        let (teams, people): (Vec<&String>, Vec<&String>) =
            reviewers.iter().partition(|name| name.contains('/'));
        let teams: Vec<&str> = teams.iter().filter_map(|name| name.rsplit('/').next()).collect();
        let number = number.to_string();
        let what = format!("ask for a review of pull request #{number}");
        let path = ["pulls", &number, "requested_reviewers"];
        self.post(&what, &path, &json!({ "reviewers": people, "team_reviewers": teams })).map(|_| ())
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, Failure> {
        let number = number.to_string();
        let what = format!("read what was said about pull request #{number}");
        let path = self.path(&["pulls", &number, "reviews"]);
        let reviews: Vec<Review> = self.line.all(&what, &path, &[], PAGE)?;
        let mut said = Vec::new();
        for review in reviews {
            let id = review.id.to_string();
            if review.comments_count > 0 {
                let path = self.path(&["pulls", &number, "reviews", &id, "comments"]);
                let of_review: Vec<Said> = self.line.call(&Call {
                    what: &what,
                    method: Method::GET,
                    path: &path,
                    query: &[],
                    body: None,
                })?;
                said.extend(of_review.into_iter().filter_map(|said| said.comment("line-")));
            }
            let whole = Said {
                id: review.id,
                user: review.user,
                body: review.body,
                created_at: review.submitted_at,
                path: None,
                position: None,
                original_position: None,
            };
            said.extend(whole.comment("review-"));
        }
        // Everything that is said in general comes in one page.
        let general: Vec<Said> = self.line.call(&Call {
            what: &what,
            method: Method::GET,
            path: &self.path(&["issues", &number, "comments"]),
            query: &[],
            body: None,
        })?;
        said.extend(general.into_iter().filter_map(|said| said.comment("comment-")));
        said.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(said)
    }

    fn closer(&self, pull: &PullRequest) -> Result<Closer, Failure> {
        let number = pull.number.to_string();
        let what = format!("read who closed pull request #{number}");
        let path = self.path(&["issues", &number, "timeline"]);
        let events: Vec<Event> = self.line.all(&what, &path, &[], PAGE)?;
        let last = events.into_iter().rev().find(|event| event.sort == "close");
        let by = last.and_then(|event| event.user).map(|user| Closer::Person(user.login));
        Ok(by.unwrap_or_default())
    }
}

//! The line to a forge's API: one call in, one value out, and in words what went wrong.

use super::{Access, Cause, Failure, Kind};
use crate::unusable::Unusable;
use crate::web::http::{Answer, Fault, Http, Lost, Request, Way};
use crate::web::retry::{self, Patience};
use crate::web::telling;
use reqwest::Method;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How long one answer may take, and how often it is asked again.
const PATIENCE: Patience = Patience { retries: 3, deadline: Duration::from_secs(30) };
/// Most pages of one list that are read.
const MOST_PAGES: usize = 20;

/// The line to one forge.
pub(super) struct Line {
    http: Http,
    runtime: Runtime,
    kind: Kind,
    /// `GitHub (github.com)`, for errors.
    name: String,
    /// What the token is called, for errors.
    token: String,
}

/// One call.
pub(super) struct Call<'a> {
    /// What is asked, to stand behind "cannot": `look for the pull request of dream/x`.
    pub(super) what: &'a str,
    pub(super) method: Method,
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) body: Option<&'a Value>,
}

impl Line {
    /// Opens a line; `key_header` is where the token goes, `headers` what goes with every call.
    pub(super) fn open(
        access: &Access,
        key_header: (&'static str, &str),
        headers: &[(&'static str, &'static str)],
    ) -> Result<Line, Unusable> {
        let way = Way {
            address: access.api.clone(),
            key: Some(access.key()?),
            key_header,
            headers,
            authority: access.authority.as_deref(),
            follows: true,
            renamed_by: "GIT_DREAM_FORGE_URL",
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Unusable(format!("cannot wait for a forge: {error}")))?;
        Ok(Line {
            http: Http::new(way, PATIENCE, may_pass)?,
            runtime,
            kind: access.kind,
            name: format!("{} ({})", access.kind, access.api.host_str().unwrap_or_default()),
            token: access.token_name().to_owned(),
        })
    }

    /// The value that a call brings.
    pub(super) fn call<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Failure> {
        let answer = self.send(call)?;
        self.read(call, &answer)
    }

    /// A call whose answer nobody reads.
    pub(super) fn done(&self, call: &Call<'_>) -> Result<(), Failure> {
        self.send(call).map(|_| ())
    }

    /// All pages of a list. `size` is how the forge calls the size of a page, and how many it has at most.
    pub(super) fn all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &[&str],
        query: &[(&str, &str)],
        size: (&str, usize),
    ) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        let most = size.1.to_string();
        for page in 1..=MOST_PAGES {
            let page = page.to_string();
            let query: Vec<(&str, &str)> =
                query.iter().copied().chain([(size.0, most.as_str()), ("page", page.as_str())]).collect();
            let call = Call { what, method: Method::GET, path, query: &query, body: None };
            let answer = self.send(&call)?;
            let mut read: Vec<T> = self.read(&call, &answer)?;
            // A forge may give fewer than it was asked for; where it says whether there are more, that counts.
            let link = answer.headers.get("link").and_then(|link| link.to_str().ok());
            let is_last = link.map_or(read.len() < size.1, |link| !link.contains("rel=\"next\""));
            let is_empty = read.is_empty();
            all.append(&mut read);
            if is_last || is_empty {
                break;
            }
        }
        Ok(all)
    }

    fn send(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let Call { method, path, query, body, .. } = call;
        let of = path.last().copied().unwrap_or_default();
        let request = Request { method: method.clone(), path, query, body: *body, most: 0, of };
        self.runtime.block_on(self.http.send(&request)).map_err(|fault| self.failure(call, fault))
    }

    fn read<T: DeserializeOwned>(&self, call: &Call<'_>, answer: &Answer) -> Result<T, Failure> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            let is_json = serde_json::from_slice::<IgnoredAny>(&answer.body).is_ok();
            let what = if is_json { telling(&error.to_string()) } else { "no JSON".to_owned() };
            let (name, asked) = (&self.name, call.what);
            let says = format!(
                "cannot {asked}: what {name} answers is not what its API says ({what}); is the address the API's? name \
                 it with GIT_DREAM_FORGE_URL"
            );
            Failure { cause: Cause::Broken, says }
        })
    }

    /// What went wrong, in words.
    fn failure(&self, call: &Call<'_>, fault: Fault) -> Failure {
        let (cause, why) = match fault {
            Fault::Answered(status, says, wait) => self.refused(status, &says, wait),
            Fault::Unreachable(why) => (
                Cause::Broken,
                format!("it cannot be reached: {why}; run `git dream publish` again when it can"),
            ),
            Fault::Lost(Lost::TimedOut(seconds)) => {
                (Cause::Lost, format!("no answer within {seconds} seconds; run `git dream publish` again"))
            }
            Fault::Lost(Lost::Malformed(why) | Lost::Broken(why)) => {
                (Cause::Lost, format!("the answer broke off: {why}; run `git dream publish` again"))
            }
        };
        Failure { cause, says: format!("cannot {} at {}: {why}", call.what, self.name) }
    }

    /// What a status means, and what to do about it.
    fn refused(&self, status: u16, says: &str, wait: Option<Duration>) -> (Cause, String) {
        let said = match says {
            "" => format!("status {status}"),
            says => format!("{says} (status {status})"),
        };
        let (token, lowered) = (&self.token, says.to_lowercase());
        match status {
            _ if is_limit(status, &lowered, wait) => {
                let until = wait.map_or("later".to_owned(), |wait| format!("in {}", in_words(wait)));
                (
                    Cause::Busy,
                    format!("it was asked too often: {said}; run `git dream publish` again {until}"),
                )
            }
            401 => (
                Cause::Token,
                format!(
                    "the token in {token} is not accepted: {said}; make a new one, or give the one of this host"
                ),
            ),
            403 => {
                (Cause::Forbidden, format!("the token in {token} may not do that: {said}; {}", self.rights()))
            }
            404 | 410 => (
                Cause::NotFound,
                format!(
                    "there is no such project or branch, or the token in {token} may not see it: {said}; {}",
                    self.rights()
                ),
            ),
            // Forgejo and GitLab say 409, GitHub says 422.
            409 | 422 | 400 if lowered.contains("already exists") => (Cause::Exists, said),
            400..500 => (Cause::Invalid, said),
            _ => (Cause::Broken, format!("it failed: {said}; run `git dream publish` again later")),
        }
    }

    /// What a token has to be allowed.
    fn rights(&self) -> &'static str {
        match self.kind {
            Kind::GitHub => {
                "it needs `Pull requests: write` (fine-grained) or `repo` (classic); in Actions `permissions: \
                 pull-requests: write`, and in the repository's settings `Allow GitHub Actions to create and approve \
                 pull requests`"
            }
            Kind::GitLab => {
                "it needs the scope `api` and the role Developer; a job's own token may not open merge requests"
            }
            Kind::Forgejo => "it needs `repository: write` and `issue: write`",
        }
    }
}

/// Whether a forge wants to be left alone. GitHub says so with 403, too.
fn is_limit(status: u16, says: &str, wait: Option<Duration>) -> bool {
    status == 429 || (status == 403 && (wait.is_some() || says.contains("rate limit")))
}

fn may_pass(status: u16, says: &str, wait: Option<Duration>) -> bool {
    retry::may_pass(status) || is_limit(status, &says.to_lowercase(), wait)
}

/// A wait, rounded up.
fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        seconds @ 0..120 => format!("{} seconds", seconds.max(1)),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

//! Publishing a cycle: its branch at the remote, and one pull request for it.
//!
//! The story of `git dream publish`, told once ([`publish`]): fetch, take in what people said and decided where git does
//! not keep it ([`heard`]), choose the cycle ([`chosen`]), share ledger and branch ([`crate::exchange`]), open or update
//! its pull request, whose text ([`body`]) lets nothing act that came from a transcript ([`defused`]). Refuses to decide:
//! verdicts stay git's, a forge adds only who closed what git still shows as open, and why. Refuses to write over what
//! reviewers have pushed, and to open anything where there is nothing to say.

pub mod body;
mod chosen;
pub(crate) mod defused;
mod heard;

pub use heard::Heard;

use crate::cycle::Target;
use crate::exchange::{Exchange, Pushed};
use crate::forge::{self, Access, Cause, Draft, Forge, Found, Kind, PullRequest, State};
use crate::ledger::{CycleRecord, Ledger, Stamp};
use crate::memory::place::outside;
use crate::remote::Remote;
use crate::repo::{Oid, Repo};
use crate::settings::Settings;
use crate::unusable::Unusable;
use crate::verdict::{self, Proposal};
use anyhow::Result;
use std::collections::BTreeMap;

/// What is to be published, and where.
pub struct Request<'a> {
    /// The memory's repository.
    pub repo: &'a Repo,
    /// Its settings.
    pub settings: &'a Settings,
    /// The branch that learnings are proposed for: `main`.
    pub target: &'a str,
    /// Where to; `None`: there is no remote.
    pub remote: Option<&'a Remote<'a>>,
    /// The forge at that remote.
    pub forge: Found,
    /// The cycle that somebody named, or its branch.
    pub cycle: Option<&'a str>,
    /// Who writes what people said into the ledger, and when.
    pub stamp: Stamp,
    /// Whether to stop before anything is sent or written.
    pub dry_run: bool,
}

/// What came of publishing.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The cycle; `None` where nothing waits.
    pub cycle: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// What became of the branch at the remote; `None` where nothing was pushed.
    pub pushed: Option<Pushed>,
    /// Whether the remote's ledger learnt something.
    pub ledger: bool,
    /// The page that compares the branch with the target, where the forge is known.
    pub compare_url: Option<String>,
    /// The pull request.
    pub pull: Option<Pull>,
    /// Its title and its text, as they are or would be; `None` where nothing waits.
    pub text: Option<(String, String)>,
    /// What people said and decided on the forge, and the ledger did not know.
    pub heard: Heard,
    /// What a person ought to know, a sentence each.
    pub notices: Vec<String>,
}

/// A pull request, and what was done with it.
#[derive(Clone, Debug)]
pub struct Pull {
    /// What the forge calls it.
    pub kind: Kind,
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// What became of it.
    pub state: State,
    /// Whether it is marked as not ready.
    pub is_draft: bool,
    /// What was done.
    pub done: Done,
}

/// What was done with a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// It is new.
    Opened,
    /// Its text is new.
    Updated,
    /// It said all this already, or people have made its text theirs, or it is decided.
    Nothing,
}

/// A forge failed after the branch was pushed.
#[derive(Debug)]
pub struct Halfway {
    failure: forge::Failure,
    said: String,
}

impl std::fmt::Display for Halfway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.failure, self.said)
    }
}

impl std::error::Error for Halfway {}

/// The pull requests of branches, the newest first, as far as they were asked for.
type Pulls = BTreeMap<String, Vec<PullRequest>>;

/// Publishes a cycle. See the module for what that is.
///
/// Errors: [`Unusable`] where the cycle that is named is none, or the target is not at the remote;
/// [`crate::remote::Failure`]; [`forge::Failure`] before anything was pushed, [`Halfway`] after; a repository that cannot
/// be read or written. Publishing once more goes on from there.
pub fn publish(request: &Request<'_>) -> Result<Published> {
    let mut published = Published::default();
    let exchange = request.remote.filter(|_| !request.dry_run).map(|remote| exchange(request, remote));
    let forge = match (&exchange, &request.forge) {
        (Some(_), Found::Forge(access)) if access.check_token().is_ok() => Some(forge::open(access)?),
        _ => None,
    };
    let mut pulls = Pulls::new();
    let mut failed = None;
    if let Some(exchange) = &exchange {
        exchange.fetch()?;
        chosen::check_name(request)?;
        if let Some(forge) = forge.as_deref() {
            match heard::hear(request, forge, tip(request)?) {
                Ok(heard) => {
                    (published.heard, pulls) = heard;
                    let closed = published.heard.closed_by_programs.iter().map(|(url, program)| {
                        format!("{url} was closed by the program {program}, which decides nothing: reopen it, or close it yourself.")
                    });
                    published.notices.extend(closed);
                }
                // What has to be pushed is pushed all the same.
                Err(error) => failed = Some(error.downcast::<forge::Failure>()?),
            }
        }
    }
    let ledger = Ledger::open(request.repo)?;
    let (cycles, _) = ledger.cycles()?;
    let base = tip(request)?;
    let proposals = verdict::decided(request.repo, &cycles, base, &request.settings.memory.root)?;
    let chosen = chosen::choose(request, &cycles, &proposals)?;
    let Some(chosen) = chosen else {
        // The ledger is worth sharing on a quiet night, too: it says that there was nothing to say, and why.
        if let Some(exchange) = exchange.filter(|_| ledger.tip().is_some()) {
            published.ledger = exchange.share(None)?.ledger;
        }
        return failed.map_or(Ok(published), |failure| Err(failure.into()));
    };
    let branch = chosen.branch.as_str();
    published.cycle = Some(chosen.cycle.cycle.clone());
    published.branch = Some(branch.to_owned());
    let most = access(request).map_or(Kind::GitHub, |access| access.kind).longest_body();
    let title = body::title(&request.settings.publish.title, chosen.cycle)?;
    let text = body::text(&material(request, chosen.cycle, branch, &proposals, base)?, most)?;
    published.compare_url =
        access(request).and_then(|access| access.place.compare(access.kind, request.target, branch));
    if let Some(exchange) = &exchange {
        check_target(request, exchange.remote, chosen.cycle, &mut published.notices)?;
        let shared = exchange.share(Some(branch).filter(|_| chosen.is_here))?;
        published.ledger = shared.ledger;
        published.pushed = shared.branch;
    }
    let is_there = published.pushed != Some(Pushed::Closed);
    if let Some(forge) = forge.as_deref().filter(|_| is_there) {
        let opening = Opening { request, forge, chosen: chosen.cycle, branch, title: &title, text: &text };
        let known = pulls.remove(branch);
        let opened = failed.map_or_else(|| opening.open_or_update(known), Err);
        let (pull, notices) = opened.map_err(|failure| halfway(failure, request, &published))?;
        published.notices.extend(notices);
        published.pull = pull;
    }
    published.text = Some((title, text));
    Ok(published)
}

/// Where the target stands: after fetching another one than before, where it only lagged behind.
fn tip(request: &Request<'_>) -> Result<Oid> {
    Target::find(request.repo, request.settings)?.commit()
}

fn exchange<'a>(request: &Request<'a>, remote: &'a Remote<'a>) -> Exchange<'a> {
    let Request { repo, settings, target, stamp, .. } = request;
    Exchange { repo, remote, settings, target, now: stamp.at }
}

fn access<'r>(request: &'r Request<'_>) -> Option<&'r Access> {
    match &request.forge {
        Found::Forge(access) => Some(access),
        Found::None(_) => None,
    }
}

fn material<'a>(
    request: &Request<'a>,
    cycle: &'a CycleRecord,
    branch: &'a str,
    proposals: &'a [Proposal<'a>],
    base: Oid,
) -> Result<body::Material<'a>> {
    let path = outside(&request.settings.memory.root, body::FILE);
    let template = request.repo.read(base, &path)?.map(String::from_utf8).transpose();
    let template = template
        .map_err(|_| Unusable(format!("the template {path} is not UTF-8: save it as UTF-8 and commit it")))?;
    let proposals = proposals.iter().filter(|proposal| proposal.cycle.cycle == cycle.cycle).collect();
    let root = &request.settings.memory.root;
    Ok(body::Material { repo: request.repo, cycle, branch, root, proposals, template })
}

/// Whether the remote has the branch that the pull request is for, and all that the cycle started from.
fn check_target(
    request: &Request<'_>,
    remote: &Remote<'_>,
    cycle: &CycleRecord,
    notices: &mut Vec<String>,
) -> Result<()> {
    let (repo, target, name) = (request.repo, request.target, remote.name());
    let Some(theirs) = repo.resolve(&format!("refs/remotes/{name}/{target}"))? else {
        return Err(Unusable(format!(
            "the branch `{target}` is not at {name} yet, so nothing can be proposed for it there: `git push -u {name} \
             {target}` first; nothing was pushed"
        ))
        .into());
    };
    let base = Oid::parse(&cycle.base).filter(|base| repo.past(*base).is_ok());
    let ahead = base.map(|base| repo.walk(&[theirs], base)).transpose()?.map_or(0, |commits| commits.len());
    if ahead > 0 {
        let commits = if ahead == 1 { "a commit".to_owned() } else { format!("{ahead} commits") };
        notices.push(format!(
            "{target} here has {commits} that {name} lacks, and a pull request shows them, too: `git push {name} {target}`"
        ));
    }
    Ok(())
}

fn halfway(failure: forge::Failure, request: &Request<'_>, published: &Published) -> Halfway {
    let remote = request.remote.map_or("the remote", Remote::name);
    let branch = published.branch.as_deref().unwrap_or_default();
    let by_hand = published.compare_url.as_ref().map(|url| format!(", or open it by hand at {url}"));
    let said = format!(
        "nothing is lost: {branch} and the ledger are at {remote}; publish again when that is mended{}",
        by_hand.unwrap_or_default()
    );
    Halfway { failure, said }
}

/// A pull request on its way.
struct Opening<'a> {
    request: &'a Request<'a>,
    forge: &'a dyn Forge,
    chosen: &'a CycleRecord,
    branch: &'a str,
    title: &'a str,
    text: &'a str,
}

impl Opening<'_> {
    /// Opens it, or gives the one that there is a new text. `known`: what is known of the branch's pull requests.
    fn open_or_update(
        &self,
        known: Option<Vec<PullRequest>>,
    ) -> Result<(Option<Pull>, Vec<String>), forge::Failure> {
        let found = match known {
            Some(found) => found,
            None => self.forge.find(self.branch)?,
        };
        let open = |found: Vec<PullRequest>| found.into_iter().find(|pull| pull.state == State::Open);
        if let Some(decided) = found.iter().find(|pull| pull.state != State::Open)
            && found.iter().all(|pull| pull.state != State::Open)
        {
            return Ok((Some(self.pull(decided, Done::Nothing)), Vec::new()));
        }
        let (pull, done, mut notices) = match open(found) {
            Some(pull) => self.update(pull)?,
            None => match self.create() {
                // Somebody was faster, or the answer to an earlier try got lost.
                Err(failure) if matches!(failure.cause, Cause::Exists | Cause::Lost) => {
                    let found = open(self.forge.find(self.branch)?);
                    self.update(found.ok_or(failure)?)?
                }
                created => (created?, Done::Opened, Vec::new()),
            },
        };
        self.mark(&pull, done, &mut notices);
        Ok((Some(self.pull(&pull, done)), notices))
    }

    fn create(&self) -> Result<PullRequest, forge::Failure> {
        let settings = &self.request.settings.publish;
        let grades = self.chosen.learnings.iter().map(|learning| learning.grade.as_str());
        self.forge.create(&Draft {
            title: self.title,
            body: self.text,
            base: self.request.target,
            head: self.branch,
            is_draft: settings.is_draft(grades),
        })
    }

    fn update(&self, pull: PullRequest) -> Result<(PullRequest, Done, Vec<String>), forge::Failure> {
        let Some(new) = body::with_ours(&pull.body, self.text) else {
            let notice = format!("People have made the text of {} theirs: it was left as it is.", pull.url);
            return Ok((pull, Done::Nothing, vec![notice]));
        };
        let most = access(self.request).map_or(Kind::GitHub, |access| access.kind).longest_body();
        if new.len() > most {
            let notice =
                format!("What people wrote in {} leaves no room for more: it was left as it is.", pull.url);
            return Ok((pull, Done::Nothing, vec![notice]));
        }
        if body::is_same(&new, &pull.body) {
            return Ok((pull, Done::Nothing, Vec::new()));
        }
        self.forge.describe(pull.number, &new)?;
        Ok((pull, Done::Updated, Vec::new()))
    }

    /// Labels it and asks for reviews. That it could not is no failure: the pull request is there.
    fn mark(&self, pull: &PullRequest, done: Done, notices: &mut Vec<String>) {
        let settings = &self.request.settings.publish;
        let missing = settings.labels.iter().filter(|label| !pull.labels.contains(label));
        let missing: Vec<String> = missing.cloned().collect();
        let labelled = if missing.is_empty() { Ok(()) } else { self.forge.label(pull.number, &missing) };
        // Who was asked once is not asked again every night.
        let is_asked = done == Done::Opened && !settings.reviewers.is_empty();
        let asked = if is_asked { self.forge.ask(pull.number, &settings.reviewers) } else { Ok(()) };
        let failed = labelled.err().into_iter().chain(asked.err());
        notices.extend(failed.map(|failure| format!("The pull request is there, but: {failure}.")));
    }

    fn pull(&self, pull: &PullRequest, done: Done) -> Pull {
        Pull {
            kind: access(self.request).map_or(Kind::GitHub, |access| access.kind),
            number: pull.number,
            url: pull.url.clone(),
            state: pull.state,
            is_draft: pull.is_draft,
            done,
        }
    }
}

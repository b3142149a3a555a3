//! `git dream publish`

use super::talk::{COMMAND, GOOD, STRONG, Talk, count};
use super::whereabouts;
use crate::cycle::Target;
use crate::exchange::Pushed;
use crate::forge::{Access, Found, Said, State};
use crate::ledger::Stamp;
use crate::publish::{self, Done, Published, Pull, Request};
use crate::remote::Remote;
use crate::repo::{Identity, Repo};
use anyhow::Result;
use serde::Serialize;
use std::path::Path;

#[derive(clap::Args)]
pub(super) struct Options {
    /// Publish this cycle, by its name or its branch; else the newest that waits
    #[arg(value_name = "CYCLE")]
    cycle: Option<String>,
    /// Publish at this remote; else the one of `git config dream.remote`, the one that the branch follows, or origin
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// What the remote is: github, gitlab, forgejo (Gitea, too) or none
    ///
    /// Else what GIT_DREAM_FORGE or `git config dream.forge` says, or the remote's host. Its API is where
    /// GIT_DREAM_FORGE_URL or `git config dream.forgeUrl` says. The token is read from GIT_DREAM_FORGE_TOKEN, from a
    /// program that prints it (GIT_DREAM_FORGE_TOKEN_COMMAND, `git config dream.forgeTokenCommand`), or from the forge's own
    /// variable (GITHUB_TOKEN, GH_TOKEN, GITLAB_TOKEN, CI_JOB_TOKEN, FORGEJO_TOKEN, GITEA_TOKEN); never from dream.toml.
    #[arg(long, value_name = "NAME")]
    forge: Option<String>,
    /// Say what would be published, with title and text; send nothing
    #[arg(long)]
    dry_run: bool,
    /// Date what is written into the ledger with this moment instead of now
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Wire<'a> {
    version: u32,
    cycle: Option<&'a str>,
    branch: Option<&'a str>,
    remote: Option<&'a str>,
    /// `new`, `grown`, `same`, `reviewed` or `closed`; null where no branch was to be pushed.
    pushed: Option<&'static str>,
    /// Whether the remote's ledger learnt something.
    ledger: bool,
    compare_url: Option<&'a str>,
    pull_request: Option<WirePull<'a>>,
    /// Why there is no pull request though something waits.
    no_pull_request: Option<&'a str>,
    title: Option<&'a str>,
    body: Option<&'a str>,
    heard: WireHeard<'a>,
    notices: &'a [String],
}

#[derive(Serialize)]
struct WirePull<'a> {
    number: u64,
    url: &'a str,
    state: State,
    draft: bool,
    done: Done,
}

/// What people said and decided on the forge, and the ledger did not know.
#[derive(Serialize)]
struct WireHeard<'a> {
    comments: usize,
    refused: Vec<WireRefused<'a>>,
}

#[derive(Serialize)]
struct WireRefused<'a> {
    title: &'a str,
    by: &'a str,
}

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let here = whereabouts::find(dir)?;
    let target = Target::find(&here.repo, &here.settings)?;
    let remote = Remote::find(&here.repo, options.remote.as_deref(), &target.branch)?;
    let forge = forge(remote.as_ref(), options.forge.as_deref(), &here.repo)?;
    let why_none = why_none(&forge, remote.is_some(), options.dry_run);
    let stamp = Stamp {
        identity: Identity::of(&here.settings.author),
        at: whereabouts::now(options.now.as_deref())?,
    };
    let request = Request {
        repo: &here.repo,
        settings: &here.settings,
        target: &target.branch,
        remote: remote.as_ref(),
        forge,
        cycle: options.cycle.as_deref(),
        stamp,
        dry_run: options.dry_run,
    };
    let published = publish::publish(&request)?;
    let name = remote.as_ref().map(Remote::name);
    if talk.json {
        return talk.data_json(&wire(&published, name, &why_none));
    }
    if let Some(notice) = &target.notice {
        talk.say(notice);
    }
    tell(&published, name, options.dry_run, talk);
    match (&published.pull, &published.text) {
        (Some(pull), _) => talk.data(&format!("{}\n", pull.url)),
        (None, Some((title, body))) => {
            talk.say(&format!("No pull request: {why_none}."));
            if let Some(url) = &published.compare_url {
                talk.say(&format!("Open one at {STRONG}{url}{STRONG:#} with this title and text:"));
            }
            talk.data(&format!("{title}\n\n{body}\n"))
        }
        (None, None) => Ok(()),
    }
}

fn forge(remote: Option<&Remote<'_>>, named: Option<&str>, repo: &Repo) -> Result<Found> {
    let variable = |name: &str| std::env::var(name).ok();
    let configured = |key: &str| repo.config(key);
    let said = Said { forge: named, variable: &variable, configured: &configured };
    Access::find(remote.map_or("", Remote::address), &said)
}

/// Why there is no pull request, where there is none.
fn why_none(forge: &Found, has_remote: bool, dry_run: bool) -> String {
    match forge {
        _ if !has_remote => "there is no remote: add one with `git remote add origin URL`".to_owned(),
        Found::None(why) => why.clone(),
        Found::Forge(access) => match access.check_token() {
            Err(why) => why,
            Ok(()) if dry_run => "nothing is sent in a dry run".to_owned(),
            Ok(()) => "the forge has none for it".to_owned(),
        },
    }
}

fn wire<'a>(published: &'a Published, remote: Option<&'a str>, why_none: &'a str) -> Wire<'a> {
    let Published { cycle, branch, pushed, ledger, compare_url, pull, text, heard, notices } = published;
    Wire {
        version: 1,
        cycle: cycle.as_deref(),
        branch: branch.as_deref(),
        remote,
        pushed: pushed.map(|pushed| match pushed {
            Pushed::New => "new",
            Pushed::Grown => "grown",
            Pushed::Same => "same",
            Pushed::Reviewed => "reviewed",
            Pushed::Closed => "closed",
        }),
        ledger: *ledger,
        compare_url: compare_url.as_deref(),
        pull_request: pull.as_ref().map(|pull| WirePull {
            number: pull.number,
            url: &pull.url,
            state: pull.state,
            draft: pull.is_draft,
            done: pull.done,
        }),
        no_pull_request: (pull.is_none() && text.is_some()).then_some(why_none),
        title: text.as_ref().map(|(title, _)| title.as_str()),
        body: text.as_ref().map(|(_, body)| body.as_str()),
        heard: WireHeard {
            comments: heard.comments,
            refused: heard.refused.iter().map(|(title, by)| WireRefused { title, by }).collect(),
        },
        notices,
    }
}

/// What came of it, for people.
fn tell(published: &Published, remote: Option<&str>, dry_run: bool, talk: &Talk) {
    let Published { branch, pushed, ledger, pull, heard, notices, .. } = published;
    if heard.comments > 0 {
        talk.say(&format!("Heard {} on learnings.", count(heard.comments, "new comment")));
    }
    for (title, by) in &heard.refused {
        talk.say(&format!("refused: {title} (its pull request was closed by {by})"));
    }
    let remote = remote.unwrap_or("the remote");
    if *ledger {
        talk.say(&format!("The ledger is at {remote}."));
    }
    let Some(branch) = branch else {
        talk.say("Nothing to publish: no learning waits.");
        return;
    };
    if dry_run {
        talk.say(&format!("{STRONG}{branch}{STRONG:#} would be published at {remote}."));
    }
    if let Some(pushed) = pushed {
        talk.say(&match pushed {
            Pushed::New => format!("{GOOD}Pushed{GOOD:#} {STRONG}{branch}{STRONG:#} to {remote}."),
            Pushed::Grown => {
                format!("{GOOD}Pushed{GOOD:#} what is new of {STRONG}{branch}{STRONG:#} to {remote}.")
            }
            Pushed::Same => format!("{branch} is at {remote} as it is here."),
            Pushed::Reviewed => format!(
                "{branch} was changed at {remote} by somebody else, and was left as it is there: \
                 {COMMAND}git log -p {remote}/{branch}{COMMAND:#}"
            ),
            Pushed::Closed => {
                format!("{branch} was deleted at {remote}, which is an answer: it was not pushed again.")
            }
        });
    }
    if let Some(pull) = pull {
        talk.say(&told(pull));
    }
    notices.iter().for_each(|notice| talk.say(notice));
}

/// What was done with a pull request, in a sentence.
fn told(pull: &Pull) -> String {
    let Pull { kind, number, state, is_draft, done, .. } = pull;
    let draft = if *is_draft { "draft " } else { "" };
    let named = format!("{draft}{} {}{number}", kind.request(), kind.sign());
    match (done, state) {
        (Done::Opened, _) => format!("{GOOD}Opened{GOOD:#} {named}."),
        (Done::Updated, _) => format!("{GOOD}Updated{GOOD:#} {named}."),
        (Done::Nothing, State::Open) => format!("{named} says all this already."),
        (Done::Nothing, state) => format!("{named} is {state}: no other one is opened."),
    }
}

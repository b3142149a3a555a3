//! What can go wrong between two repositories, told from what git says.
//!
//! Owns the words for people: what happened, to which remote, what to do. Passwords in addresses that git repeats are
//! taken out.

use crate::redact::redact;
use std::fmt;

/// Why nothing came or went. Nothing is lost by any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The remote lets nobody in with what git has to show, or not this far.
    Denied(String),
    /// There is no such repository, or not for us.
    Missing(String),
    /// The remote cannot be reached.
    Unreachable(String),
    /// A ref stands elsewhere than was expected: somebody else was first.
    Moved {
        /// Its full name.
        name: String,
        /// What to do.
        says: String,
    },
    /// The remote will not have it: a protected branch, a hook.
    Refused(String),
    /// git cannot be run.
    NoGit(String),
    /// Anything else, in git's words.
    Failed(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Moved { says, .. } => f.write_str(says),
            Failure::Denied(says)
            | Failure::Missing(says)
            | Failure::Unreachable(says)
            | Failure::Refused(says)
            | Failure::NoGit(says)
            | Failure::Failed(says) => f.write_str(says),
        }
    }
}

impl std::error::Error for Failure {}

/// Longest part of git's words that is repeated, characters.
const MOST_WORDS: usize = 600;

/// Parts of what git, ssh and servers say, in lower case, where a repository is not there.
const MISSING: &[&str] = &[
    "repository not found",
    "does not appear to be a git repository",
    "project you were looking for could not be found",
    "' not found",
    "returned error: 404",
];
/// Where somebody is not let in.
const DENIED: &[&str] = &[
    "authentication failed",
    "permission denied",
    "could not read username",
    "could not read password",
    "terminal prompts disabled",
    "invalid username or",
    "access denied",
    "permission to",
    "host key verification failed",
    "not allowed to push",
    "returned error: 401",
    "returned error: 403",
];
/// Where nobody answers.
const UNREACHABLE: &[&str] = &[
    "could not resolve",
    "couldn't connect",
    "failed to connect",
    "could not connect",
    "connection refused",
    "connection timed out",
    "connection reset",
    "operation timed out",
    "network is unreachable",
    "no route to host",
    "name or service not known",
    "temporary failure in name resolution",
    "the remote end hung up",
    "returned error: 5",
    "unable to access",
];

impl Failure {
    /// Tells what went wrong with a remote from git's stderr.
    pub(super) fn read(remote: &str, stderr: &str) -> Failure {
        let said = words(stderr);
        let lower = stderr.to_lowercase();
        let says = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
        // `Could not read from remote repository` is said of all of them.
        if says(DENIED) {
            Failure::Denied(format!(
                "the remote {remote:?} does not let us in: {said}; `git fetch {remote}` has to work before this does"
            ))
        } else if says(MISSING) {
            Failure::Missing(format!(
                "there is no repository at the remote {remote:?}, or it is not shown to us: {said}; `git remote -v` shows \
                 its address"
            ))
        } else if says(UNREACHABLE) {
            Failure::Unreachable(format!(
                "the remote {remote:?} cannot be reached: {said}; run it again when it can"
            ))
        } else {
            Failure::Failed(format!("git failed with the remote {remote:?}: {said}"))
        }
    }

    /// Whether trying again later may help without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        matches!(self, Failure::Unreachable(_) | Failure::Moved { .. })
    }
}

/// What git said, as one line without secrets.
pub(super) fn words(stderr: &str) -> String {
    let lines = stderr.lines().map(|line| line.trim().trim_start_matches("remote:").trim());
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("hint:")).collect();
    let clean = redact(&lines.join(" | ")).to_string();
    let plain: String = clean.chars().filter(|sign| !sign.is_control()).take(MOST_WORDS).collect();
    if plain.is_empty() { "it did not say why".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_understood() {
        type Kind = fn(&Failure) -> bool;
        let denied: Kind = |failure| matches!(failure, Failure::Denied(_));
        let missing: Kind = |failure| matches!(failure, Failure::Missing(_));
        let unreachable: Kind = |failure| matches!(failure, Failure::Unreachable(_));
        let failed: Kind = |failure| matches!(failure, Failure::Failed(_));
        for (said, is_it) in [
            ("fatal: Authentication failed for 'https://h/x.git/'", denied),
            ("fatal: unable to access 'https://h/x.git/': The requested URL returned error: 403", denied),
            (
                "remote: Permission to o/r.git denied to ann.\nfatal: unable to access 'https://h/o/r/'",
                denied,
            ),
            ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", denied),
            ("fatal: could not read Username for 'https://h': terminal prompts disabled", denied),
            ("Host key verification failed.\nfatal: Could not read from remote repository.", denied),
            ("remote: Repository not found.\nfatal: repository 'https://h/x.git/' not found", missing),
            ("fatal: '/nowhere' does not appear to be a git repository", missing),
            ("fatal: unable to access 'https://h/': Could not resolve host: h", unreachable),
            ("ssh: connect to host h port 22: Connection refused\nfatal: Could not read", unreachable),
            ("fatal: unable to access 'http://h/': The requested URL returned error: 503", unreachable),
            ("fatal: bad object deadbeef", failed),
            ("", failed),
        ] {
            assert!(is_it(&Failure::read("origin", said)), "{said}");
        }
    }

    #[test]
    fn passwords_are_not_repeated() {
        let said =
            "fatal: unable to access 'https://ann:hunter2secret99@h.example/x.git/': Could not resolve host";
        assert!(!Failure::read("origin", said).to_string().contains("hunter2secret99"));
    }
}

//! Taking refs over to a remote, by compare-and-swap.

use super::Failure;
use super::failure::words;
use super::program::Git;
use crate::repo::Oid;

/// One ref of a remote that is to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its full name: `refs/dream/ledger`.
    pub name: String,
    /// Where it has to stand there now; `None`: it must not be there.
    pub from: Option<Oid>,
    /// Where it is to stand; `None` deletes it.
    pub to: Option<Oid>,
}

/// What a remote says that cannot move several refs at once.
const NOT_AT_ONCE: &str = "does not support --atomic";

/// Pushes all of it, or nothing. Where a remote cannot do that, one after the other in their order, up to the first that
/// fails.
pub(super) fn push(git: &Git<'_>, remote: &str, updates: &[Update]) -> Result<(), Failure> {
    match push_at_once(git, remote, updates) {
        Err(Failure::Failed(said)) if said.contains(NOT_AT_ONCE) => {
            updates.iter().try_for_each(|update| push_at_once(git, remote, std::slice::from_ref(update)))
        }
        done => done,
    }
}

fn push_at_once(git: &Git<'_>, remote: &str, updates: &[Update]) -> Result<(), Failure> {
    if updates.is_empty() {
        return Ok(());
    }
    let named = |id: &Option<Oid>| id.map(|id| id.to_string()).unwrap_or_default();
    let mut arguments: Vec<String> =
        ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"].map(str::to_owned).to_vec();
    if updates.len() > 1 {
        arguments.push("--atomic".to_owned());
    }
    for Update { name, from, .. } in updates {
        arguments.push(format!("--force-with-lease={name}:{}", named(from)));
    }
    arguments.extend(["--".to_owned(), remote.to_owned()]);
    arguments.extend(updates.iter().map(|Update { name, to, .. }| format!("{}:{name}", named(to))));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = git.hear(&arguments)?;
    if said.is_done {
        return Ok(());
    }
    Err(rejected(remote, &said.stdout, &said.stderr).unwrap_or_else(|| git.failure(&said.stderr)))
}

/// Which ref was turned away, and why: `!<tab>from:to<tab>[rejected] (stale info)`.
fn rejected(remote: &str, stdout: &str, stderr: &str) -> Option<Failure> {
    let lines = stdout.lines().filter_map(|line| line.strip_prefix("!\t"));
    let turned_away: Vec<(&str, &str)> = lines
        .filter_map(|line| {
            let (refs, why) = line.split_once('\t')?;
            Some((refs.split_once(':')?.1, why))
        })
        .collect();
    // The others fell with it.
    let (name, why) = turned_away.iter().find(|(_, why)| !why.contains("atomic")).or(turned_away.first())?;
    let is_moved = [
        "stale info",
        "fetch first",
        "non-fast-forward",
        "already exists",
        "cannot lock ref",
        "failed to update ref",
    ]
    .iter()
    .any(|part| why.contains(part));
    Some(match is_moved {
        true => Failure::Moved {
            name: (*name).to_owned(),
            says: format!(
                "{name} at the remote {remote:?} was moved by somebody else in the meantime: run it again"
            ),
        },
        false => Failure::Refused(format!(
            "the remote {remote:?} does not take {name}: {} ({}); whoever looks after it can allow it, or a token or key \
             with the right to",
            words(why),
            words(stderr)
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_first_is_told_from_who_may_not() {
        let moved = "To x\n!\tabc:refs/dream/ledger\t[rejected] (stale info)\n!\tdef:refs/heads/dream/a\t[rejected] (atomic push failed)\nDone";
        assert!(
            matches!(rejected("origin", moved, ""), Some(Failure::Moved { name, .. }) if name == "refs/dream/ledger")
        );
        let hook = "To x\n!\tabc:refs/heads/main\t[remote rejected] (protected branch hook declined)\nDone";
        let said = rejected("origin", hook, "remote: error: GH006: Protected branch update failed");
        assert!(
            matches!(said, Some(Failure::Refused(says)) if says.contains("GH006") && says.contains("protected"))
        );
        assert_eq!(rejected("origin", "", "fatal: nobody there"), None);
    }
}

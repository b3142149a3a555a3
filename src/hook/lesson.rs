//! The note about the error that a call just failed with.
//!
//! Whether a call failed and which line says why is judged as it will be when its transcript is digested, so that what was
//! learnt is found again. Owns which of several notes is shown, and what of it.

use super::wire::Called;
use crate::agents::Agent;
use crate::context::fit::{Fit, Surroundings};
use crate::context::shown;
use crate::digest::failure;
use crate::digest::step::{self, Step};
use crate::memory::note::{self, Note, Status};
use crate::nearest::Nearest;
use crate::recall::Recall;
use crate::redact::Clean;
use crate::session::single::{self, Single};
use crate::settings::Reading;
use anyhow::Result;
use std::path::Path;

/// What a note says to do begins with this line.
const DO: &str = "**Do:**";
/// How a note begins to say what its error looks like.
const LOOKS: &str = "**What it looks like:**";
/// Most of what a note says to do, in points and in bytes.
const MOST_POINTS: usize = 4;
const MOST_BYTES: usize = 900;

/// A call that failed.
pub(super) struct Failed {
    /// The line that says what went wrong.
    pub(super) message: Clean,
    /// What was being done.
    step: Step,
}

/// The call, if it failed and its output says why.
pub(super) fn failed(called: &Called<'_>, settings: &Reading) -> Option<Failed> {
    let output: Vec<&[u8]> = called.output.iter().map(|part| part.as_ref()).collect();
    let told = Single {
        tool: &called.tool,
        input: &called.input,
        output: &output,
        failed: called.failed,
        exit: called.exit,
    };
    let call = single::call(&told, settings)?;
    let has_failed = match called.is_unmarked {
        true => failure::may_have_failed(&call),
        false => failure::has_failed(&call),
    };
    let message = has_failed.then(|| failure::known_by(&call, settings.max_quote))??;
    Some(Failed { message, step: step::failing(&call) })
}

/// How far a note is from what is asked for: for another command, in passing, not pinned; then by how it fits.
type Rank = ([bool; 3], Fit);

/// What a message is known by in its session.
pub(super) fn known_by(message: &Clean) -> u64 {
    let bytes = *blake3::hash(failure::mask::masked(message).as_bytes()).as_bytes();
    u64::from_le_bytes(std::array::from_fn(|at| bytes[at]))
}

/// The note about it, for this agent: its path inside the memory, and what to say.
pub(super) fn find(
    nearest: &Nearest,
    agent: Agent,
    folder: &Path,
    failed: &Failed,
) -> Result<Option<(String, String)>> {
    let recall = Recall::open(&nearest.repo, nearest.at, &nearest.settings.memory.root)?;
    let surroundings = Surroundings::of(nearest, folder, Some(agent.name()));
    let mut found: Vec<(Rank, String, Note)> = Vec::new();
    for (path, blob) in recall.about(&failed.message) {
        let content = nearest.repo.read_blob(blob)?;
        let Ok(note) = note::parse(&String::from_utf8_lossy(&content)) else { continue };
        let is_followed = matches!(note.front.status, Status::Active | Status::Pinned);
        let Some(fit) = surroundings.fit(&path, &note.front.scope).filter(|_| is_followed) else { continue };
        // The same message may come from several commands: the note of this one is meant. A note of another one is about
        // the message only if it says so, and not if it merely quotes it.
        let applies_to = &note.front.applies_to;
        let is_of_step = applies_to.iter().any(|of| of.as_str() == &*failed.step);
        let says_so = note.body.lines().any(|line| line.starts_with(LOOKS));
        if is_of_step || says_so || applies_to.is_empty() {
            let rank = ([!is_of_step, !says_so, note.front.status != Status::Pinned], fit);
            found.push((rank, path, note));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let first = found.into_iter().next();
    Ok(first.map(|(_, path, note)| {
        let text = text(&path, &note, &shown::how_to_open(nearest, folder));
        (path, text)
    }))
}

/// What of a note is said at the moment that its error came up: the rule, and what to do.
fn text(path: &str, note: &Note, how_to_open: &str) -> String {
    let rule = shown::line(&note.front.description);
    let mut text = format!(
        "This error is known here. The reviewed note {path} (git-dream; {how_to_open}) says:\n\n{rule}\n"
    );
    let points = note.body.lines().skip_while(|line| line.trim() != DO).skip(1);
    let points =
        points.map(str::trim).skip_while(|line| line.is_empty()).map_while(|line| line.strip_prefix("- "));
    let mut first = true;
    for point in
        points.take(MOST_POINTS).map(shown::line).filter(|point| !rule.contains(point.trim_end_matches('.')))
    {
        if text.len() + point.len() > MOST_BYTES {
            break;
        }
        text.push_str(if std::mem::take(&mut first) { "\n" } else { "" });
        text.push_str(&format!("- {point}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn called(tool: &str, input: &str, output: &str) -> Called<'static> {
        Called {
            tool: tool.to_owned(),
            input: Cow::Owned(input.as_bytes().to_vec()),
            output: vec![Cow::Owned(serde_json::to_vec(output).unwrap())],
            ..Called::default()
        }
    }

    #[test]
    fn only_a_call_that_failed_has_a_message() {
        let settings = Reading::default();
        let bad = called("book", "{}", "Error: payment does not add up");
        assert_eq!(&*failed(&bad, &settings).unwrap().message, "Error: payment does not add up");
        let good = called("book", "{}", "{\"id\": 3, \"note\": \"Error: payment does not add up\"}");
        assert!(failed(&good, &settings).is_none());
        let search =
            Called { failed: Some(true), ..called("Bash", r#"{"command":"grep x a.txt"}"#, "Exit code 1") };
        assert!(failed(&search, &settings).is_none(), "a search without a match is no failure");
        let push =
            called("Bash", r#"{"command":"git push"}"#, "error: failed to push some refs to 'a'\nhint: x\n");
        assert!(failed(&push, &settings).is_none());
        assert!(failed(&Called { is_unmarked: true, ..push }, &settings).is_some());
    }

    #[test]
    fn a_note_is_told_short_and_without_what_could_act() {
        let body = "# T\n\n**When:** you push.\n\n**Do:**\n\n- Pull first.\n- With `git push`, add </x>`--tags`.\n\n## Evidence\n\n- `a` [source: a#1]\n";
        let written = format!(
            "---\nname: n\ndescription: \"Pull first\u{200b} (else x).\"\nkind: mistake\n---\n\n{body}"
        );
        let note = note::parse(&written).unwrap();
        let text = text("mistakes/n.md", &note, "a file here");
        assert_eq!(
            text,
            "This error is known here. The reviewed note mistakes/n.md (git-dream; a file here) says:\n\nPull first (else x).\n\n- With `git push`, add ‹/x>`--tags`.\n"
        );
    }
}

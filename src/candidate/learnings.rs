//! What a branch changes, as learnings: one for each note.

use super::objections::is_moved;
use super::{Changes, Files, Writer, text_of};
use crate::learning::author::quote::one_line;
use crate::learning::{Change, Learning};
use crate::memory::note::{self, Note};
use crate::memory::place;
use crate::pattern::{Fingerprint, Grade, Kind, Support};
use crate::redact::redact;

/// What a change says, hashed, whatever case and marks it is said in: the same words under another name are the same.
/// Of a note that is to go, which note that is.
pub fn words(path: &str, content: Option<&str>) -> String {
    let said = match content {
        None => format!("without {path}"),
        Some(text) => {
            let body = note::split(text).map_or(text, |(_, body)| body);
            let words = body.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
        }
    };
    blake3::hash(said.as_bytes()).to_hex()[..16].to_owned()
}

/// One learning for each note that differs from `before`, by path; with each the hash of its [`words`]. `after`: the files
/// as the branch leaves them.
pub(super) fn of(
    before: &Files,
    after: &Files,
    changes: &Changes,
    writer: &Writer,
) -> Vec<(Learning, String)> {
    let parsed = |files: &Files, path: &str| -> Option<(String, Note)> {
        let text = text_of(files.get(path)?)?;
        Some((text.to_owned(), note::parse(text).ok()?))
    };
    let body = |text: &str| note::split(text).map(|(_, body)| body.to_owned()).unwrap_or_default();
    let mut learnings = Vec::new();
    for (path, content) in changes {
        let Some(text) = content else {
            let Some((standing, note)) = parsed(before, path) else { continue };
            if is_moved(&standing, changes) {
                continue;
            }
            let archive = place::in_archive(path);
            let Some((text, _)) = parsed(after, &archive) else { continue };
            let title = format!("retire {}: {} does not want it any more", note.front.name, writer.by);
            let one = learning(Change::Retire, note.front.kind, archive, title, path, writer);
            learnings.push((Learning { text, leaves: vec![path.clone()], ..one }, words(path, None)));
            continue;
        };
        let Some((_, note)) = parsed(after, path) else { continue };
        let said = body(text);
        let left = changes.iter().filter(|(_, content)| content.is_none()).find_map(|(left, _)| {
            let (standing, _) = parsed(before, left)?;
            (body(&standing) == said).then(|| left.clone())
        });
        let change = match before.contains_key(path) || left.is_some() {
            true => Change::Revise,
            false => Change::Add,
        };
        let title = one_line(&note.front.description);
        let one = learning(change, note.front.kind, path.clone(), title, path, writer);
        let leaves = left.into_iter().collect();
        learnings.push((Learning { text: text.clone(), leaves, ..one }, words(path, content.as_deref())));
    }
    learnings
}

fn learning(
    change: Change,
    kind: Kind,
    note: String,
    title: String,
    path: &str,
    writer: &Writer,
) -> Learning {
    let seen = u32::from(writer.session.is_some());
    let session = writer.session.as_ref().map(|session| format!("\nSession: {}", one_line(session)));
    Learning {
        change,
        kind,
        note,
        title,
        pattern: Fingerprint::of(&["written", &writer.by, path]),
        anchor: ["written", &writer.by, path].map(redact).into(),
        grade: Grade::Suggested,
        support: Support { sessions: seen, jobs: seen, agents: seen, ..Support::default() },
        evidence: Vec::new(),
        text: String::new(),
        leaves: Vec::new(),
        rationale: format!(
            "{}\nGraded suggested: nothing that was seen in sessions speaks for it. Judge it by what it says.{}",
            &*writer.why,
            session.unwrap_or_default()
        ),
        weight: 0.0,
        worded_by: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_known_whatever_they_stand_under() {
        let note = |name: &str, body: &str| {
            format!("---\nname: {name}\ndescription: d\nkind: preference\n---\n\n{body}\n")
        };
        let first = words("a.md", Some(&note("a", "Use *tabs*.")));
        assert_eq!(first, words("b.md", Some(&note("b", "use tabs"))));
        assert_ne!(first, words("a.md", Some(&note("a", "Use spaces."))));
        assert_ne!(words("a.md", None), words("b.md", None));
    }
}

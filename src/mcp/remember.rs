//! The tool `remember`: what an agent suggests goes to the memory's inbox, as a candidate.
//!
//! Owns the way there: within bounds, past the gate, not what a note says already, and only where the person agreed that
//! what this project's sessions teach may leave it. A memory that lies in the project's own repository takes it into an
//! inbox there. Never touches a note: people decide on what the next cycle makes of it.

mod destination;

use super::recall::search;
use super::tools::{Answer, Asked};
use super::{Told, note};
use crate::digest::Digest;
use crate::digest::suggestion::{self, MOST, MOST_SAW, MOST_TEXT, MOST_WHEN, Sort, Suggestion};
use crate::learning::author::suggested_in;
use crate::learning::gate;
use crate::pattern::preference::say_the_same;
use crate::redact::{Clean, redact};
use crate::session::SessionId;
use destination::Destination;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Notes that are looked at for whether one says it already.
const LOOKED_AT: usize = 5;

/// What an agent suggests.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Said {
    /// The lesson, in one or two sentences of at most 400 bytes that another agent can act on.
    lesson: String,
    /// What kind of lesson it is; by its wording where it is left out.
    #[serde(default)]
    kind: Option<Kind>,
    /// When it applies: the command, the file, the situation.
    #[serde(default)]
    when: Option<String>,
    /// What you saw that shows it, quoted as it was printed.
    #[serde(default)]
    evidence: Option<String>,
}

/// What kind of lesson it is.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(crate = "rmcp::schemars")]
enum Kind {
    Mistake,
    Preference,
    Playbook,
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct Kept {
    /// Whether it waits for people now; not where it did before, or where a note says it already.
    kept: bool,
    /// The name under which it is found in what is proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// The note that says it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    said_by: Option<String>,
    /// The same in a sentence.
    what: String,
}

pub(super) fn remember(said: &Said, asked: &Asked) -> Result<Answer, Told> {
    let (text, when, saw) = bounded(said)?;
    if asked.start.is_kept_out {
        return Err(Told(
            "GIT_DREAM_CAPTURE keeps everything of this session out, suggestions too".to_owned(),
        ));
    }
    for part in [&text, &when] {
        if let Some(finding) = gate::inspect(part).into_iter().next() {
            return Err(Told(format!("no note may say this: {}; {}", finding.what, finding.remedy)));
        }
    }
    let reached = asked.reach()?;
    let destination = Destination::of(&reached, &asked.start.places)?;
    let (_, near) = search(&reached, &text, LOOKED_AT)?;
    if let Some(same) = near.iter().find(|hit| say_the_same(suggested_in(&hit.rule), &text)) {
        asked.run.show([&same.note]);
        let what =
            format!("{} says this already; nothing was suggested.", note::shown(same.note.as_bytes()).text);
        let kept = Kept { kept: false, session: None, said_by: Some(same.note.clone()), what };
        return Ok(Answer::of(kept.what.clone(), &kept));
    }
    let suggestion = Suggestion {
        event: 1,
        sort: said.kind.map_or_else(|| Sort::of(&text), Sort::from),
        text,
        when,
        saw,
        shown: asked.run.shown().iter().map(|path| redact(path)).collect(),
    };
    let digest = digest(suggestion, asked, &destination);
    let session = digest.session.to_string();
    if !asked.run.may_suggest() {
        return Err(Told(format!(
            "{MOST} lessons were suggested already: that is as many as one session may; people look at those first"
        )));
    }
    let taken = destination.take(digest, (asked.start.now)());
    if !matches!(taken, Ok(true)) {
        asked.run.has_not_suggested();
    }
    let is_new = taken?;
    if is_new {
        destination.hand_over(asked);
    }
    let what = match is_new {
        true => {
            "Kept as a suggestion. It changes nothing now: the next dream looks at it, and people decide."
        }
        false => "This was suggested before, and waits for people.",
    };
    let kept = Kept { kept: is_new, session: Some(session), said_by: None, what: what.to_owned() };
    Ok(Answer::of(what.to_owned(), &kept))
}

/// The texts of a suggestion, redacted. What is said too long has to be said again; a quote can be cut.
fn bounded(said: &Said) -> Result<(Clean, Clean, Clean), Told> {
    let plain = |text: &str| redact(&crate::learning::author::quote::one_line(text));
    let text = plain(&said.lesson);
    if text.is_empty() {
        return Err(Told(
            "`lesson` is empty: say in one or two sentences what another agent should know".to_owned(),
        ));
    }
    let when = plain(said.when.as_deref().unwrap_or_default());
    for (name, text, most) in [("lesson", &text, MOST_TEXT), ("when", &when, MOST_WHEN)] {
        if text.len() > most {
            let length = text.len();
            return Err(Told(format!(
                "`{name}` has {length} bytes and may have {most}: say it in fewer words"
            )));
        }
    }
    let saw = plain(said.evidence.as_deref().unwrap_or_default()).cut(MOST_SAW);
    Ok((text, when, saw))
}

/// The digest that carries one suggestion. All of one run share a root, and so are one witness.
fn digest(suggestion: Suggestion, asked: &Asked, destination: &Destination) -> Digest {
    let run = &asked.run.name;
    let agent = redact(&asked.client.agent);
    let named = format!("suggestion\n{agent}\n{run}\n{}", suggestion.text);
    let at = (asked.start.now)();
    Digest {
        root: redact(run),
        project: destination.project.clone(),
        contributor: Some(redact(&destination.name)),
        began: Some(at),
        ended: Some(at),
        connected: true,
        suggestions: vec![suggestion],
        ..Digest::empty(SessionId::of(named.as_bytes()), agent)
    }
}

impl From<Kind> for Sort {
    fn from(kind: Kind) -> suggestion::Sort {
        match kind {
            Kind::Mistake => Sort::Mistake,
            Kind::Preference => Sort::Preference,
            Kind::Playbook => Sort::Playbook,
        }
    }
}

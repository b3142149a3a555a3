//! Whole rehearsals with models that are made up.

use super::super::outcome::Finding;
use super::*;
use crate::model::{Answers, Reply, Tokens};
use crate::redact::redact;
use crate::session::read_bytes;

/// Sessions whose agent packs crates loosely, and then tightly; each about a crate of its own.
fn sessions() -> BTreeMap<SessionId, Session> {
    let mut sessions = BTreeMap::new();
    for crate_id in ["K73211", "K91840", "K55127", "K60093"] {
        let call = |id: &str, mode: &str| {
            let arguments = serde_json::json!({ "crate": crate_id, "mode": mode }).to_string();
            serde_json::json!({"role": "assistant", "content": "", "tool_calls": [
                {"id": id, "type": "function", "function": {"name": "pack_crate", "arguments": arguments}}
            ]})
        };
        let result = |id: &str, content: &str| serde_json::json!({"role": "tool", "tool_call_id": id, "content": content});
        let messages = serde_json::json!({"messages": [
            {"role": "user", "content": format!("please pack {crate_id}")},
            call("a", "loose"), result("a", &format!("Error: {crate_id} cannot be packed loose")),
            call("b", "tight"), result("b", "packed"),
        ]});
        read_bytes("s", messages.to_string().as_bytes(), &Reading::default(), &mut |session| {
            sessions.insert(session.id.clone(), session);
        });
    }
    assert_eq!(sessions.len(), 4);
    sessions
}

fn note(advice: &str, sessions: &BTreeMap<SessionId, Session>) -> Subject {
    let line = |session: &Session| {
        let message = &crate::digest::read(session, &Reading::default()).failures[0].message;
        format!("- `{message}` [source: {}#2; added: 2026-01-05]\n", session.id)
    };
    let lines: String = sessions.values().map(line).collect();
    let file = format!(
        "---\nname: pack\ndescription: {advice}\nkind: mistake\n---\n# Pack\n\n{advice}\n\n## Evidence\n\n{lines}"
    );
    Subject::of("mistakes/pack.md", &file)
}

/// A model that packs loosely, unless this says otherwise.
struct Agent<F: Fn(&str) -> &'static str>(F);

impl<F: Fn(&str) -> &'static str> Answers for Agent<F> {
    fn ask(&self, prompts: &[Prompt]) -> Vec<Answer> {
        let answer = |prompt: &Prompt| {
            let asked =
                prompt.user.split("please pack ").nth(1).and_then(|rest| rest.get(..6)).unwrap_or_default();
            let text = serde_json::json!({"tool": "pack_crate", "arguments": [
                {"name": "crate", "value": asked}, {"name": "mode", "value": (self.0)(&prompt.user)}
            ]});
            Ok(Reply { text: redact(&text.to_string()), model: "m".to_owned(), tokens: Tokens::default() })
        };
        prompts.iter().map(answer).collect()
    }
}

fn prompts() -> Prompts {
    Prompts::load(|_| Ok(None), 3).unwrap()
}

fn played(subject: &Subject, agent: &dyn Answers) -> Outcome {
    let stage = Stage::set(subject, &sessions(), Effort { times: 6, variants: 2 }, &Reading::default());
    assert_eq!((stage.moments(), stage.unfit().len()), (3, 0));
    let answers = agent.ask(&stage.prompts(&prompts()).unwrap());
    stage.judged(&answers, &Reading::default()).unwrap()
}

#[test]
fn a_note_that_is_followed_lifts_and_one_that_is_not_does_not() {
    let subject = note("Pack crates with mode `tight`.", &sessions());
    let follows = played(
        &subject,
        &Agent(|prompt| if prompt.contains("Pack crates with") { "tight" } else { "loose" }),
    );
    assert_eq!(follows.finding(), Finding::Helps);
    assert_eq!((follows.originals.without.repeats, follows.originals.with.does_what_worked), (18, 18));
    assert!(follows.originals.lift.unwrap().low > 0.6, "{follows:?}");
    assert_eq!(follows.falls_short(0.6, "m"), None);

    let ignores = played(&subject, &Agent(|_| "loose"));
    let lift = ignores.originals.lift.unwrap();
    assert_eq!((lift.value, ignores.finding()), (0.0, Finding::NoneShown));
    assert!(lift.low < 0.0 && lift.high > 0.0);
    let why = ignores.falls_short(0.1, "m").unwrap();
    assert!(
        why.contains("18 of 18 attempts repeat the mistake without the note, 18 of 18 with it; lift 0.00"),
        "{why}"
    );
    assert_eq!(ignores.falls_short(0.0, "m"), None, "nothing is asked for");

    let careful = played(&subject, &Agent(|_| "tight"));
    assert_eq!((careful.finding(), careful.falls_short(0.9, "m")), (Finding::NeverMade, None));
}

#[test]
fn a_note_that_only_fits_its_own_example_shows_it() {
    let names: &[&str] = &["K73211", "K91840", "K55127", "K60093"];
    let subject = note("Pack K73211, K91840, K55127 and K60093 with mode `tight`.", &sessions());
    let to_the_letter = played(
        &subject,
        &Agent(|prompt| {
            let asked = prompt.split("please pack ").nth(1).unwrap_or_default();
            if prompt.contains("Your memory") && names.iter().any(|name| asked.starts_with(name)) {
                "tight"
            } else {
                "loose"
            }
        }),
    );
    assert_eq!(to_the_letter.finding(), Finding::FitsItsExample);
    assert_eq!(to_the_letter.originals.lift.unwrap().value, 1.0);
    assert_eq!(to_the_letter.variants.unwrap().lift.unwrap().value, 0.0);
    assert!(to_the_letter.falls_short(0.1, "m").is_some());
}

#[test]
fn where_a_budget_ends_both_sides_were_asked_alike() {
    let subject = note("Pack tightly.", &sessions());
    let stage = Stage::set(&subject, &sessions(), Effort { times: 3, variants: 0 }, &Reading::default());
    let asked = stage.prompts(&prompts()).unwrap();
    assert_eq!(asked.len(), 18);
    let mut answers = Agent(|_| "loose").ask(&asked);
    answers.iter_mut().skip(10).for_each(|answer| *answer = Err(Failure::OverBudget));
    answers[0] = Err(Failure::Malformed("no".to_owned()));
    let outcome = stage.judged(&answers, &Reading::default()).unwrap();
    let Acts { repeats, unusable, .. } = outcome.originals.without;
    assert_eq!((repeats, unusable, outcome.originals.with.repeats), (4, 1, 5));
    assert_eq!(outcome.unanswered.into_values().sum::<u32>(), 8);
    answers[1] = Err(Failure::Denied("no key".to_owned()));
    assert!(stage.judged(&answers, &Reading::default()).is_err());
}

#[test]
fn what_the_evidence_quotes_is_not_told_to_the_model() {
    let subject = note("Pack tightly.", &sessions());
    assert!(!subject.text.contains("source:") && subject.text.contains("Pack tightly."));
    let nowhere =
        Stage::set(&subject, &BTreeMap::new(), Effort { times: 1, variants: 0 }, &Reading::default());
    assert!(nowhere.is_empty());
    assert!(nowhere.unfit().iter().all(|(_, _, why)| *why == Unfit::NoTranscript));
    assert_eq!(Subject::of("a.md", "no note").quotes, []);
}

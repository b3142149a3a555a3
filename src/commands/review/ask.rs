//! Asking, learning by learning. Every answer is kept at once; nothing else changes here.

use super::{edit, show, waits};
use crate::commands::talk::{BAD, COMMAND, STRONG, Talk};
use crate::learning::author::quote;
use crate::redact::redact;
use crate::review::answers::{Answer, Answers};
use crate::review::land::in_words;
use crate::review::outcome::{Fit, Outcome};
use crate::review::{Review, Waiting};
use anyhow::{Context, Result};
use std::io::{BufRead, Write};

/// What the answers mean.
const HELP: &str = "a  accept: it lands on the target branch as it is shown
e  edit: change the note in your editor first
r  reject: it is not proposed again until much more speaks for it
s  skip: it goes on waiting
q  quit: land what you have answered so far
?  this help
Ctrl-C breaks off: nothing changes, and your answers are kept for the next time.";

/// What the user wants with a learning.
enum Next {
    Answer(Answer),
    Skip,
    Quit,
}

/// Asks about everything that waits; gives the answers, those of a review that was broken off among them.
pub(super) fn all(review: &Review<'_>, talk: &Talk) -> Result<Answers> {
    let mut others = Answers::load(review.repo)?;
    let mut answers = others.take(|key| review.waiting.iter().any(|one| one.key() == key));
    let of = review.waiting.len();
    talk.say(&format!("{} for review, for {STRONG}{}{STRONG:#}.", waits(of), review.target.branch));
    if !answers.0.is_empty() {
        let question = format!(
            "You answered {} of them before and broke off. Go on from there? [y]es, [n]o: ask all again, [q]uit ",
            answers.0.len()
        );
        loop {
            let Some(said) = line(&question)? else { return Ok(Answers::default()) };
            match said.to_lowercase().as_str() {
                "" | "y" | "yes" => break,
                "n" | "no" => {
                    answers = Answers::default();
                    break;
                }
                "q" | "quit" => return Ok(Answers::default()),
                _ => talk.say("y, n, or q: leave everything as it is; your answers are kept."),
            }
        }
    }
    let mut outcome = Outcome::new(review)?;
    for (one, number) in review.waiting.iter().zip(1..) {
        if let Some(answer) = answers.0.get(&one.key()) {
            take(&mut outcome, one, answer)?;
            continue;
        }
        match ask(review, &mut outcome, one, (number, of), talk)? {
            Next::Skip => {}
            Next::Quit => break,
            Next::Answer(answer) => {
                take(&mut outcome, one, &answer)?;
                answers.0.insert(one.key(), answer);
                let all =
                    others.0.iter().chain(&answers.0).map(|(key, answer)| (key.clone(), answer.clone()));
                Answers(all.collect()).keep(review.repo)?;
            }
        }
    }
    Ok(answers)
}

/// Lets later learnings see what this answer takes.
fn take(outcome: &mut Outcome<'_>, one: &Waiting, answer: &Answer) -> Result<()> {
    let edited = match answer {
        Answer::Reject(_) => return Ok(()),
        Answer::Accept => None,
        Answer::Edit(text) => Some(text.as_str()),
    };
    if let Fit::Fits { contents, .. } = outcome.fit(one, edited)? {
        outcome.take(&contents);
    }
    Ok(())
}

fn ask(
    review: &Review<'_>,
    outcome: &mut Outcome<'_>,
    one: &Waiting,
    (number, of): (usize, usize),
    talk: &Talk,
) -> Result<Next> {
    let fit = outcome.fit(one, None)?;
    talk.data(&show::head(one, number, of))?;
    talk.data("\n")?;
    talk.data(&show::change(one, &fit, outcome)?)?;
    // A text that was edited and is not well yet, so that nothing that was typed is lost.
    let mut draft: Option<String> = None;
    loop {
        let question = format!("{COMMAND}[a]ccept, [e]dit, [r]eject, [s]kip, [q]uit, [?]{COMMAND:#} ");
        let Some(said) = line(&question)? else { return Ok(Next::Quit) };
        match said.to_lowercase().as_str() {
            "a" | "accept" | "y" => match &fit {
                Fit::Fits { contents, .. } => {
                    let objections = outcome.objections(contents)?;
                    if objections.is_empty() {
                        return Ok(Next::Answer(Answer::Accept));
                    }
                    tell(&objections.iter().map(in_words).collect::<Vec<_>>(), talk);
                }
                Fit::Conflict { why, .. } => tell(std::slice::from_ref(why), talk),
            },
            "e" | "edit" => {
                if let Some(text) = edited(review, outcome, one, &fit, &mut draft, talk)? {
                    return Ok(Next::Answer(Answer::Edit(text)));
                }
            }
            "r" | "reject" | "n" => {
                let reason = line("Why? One line, which the next dream will know: ")?.unwrap_or_default();
                let reason = redact(&quote::one_line(&reason));
                if !reason.is_empty() {
                    return Ok(Next::Answer(Answer::Reject(reason)));
                }
                talk.say("Not rejected: it needs a reason.");
            }
            "s" | "skip" => return Ok(Next::Skip),
            "q" | "quit" => return Ok(Next::Quit),
            _ => talk.say(HELP),
        }
    }
}

/// Says what speaks against it.
fn tell(reasons: &[String], talk: &Talk) {
    for reason in reasons {
        talk.say(&format!("{BAD}not like this:{BAD:#} {}", quote::visible(reason)));
    }
}

/// The note in the user's words, if they are well: shown as it will land, with nothing against it.
fn edited(
    review: &Review<'_>,
    outcome: &mut Outcome<'_>,
    one: &Waiting,
    fit: &Fit,
    draft: &mut Option<String>,
    talk: &Talk,
) -> Result<Option<String>> {
    let proposed = || match fit {
        Fit::Fits { contents, .. } => {
            contents.get(&one.note).cloned().flatten().and_then(|bytes| String::from_utf8(bytes).ok())
        }
        Fit::Conflict { draft, .. } => draft.clone(),
    };
    let Some(text) = draft.take().or_else(proposed) else {
        talk.say("There is no text to edit here: skip it, or reject it.");
        return Ok(None);
    };
    let name =
        if one.note.ends_with("/SKILL.md") { "SKILL.md".to_owned() } else { format!("{}.md", one.name()) };
    let edited = match edit::edited(review.repo, &name, &text) {
        Ok(Some(edited)) => edited,
        Ok(None) => {
            talk.say("Nothing was changed.");
            return Ok(None);
        }
        Err(error) => {
            talk.error(&error);
            return Ok(None);
        }
    };
    let contents = match outcome.fit(one, Some(&edited))? {
        Fit::Fits { contents, .. } => contents,
        Fit::Conflict { why, .. } => {
            tell(&[why], talk);
            return Ok(None);
        }
    };
    let objections = outcome.objections(&contents)?;
    if objections.is_empty() {
        let mut shown = String::new();
        show::write_contents(&mut shown, &contents, outcome)?;
        talk.data(&shown)?;
        return Ok(Some(edited));
    }
    tell(&objections.iter().map(in_words).collect::<Vec<_>>(), talk);
    talk.say("Edit it again: your text is kept until you answer otherwise.");
    *draft = Some(edited);
    Ok(None)
}

/// Asks on stderr and reads a line; `None` where there is no more.
fn line(question: &str) -> Result<Option<String>> {
    let mut stderr = anstream::stderr();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).context("cannot ask on standard error")?;
    let mut line = Vec::new();
    let read = std::io::stdin().lock().read_until(b'\n', &mut line).context("cannot read your answer")?;
    if read == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()))
}

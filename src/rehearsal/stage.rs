//! One note's rehearsal: its moments, their variants, and every attempt in the order in which it is asked.
//!
//! Rounds come one after the other, each with every moment, without the note and with it: where a budget ends the
//! asking, both sides have been asked alike. Refuses to ask: [`Stage::prompts`] go to whoever answers.

use super::judge::{Act, judge};
use super::lift::Counts;
use super::moment::{self, Beside, Moment, Quote, Unfit};
use super::outcome::{Acts, OfMoment, Outcome};
use super::question::{self, Answered};
use super::variant;
use crate::engine::prompts::Prompts;
use crate::learning::author::quote::one_line;
use crate::learning::author::{EVIDENCE, quoted};
use crate::memory::note;
use crate::model::{Answer, Failure, Prompt};
use crate::session::{Session, SessionId};
use crate::settings::Reading;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Most moments of one note. What a fourth one adds costs as much as another round of all.
const MOST_MOMENTS: usize = 3;

/// How often a variant is drawn before there is none.
const DRAWS: u64 = 4;

/// What is rehearsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The note's path inside the memory.
    pub note: String,
    /// The note's text, without its evidence: that quotes what worked at these very moments.
    pub text: String,
    /// What it quotes.
    pub quotes: Vec<Quote>,
}

impl Subject {
    /// A note's file.
    pub fn of(path: &str, file: &str) -> Subject {
        let items = file.lines().filter_map(|line| quoted::parse(line.trim_start().strip_prefix("- ")?));
        let quote = |item: quoted::Quoted| Quote {
            session: item.session,
            event: item.event,
            words: one_line(&item.quote),
        };
        let mut seen = BTreeSet::new();
        let quotes = items.map(quote).filter(|quote| seen.insert(quote.clone()));
        let before_evidence = |text: &str| text.split(EVIDENCE).next().unwrap_or_default().trim().to_owned();
        let text = match note::parse(file) {
            Ok(note) => format!("{}\n\n{}", note.front.description, before_evidence(&note.body)),
            Err(_) => before_evidence(file),
        };
        Subject { note: path.to_owned(), text, quotes: quotes.collect() }
    }

    /// The sessions whose transcripts are needed.
    pub fn sessions(&self) -> BTreeSet<SessionId> {
        self.quotes.iter().map(|quote| quote.session.clone()).collect()
    }
}

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Attempts at each moment without the note, and as many with it.
    pub times: u32,
    /// Variants of each moment.
    pub variants: u32,
}

/// A moment that is played, or a variant of one.
#[derive(Clone, Debug)]
struct Scene {
    moment: Moment,
    /// Which of the moments it is or varies.
    origin: usize,
    /// Which variant, from 1; 0: the moment itself.
    variant: u32,
}

/// Everything that one rehearsal asks.
#[derive(Clone, Debug)]
pub struct Stage {
    subject: Subject,
    scenes: Vec<Scene>,
    times: u32,
    /// Events that nothing can be told from.
    unfit: Vec<(SessionId, u32, Unfit)>,
    /// Moments that there was no room for.
    left_out: u32,
}

impl Stage {
    /// The moments of a note, as far as their transcripts are among `sessions`.
    pub fn set(
        subject: &Subject,
        sessions: &BTreeMap<SessionId, Session>,
        effort: Effort,
        settings: &Reading,
    ) -> Stage {
        let beside = Beside { path: &subject.note, text: &subject.text };
        let mut moments: Vec<Moment> = Vec::new();
        let mut unfit = Vec::new();
        for quote in &subject.quotes {
            let found = sessions.get(&quote.session).ok_or(Unfit::NoTranscript);
            match found.and_then(|session| moment::before(session, quote, beside, settings)) {
                Ok(found) if moments.iter().any(|known| is_at(known, &found)) => {}
                Ok(found) => moments.push(found),
                Err(why) => unfit.push((quote.session.clone(), quote.event, why)),
            }
        }
        // Those first where it is known what works.
        let is_open = |moment: &Moment| moment.mistake.remedy.as_ref().is_none_or(|remedy| remedy.guessed);
        moments.sort_by_key(is_open);
        let left_out = moments.len().saturating_sub(MOST_MOMENTS) as u32;
        moments.truncate(MOST_MOMENTS);
        let shared = shared(&moments);
        let mut scenes = Vec::new();
        for (origin, moment) in moments.iter().enumerate() {
            scenes.push(Scene { moment: moment.clone(), origin, variant: 0 });
            let variants = (1..=effort.variants).filter_map(|number| {
                let drawn = (0..DRAWS).map(|draw| u64::from(number) + (draw << 32));
                let varied = drawn.filter_map(|seed| variant::of(moment, &subject.text, &shared, seed));
                // One in which the failing call is no longer the mistake, nor the working one its remedy, is none.
                let moment = varied.into_iter().find(stands)?;
                Some(Scene { moment, origin, variant: number })
            });
            scenes.extend(variants);
        }
        Stage { subject: subject.clone(), scenes, times: effort.times, unfit, left_out }
    }

    /// Whether there is anything to ask.
    pub fn is_empty(&self) -> bool {
        self.scenes.is_empty()
    }

    /// Events of the note that nothing can be told from, and why.
    pub fn unfit(&self) -> &[(SessionId, u32, Unfit)] {
        &self.unfit
    }

    /// How many moments are played, without their variants.
    pub fn moments(&self) -> usize {
        self.scenes.iter().filter(|scene| scene.variant == 0).count()
    }

    /// The attempts in their order: which scene, and whether with the note.
    fn attempts(&self) -> impl Iterator<Item = (u32, &Scene, usize, bool)> {
        let round = |number: u32| {
            let scenes = self.scenes.iter().enumerate();
            scenes.flat_map(move |(at, scene)| [false, true].map(|with| (number, scene, at, with)))
        };
        (1..=self.times).flat_map(round)
    }

    /// Every prompt, in the order in which they are best asked.
    ///
    /// Errors: a template that cannot be filled.
    pub fn prompts(&self, prompts: &Prompts) -> Result<Vec<Prompt>> {
        let ask = |(number, scene, _, with): (u32, &Scene, usize, bool)| {
            question::prompt(&scene.moment, with.then_some(self.subject.text.as_str()), number, prompts)
        };
        self.attempts().map(ask).collect()
    }

    /// What came of it, with one answer for each of [`Stage::prompts`], in their order.
    ///
    /// Errors: a model that will not be asked at all ([`Failure::is_final`]).
    pub fn judged(&self, answers: &[Answer], settings: &Reading) -> Result<Outcome, Failure> {
        let mut acts = vec![[Acts::default(); 2]; self.scenes.len()];
        let mut unanswered: BTreeMap<String, u32> = BTreeMap::new();
        for ((_, scene, at, with), answer) in self.attempts().zip(answers) {
            let act = match answer {
                Ok(reply) => match question::read(reply, &scene.moment, settings) {
                    Answered::Call(call) => judge(&call, &scene.moment.mistake),
                    Answered::Speaks => Act::SomethingElse,
                    Answered::Nothing => Act::Unusable,
                },
                // It answered, and nothing can be made of it.
                Err(Failure::Refused(_) | Failure::Truncated | Failure::Malformed(_)) => Act::Unusable,
                Err(failure) if failure.is_final() => return Err(failure.clone()),
                Err(failure) => {
                    *unanswered.entry(failure.to_string()).or_default() += 1;
                    continue;
                }
            };
            if let Some(acts) = acts.get_mut(at).and_then(|both| both.get_mut(usize::from(with))) {
                acts.add(act);
            }
        }
        let of_moment = |(scene, [without, with]): (&Scene, [Acts; 2])| OfMoment {
            session: scene.moment.session.clone(),
            event: scene.moment.event,
            origin: scene.origin,
            variant: scene.variant,
            without,
            with,
        };
        let moments = self.scenes.iter().zip(acts).map(of_moment).collect();
        Ok(Outcome::of(moments, self.unfit.clone(), self.left_out, unanswered))
    }
}

/// Whether two moments are one.
fn is_at(a: &Moment, b: &Moment) -> bool {
    (&a.session, a.event) == (&b.session, b.event)
}

/// Whether calls are judged in a moment as they were made: the failing one repeats the mistake, the working one works.
fn stands(moment: &Moment) -> bool {
    let mistake = &moment.mistake;
    let works = |call| judge(call, mistake) == Act::DoesWhatWorked;
    let had_to_come_first = mistake.remedy.as_ref().is_some_and(|remedy| !remedy.first.is_empty());
    judge(&mistake.call, mistake) == Act::Repeats
        && (had_to_come_first || mistake.remedy.as_ref().is_none_or(|remedy| works(&remedy.call)))
}

/// Records that moments of different sessions have.
fn shared(moments: &[Moment]) -> BTreeSet<String> {
    let mut sessions: BTreeMap<String, BTreeSet<&SessionId>> = BTreeMap::new();
    for moment in moments {
        for record in variant::records(moment) {
            sessions.entry(record).or_default().insert(&moment.session);
        }
    }
    sessions.into_iter().filter(|(_, sessions)| sessions.len() > 1).map(|(record, _)| record).collect()
}

impl Acts {
    fn add(&mut self, act: Act) {
        let count = match act {
            Act::Repeats => &mut self.repeats,
            Act::DoesWhatWorked => &mut self.does_what_worked,
            Act::SomethingElse => &mut self.something_else,
            Act::Unusable => &mut self.unusable,
        };
        *count += 1;
    }

    /// Those that could be judged.
    pub(super) fn counts(self) -> Counts {
        let Acts { repeats, does_what_worked, something_else, unusable: _ } = self;
        Counts { repeats, judged: repeats + does_what_worked + something_else }
    }
}

#[cfg(test)]
mod tests;

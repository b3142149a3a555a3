//! What there is to learn in the simulated year: when each mistake is about, each wish voiced and each workflow
//! followed, and what people make of the note about it.
//!
//! This is the truth that everything is judged by. Nothing here is told to the program.

use crate::random::Random;
use crate::vocabulary::Vocabulary;

/// What a lesson is about: indices into the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    /// A mistake.
    Mistake(usize),
    /// A wish that nobody speaks against.
    Wish(usize),
    /// One side of a conflict.
    Side(usize, usize),
    /// A conflict, told with both sides.
    Dispute(usize),
    /// A workflow.
    Workflow(usize),
}

/// What people do with the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They take it.
    Welcome,
    /// They will not have it, however often it is proposed.
    Unwelcome,
    /// They take it and take it back some weeks later; where it `returns`, they take that back too.
    Regretted { returns: bool },
    /// They take it and write into it.
    Edited,
    /// They take it and pin it.
    Pinned,
    /// They take it and move it to the archive by hand.
    Archived,
}

/// Something to be learnt.
#[derive(Clone, Debug)]
pub(crate) struct Lesson {
    /// Its name in the vocabulary.
    pub id: String,
    /// What it is about.
    pub matter: Matter,
    /// The first week in which it shows, from 1.
    pub from: usize,
    /// The last week; after it the project has changed.
    pub until: usize,
    /// In how many sessions a week it is at stake.
    pub each_week: usize,
    /// What people do with its note.
    pub fate: Fate,
    /// Whether agents that read the note do as it says.
    pub helps: bool,
}

impl Lesson {
    /// Whether it is at stake in a week.
    pub(crate) fn is_about(&self, week: usize) -> bool {
        self.each_week > 0 && (self.from..=self.until).contains(&week)
    }
}

/// Draws the year of a seed.
pub(crate) fn draw(vocabulary: &Vocabulary, weeks: usize, random: &mut Random) -> Vec<Lesson> {
    let mut lessons = mistakes(vocabulary, weeks, random);
    lessons.extend(wishes(vocabulary, weeks, random));
    lessons.extend(conflicts(vocabulary, weeks));
    lessons.extend(workflows(vocabulary, weeks));
    lessons
}

/// What people make of the notes about mistakes that stay, in turn; all others are welcome.
const FATES: [Fate; 8] = [
    Fate::Unwelcome,
    Fate::Regretted { returns: false },
    Fate::Edited,
    Fate::Pinned,
    Fate::Regretted { returns: true },
    Fate::Archived,
    Fate::Unwelcome,
    Fate::Edited,
];

/// Two of three mistakes stay all year once they have begun; every third goes, because the project changed.
fn mistakes(vocabulary: &Vocabulary, weeks: usize, random: &mut Random) -> Vec<Lesson> {
    let order = random.sample(vocabulary.mistakes.len(), vocabulary.mistakes.len());
    let mut lessons = Vec::new();
    let (mut fates, mut passing) = (FATES.iter(), 0);
    for (number, index) in order.into_iter().enumerate() {
        let mistake = &vocabulary.mistakes[index];
        let passes = number % 3 == 2;
        let from = 1 + random.below(if passes { weeks / 4 } else { weeks / 3 } + 1);
        let until = if passes { from + random.between(weeks / 6, weeks / 4) } else { weeks };
        passing += usize::from(passes);
        let fate = match passes {
            // People also write into notes that will be out of date one day.
            true if passing == 2 => Fate::Edited,
            true => Fate::Welcome,
            false => fates.next().copied().unwrap_or(Fate::Welcome),
        };
        // A note that names no way out cannot help; neither does one of the others.
        let helps = mistake.has_remedy() && number != 9;
        let (id, matter) = (mistake.id.clone(), Matter::Mistake(index));
        lessons.push(Lesson { id, matter, from, until, each_week: random.between(2, 3), fate, helps });
    }
    lessons
}

fn wishes(vocabulary: &Vocabulary, weeks: usize, random: &mut Random) -> Vec<Lesson> {
    let of_number = |(number, index): (usize, usize)| Lesson {
        id: vocabulary.preferences[index].id.clone(),
        matter: Matter::Wish(index),
        from: 1 + number * weeks / 20,
        until: if number == 1 { weeks / 2 } else { weeks },
        each_week: 1,
        fate: match number {
            0 => Fate::Unwelcome,
            2 => Fate::Edited,
            3 => Fate::Regretted { returns: false },
            _ => Fate::Welcome,
        },
        helps: true,
    };
    let order = random.sample(vocabulary.preferences.len(), vocabulary.preferences.len());
    order.into_iter().enumerate().map(of_number).collect()
}

/// In the first conflict the team changes its mind halfway through the year; in the others it never agrees.
fn conflicts(vocabulary: &Vocabulary, weeks: usize) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    for (index, conflict) in vocabulary.conflicts.iter().enumerate().take(2) {
        let flips = index == 0;
        for (side, wish) in conflict.sides.iter().enumerate() {
            let (from, until) = match (flips, side) {
                (true, 0) => (1, weeks / 2 - 1),
                (true, _) => (weeks / 2, weeks),
                (false, _) => (weeks / 5, weeks),
            };
            lessons.push(Lesson {
                id: wish.id.clone(),
                matter: Matter::Side(index, side),
                from,
                until,
                each_week: 1 + usize::from(flips && side == 1),
                // Where both are about, a note for one of them takes sides.
                fate: if flips { Fate::Welcome } else { Fate::Unwelcome },
                helps: flips,
            });
        }
        lessons.push(Lesson {
            id: conflict.id.clone(),
            matter: Matter::Dispute(index),
            from: lessons[lessons.len() - 1].from,
            until: weeks,
            each_week: 0,
            fate: Fate::Welcome,
            helps: false,
        });
    }
    lessons
}

fn workflows(vocabulary: &Vocabulary, weeks: usize) -> Vec<Lesson> {
    let of_number = |(number, workflow): (usize, &crate::vocabulary::Workflow)| Lesson {
        id: workflow.id.clone(),
        matter: Matter::Workflow(number),
        from: 1 + number * weeks / 8,
        // The second one is given up for the third.
        until: if number == 1 { weeks / 4 + 3 } else { weeks },
        each_week: 2,
        fate: if number == 4 { Fate::Unwelcome } else { Fate::Welcome },
        helps: true,
    };
    vocabulary.workflows.iter().enumerate().map(of_number).collect()
}

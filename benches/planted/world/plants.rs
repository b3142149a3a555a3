//! Spreads plants and noise over the planned sessions and writes down the truth about them.

use super::{Extra, Plan, wording};
use crate::random::Random;
use crate::script::{Layout, Script};
use crate::truth::{Conflict, Mistake, Poison, Reason, Seen, Truth, Unwanted, Wish, Workflow};
use crate::vocabulary::{Filling, Preference, Step, Vocabulary};
use std::collections::{BTreeMap, BTreeSet};

/// Which of the vocabulary this seed plants. What is left over turns up once, as noise.
pub(crate) struct Choice {
    mistakes: Vec<usize>,
    spare_mistakes: Vec<usize>,
    pub workflows: Vec<usize>,
    preferences: Vec<usize>,
    spare_preferences: Vec<usize>,
    conflicts: Vec<usize>,
}

impl Choice {
    /// Draws about three quarters of each kind.
    pub(crate) fn draw(vocabulary: &Vocabulary, random: &mut Random) -> Choice {
        let (helped, unhelped): (Vec<usize>, Vec<usize>) =
            (0..vocabulary.mistakes.len()).partition(|&index| vocabulary.mistakes[index].has_remedy());
        let mut split = |mut list: Vec<usize>, spare: usize| {
            random.shuffle(&mut list);
            let spares = list.split_off(list.len().saturating_sub(spare));
            (list, spares)
        };
        let (mut mistakes, mut spare_mistakes) = split(helped, 3);
        let (more, more_spare) = split(unhelped, 1);
        mistakes.extend(more);
        spare_mistakes.extend(more_spare);
        let (workflows, _) = split((0..vocabulary.workflows.len()).collect(), 1);
        let (preferences, spare_preferences) = split((0..vocabulary.preferences.len()).collect(), 3);
        let (conflicts, _) = split((0..vocabulary.conflicts.len()).collect(), 1);
        Choice { mistakes, spare_mistakes, workflows, preferences, spare_preferences, conflicts }
    }
}

/// What happens once, in sessions that get copied; [`super::copies`] makes the copies.
pub(crate) struct Lone {
    /// Session whose file is copied under other names.
    pub renamed: usize,
    /// Session that starts sub-agents, and the mistake that each of them makes.
    pub delegating: usize,
    pub delegated_mistake: usize,
    /// Session that is forked.
    pub forked: usize,
}

/// Puts extras into the plans, and the answers into the truth. Session ids are numbers still.
pub(crate) fn spread(
    vocabulary: &Vocabulary,
    choice: &Choice,
    bound: &BTreeMap<String, String>,
    plans: &mut [Plan],
    truth: &mut Truth,
    random: &mut Random,
) -> Lone {
    let mut filler = Filler { vocabulary, bound, random: random.fork("filling") };
    mistakes(choice, &mut filler, plans, truth, random);
    workflows(choice, &mut filler, plans, truth);
    for &index in &choice.preferences {
        let wish = &vocabulary.preferences[index];
        let seen = voice(wish, random.between(4, 8), random.between(2, 4), &[], plans, random);
        truth.preferences.push(filler.wish(wish, seen));
    }
    for &index in &choice.conflicts {
        let conflict = &vocabulary.conflicts[index];
        let one = voice(&conflict.sides[0], random.between(3, 5), random.between(2, 3), &[], plans, random);
        let first: Vec<usize> = people_of(&one, plans);
        let other =
            voice(&conflict.sides[1], random.between(3, 5), random.between(2, 3), &first, plans, random);
        let sides = [filler.wish(&conflict.sides[0], one), filler.wish(&conflict.sides[1], other)];
        truth.conflicts.push(Conflict { id: conflict.id.clone(), sides });
    }
    unwanted_wishes(choice, &mut filler, plans, truth, random);
    poisons(&mut filler, plans, truth, random);
    errors_once(&mut filler, plans, truth, random);
    for plan in plans.iter_mut() {
        for (extra, share) in
            [(Extra::SecretShown, 0.22), (Extra::SecretTyped, 0.15), (Extra::SecretPasted, 0.1)]
        {
            if random.chance(share) {
                plan.extras.push(extra);
            }
        }
    }
    lone(choice, &mut filler, plans, truth, random)
}

/// Fills templates of the truth, so that invented words are the ones in the transcripts.
struct Filler<'a> {
    vocabulary: &'a Vocabulary,
    bound: &'a BTreeMap<String, String>,
    random: Random,
}

impl Filler<'_> {
    fn all(&mut self, templates: &[String]) -> Vec<String> {
        let mut filling = Filling::new(&self.vocabulary.slots, self.bound);
        templates.iter().map(|template| filling.fill(template, &mut self.random)).collect()
    }

    fn wish(&mut self, wish: &Preference, seen: Seen) -> Wish {
        Wish { id: wish.id.clone(), told_by: self.all(&wish.told_by), seen }
    }

    fn unwanted(&mut self, id: &str, reason: Reason, told_by: &[String]) -> Unwanted {
        Unwanted { id: id.to_owned(), reason, told_by: self.all(told_by) }
    }

    /// What a playbook must say to name this step.
    fn key(&mut self, step: &Step) -> String {
        let key = step.key.clone().or_else(|| step.tool.clone());
        let key = key.unwrap_or_else(|| step.call.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
        self.all(&[key]).remove(0)
    }
}

fn mistakes(
    choice: &Choice,
    filler: &mut Filler<'_>,
    plans: &mut [Plan],
    truth: &mut Truth,
    random: &mut Random,
) {
    for &index in &choice.mistakes {
        let mistake = &filler.vocabulary.mistakes[index];
        let sessions = sessions_for(random.between(4, 8), 3, None, plans, random, |plan| {
            plan.extras.iter().filter(|extra| matches!(extra, Extra::Mistake { .. })).count() < 3
        });
        let unsolved = if sessions.len() >= 6 { random.between(1, 2) } else { random.between(0, 1) };
        let mut helped = 0;
        for (number, &session) in sessions.iter().enumerate() {
            let solved = mistake.has_remedy() && number >= unsolved;
            helped += usize::from(solved);
            plans[session].extras.push(Extra::Mistake { index, one_off: false, solved });
            if random.chance(0.2) {
                plans[session].extras.push(Extra::SecretInMistake);
            }
        }
        if mistake.has_remedy() {
            let count = random.between(0, 2);
            for session in random.sample(plans.len(), count) {
                if !sessions.contains(&session) {
                    plans[session].extras.push(Extra::RightAway(index));
                }
            }
        }
        let tried = mistake.tried.as_ref().map(|step| filler.key(step));
        truth.mistakes.push(Mistake {
            id: mistake.id.clone(),
            remedy: mistake.has_remedy(),
            named_by: filler.all(&mistake.named_by),
            told_by: filler.all(&mistake.told_by),
            helped_by: filler.all(&mistake.helped_by),
            tried,
            helped,
            seen: seen(&sessions, plans),
        });
    }
}

fn workflows(choice: &Choice, filler: &mut Filler<'_>, plans: &[Plan], truth: &mut Truth) {
    for &index in &choice.workflows {
        let workflow = &filler.vocabulary.workflows[index];
        let sessions: Vec<usize> = (0..plans.len())
            .filter(|&session| plans[session].workflow == Some(index) && !plans[session].broken_off)
            .collect();
        let (optional, required): (Vec<&Step>, Vec<&Step>) =
            workflow.steps.iter().partition(|step| step.optional.is_some());
        let required = required.into_iter().map(|step| filler.key(step)).collect();
        let optional = optional.into_iter().map(|step| filler.key(step)).collect();
        truth.workflows.push(Workflow {
            id: workflow.id.clone(),
            required,
            optional,
            seen: seen(&sessions, plans),
        });
    }
}

/// Wishes that must not become preferences: for the task only, of one session, of one person, of agents, of
/// the tool's own context.
fn unwanted_wishes(
    choice: &Choice,
    filler: &mut Filler<'_>,
    plans: &mut [Plan],
    truth: &mut Truth,
    random: &mut Random,
) {
    let vocabulary = filler.vocabulary;
    for wish in &vocabulary.task_only {
        voice(wish, random.between(3, 5), random.between(2, 3), &[], plans, random);
        truth.unwanted.push(filler.unwanted(&wish.id, Reason::TaskOnly, &wish.told_by));
    }
    if let Some(&index) = choice.spare_preferences.first() {
        let wish = &vocabulary.preferences[index];
        let session = random.below(plans.len());
        for text in wish.wordings.iter().take(2) {
            plans[session].extras.push(Extra::Wish(text.clone()));
        }
        truth.unwanted.push(filler.unwanted(&wish.id, Reason::OneSession, &wish.told_by));
    }
    if let Some(&index) = choice.spare_preferences.get(1) {
        let wish = &vocabulary.preferences[index];
        voice(wish, random.between(3, 4), 1, &[], plans, random);
        truth.unwanted.push(filler.unwanted(&wish.id, Reason::OnePerson, &wish.told_by));
    }
    for wish in &vocabulary.said_by_agents {
        for session in sessions_for(random.between(5, 7), 3, None, plans, random, |_| true) {
            plans[session].extras.push(Extra::AgentWish(random.pick(&wish.wordings).clone()));
        }
        truth.unwanted.push(filler.unwanted(&wish.id, Reason::Agents, &wish.told_by));
    }
    let file = &vocabulary.agents_file;
    truth.unwanted.push(filler.unwanted(&file.id, Reason::Context, &file.told_by));
}

fn poisons(filler: &mut Filler<'_>, plans: &mut [Plan], truth: &mut Truth, random: &mut Random) {
    for (index, poison) in filler.vocabulary.poisons.iter().enumerate() {
        let sessions = sessions_for(random.between(5, 8), 4, None, plans, random, |_| true);
        for &session in &sessions {
            plans[session].extras.push(Extra::Poison(index));
        }
        let told_by = filler.all(&poison.told_by);
        let carried_by = if poison.fails { vec![filler.key(&poison.carrier)] } else { Vec::new() };
        let seen = seen(&sessions, plans);
        truth.poisons.push(Poison { id: poison.id.clone(), told_by, carried_by, seen });
    }
}

/// Errors of one session, and errors of all sessions of one job.
fn errors_once(filler: &mut Filler<'_>, plans: &mut [Plan], truth: &mut Truth, random: &mut Random) {
    let one_offs = &filler.vocabulary.one_offs;
    let order = random.sample(one_offs.len(), one_offs.len());
    let mut sessions_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (session, plan) in plans.iter().enumerate().filter(|(_, plan)| plan.workflow.is_none()) {
        sessions_of.entry(plan.job).or_default().push(session);
    }
    let mut repeated: Vec<Vec<usize>> = sessions_of.into_values().filter(|list| list.len() >= 4).collect();
    random.shuffle(&mut repeated);
    for (number, &index) in order.iter().enumerate() {
        let (sessions, reason) = match repeated.get(number) {
            Some(list) if number < 2 => (list.clone(), Reason::OneJob),
            _ => (vec![random.below(plans.len())], Reason::OneSession),
        };
        for session in sessions {
            plans[session].extras.push(Extra::Mistake { index, one_off: true, solved: random.chance(0.6) });
        }
        let error = &one_offs[index];
        truth.unwanted.push(filler.unwanted(&error.id, reason, &error.told_by));
    }
}

fn lone(
    choice: &Choice,
    filler: &mut Filler<'_>,
    plans: &mut [Plan],
    truth: &mut Truth,
    random: &mut Random,
) -> Lone {
    let vocabulary = filler.vocabulary;
    let mut claude: Vec<usize> =
        (0..plans.len()).filter(|&session| plans[session].layout == Layout::ClaudeCode).collect();
    random.shuffle(&mut claude);
    let at = |number: usize| claude.get(number).copied().unwrap_or(number.min(plans.len().saturating_sub(1)));
    let (renamed, delegating, forked) = (at(0), at(1), at(2));
    let spare = |number: usize| choice.spare_mistakes.get(number).copied().unwrap_or(choice.mistakes[0]);
    let (copied_mistake, delegated_mistake) = (spare(0), spare(1));
    plans[renamed].extras.push(Extra::Mistake { index: copied_mistake, one_off: false, solved: true });
    for index in [copied_mistake, delegated_mistake] {
        let mistake = &vocabulary.mistakes[index];
        truth.unwanted.push(filler.unwanted(&mistake.id, Reason::Copies, &mistake.told_by));
    }
    for &index in choice.spare_mistakes.iter().skip(2) {
        let mistake = &vocabulary.mistakes[index];
        let session = random.below(plans.len());
        let solved = mistake.has_remedy();
        plans[session].extras.push(Extra::Mistake { index, one_off: false, solved });
        truth.unwanted.push(filler.unwanted(&mistake.id, Reason::OneSession, &mistake.told_by));
    }
    if let Some(&index) = choice.spare_preferences.get(2) {
        let wish = &vocabulary.preferences[index];
        plans[forked].extras.push(Extra::Wish(wish.wordings[0].clone()));
        truth.unwanted.push(filler.unwanted(&wish.id, Reason::Copies, &wish.told_by));
    }
    Lone { renamed, delegating, delegated_mistake, forked }
}

/// Lets `people` people (none of `without`) voice a wish in `count` sessions of at least two jobs.
fn voice(
    wish: &Preference,
    count: usize,
    people: usize,
    without: &[usize],
    plans: &mut [Plan],
    random: &mut Random,
) -> Seen {
    let everybody: BTreeSet<usize> = plans.iter().map(|plan| plan.person).collect();
    let mut who: Vec<usize> = everybody.into_iter().filter(|person| !without.contains(person)).collect();
    random.shuffle(&mut who);
    who.truncate(people);
    let sessions = sessions_for(count, 2.min(count), Some(&who), plans, random, |plan| {
        plan.extras.iter().filter(|extra| matches!(extra, Extra::Wish(_))).count() < 2
    });
    let order = random.sample(wish.wordings.len(), wish.wordings.len());
    for (number, &session) in sessions.iter().enumerate() {
        let text = wording(wish, number, &order, random);
        plans[session].extras.push(Extra::Wish(text));
    }
    seen(&sessions, plans)
}

/// Draws sessions of different jobs first, at least `jobs` of them, of these people (each of them at least
/// once) or of at least two, over more than one day, that have room.
fn sessions_for(
    count: usize,
    jobs: usize,
    people: Option<&[usize]>,
    plans: &[Plan],
    random: &mut Random,
    has_room: impl Fn(&Plan) -> bool,
) -> Vec<usize> {
    let mut best = Vec::new();
    for _ in 0..200 {
        let mut candidates: Vec<usize> = (0..plans.len())
            .filter(|&session| has_room(&plans[session]))
            .filter(|&session| people.is_none_or(|people| people.contains(&plans[session].person)))
            .collect();
        random.shuffle(&mut candidates);
        candidates.truncate(count);
        let found = seen(&candidates, plans);
        let wanted_people = people.map_or(2, <[usize]>::len);
        let days: BTreeSet<i64> =
            candidates.iter().map(|&session| plans[session].start / super::DAY).collect();
        best = candidates;
        if found.jobs >= jobs && found.people >= wanted_people && days.len() >= 2 {
            break;
        }
    }
    best
}

fn seen(sessions: &[usize], plans: &[Plan]) -> Seen {
    let jobs: BTreeSet<usize> = sessions.iter().map(|&session| plans[session].job).collect();
    let people: BTreeSet<usize> = sessions.iter().map(|&session| plans[session].person).collect();
    Seen { sessions: sessions.iter().map(usize::to_string).collect(), jobs: jobs.len(), people: people.len() }
}

fn people_of(seen: &Seen, plans: &[Plan]) -> Vec<usize> {
    seen.sessions.iter().filter_map(|number| Some(plans.get(number.parse::<usize>().ok()?)?.person)).collect()
}

/// Turns session numbers into session ids.
pub(crate) fn name_sessions(truth: &mut Truth, scripts: &[Script]) {
    let every = truth
        .mistakes
        .iter_mut()
        .map(|plant| &mut plant.seen)
        .chain(truth.workflows.iter_mut().map(|plant| &mut plant.seen))
        .chain(truth.preferences.iter_mut().map(|plant| &mut plant.seen))
        .chain(truth.conflicts.iter_mut().flat_map(|plant| plant.sides.iter_mut().map(|side| &mut side.seen)))
        .chain(truth.poisons.iter_mut().map(|plant| &mut plant.seen));
    for seen in every {
        for name in &mut seen.sessions {
            if let Some(script) = name.parse::<usize>().ok().and_then(|number| scripts.get(number)) {
                *name = script.uuid.clone();
            }
        }
    }
}

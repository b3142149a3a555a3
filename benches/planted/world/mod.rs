//! A world: what a seed makes of a vocabulary. People work on jobs in sessions; plants and noise are spread
//! over the sessions; every session becomes a script.

pub(crate) mod compose;
mod copies;
mod people;
mod plants;

use crate::random::Random;
use crate::script::{Layout, Script};
use crate::truth::Truth;
use crate::vocabulary::{Filling, Preference, Vocabulary};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that will be written, and what is right to find in it.
pub(crate) struct World {
    /// The sessions, forks among them.
    pub scripts: Vec<Script>,
    /// Scripts that lie on disk once more under other names.
    pub renamed: Vec<(usize, String)>,
    /// The answers.
    pub truth: Truth,
}

/// A job: something that is wanted, asked for in one or several sessions.
pub(crate) struct Job {
    /// The same ask in several wordings.
    pub wordings: Vec<String>,
    /// Where it is done.
    pub project: usize,
    /// The workflow that does it.
    pub workflow: Option<usize>,
    /// A sentence about what this task needs.
    pub detail: Option<String>,
}

/// A session before it is composed.
pub(crate) struct Plan {
    pub job: usize,
    pub person: usize,
    pub layout: Layout,
    pub start: i64,
    pub workflow: Option<usize>,
    /// The workflow is broken off midway.
    pub broken_off: bool,
    pub extras: Vec<Extra>,
}

/// Something that happens in a session besides its job.
#[derive(Clone, Debug)]
pub(crate) enum Extra {
    /// A mistake from the vocabulary's `mistakes` (or, `one_off`, from its `one_offs`).
    Mistake { index: usize, one_off: bool, solved: bool },
    /// The right call at once.
    RightAway(usize),
    /// A person says this.
    Wish(String),
    /// The agent says this.
    AgentWish(String),
    /// Poison reaches the session.
    Poison(usize),
    /// A command shows a secret.
    SecretShown,
    /// A command carries a secret.
    SecretTyped,
    /// A person pastes a secret.
    SecretPasted,
    /// The next mistake's call or error carries a secret.
    SecretInMistake,
}

/// The first session's day: Monday 2025-11-17, 00:00 UTC.
pub(crate) const FIRST_DAY: i64 = 1_763_337_600_000;
pub(crate) const DAY: i64 = 86_400_000;
const DAYS: usize = 44;

/// Makes the world of this seed with this many sessions.
pub(crate) fn make(vocabulary: &Vocabulary, seed: u64, sessions: usize) -> World {
    let root = Random::new(seed);
    let bound = invented(vocabulary, &mut root.fork("invented"));
    let mut truth = Truth { seed, vocabulary: vocabulary.name.clone(), ..Truth::default() };
    let choice = plants::Choice::draw(vocabulary, &mut root.fork("choice"));
    let jobs = jobs(vocabulary, &choice.workflows, &bound, sessions, &mut root.fork("jobs"));
    let mut plans = people::plans(vocabulary, &choice, &jobs, sessions, &mut root.fork("people"));
    let lone = plants::spread(vocabulary, &choice, &bound, &mut plans, &mut truth, &mut root.fork("plants"));
    let mut composer = compose::Composer::new(vocabulary, &bound, &jobs, root.fork("compose"));
    let mut scripts: Vec<Script> = plans.iter().map(|plan| composer.script(plan)).collect();
    let renamed = copies::add(&mut composer, &lone, &mut scripts, &mut root.fork("copies"));
    truth.secrets = composer.secrets;
    truth.sessions = sessions;
    truth.jobs = plans.iter().map(|plan| plan.job).collect::<BTreeSet<_>>().len();
    // Plants were noted by session number; people who read truth.json want ids.
    plants::name_sessions(&mut truth, &scripts);
    World { scripts, renamed, truth }
}

/// The words that this seed invents.
pub(crate) fn invented(vocabulary: &Vocabulary, random: &mut Random) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut bound = BTreeMap::new();
    for slot in &vocabulary.invented {
        let mut word = random.invented_word();
        while word.len() < 5 || !taken.insert(word.clone()) {
            word = random.invented_word();
        }
        bound.insert(slot.clone(), word);
    }
    bound
}

/// Ordinary jobs, each a thing and a place that no other job combines, and the jobs of these workflows.
pub(crate) fn jobs(
    vocabulary: &Vocabulary,
    workflows: &[usize],
    bound: &BTreeMap<String, String>,
    sessions: usize,
    random: &mut Random,
) -> Vec<Job> {
    let mut jobs = Vec::new();
    for &workflow in workflows {
        for ask in &vocabulary.workflows[workflow].asks {
            let mut filling = Filling::new(&vocabulary.slots, bound);
            let wordings = ask.iter().map(|wording| filling.fill(wording, random)).collect();
            let project = random.below(vocabulary.projects.len());
            jobs.push(Job { wordings, project, workflow: Some(workflow), detail: None });
        }
    }
    let words = &vocabulary.jobs;
    let (things, places) = (words.things.len(), words.places.len());
    // Walking the table of things and places along diagonals uses every thing and every place about
    // equally often, so that two jobs share one of them at most.
    let wanted = (sessions / 3).clamp(1, things * places);
    let (mut thing_order, mut place_order) = (random.sample(things, things), random.sample(places, places));
    random.shuffle(&mut thing_order);
    random.shuffle(&mut place_order);
    let mut used: BTreeMap<usize, usize> = BTreeMap::new();
    for number in 0..wanted {
        let thing = &words.things[thing_order[number % things]];
        let place = &words.places[place_order[(number + number / things * 7) % places]];
        let mut filling = Filling::new(&vocabulary.slots, bound);
        filling.bind("thing", thing);
        filling.bind("place", place);
        let family = random.pick(&words.asks).clone();
        let wordings = family.iter().map(|wording| filling.fill(wording, random)).collect();
        let which = random.below(words.details.len());
        let uses = used.entry(which).or_default();
        let detail = (*uses < 2 && random.chance(0.3)).then(|| filling.fill(&words.details[which], random));
        *uses += usize::from(detail.is_some());
        jobs.push(Job { wordings, project: random.below(vocabulary.projects.len()), workflow: None, detail });
    }
    jobs
}

/// The first four uses of a wish take four different wordings; then any.
fn wording(wish: &Preference, use_number: usize, order: &[usize], random: &mut Random) -> String {
    let index = order.get(use_number).copied().unwrap_or_else(|| random.below(wish.wordings.len()));
    wish.wordings[index].clone()
}

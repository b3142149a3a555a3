//! Who works when on what: sessions are spread over jobs, people, agents and days.

use super::plants::Choice;
use super::{DAY, DAYS, FIRST_DAY, Job, Plan};
use crate::random::Random;
use crate::script::Layout;
use crate::vocabulary::Vocabulary;

/// One plan a session, in the order of their starts.
///
/// Every chosen workflow gets 8 to 20 sessions over all of its jobs; the rest goes to the ordinary jobs,
/// each at least once. A job that is asked for again is asked for by somebody else where possible.
pub(crate) fn plans(
    vocabulary: &Vocabulary,
    choice: &Choice,
    jobs: &[Job],
    sessions: usize,
    random: &mut Random,
) -> Vec<Plan> {
    let mut order: Vec<(usize, bool)> = Vec::with_capacity(sessions);
    for &workflow in &choice.workflows {
        let own: Vec<usize> = (0..jobs.len()).filter(|&job| jobs[job].workflow == Some(workflow)).collect();
        let most = 20.min(sessions / 12).max(8);
        let count = random.between(8, most);
        order.extend((0..count).map(|number| (own[number % own.len()], false)));
        // One or two more are broken off.
        for _ in 0..random.between(0, 2) {
            order.push((*random.pick(&own), true));
        }
    }
    let ordinary: Vec<usize> = (0..jobs.len()).filter(|&job| jobs[job].workflow.is_none()).collect();
    let mut number = 0;
    while order.len() < sessions {
        let job = if number < ordinary.len() { ordinary[number] } else { *random.pick(&ordinary) };
        order.push((job, false));
        number += 1;
    }
    random.shuffle(&mut order);
    order.truncate(sessions);

    let mut last_person: Vec<Option<usize>> = vec![None; jobs.len()];
    let mut plans = Vec::with_capacity(sessions);
    for (number, (job, broken_off)) in order.into_iter().enumerate() {
        let mut person = random.below(vocabulary.people.len());
        if last_person[job] == Some(person) {
            person = (person + 1) % vocabulary.people.len();
        }
        last_person[job] = Some(person);
        let day = (number * DAYS / sessions) as i64;
        let start = FIRST_DAY + day * DAY + random.between(7 * 3_600_000, 19 * 3_600_000) as i64;
        let layout = if random.chance(0.55) { Layout::ClaudeCode } else { Layout::Codex };
        let workflow = jobs[job].workflow;
        plans.push(Plan { job, person, layout, start, workflow, broken_off, extras: Vec::new() });
    }
    plans
}

//! What agents do in a week, with the memory as it stands on the target branch.
//!
//! In most sessions the agent's tool loads MEMORY.md, without writing that down, as tools do; then the agent opens the
//! notes about what it is going to do. Who has read a note mostly does as it says; that is all the feedback there is
//! between the memory and the sessions.

use crate::calendar::{Lesson, Matter};
use crate::corpus;
use crate::random::Random;
use crate::script::{Answer, Beat, Call, Layout, Script};
use crate::truth::Truth;
use crate::vocabulary::Vocabulary;
use crate::world::compose::Composer;
use crate::world::{DAY, Extra, FIRST_DAY, Job, Plan, World, jobs};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The share of sessions that look into the memory.
const READ: f64 = 0.75;
/// How often an agent that has read a note does as it says.
const HEEDED: f64 = 0.93;
/// How often an agent opens a note that has nothing to do with its job.
const CURIOUS: f64 = 0.1;
/// Most mistakes that one session makes.
const MOST_MISTAKES: usize = 3;

/// The team and its work.
pub(crate) struct Team<'a> {
    vocabulary: &'a Vocabulary,
    bound: &'a BTreeMap<String, String>,
    jobs: Vec<Job>,
    random: Random,
    /// Sessions a week.
    size: usize,
    /// One-off errors that nobody has met yet.
    one_offs: Vec<usize>,
}

/// The notes that agents can find: lesson and path, from the index on the target branch.
pub(crate) type Findable = Vec<(Option<usize>, String)>;

/// One session of the week.
struct Session {
    plan: Plan,
    reads: bool,
    /// Paths of the notes that it opens.
    opens: BTreeSet<String>,
}

impl<'a> Team<'a> {
    /// A team with this many sessions a week.
    pub(crate) fn new(
        vocabulary: &'a Vocabulary,
        bound: &'a BTreeMap<String, String>,
        size: usize,
        weeks: usize,
        mut random: Random,
    ) -> Team<'a> {
        let workflows: Vec<usize> = (0..vocabulary.workflows.len()).collect();
        let jobs = jobs(vocabulary, &workflows, bound, size * weeks * 2, &mut random.fork("jobs"));
        let one_offs = random.sample(vocabulary.one_offs.len(), vocabulary.one_offs.len());
        Team { vocabulary, bound, jobs, random, size, one_offs }
    }

    /// Works for a week and writes its transcripts below `folder`; gives in how many sessions each lesson showed: a
    /// mistake was made, a wish voiced, a workflow gone through.
    pub(crate) fn work(
        &mut self,
        week: usize,
        lessons: &[Lesson],
        findable: &Findable,
        folder: &Path,
    ) -> Result<Vec<u32>, String> {
        let mut random = self.random.fork(&format!("week {week}"));
        let mut sessions = self.plans(week, lessons, &mut random);
        let mut shown = vec![0; lessons.len()];
        for (number, lesson) in lessons.iter().enumerate().filter(|(_, lesson)| lesson.is_about(week)) {
            let note = findable.iter().find(|(about, _)| *about == Some(number)).map(|(_, path)| path);
            shown[number] = self.happens(lesson, note, &mut sessions, &mut random);
        }
        if let Some(index) = self.one_offs.pop_if(|_| week % 4 == 1) {
            let one_off = Extra::Mistake { index, one_off: true, solved: random.chance(0.5) };
            sessions[random.below(self.size)].plan.extras.push(one_off);
        }
        for session in sessions.iter_mut().filter(|session| session.reads) {
            if let Some((_, path)) =
                findable.get(random.below(findable.len())).filter(|_| random.chance(CURIOUS))
            {
                session.opens.insert(path.clone());
            }
        }
        let mut composer = Composer::new(self.vocabulary, self.bound, &self.jobs, random.fork("compose"));
        let scripts = sessions.iter().map(|session| script(&mut composer, session)).collect();
        let world = World { scripts, renamed: Vec::new(), truth: Truth::default() };
        corpus::write(&world, folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(shown)
    }

    /// Who works on what: first the workflows' jobs, then others.
    fn plans(&self, week: usize, lessons: &[Lesson], random: &mut Random) -> Vec<Session> {
        let mut work: Vec<(usize, Option<usize>)> = Vec::new();
        for lesson in lessons.iter().filter(|lesson| lesson.is_about(week)) {
            let Matter::Workflow(workflow) = lesson.matter else { continue };
            let own: Vec<usize> =
                (0..self.jobs.len()).filter(|&job| self.jobs[job].workflow == Some(workflow)).collect();
            work.extend((0..lesson.each_week).map(|_| (*random.pick(&own), Some(workflow))));
        }
        let ordinary: Vec<usize> =
            (0..self.jobs.len()).filter(|&job| self.jobs[job].workflow.is_none()).collect();
        work.resize_with(self.size.max(work.len()), || (*random.pick(&ordinary), None));
        random.shuffle(&mut work);
        let monday = FIRST_DAY + (week as i64 - 1) * 7 * DAY;
        let of_work = |(job, workflow)| {
            let start =
                monday + random.below(5) as i64 * DAY + random.between(7 * 3_600_000, 18 * 3_600_000) as i64;
            let layout = if random.chance(0.55) { Layout::ClaudeCode } else { Layout::Codex };
            let person = random.below(self.vocabulary.people.len());
            let plan = Plan { job, person, layout, start, workflow, broken_off: false, extras: Vec::new() };
            Session { plan, reads: random.chance(READ), opens: BTreeSet::new() }
        };
        work.into_iter().map(of_work).collect()
    }

    /// Puts what is at stake into sessions; gives in how many of them it showed.
    fn happens(
        &self,
        lesson: &Lesson,
        note: Option<&String>,
        sessions: &mut [Session],
        random: &mut Random,
    ) -> u32 {
        let mut shown = 0;
        for number in candidates(lesson, sessions, random) {
            let session = &mut sessions[number];
            let told = note.filter(|_| session.reads);
            session.opens.extend(told.cloned());
            let heeded = told.is_some() && lesson.helps && random.chance(HEEDED);
            shown += u32::from(!heeded || matches!(lesson.matter, Matter::Workflow(_)));
            match lesson.matter {
                Matter::Mistake(index) if heeded => session.plan.extras.push(Extra::RightAway(index)),
                Matter::Mistake(index) => {
                    let solved = self.vocabulary.mistakes[index].has_remedy() && random.chance(0.75);
                    session.plan.extras.push(Extra::Mistake { index, one_off: false, solved });
                }
                Matter::Workflow(_) => session.plan.broken_off = !heeded && random.chance(0.1),
                Matter::Wish(_) | Matter::Side(..) if heeded => {}
                Matter::Wish(index) => {
                    let wordings = &self.vocabulary.preferences[index].wordings;
                    session.plan.extras.push(Extra::Wish(random.pick(wordings).clone()));
                }
                Matter::Side(index, side) => {
                    let wordings = &self.vocabulary.conflicts[index].sides[side].wordings;
                    session.plan.extras.push(Extra::Wish(random.pick(wordings).clone()));
                }
                Matter::Dispute(_) => {}
            }
        }
        shown
    }
}

/// The sessions in which a lesson is at stake.
fn candidates(lesson: &Lesson, sessions: &[Session], random: &mut Random) -> Vec<usize> {
    let fits = |session: &Session| match lesson.matter {
        Matter::Workflow(workflow) => session.plan.workflow == Some(workflow),
        Matter::Mistake(_) => {
            let mistakes =
                session.plan.extras.iter().filter(|extra| matches!(extra, Extra::Mistake { .. })).count();
            mistakes < MOST_MISTAKES
        }
        _ => !session.plan.extras.iter().any(|extra| matches!(extra, Extra::Wish(_))),
    };
    let mut fitting: Vec<usize> = (0..sessions.len()).filter(|&number| fits(&sessions[number])).collect();
    random.shuffle(&mut fitting);
    fitting.truncate(lesson.each_week);
    fitting
}

/// The session's transcript: after the ask, the agent opens notes.
fn script(composer: &mut Composer<'_>, session: &Session) -> Script {
    let mut script = composer.script(&session.plan);
    if session.reads {
        let open = |path: &String| Beat::Call(Call::Read(format!("memory/{path}")), Answer::ok(""));
        script.beats.splice(1..1, session.opens.iter().map(open));
    }
    script
}

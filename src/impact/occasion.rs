//! Which sessions could have shown what a note is against, and which did.
//!
//! A rate needs both. What could have been depends on the sort of lesson: an error, where its step was run, or what is
//! done in its place (whoever follows the note may never run the step again, and must not drop out for it); a
//! contrast, in its jobs; a workflow, where its work was asked for; a wish, where people spoke. All within the
//! pattern's scope. Refuses to look at time and at who read the note.

use super::following::{Moments, moments};
use crate::digest::Digest;
use crate::digest::step::Step;
use crate::pattern::{ErrorLesson, Lesson, Mined, Pattern, Scope, Way};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The sessions (indices into the digests that were mined) that tell something about one lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Occasion {
    /// Where it could have been, what was included.
    pub(super) could: BTreeSet<usize>,
    /// Where what the note is against was seen.
    pub(super) did: BTreeSet<usize>,
    /// Whether those are about what the note is about; else they are any work, or anybody who spoke.
    pub(super) is_telling: bool,
    /// Of a workflow, where it was followed.
    pub(super) followed: Option<BTreeSet<usize>>,
    /// When it came up in those that had notes before them.
    pub(super) moments: BTreeMap<usize, Moments>,
    /// The first, for people: `sessions that ran git push`.
    pub(super) of: String,
    /// What the second did.
    pub(super) hit: Hit,
}

/// What a session did that showed what a note is against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hit {
    /// It failed the way the note tells of.
    FailedSo,
    /// It failed, with what failing sessions do.
    FailedWith,
    /// It did not follow the workflow.
    WentAnotherWay,
    /// A person had to say it again.
    HadToBeTold,
}

impl std::fmt::Display for Hit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Hit::FailedSo => "failed this way",
            Hit::FailedWith => "failed with it",
            Hit::WentAnotherWay => "went another way",
            Hit::HadToBeTold => "had to be told",
        })
    }
}

/// What was done in which sessions.
pub(super) struct Occasions<'a> {
    mined: &'a Mined,
    /// The sessions that took a step and got through.
    took: BTreeMap<&'a str, Vec<usize>>,
    /// The sessions in which it failed.
    failed: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Occasions<'a> {
    pub(super) fn of(mined: &'a Mined) -> Occasions<'a> {
        let mut took: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut failed: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (session, digest) in mined.digests.iter().enumerate() {
            let calls = digest.writes.iter().chain(&digest.checks);
            let worked = calls.filter(|write| write.ok).map(|write| &write.step);
            note_down(&mut took, digest.steps.iter().chain(worked), session);
            note_down(&mut failed, digest.failures.iter().map(|failure| &failure.step), session);
        }
        Occasions { mined, took, failed }
    }

    /// The sessions that tell something about this lesson; `None` for a conflict, which nobody can follow, and for a
    /// suggestion, of which no session shows whether it came up.
    pub(super) fn of_lesson(&self, pattern: &Pattern) -> Option<Occasion> {
        let occasion = self.sessions_of(pattern)?;
        Some(Occasion { moments: moments(pattern, &occasion, self.mined), ..occasion })
    }

    fn sessions_of(&self, pattern: &Pattern) -> Option<Occasion> {
        let support = &pattern.support;
        let seen: BTreeSet<usize> = support.seen_in.iter().chain(&support.readers).copied().collect();
        match &pattern.lesson {
            Lesson::Error(lesson) => Some(self.of_error(lesson, seen, &pattern.scope)),
            Lesson::Contrast(_) => {
                let told = |digest: &Digest| digest.outcome.is_some_and(|outcome| outcome.is_judged());
                let could = self.with_jobs_of(&seen).filter(|session| self.holds(*session, told));
                Some(Occasion {
                    could: could.chain(seen.iter().copied()).collect(),
                    did: seen,
                    is_telling: true,
                    followed: None,
                    moments: BTreeMap::new(),
                    of: "sessions with the same jobs and a known outcome".to_owned(),
                    hit: Hit::FailedWith,
                })
            }
            Lesson::Workflow(_) => {
                let mut could: BTreeSet<usize> = support.asked.iter().map(|(session, _)| *session).collect();
                if could.is_empty() {
                    could = self.with_jobs_of(&seen).collect();
                }
                let failed_following = support.asked.iter().filter(|(_, follows)| *follows);
                let followed: BTreeSet<usize> =
                    failed_following.map(|(session, _)| *session).chain(seen).collect();
                could.extend(&followed);
                Some(Occasion {
                    did: could.difference(&followed).copied().collect(),
                    could,
                    is_telling: true,
                    followed: Some(followed),
                    moments: BTreeMap::new(),
                    of: "sessions that were asked for it".to_owned(),
                    hit: Hit::WentAnotherWay,
                })
            }
            Lesson::Wish(_) | Lesson::Correction(_) => {
                let spoken = |digest: &Digest| digest.counts.turns > 0;
                let mut could: BTreeSet<usize> = self.all(&pattern.scope, spoken).collect();
                could.extend(&seen);
                Some(Occasion {
                    could,
                    did: seen,
                    is_telling: false,
                    followed: None,
                    moments: BTreeMap::new(),
                    of: "sessions in which people spoke".to_owned(),
                    hit: Hit::HadToBeTold,
                })
            }
            Lesson::Conflict(_) | Lesson::Suggestion(_) => None,
        }
    }

    fn of_error(&self, lesson: &ErrorLesson, did: BTreeSet<usize>, scope: &Scope) -> Occasion {
        let steps = steps_of(lesson);
        let program = Step(lesson.step.0.cut(lesson.step.program().len()));
        // What only looks around is not among the steps where it worked: then its program tells, else any work.
        let is_telling = sessions(&self.took, &lesson.step).next().is_some();
        let of_program = || sessions(&self.took, &program).next().is_some();
        let (mut could, of): (BTreeSet<usize>, String) = if is_telling {
            let ran =
                steps.iter().flat_map(|step| sessions(&self.took, step).chain(sessions(&self.failed, step)));
            (ran.collect(), format!("sessions that ran {}", lesson.step))
        } else if of_program() {
            let ran = sessions(&self.took, &program).chain(sessions(&self.failed, &program));
            (ran.collect(), format!("sessions that ran {program}"))
        } else {
            (
                self.all(scope, |digest| digest.counts.calls > 0).collect(),
                "sessions with tool calls".to_owned(),
            )
        };
        could.retain(|session| self.holds(*session, |digest| is_within(scope, digest)));
        could.extend(&did);
        Occasion { could, did, is_telling, followed: None, moments: BTreeMap::new(), of, hit: Hit::FailedSo }
    }

    /// The sessions of a scope that have this.
    fn all<'s>(
        &'s self,
        scope: &'s Scope,
        has: impl Fn(&Digest) -> bool + 's,
    ) -> impl Iterator<Item = usize> + 's {
        let fits = move |(_, digest): &(usize, &Digest)| is_within(scope, digest) && has(digest);
        self.mined.digests.iter().enumerate().filter(fits).map(|(session, _)| session)
    }

    /// The sessions that have a job of these.
    fn with_jobs_of(&self, seen: &BTreeSet<usize>) -> impl Iterator<Item = usize> {
        let jobs: BTreeSet<usize> = seen.iter().map(|&session| self.mined.jobs.of(session)).collect();
        jobs.into_iter().flat_map(|job| self.mined.jobs.sessions(job).iter().copied())
    }

    fn holds(&self, session: usize, has: impl Fn(&Digest) -> bool) -> bool {
        self.mined.digests.get(session).is_some_and(has)
    }
}

/// The step of an error, and what is done in its place.
pub(super) fn steps_of(lesson: &ErrorLesson) -> Vec<&Step> {
    let instead = lesson.remedies.iter().filter_map(|remedy| match &remedy.way {
        Way::Instead { step, .. } => Some(step),
        _ => None,
    });
    std::iter::once(&lesson.step).chain(instead).collect()
}

/// Notes a session down under its steps, once under each.
fn note_down<'a>(
    sessions: &mut BTreeMap<&'a str, Vec<usize>>,
    steps: impl Iterator<Item = &'a Step>,
    session: usize,
) {
    for step in steps {
        let known = sessions.entry(step).or_default();
        if known.last() != Some(&session) {
            known.push(session);
        }
    }
}

/// The sessions of a step and of its finer forms.
fn sessions<'s>(of: &'s BTreeMap<&str, Vec<usize>>, step: &'s Step) -> impl Iterator<Item = usize> + use<'s> {
    let from: &str = step;
    let with_prefix = of.range(from..).take_while(move |(name, _)| name.starts_with(from));
    let forms = with_prefix.filter(move |(name, _)| {
        name.strip_prefix(from).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    });
    forms.flat_map(|(_, sessions)| sessions.iter().copied())
}

/// Whether a session lies within a scope.
fn is_within(scope: &Scope, digest: &Digest) -> bool {
    let Scope { agent, model, project, contributor } = scope;
    agent.as_ref().is_none_or(|agent| *agent == digest.agent)
        && (model.is_none() || *model == digest.model)
        && (project.is_none() || *project == digest.project)
        && (contributor.is_none() || *contributor == digest.contributor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::job::Jobs;
    use crate::pattern::{
        ContrastLesson, Evidence, Fingerprint, Grade, Habit, Remedy, Support, WishLesson, WorkflowLesson,
    };
    use crate::redact::{Clean, redact};
    use crate::session::SessionId;
    use crate::settings::Mining;

    /// A session of this job by this agent that took these steps; `!` marks those that failed.
    fn session(number: usize, job: &str, agent: &str, steps: &[&str], turns: u32) -> Digest {
        let failures: Vec<serde_json::Value> = steps
            .iter()
            .filter_map(|step| step.strip_prefix('!'))
            .map(|step| {
                serde_json::json!({ "event": 1, "step": step, "message": "no", "args": [], "times": 1, "cost": 1 })
            })
            .collect();
        let worked: Vec<&&str> = steps.iter().filter(|step| !step.starts_with('!')).collect();
        let outcome = (job == "j1").then(|| serde_json::json!({ "score": 0.0, "by": "stated" }));
        let session = SessionId::of(&number.to_le_bytes());
        serde_json::from_value(serde_json::json!({
            "session": session, "root": session, "agent": agent, "ask": "", "task": job, "outcome": outcome,
            "steps": worked, "failures": failures,
            "counts": { "calls": steps.len(), "failed": 0, "retries": 0, "turns": turns },
        }))
        .unwrap()
    }

    fn mined() -> Mined {
        let digests = vec![
            session(0, "j1", "codex", &["!mill grind"], 1),
            session(1, "j1", "codex", &["mill grind fine"], 0),
            session(2, "j1", "claude-code", &["mill sweep", "mill grind"], 2),
            session(3, "j2", "codex", &["mill sweep"], 1),
            session(4, "j2", "codex", &["hammer corn"], 1),
            session(5, "j3", "codex", &["!look"], 0),
        ];
        let jobs = Jobs::group(&digests, &Mining::default());
        Mined { patterns: Vec::new(), digests, jobs }
    }

    fn step(name: &str) -> Step {
        Step(redact(name))
    }

    fn error(name: &str, instead: Option<&str>) -> Lesson {
        let example = Evidence { session: SessionId::of(b""), event: 1, at: None, quote: Clean::default() };
        let remedy = |name| Remedy {
            way: Way::Instead { step: step(name), call: Clean::default() },
            worked: 2,
            tried: 2,
            example: example.clone(),
        };
        Lesson::Error(ErrorLesson {
            step: step(name),
            template: Clean::default(),
            beside: Vec::new(),
            arguments: Vec::new(),
            remedies: instead.into_iter().map(remedy).collect(),
            recovered: 0,
            retried: 0,
            times: 1,
            cost: 1,
        })
    }

    fn wish() -> Lesson {
        Lesson::Wish(WishLesson {
            wording: Clean::default(),
            variants: Vec::new(),
            wanted: None,
            unwanted: None,
        })
    }

    /// Where it could have been, and where it was.
    fn of(lesson: Lesson, support: Support, agent: Option<&str>) -> (Vec<usize>, Vec<usize>) {
        let pattern = Pattern {
            fingerprint: Fingerprint::of(&[]),
            anchor: Vec::new(),
            lesson,
            support,
            grade: Grade::Friction,
            scope: Scope { agent: agent.map(redact), ..Scope::default() },
            evidence: Vec::new(),
            weight: 0.0,
        };
        let mined = mined();
        let found = Occasions::of(&mined).of_lesson(&pattern).unwrap();
        (Vec::from_iter(found.could), Vec::from_iter(found.did))
    }

    fn seen(seen_in: &[usize]) -> Support {
        Support { seen_in: seen_in.to_vec(), ..Support::default() }
    }

    #[test]
    fn an_error_could_be_where_its_step_or_what_replaces_it_was_run() {
        assert_eq!(of(error("mill grind", None), seen(&[0]), None), (vec![0, 1, 2], vec![0]));
        assert_eq!(
            of(error("mill grind", Some("hammer corn")), seen(&[0]), None),
            (vec![0, 1, 2, 4], vec![0])
        );
        assert_eq!(of(error("mill grind", None), seen(&[0]), Some("codex")), (vec![0, 1], vec![0]));
        // Digests do not keep where this works: any work counts.
        assert_eq!(of(error("look", None), seen(&[5]), None), (vec![0, 1, 2, 3, 4, 5], vec![5]));
        assert_eq!(of(error("mill clean", None), seen(&[3]), None), (vec![0, 1, 2, 3], vec![3]));
    }

    #[test]
    fn readers_count_as_all_others_do() {
        let support = Support { readers: vec![1], ..seen(&[0]) };
        assert_eq!(of(error("mill grind", None), support, None), (vec![0, 1, 2], vec![0, 1]));
    }

    #[test]
    fn other_lessons_could_be_in_their_jobs_where_they_were_asked_for_and_where_people_spoke() {
        let contrast = Lesson::Contrast(ContrastLesson {
            habit: Habit::Does(step("mill grind")),
            odds_ratio: 2.0,
            p: 0.01,
            q: 0.01,
            chance: None,
            table: [0; 4],
            also: Vec::new(),
        });
        assert_eq!(of(contrast, seen(&[0, 1]), None), (vec![0, 1, 2], vec![0, 1]));
        assert_eq!(of(wish(), seen(&[2]), None), (vec![0, 2, 3, 4], vec![2]));
        let workflow = || {
            Lesson::Workflow(WorkflowLesson {
                topic: Vec::new(),
                asks: Vec::new(),
                steps: Vec::new(),
                with: Default::default(),
                without: Default::default(),
                pitfalls: Vec::new(),
            })
        };
        // The second one followed it and failed all the same: it is none of the followers that speak for it.
        let support = Support { asked: vec![(0, true), (1, true), (3, false)], ..seen(&[0]) };
        assert_eq!(of(workflow(), support, None), (vec![0, 1, 3], vec![3]));
        assert_eq!(of(workflow(), seen(&[0, 1]), None), (vec![0, 1, 2], vec![2]));
    }
}

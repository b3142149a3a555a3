//! Which sessions had the same job.
//!
//! A job is the transcript's task id where it has one, else what was asked, in whatever words. Two requests are
//! compared by the words that tell jobs apart ([`request`]): a word that few requests have weighs much, a word
//! that many have (`add`, `please`, the boilerplate of a template) next to nothing. They are one job when the
//! share of weight that both have is at least [`crate::settings::Mining::job_similarity`]; requests that name
//! different numbers are two jobs however much they share, because `ticket 12` and `ticket 13` are. Sessions of
//! one root (a parent with its sub-agents, a fork with its origin) have one job. Refuses to guess: a session
//! without a request, or with one that says nothing (`continue`), is a job of its own.
//!
//! [`cluster`] makes the groups: most similar first, and a request joins a group only if it is like what most of
//! the group has, so that no chain of small differences ends in another job. The partition depends on the set of
//! digests alone, not on their order.

mod cluster;
mod request;

use super::worded::{Word, Worded};
use crate::digest::Digest;
use crate::settings::Mining;
use std::collections::BTreeMap;

/// A job, as an index; which sessions it has, [`Jobs`] knows.
pub type Job = usize;

/// Which session had which job.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    of: Vec<Job>,
    sessions: Vec<Vec<usize>>,
}

impl Jobs {
    /// Groups sessions by job. The partition depends on the set of digests alone; the jobs are numbered by
    /// their first session in the given order.
    pub fn group(digests: &[Digest], settings: &Mining) -> Jobs {
        let speakers = speakers(digests);
        let mut tasks: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        let mut requests: BTreeMap<&[Word], Vec<usize>> = BTreeMap::new();
        let mut silent: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let ask = |&speaker: &usize| {
            let digest = digests.get(speaker).filter(|digest| task_key(digest).is_none());
            digest.map_or("", |digest| digest.ask.as_str())
        };
        let asks: Vec<&str> = speakers.iter().map(ask).collect();
        let asked = Worded::of(&asks, request::words);
        for (session, &speaker) in speakers.iter().enumerate() {
            let Some(digest) = digests.get(speaker) else { continue };
            let words = asked.set(session);
            if let Some(key) = task_key(digest) {
                tasks.entry(key).or_default().push(session);
            } else if words.len() >= request::FEWEST_WORDS {
                requests.entry(words).or_default().push(session);
            } else {
                silent.entry(speaker).or_default().push(session);
            }
        }
        let mut groups: Vec<Vec<usize>> = tasks.into_values().chain(silent.into_values()).collect();
        let (requests, asking): (Vec<&[Word]>, Vec<Vec<usize>>) = requests.into_iter().unzip();
        for alike in cluster::group(&requests, &asked.words, settings.job_similarity) {
            groups.push(alike.iter().filter_map(|&request| asking.get(request)).flatten().copied().collect());
        }
        Jobs::numbered(digests.len(), groups)
    }

    /// Numbers groups of sessions by their first session.
    fn numbered(sessions: usize, mut groups: Vec<Vec<usize>>) -> Jobs {
        for group in &mut groups {
            group.sort_unstable();
        }
        groups.sort_unstable();
        let mut of = vec![0; sessions];
        for (job, group) in groups.iter().enumerate() {
            for &session in group {
                if let Some(slot) = of.get_mut(session) {
                    *slot = job;
                }
            }
        }
        Jobs { of, sessions: groups }
    }

    /// The same with so many sessions more, behind all others, each with a job of its own.
    pub(super) fn and_alone(mut self, more: usize) -> Jobs {
        for session in (self.of.len()..).take(more) {
            self.of.push(self.sessions.len());
            self.sessions.push(vec![session]);
        }
        self
    }

    /// The job of a session (index into the digests the jobs were made from).
    pub fn of(&self, session: usize) -> Job {
        self.of[session]
    }

    /// How many jobs there are. Jobs are `0..count()`.
    pub fn count(&self) -> usize {
        self.sessions.len()
    }

    /// The sessions that had this job, ascending; empty for a job that does not exist.
    pub fn sessions(&self, job: Job) -> &[usize] {
        self.sessions.get(job).map_or(&[], Vec::as_slice)
    }
}

/// For each session the one that says what its job is: the first session of its root, which people talked to;
/// where that is missing, the one with the smallest name.
fn speakers(digests: &[Digest]) -> Vec<usize> {
    let is_first = |digest: &Digest| {
        digest.source.as_ref() == Some(&digest.root) || digest.session.as_str() == &*digest.root
    };
    let mut of_root: BTreeMap<&str, ((bool, &str), usize)> = BTreeMap::new();
    for (session, digest) in digests.iter().enumerate() {
        let rank = (!is_first(digest), digest.session.as_str());
        let entry = of_root.entry(&digest.root).or_insert((rank, session));
        if rank < entry.0 {
            *entry = (rank, session);
        }
    }
    let speaker = |digest: &Digest| of_root.get(digest.root.as_str()).map(|(_, session)| *session);
    digests.iter().enumerate().map(|(session, digest)| speaker(digest).unwrap_or(session)).collect()
}

/// What makes a task id unique. Harnesses number their tasks from 0, so a bare number means something only
/// within its project; any other id is taken to mean the same task everywhere, since runs of one task are
/// often given a folder, hence a project name, of their own.
fn task_key(digest: &Digest) -> Option<(&str, &str)> {
    let task: &str = digest.task.as_deref().filter(|task| !task.trim().is_empty())?;
    let bare_number = task.chars().all(|c| c.is_ascii_digit());
    let project = if bare_number { digest.project.as_deref().unwrap_or("") } else { "" };
    Some((project, task))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use crate::session::SessionId;
    use std::collections::BTreeSet;

    /// A session; `number` tells it from others that were asked the same.
    fn digest(number: usize, ask: &str, task: Option<&str>, project: Option<&str>) -> Digest {
        Digest {
            project: project.map(redact),
            task: task.map(redact),
            ask: redact(ask),
            ..Digest::empty(SessionId::of(&number.to_le_bytes()), redact("chat"))
        }
    }

    fn grouped(asks: &[&str]) -> Jobs {
        let digests: Vec<Digest> =
            asks.iter().enumerate().map(|(number, ask)| digest(number, ask, None, None)).collect();
        Jobs::group(&digests, &Mining::default())
    }

    fn jobs_of(asks: &[&str]) -> Vec<Job> {
        grouped(asks).of
    }

    #[test]
    fn one_job_in_other_words_is_one_job() {
        let found = jobs_of(&[
            "We want a moon calendar in the tide almanac, please build it. Ticket 6247 has the drawings.",
            "Please add the moon calendar to the tide almanac",
            "the tide almanac needs a moon calendar, can you add it?",
            "We want a star chart in the tide almanac, please build it. Ticket 6311 has the drawings.",
            "Add the moon calendar to the ferry timetable. Ticket 6311 has the drawings.",
            "tide almanac: moon calendar should be added",
        ]);
        assert_eq!(found, [0, 0, 0, 1, 2, 0]);
    }

    #[test]
    fn numbers_keep_jobs_apart_however_much_they_share() {
        let boilerplate = "resolve the ticket, reproduce the problem first, write a failing test, change as little \
                           code as possible, run every check, describe the cause in the commit, open a request";
        let found = jobs_of(&[
            &format!("{boilerplate} ABC-123"),
            &format!("{boilerplate} ABC-124"),
            "Bump the serde dependency to 1.0.229 and fix the build",
            "bump serde dependency to 1.0.229, and fix the build!",
            "Bump the serde dependency to 1.0.230 and fix the build",
        ]);
        assert_eq!(found, [0, 1, 2, 2, 3]);
    }

    #[test]
    fn what_every_request_says_makes_no_two_of_them_one_job() {
        let boilerplate = "You work on the mill. Read the contributing guide, keep changes small, run all checks, \
                           never push to the shared branch, and summarise what was done at the end.";
        let tasks = ["oil the millstone", "count flour sacks", "paint weather vanes", "mend a torn sail"];
        let more = ["feed the mice", "sweep ash from stoves", "hang copper bells", "plant willow hedges"];
        let asks: Vec<String> =
            tasks.iter().chain(&more).map(|task| format!("{boilerplate} {task}")).collect();
        let asks: Vec<&str> = asks.iter().cycle().take(24).map(String::as_str).collect();
        assert_eq!(grouped(&asks).count(), 8);
    }

    #[test]
    fn small_differences_do_not_add_up() {
        let word = |n: usize| char::from(b'a' + n as u8).to_string().repeat(4);
        let asks: Vec<String> =
            (0..12).map(|start| (start..start + 10).map(|n| word(n) + " ").collect()).collect();
        let jobs = grouped(&asks.iter().map(String::as_str).collect::<Vec<_>>());
        assert_ne!(jobs.of(0), jobs.of(11));
        assert!(jobs.count() < 12);
    }

    #[test]
    fn requests_that_say_nothing_are_jobs_of_their_own() {
        assert_eq!(jobs_of(&["", "", "continue", "continue", "go on please", "yes"]), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn task_ids_decide_and_bare_numbers_only_within_a_project() {
        let digests = [
            digest(0, "one wording", Some("0"), Some("airline")),
            digest(1, "quite another request", Some("0"), Some("airline")),
            digest(2, "one wording", Some("0"), Some("retail")),
            digest(3, "fix it", Some("repo__issue-7"), Some("run-1")),
            digest(4, "repair it", Some("repo__issue-7"), Some("run-2")),
        ];
        let jobs = Jobs::group(&digests, &Mining::default());
        assert_eq!(jobs.of, [0, 0, 1, 2, 2]);
        assert_eq!((jobs.count(), jobs.sessions(2), jobs.sessions(9)), (3, &[3, 4][..], &[][..]));
    }

    #[test]
    fn a_sub_agent_has_its_parents_job() {
        let mut digests = [
            digest(0, "find every use of the old sail", None, None),
            digest(1, "Replace the old sail by the new one", None, None),
            digest(2, "Paint the weather vane", None, None),
        ];
        digests[0].root = digests[1].root.clone();
        assert_eq!(Jobs::group(&digests, &Mining::default()).of, [0, 0, 1]);
    }

    #[test]
    fn the_order_of_sessions_does_not_matter() {
        let asks: Vec<String> = (0..150u32)
            .map(|n| {
                (0..8).filter(move |bit| (n.wrapping_mul(2_654_435_761) >> bit) & 1 == 1 || bit % 3 == n % 3)
            })
            .map(|bits| bits.map(|bit| format!("word{} ", char::from(b'a' + bit as u8))).collect())
            .collect();
        let partition = |asks: &[&str]| -> BTreeSet<BTreeSet<String>> {
            let jobs = grouped(asks);
            let of = |job| jobs.sessions(job).iter().map(|&session| asks[session].to_owned()).collect();
            (0..jobs.count()).map(of).collect()
        };
        let mut asks: Vec<&str> = asks.iter().map(String::as_str).collect();
        let found = partition(&asks);
        asks.reverse();
        assert_eq!(partition(&asks), found);
    }
}

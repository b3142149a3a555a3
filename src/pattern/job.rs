//! Which sessions had the same job.
//!
//! A job is the transcript's task id where it has one, else sessions whose requests are the same but for
//! small things: the share of equal content words is at least [`crate::settings::Mining::job_similarity`], and
//! so is the share of equal words that bear a digit, because `ticket 12` and `ticket 13` are two jobs however
//! much boilerplate surrounds them. Refuses to guess: a session without a request, or with one that says
//! nothing (`continue`), is a job of its own.
//!
//! Similar pairs are found by prefix filtering (Chaudhuri, Ganti, Kaushik: "A primitive operator for
//! similarity joins", 2006): with words ordered from rare to common, two sets that are similar enough must
//! share one of their first few words, so that only those are looked up. Groups are the connected components
//! of similar pairs, which do not depend on the order of the sessions.

use crate::digest::Digest;
use crate::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};

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
        let mut groups = Groups::new(digests.len());
        let mut first_with_task: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut requests: BTreeMap<Request, usize> = BTreeMap::new();
        for (session, digest) in digests.iter().enumerate() {
            if let Some(key) = task_key(digest) {
                groups.join(session, *first_with_task.entry(key).or_insert(session));
            } else if let Some(request) = Request::of(&digest.ask) {
                groups.join(session, *requests.entry(request).or_insert(session));
            }
        }
        let requests: Vec<(Request, usize)> = requests.into_iter().collect();
        join_similar(&requests, settings.job_similarity, &mut groups);
        groups.number()
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

/// What makes a task id unique. Harnesses number their tasks from 0, so a bare number means something only
/// within its project; any other id is taken to mean the same task everywhere, since runs of one task are
/// often given a folder, hence a project name, of their own.
fn task_key(digest: &Digest) -> Option<(&str, &str)> {
    let task: &str = digest.task.as_deref().filter(|task| !task.trim().is_empty())?;
    let bare_number = task.chars().all(|c| c.is_ascii_digit());
    let project = if bare_number { digest.project.as_deref().unwrap_or("") } else { "" };
    Some((project, task))
}

/// A request as two sets: its words, and those words that bear a digit.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    words: BTreeSet<String>,
    numbered: BTreeSet<String>,
}

impl Request {
    /// `None` for a request of fewer than two content words: it names no job.
    fn of(ask: &str) -> Option<Request> {
        let words: BTreeSet<String> = content_words(ask).collect();
        let numbered =
            words.iter().filter(|word| word.contains(|c: char| c.is_ascii_digit())).cloned().collect();
        (words.len() >= 2).then_some(Request { words, numbered })
    }
}

/// Lower-case words without those that carry no content. Identifiers, paths, versions and dates stay in one
/// piece, because their parts say less than they do.
fn content_words(text: &str) -> impl Iterator<Item = String> + '_ {
    let inside_identifier = |c: char| matches!(c, '_' | '-' | '.' | '/' | ':' | '#' | '@');
    text.split(move |c: char| !(c.is_alphanumeric() || inside_identifier(c)))
        .map(move |word| word.trim_matches(inside_identifier).to_lowercase())
        .filter(|word| !word.is_empty() && WITHOUT_CONTENT.binary_search(&word.as_str()).is_err())
}

/// English words that say nothing about which job it is. Sorted.
const WITHOUT_CONTENT: &[&str] = &[
    "a", "about", "ahead", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "continue", "could", "d", "do", "does", "for", "from", "go", "has", "have", "hello", "help",
    "hey", "hi", "how", "i", "if", "in", "into", "is", "it", "its", "just", "let", "like", "ll", "m", "me",
    "my", "need", "no", "now", "of", "ok", "okay", "on", "or", "our", "please", "re", "s", "should", "so",
    "some", "sure", "t", "thank", "thanks", "that", "the", "their", "them", "then", "there", "this", "to",
    "us", "ve", "want", "was", "we", "were", "what", "when", "which", "will", "with", "would", "yes", "you",
    "your",
];

/// Joins the sessions of all pairs of requests that are at least this similar (0 to 1) in both their sets.
fn join_similar(requests: &[(Request, usize)], similarity: f64, groups: &mut Groups) {
    let similarity = if similarity.is_finite() { similarity.clamp(0.05, 1.0) } else { 1.0 };
    let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
    for word in requests.iter().flat_map(|(request, _)| &request.words) {
        *frequency.entry(word).or_default() += 1;
    }
    let mut by_rarity: Vec<(usize, &str)> =
        frequency.into_iter().map(|(word, times)| (times, word)).collect();
    by_rarity.sort_unstable();
    let rank: BTreeMap<&str, u32> =
        by_rarity.iter().enumerate().map(|(rank, &(_, word))| (word, rank as u32)).collect();
    let as_ranks = |words: &BTreeSet<String>| {
        let mut ranks: Vec<u32> = words.iter().filter_map(|word| rank.get(word.as_str()).copied()).collect();
        ranks.sort_unstable();
        ranks
    };
    let sets: Vec<(Vec<u32>, Vec<u32>)> =
        requests.iter().map(|(request, _)| (as_ranks(&request.words), as_ranks(&request.numbered))).collect();
    let mut having: Vec<Vec<usize>> = vec![Vec::new(); by_rarity.len()];
    for (this, (words, numbered)) in sets.iter().enumerate() {
        let shared_at_least = (similarity * words.len() as f64).ceil() as usize;
        let prefix = (words.len() + 1).saturating_sub(shared_at_least.max(1));
        for &word in words.iter().take(prefix) {
            let Some(earlier) = having.get_mut(word as usize) else { continue };
            for &other in earlier.iter() {
                let (other_words, other_numbered) = &sets[other];
                let (here, there) = (requests[this].1, requests[other].1);
                if !groups.are_joined(here, there)
                    && jaccard(numbered, other_numbered) >= similarity
                    && jaccard(words, other_words) >= similarity
                {
                    groups.join(here, there);
                }
            }
            earlier.push(this);
        }
    }
}

/// Share of elements that two sorted sets have in common, 0 to 1; 1 for two empty sets.
fn jaccard(one: &[u32], other: &[u32]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0usize);
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        shared += usize::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    let all = one.len() + other.len() - shared;
    if all == 0 { 1.0 } else { shared as f64 / all as f64 }
}

/// Disjoint sets of sessions.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn new(sessions: usize) -> Groups {
        Groups { parent: (0..sessions).collect() }
    }

    fn root(&mut self, mut session: usize) -> usize {
        while self.parent[session] != session {
            self.parent[session] = self.parent[self.parent[session]];
            session = self.parent[session];
        }
        session
    }

    fn are_joined(&mut self, one: usize, other: usize) -> bool {
        self.root(one) == self.root(other)
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one.max(other)] = one.min(other);
    }

    fn number(mut self) -> Jobs {
        let mut jobs = Jobs::default();
        let mut job_of_root: BTreeMap<usize, Job> = BTreeMap::new();
        for session in 0..self.parent.len() {
            let job = *job_of_root.entry(self.root(session)).or_insert_with(|| {
                jobs.sessions.push(Vec::new());
                jobs.sessions.len() - 1
            });
            jobs.of.push(job);
            jobs.sessions[job].push(session);
        }
        jobs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Counts;
    use crate::redact::redact;
    use crate::session::SessionId;

    fn digest(ask: &str, task: Option<&str>, project: Option<&str>) -> Digest {
        let id = SessionId::of(format!("{ask}{task:?}{project:?}").as_bytes());
        Digest {
            root: redact(id.as_str()),
            session: id,
            source: None,
            agent: redact("chat"),
            model: None,
            project: project.map(redact),
            contributor: None,
            task: task.map(redact),
            ask: redact(ask),
            began: None,
            ended: None,
            outcome: None,
            steps: Vec::new(),
            writes: Vec::new(),
            failures: Vec::new(),
            remarks: Vec::new(),
            notes_read: Vec::new(),
            counts: Counts::default(),
        }
    }

    fn jobs_of(asks: &[&str]) -> Vec<Job> {
        let digests: Vec<Digest> = asks.iter().map(|ask| digest(ask, None, None)).collect();
        Jobs::group(&digests, &Mining::default()).of
    }

    #[test]
    fn words_without_content_are_sorted() {
        assert!(WITHOUT_CONTENT.is_sorted());
    }

    #[test]
    fn same_request_in_nearly_the_same_words_is_one_job() {
        let found = jobs_of(&[
            "Please bump the serde dependency to 1.0.229 and fix the build",
            "bump serde dependency to 1.0.229, and fix the build!",
            "Bump the serde dependency to 1.0.230 and fix the build",
            "Write a blog post about sailing",
        ]);
        assert_eq!(found, [0, 0, 1, 2]);
    }

    #[test]
    fn numbers_keep_jobs_apart_inside_long_boilerplate() {
        let boilerplate = "resolve the ticket, reproduce the problem first, write a failing test, change as little \
                           code as possible, run every check, describe the cause in the commit, open a request";
        let found = jobs_of(&[&format!("{boilerplate} ABC-123"), &format!("{boilerplate} ABC-124")]);
        assert_eq!(found, [0, 1]);
    }

    #[test]
    fn requests_that_say_nothing_are_jobs_of_their_own() {
        assert_eq!(jobs_of(&["", "", "continue", "continue", "go on please", "yes"]), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn task_ids_decide_and_bare_numbers_only_within_a_project() {
        let digests = [
            digest("one wording", Some("0"), Some("airline")),
            digest("quite another request", Some("0"), Some("airline")),
            digest("one wording", Some("0"), Some("retail")),
            digest("fix it", Some("repo__issue-7"), Some("run-1")),
            digest("repair it", Some("repo__issue-7"), Some("run-2")),
        ];
        let jobs = Jobs::group(&digests, &Mining::default());
        assert_eq!(jobs.of, [0, 0, 1, 2, 2]);
        assert_eq!((jobs.count(), jobs.sessions(2), jobs.sessions(9)), (3, &[3, 4][..], &[][..]));
    }

    #[test]
    fn prefix_filtering_finds_every_similar_pair_in_any_order() {
        let mut asks: Vec<String> = (0..150u32)
            .map(|n| {
                (0..8).filter(move |bit| (n.wrapping_mul(2_654_435_761) >> bit) & 1 == 1 || bit % 3 == n % 3)
            })
            .map(|bits| bits.map(|bit| format!("word{} ", (b'a' + bit as u8) as char)).collect())
            .collect();
        let partition = |asks: &[String]| -> BTreeSet<BTreeSet<String>> {
            let digests: Vec<Digest> = asks.iter().map(|ask| digest(ask, None, None)).collect();
            let jobs = Jobs::group(&digests, &Mining { job_similarity: 0.7, ..Mining::default() });
            (0..jobs.count()).map(|j| jobs.sessions(j).iter().map(|&s| asks[s].clone()).collect()).collect()
        };
        let found = partition(&asks);
        for (a, b) in asks.iter().flat_map(|a| asks.iter().map(move |b| (a, b))) {
            let (x, y): (BTreeSet<_>, BTreeSet<_>) = (content_words(a).collect(), content_words(b).collect());
            let alike = x.intersection(&y).count() as f64 >= 0.7 * x.union(&y).count() as f64;
            assert!(!alike || x.len() < 2 || found.iter().any(|job| job.contains(a) && job.contains(b)));
        }
        asks.reverse();
        assert_eq!(partition(&asks), found);
    }
}

//! Which sessions are compared with which.

use crate::digest::{Digest, OutcomeSource};
use crate::pattern::Corpus;
use crate::pattern::statistics::adjusted::Strata;
use crate::pattern::statistics::stratified::Table;
use std::collections::BTreeMap;

/// The runs of all jobs that have both failing and succeeding ones, a stratum a job.
pub(super) struct Runs<'a> {
    /// What each run left.
    pub(super) digests: Vec<&'a Digest>,
    /// Index of each run's session in the corpus.
    pub(super) sessions: Vec<usize>,
    /// Who failed, and which runs had the same job.
    pub(super) strata: Strata,
    /// What the runs of each job left that has several succeeding runs and no failing one: they say nothing about
    /// failing, but how much succeeding runs differ anyway.
    pub(super) unbroken: Vec<Vec<&'a Digest>>,
}

impl<'a> Runs<'a> {
    /// Takes the sessions whose outcome was stated or shown by tests, one a root: what a person's mood or an
    /// abandoned session says about the outcome is too weak to call anything a cause.
    pub(super) fn of(corpus: &Corpus<'a>) -> Runs<'a> {
        let mut of_root: BTreeMap<&str, usize> = BTreeMap::new();
        for (session, digest) in corpus.digests.iter().enumerate() {
            if !is_judged(digest) {
                continue;
            }
            let kept = of_root.entry(&digest.root).or_insert(session);
            if digest.session.as_str() == &*digest.root {
                *kept = session;
            }
        }
        let mut of_job: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for session in of_root.into_values() {
            of_job.entry(corpus.jobs.of(session)).or_default().push(session);
        }
        let strata = Strata { runs: Vec::new(), failed: Vec::new() };
        let mut runs = Runs { digests: Vec::new(), sessions: Vec::new(), strata, unbroken: Vec::new() };
        for mut sessions in of_job.into_values() {
            let failing = sessions.iter().filter(|&&session| has_failed(&corpus.digests[session])).count();
            sessions.sort_unstable();
            if failing == 0 && sessions.len() > 1 {
                runs.unbroken.push(sessions.iter().map(|&session| &corpus.digests[session]).collect());
            }
            if failing == 0 || failing == sessions.len() {
                continue;
            }
            runs.strata.runs.push((runs.sessions.len()..runs.sessions.len() + sessions.len()).collect());
            for session in sessions {
                let digest = &corpus.digests[session];
                runs.digests.push(digest);
                runs.sessions.push(session);
                runs.strata.failed.push(has_failed(digest));
            }
        }
        runs
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.sessions.len()
    }

    /// One table a job: failing and succeeding runs with and without a trait.
    pub(super) fn tables(&self, has_trait: &[f64]) -> Vec<Table> {
        let table = |runs: &Vec<usize>| {
            let mut table = [0; 4];
            for &run in runs {
                table[usize::from(!self.strata.failed[run]) * 2 + usize::from(has_trait[run] < 0.5)] += 1;
            }
            table
        };
        self.strata.runs.iter().map(table).collect()
    }
}

fn is_judged(digest: &Digest) -> bool {
    digest.outcome.is_some_and(|outcome| matches!(outcome.by, OutcomeSource::Stated | OutcomeSource::Tests))
}

fn has_failed(digest: &Digest) -> bool {
    digest.outcome.is_some_and(|outcome| !outcome.succeeded())
}

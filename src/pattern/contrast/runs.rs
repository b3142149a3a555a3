//! Which sessions are compared with which.

use crate::digest::Digest;
use crate::pattern::Corpus;
use crate::pattern::job::Jobs;
use crate::pattern::statistics::inclusion::Strata;
use crate::pattern::statistics::stratified::Table;
use std::collections::BTreeMap;

/// The judged runs, by job; those of jobs that have both failing and succeeding ones also as strata for tests.
pub(super) struct Runs<'a> {
    /// All digests there are, also those that are no run.
    pub(super) all: &'a [Digest],
    /// What each run of a mixed job left.
    pub(super) digests: Vec<&'a Digest>,
    /// Index of each such run's session in the corpus.
    pub(super) sessions: Vec<usize>,
    /// Who of them failed, and which had the same job.
    pub(super) strata: Strata,
    /// The stratum of each.
    pub(super) stratum: Vec<usize>,
    /// Failing and succeeding runs of each stratum.
    margins: Vec<[u32; 2]>,
    /// Sessions of jobs with both endings.
    pub(super) mixed: Vec<Vec<usize>>,
    /// Sessions of jobs that never failed: they say nothing about failing, but how much succeeding runs differ
    /// anyway.
    pub(super) unbroken: Vec<Vec<usize>>,
    /// Sessions of jobs that never succeeded.
    pub(super) lost: Vec<Vec<usize>>,
    /// The job of each session, by its index in the corpus.
    jobs: &'a Jobs,
    /// The stratum of each mixed job.
    stratum_of: BTreeMap<usize, usize>,
}

impl<'a> Runs<'a> {
    /// Takes the sessions that were judged, one a root. An outcome that was read from the session itself is
    /// made of the very steps that are compared: who leaves out the tests fails none, and who fails reads more logs.
    pub(super) fn of(corpus: &'a Corpus<'_>) -> Runs<'a> {
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
        let mut runs = Runs {
            all: corpus.digests,
            digests: Vec::new(),
            sessions: Vec::new(),
            strata: Strata { runs: Vec::new(), failed: Vec::new() },
            stratum: Vec::new(),
            margins: Vec::new(),
            mixed: Vec::new(),
            unbroken: Vec::new(),
            lost: Vec::new(),
            jobs: &corpus.jobs,
            stratum_of: BTreeMap::new(),
        };
        for (job, mut sessions) in of_job {
            sessions.sort_unstable();
            let failing = sessions.iter().filter(|&&session| runs.has_failed(session)).count();
            if failing == 0 {
                runs.unbroken.push(sessions);
            } else if failing == sessions.len() {
                runs.lost.push(sessions);
            } else {
                runs.add_stratum(job, &sessions, failing);
                runs.mixed.push(sessions);
            }
        }
        runs
    }

    fn add_stratum(&mut self, job: usize, sessions: &[usize], failing: usize) {
        let stratum = self.strata.runs.len();
        let first = self.sessions.len();
        self.stratum_of.insert(job, stratum);
        self.strata.runs.push((first..first + sessions.len()).collect());
        self.margins.push([failing as u32, (sessions.len() - failing) as u32]);
        for &session in sessions {
            self.digests.push(&self.all[session]);
            self.sessions.push(session);
            self.stratum.push(stratum);
            self.strata.failed.push(self.has_failed(session));
        }
    }

    /// Whether a session failed.
    pub(super) fn has_failed(&self, session: usize) -> bool {
        self.all[session].outcome.is_some_and(|outcome| !outcome.succeeded())
    }

    /// The job of a session.
    pub(super) fn job(&self, session: usize) -> usize {
        self.jobs.of(session)
    }

    /// Failing and succeeding runs of a job with both endings.
    pub(super) fn endings(&self, job: usize) -> Option<[u32; 2]> {
        self.stratum_of.get(&job).and_then(|&stratum| self.margins.get(stratum)).copied()
    }

    /// Calls of a failing run on average: all of them were spent for nothing. At least 1.
    pub(super) fn cost_of_failing(&self) -> f64 {
        let sessions = self.mixed.iter().chain(&self.lost).flatten();
        let failing: Vec<&Digest> = sessions
            .filter(|&&session| self.has_failed(session))
            .map(|&session| &self.all[session])
            .collect();
        let calls: f64 = failing.iter().map(|digest| f64::from(digest.counts.calls)).sum();
        (calls / failing.len().max(1) as f64).max(1.0)
    }

    /// How many runs of mixed jobs there are.
    pub(super) fn count(&self) -> usize {
        self.sessions.len()
    }

    /// Failing and succeeding runs with and without a trait, one table a job
    /// in which any run has it.
    /// `with` and `among` are runs in ascending order; `among` are those that are compared, `None` all.
    pub(super) fn tables(&self, with: &[u32], among: Option<&[u32]>) -> Vec<Table> {
        let at = |run: u32| {
            let failed = self.strata.failed[run as usize];
            (self.stratum[run as usize], usize::from(!failed) * 2)
        };
        let mut tables = vec![[0; 4]; self.strata.runs.len()];
        let mut count = |runs: &[u32], without: usize| {
            for &run in runs {
                let (job, cell) = at(run);
                tables[job][cell + without] += 1;
            }
        };
        // The cells without the trait first hold all runs that are compared.
        count(with, 0);
        match among {
            Some(among) => count(among, 1),
            None => tables.iter_mut().zip(&self.margins).for_each(|(table, [failed, succeeded])| {
                (table[1], table[3]) = (*failed, *succeeded);
            }),
        }
        let shown = tables.into_iter().filter(|table| table[0] + table[2] > 0);
        shown.map(|[a, b, c, d]| [a, b.saturating_sub(a), c, d.saturating_sub(c)]).collect()
    }
}

fn is_judged(digest: &Digest) -> bool {
    digest.outcome.is_some_and(|outcome| outcome.is_judged())
}

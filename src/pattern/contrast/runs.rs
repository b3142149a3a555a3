//! Which sessions are compared with which.

use crate::digest::{Digest, OutcomeSource};
use crate::pattern::Corpus;
use crate::pattern::statistics::inclusion::Strata;
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
    /// The stratum of each run.
    pub(super) stratum: Vec<usize>,
    /// Failing and succeeding runs of each stratum.
    margins: Vec<[u32; 2]>,
    /// What the runs of each job left that has several succeeding runs and no failing one: they say nothing about
    /// failing, but how much succeeding runs differ anyway.
    pub(super) unbroken: Vec<Vec<&'a Digest>>,
}

impl<'a> Runs<'a> {
    /// Takes the sessions whose outcome was stated, one a root. An outcome that was read from the session itself is
    /// made of the very steps that are compared: who leaves out the tests fails none, and who fails reads more logs.
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
        let mut runs = Runs {
            digests: Vec::new(),
            sessions: Vec::new(),
            strata,
            stratum: Vec::new(),
            margins: Vec::new(),
            unbroken: Vec::new(),
        };
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
            runs.margins.push([failing as u32, (sessions.len() - failing) as u32]);
            for session in sessions {
                let digest = &corpus.digests[session];
                runs.digests.push(digest);
                runs.sessions.push(session);
                runs.stratum.push(runs.strata.runs.len() - 1);
                runs.strata.failed.push(has_failed(digest));
            }
        }
        runs
    }

    /// How many there are.
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
    digest.outcome.is_some_and(|outcome| outcome.by == OutcomeSource::Stated)
}

fn has_failed(digest: &Digest) -> bool {
    digest.outcome.is_some_and(|outcome| !outcome.succeeded())
}

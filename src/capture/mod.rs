//! Capturing sessions where they happen: what they taught goes to an inbox of the memory, transcripts stay.
//!
//! Owns a person's consent ([`consent`], [`belonging`]), asked for on their own machine and kept there; what is read
//! ([`intake`]); the queue that it waits in ([`outbox`]); and how it gets to the memory's remote ([`mod@push`]). Refuses to
//! take consent from anything that lies in a repository, and to send anything but digests.

pub mod background;
pub mod belonging;
pub mod consent;
pub mod hook;
pub mod intake;
pub mod name;
pub mod outbox;
pub mod places;
pub mod push;
pub mod trouble;

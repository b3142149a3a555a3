//! Capturing sessions where they happen: what they taught goes to an inbox of the memory, transcripts stay.
//!
//! Owns a person's consent ([`consent`], [`belonging`]), asked for on their own machine and kept there. Refuses to take
//! consent from anything that lies in a repository.

pub mod belonging;
pub mod consent;
pub mod name;
pub mod places;

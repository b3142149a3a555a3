//! HTTP, spoken carefully: what models and forges are both asked with.
//!
//! Owns the client ([`http`]: certificates, proxy, deadlines, largest answers), when it is asked again ([`retry`]), keys
//! that never show themselves ([`key`]), addresses that a key may go to ([`address`]), and where the person at this
//! machine says all that ([`person`]). Refuses to know what is asked, and to read a repository's files: whoever can
//! propose a change to those could else send a reader's key elsewhere.

pub(crate) mod address;
pub(crate) mod http;
pub(crate) mod key;
pub(crate) mod person;
pub(crate) mod retry;
mod telling;
pub(crate) mod words;

pub(crate) use address::is_loopback;
pub(crate) use telling::telling;

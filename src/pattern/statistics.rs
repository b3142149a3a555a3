//! The statistics that miners use, on plain numbers.
//!
//! Owns exact conditional distributions and their tails ([`exact`]), the Cochran–Mantel–Haenszel test with the
//! Mantel–Haenszel odds ratio for tables too large for them ([`stratified`]), a conditional score test that
//! looks at one trait while others are held equal ([`adjusted`]), false-discovery bounds ([`discovery`]),
//! intervals for rates ([`interval`]) and the special functions below them ([`gamma`]). Refuses to know what is
//! being counted. No function panics: what cannot be computed is `p = 1`, that is, no evidence.

pub mod adjusted;
pub mod discovery;
pub mod exact;
pub mod gamma;
pub mod interval;
pub mod stratified;

//! The statistics that miners use, on plain numbers.
//!
//! Owns exact conditional distributions and their tails ([`exact`]), the Cochran–Mantel–Haenszel test with the
//! Mantel–Haenszel odds ratio for tables too large for them ([`stratified`]), a model that looks at many traits
//! together ([`joint`]) by the chances of single runs to fail ([`inclusion`]), false-discovery bounds
//! ([`discovery`]), intervals of a share ([`interval`]) and the special functions below them ([`gamma`]). Refuses to know what is being counted. No
//! function panics: what cannot be computed is `p = 1`, that is, no evidence.

pub mod discovery;
pub mod exact;
pub mod gamma;
pub mod inclusion;
pub mod interval;
pub mod joint;
pub mod stratified;

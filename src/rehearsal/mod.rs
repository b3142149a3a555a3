//! What a model does at the moment before a mistake, with a note and without it.
//!
//! A note is measured before anybody relies on it: the moment before a failure that it rests on is built again from the
//! transcript ([`moment`]), a model is asked for its next call, several times with the note in front and several times
//! without it ([`question`]), every call it names is compared with the one that failed and the one that worked
//! ([`judge`]), and the difference is told with an interval ([`lift`]). The same situation with other names and numbers
//! in another order ([`variant`]) shows a note that only fits its own example. [`stage`] is one rehearsal from its
//! moments to its prompts, [`outcome`] what came of it, in numbers and in a sentence. Refuses to run anything that a
//! model names, and to call a note useful: it says what one model did at these moments.

pub mod judge;
pub mod lift;
pub mod moment;
pub mod outcome;
pub mod question;
pub mod stage;
pub mod variant;

pub use outcome::Outcome;
pub use stage::{Effort, Stage, Subject};

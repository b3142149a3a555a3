//! The error for what cannot be used as it is set up: a repository, a key, an address, a timer.
//!
//! Owns the difference between what the user can mend and what fails outside, which is the difference between the exit
//! codes 2 and 3. Whoever makes one says what is wrong, with what, and what to do.

use std::fmt;

/// What is wrong, with what, and what to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(pub String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unusable {}

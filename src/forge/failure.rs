//! Why a forge did not do what it was asked.

use std::fmt;

/// What stood in the way, for who branches on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The token is not accepted.
    Token,
    /// The token may not do this.
    Forbidden,
    /// There is no such thing, or the token may not see it.
    NotFound,
    /// It is there already.
    Exists,
    /// The forge finds the request wrong.
    Invalid,
    /// The forge was asked too often.
    Busy,
    /// The forge failed, or cannot be reached.
    Broken,
    /// Nobody knows whether it was done.
    Lost,
}

/// Why a forge did not do what it was asked. The text holds nothing that has not passed redaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What stood in the way.
    pub cause: Cause,
    /// What happened, to what, and what to do now.
    pub(super) says: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl std::error::Error for Failure {}

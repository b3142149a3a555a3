//! What a service's answer comes to for whoever asked a model.
//!
//! The asking itself is [`crate::web`]'s; here is what only models' services say: that nothing is left to pay with.

use super::access::Access;
use super::failure::Failure;
use crate::unusable::Unusable;
use crate::web::http::Way;
pub(super) use crate::web::http::{Fault, Http, Lost, Request};
use crate::web::retry::{self, Patience};
use std::time::Duration;

/// The way to a service, with the headers that go with every request. `key_header` is where the key goes: the
/// header's name and what stands before the key.
///
/// Errors: as [`Http::new`]; there is no key.
pub(super) fn open(
    access: &Access,
    patience: Patience,
    key_header: (&'static str, &str),
    headers: &[(&'static str, &'static str)],
) -> Result<Http, Unusable> {
    Http::new(way(access, key_header, headers)?, patience, may_pass)
}

/// The same way, for what a service has beside its models.
///
/// Errors: there is no address, or no key.
pub(crate) fn way<'a>(
    access: &'a Access,
    key_header: (&'static str, &'a str),
    headers: &'a [(&'static str, &'static str)],
) -> Result<Way<'a>, Unusable> {
    let address = access.address.clone().ok_or_else(|| Unusable("there is no address".to_owned()))?;
    let key = access.key()?;
    let authority = access.authority.as_deref();
    Ok(Way { address, key, key_header, headers, authority, follows: false, renamed_by: "--base-url" })
}

fn may_pass(status: u16, says: &str, _asked: Option<Duration>) -> bool {
    // A conflict is two requests at once, to services that keep what they are sent.
    (status == 409 || retry::may_pass(status)) && !is_for_good(says)
}

/// What an answer with such a status comes to.
pub(super) fn failure(status: u16, says: String) -> Failure {
    let says = if says.is_empty() { format!("status {status}") } else { format!("{says} (status {status})") };
    match status {
        _ if is_for_good(&says) => Failure::Denied(says),
        413 => Failure::Refused(says),
        408 | 409 | 429 | 503 | 529 => Failure::Busy(says),
        500.. => Failure::Broken(says),
        _ => Failure::Denied(says),
    }
}

/// Whether a service that says to come back later will say so for ever: nothing is left to pay with.
fn is_for_good(says: &str) -> bool {
    says.contains("insufficient_quota")
}

impl From<Lost> for Failure {
    fn from(lost: Lost) -> Failure {
        match lost {
            Lost::Malformed(why) => Failure::Malformed(why),
            Lost::TimedOut(seconds) => Failure::TimedOut(seconds),
            Lost::Broken(why) => Failure::Broken(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up_for_good_is_not_waited_for() {
        assert!(matches!(failure(429, "insufficient_quota".to_owned()), Failure::Denied(_)));
        assert!(matches!(failure(429, String::new()), Failure::Busy(_)));
        assert!(matches!(failure(301, String::new()), Failure::Denied(_)));
        assert!(matches!(failure(502, String::new()), Failure::Broken(_)));
    }
}

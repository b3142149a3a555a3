//! Which of several digests of one session counts.
//!
//! A session is named by its content, so one that was captured, went on and was captured again has two digests.

use crate::digest::Digest;
use jiff::Timestamp;
use std::cmp::Ordering;
use std::collections::HashMap;

/// What two digests have in common that are one session at two moments: the tool and the person, the tool's own
/// id for it, its beginning and its first request. The last two do not change while a session grows; they keep
/// apart sessions of formats whose ids are only unique within one file.
type Whole<'a> = (&'a str, Option<&'a str>, &'a str, Option<Timestamp>, &'a str);

/// Drops every digest that a longer one of the same session replaces, and all but one of the digests with the
/// same session id; what is left is sorted by session id.
///
/// Longer is the one with more turns and calls, then the one that ended later; between equals the smaller session
/// id decides, so that the result does not depend on the order in which digests arrive. Digests without a
/// source id replace nothing but themselves.
pub fn newest(mut digests: Vec<Digest>) -> Vec<Digest> {
    one_each(&mut digests);
    let mut longest: HashMap<Whole<'_>, usize> = HashMap::with_capacity(digests.len());
    let mut replaced = vec![false; digests.len()];
    for (at, digest) in digests.iter().enumerate() {
        let Some(source) = digest.source.as_deref() else { continue };
        let whole = (&*digest.agent, digest.contributor.as_deref(), source, digest.began, &*digest.ask);
        let kept = longest.entry(whole).or_insert(at);
        if *kept == at {
            continue;
        }
        let is_longer = digests.get(*kept).is_some_and(|other| length(digest) > length(other));
        let loser = if is_longer { std::mem::replace(kept, at) } else { at };
        if let Some(replaced) = replaced.get_mut(loser) {
            *replaced = true;
        }
    }
    let mut replaced = replaced.into_iter();
    digests.retain(|_| !replaced.next().unwrap_or_default());
    digests
}

/// Keeps one of the digests with the same session id; what is left is sorted by session id.
///
/// They were read from the same bytes, but perhaps by versions that differ, or under paths of which one says more. The
/// longer one stays, and of those as long the one whose text comes first: whichever machine read which, and in whatever
/// order they arrive, the same one is left.
pub fn one_each(digests: &mut Vec<Digest>) {
    digests.sort_by(|a, b| {
        let by_text = || if a == b { Ordering::Equal } else { text(a).cmp(&text(b)) };
        // Where hooks kept a log beside the transcript, the digest that was made there knows more.
        let by_uses = || b.uses.len().cmp(&a.uses.len());
        let by_length = || length(b).cmp(&length(a));
        a.session.cmp(&b.session).then_with(by_length).then_with(by_uses).then_with(by_text)
    });
    digests.dedup_by(|later, kept| later.session == kept.session);
}

fn text(digest: &Digest) -> Vec<u8> {
    serde_json::to_vec(digest).unwrap_or_default()
}

fn length(digest: &Digest) -> (u64, Option<Timestamp>) {
    (u64::from(digest.counts.turns) + u64::from(digest.counts.calls), digest.ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Counts;
    use crate::redact::redact;
    use crate::session::SessionId;

    fn digest(content: &str, source: Option<&str>, who: &str, calls: u32) -> Digest {
        let session = SessionId::of(content.as_bytes());
        let line = format!(
            r#"{{"session":"{session}","root":"{session}","agent":"codex","ask":"do it","counts":{{"calls":0,"failed":0,"retries":0,"turns":1}}}}"#
        );
        let mut digest: Digest = serde_json::from_str(&line).unwrap();
        digest.source = source.map(redact);
        digest.contributor = Some(redact(who));
        digest.counts = Counts { calls, ..digest.counts };
        digest
    }

    #[test]
    fn a_session_that_went_on_counts_once_in_whatever_order_it_arrives() {
        let short = digest("1", Some("a"), "ann", 3);
        let long = digest("2", Some("a"), "ann", 9);
        let middle = digest("3", Some("a"), "ann", 5);
        for order in [[&short, &long, &middle], [&long, &middle, &short], [&middle, &short, &long]] {
            assert_eq!(newest(order.into_iter().cloned().collect()), vec![long.clone()]);
        }
    }

    #[test]
    fn different_people_different_requests_and_nameless_sessions_stay_apart() {
        let ann = digest("1", Some("a"), "ann", 3);
        let bob = digest("2", Some("a"), "bob", 3);
        let other = Digest { ask: redact("do something else"), ..digest("3", Some("a"), "ann", 9) };
        let nameless = digest("4", None, "ann", 1);
        let nameless_too = digest("5", None, "ann", 2);
        assert_eq!(newest(vec![ann, bob, other, nameless, nameless_too]).len(), 5);
    }

    #[test]
    fn the_same_session_twice_is_one_and_always_the_same_one() {
        let ann = digest("1", None, "ann", 3);
        let bob = Digest { contributor: Some(redact("bob")), ..ann.clone() };
        assert_eq!(newest(vec![ann.clone(), ann.clone()]), vec![ann.clone()]);
        assert_eq!(newest(vec![ann.clone(), bob.clone()]), newest(vec![bob, ann]));
    }
}

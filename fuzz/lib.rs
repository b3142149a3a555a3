//! What every reader's fuzz target shares.

use git_dream::digest;
use git_dream::session::{Session, read_bytes};
use git_dream::settings::Reading;

/// Reads bytes behind a first record that decides the format, so that the fuzzer spends its time in one reader.
/// Beyond not panicking, what comes out has to keep the promises of a session, and is digested.
pub fn read_after(first: &[u8], bytes: &[u8]) {
    let settings = Reading { max_record: 64 * 1024, max_session: 256 * 1024, ..Reading::default() };
    let file = [first, bytes].concat();
    let mut given = 0;
    let read = read_bytes("fuzz", &file, &settings, &mut |session| {
        given += 1;
        check(&session);
        let digest = digest::read(&session, &settings);
        assert_eq!(digest.session, session.id);
    });
    assert_eq!(read.sessions, given);
}

fn check(session: &Session) {
    assert!(!session.events.is_empty());
    for (number, event) in (1u32..).zip(&session.events) {
        assert_eq!(event.number, number);
    }
    assert!(session.outcome.is_none_or(|outcome| (0.0..=1.0).contains(&outcome)));
}

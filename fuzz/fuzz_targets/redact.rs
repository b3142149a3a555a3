#![no_main]

use git_dream::redact::{Redactor, may_hold_secret, redact};

// Redacting twice changes nothing, and a text that is said to hold no secret is left as it is.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let once = redact(text);
    assert_eq!(redact(&once), once);
    if !may_hold_secret(text) {
        assert_eq!(&*once, text);
    }
    let mut session = Redactor::new();
    let first = session.clean(text);
    assert_eq!(session.clean(&first), first);
});

#![no_main]

use git_dream::memory::note;

// What is read as a note can be written, and is the same note when it is read again.
libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(read) = note::parse(text) {
        let written = note::render(&read);
        assert_eq!(note::parse(&written).as_ref(), Ok(&read), "{written}");
    }
});

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| git_dream_fuzz::read_after(
    br#"{"info":{"id":"ses_1","directory":"/home/ada/x"},"messages":[]}
"#,
    bytes
));

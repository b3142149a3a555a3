#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| git_dream_fuzz::read_after(
    br#"{"type":"session","version":3,"id":"s","timestamp":"2026-01-02T03:04:05Z","cwd":"/home/ada/x"}
"#,
    bytes
));

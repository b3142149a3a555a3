#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| git_dream_fuzz::read_after(
    br#"{"role":"user","message":{"content":[{"type":"text","text":"<user_query>\nheat it\n</user_query>"}]}}
"#,
    bytes
));

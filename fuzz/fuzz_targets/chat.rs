#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| git_dream_fuzz::read_after(
    br#"{"messages":[{"role":"user","content":"x"}]}
"#,
    bytes
));

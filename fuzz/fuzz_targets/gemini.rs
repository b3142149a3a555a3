#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| git_dream_fuzz::read_after(
    br#"{"sessionId":"s","projectHash":"p","kind":"main","directories":["/home/ada/x"]}
"#,
    bytes
));

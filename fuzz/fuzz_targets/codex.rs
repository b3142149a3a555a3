#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| git_dream_fuzz::read_after(
    br#"{"type":"session_meta","payload":{"id":"c","cwd":"/home/ada/x"}}
"#,
    bytes
));

#![no_main]

use git_dream::learning::author::quote;
use git_dream::learning::gate;

// Whatever a text holds, inspecting it ends and names lines that there are; a text that was made safe to quote
// stays as it is when that is done again, and hides nothing.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let lines = text.lines().count().max(1);
    for finding in gate::inspect(text) {
        assert!(finding.line.is_none_or(|line| (1..=lines as u32 + 1).contains(&line)), "{finding:?}");
    }
    let _ = gate::is_instruction_like(text);
    let line = quote::one_line(text);
    assert_eq!(quote::one_line(&line), line);
    let brief = quote::brief(text, 200);
    assert!(brief.len() <= 200, "{brief}");
    for finding in gate::inspect(&line) {
        assert!(!finding.rule.starts_with("hidden"), "{finding:?}");
    }
});

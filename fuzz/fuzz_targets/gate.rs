#![no_main]

use git_dream::learning::gate;
use git_dream::redact::redact;

// Whatever a text holds, inspecting it ends, and a quote that was made safe to show is found safe.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let lines = text.lines().count().max(1);
    for finding in gate::inspect(text) {
        assert!(finding.line.is_none_or(|line| (1..=lines as u32 + 1).contains(&line)), "{finding:?}");
    }
    let _ = gate::is_instruction_like(text);
    let quote = gate::quotable(&redact(text), 200);
    assert_eq!(gate::quotable(&quote, 200), quote);
});

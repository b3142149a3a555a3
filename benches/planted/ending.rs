//! How a bench that has bounds begins and ends.

use std::io::Write;
use std::process::ExitCode;

/// Measures, unless nobody asked: `cargo test --all-targets` starts benches without an argument. Ends with 0 where every
/// bound held, with 1 where one did not, with 2 where nothing could be measured.
pub(crate) fn of(bench: &str, measure: impl FnOnce() -> Result<bool, String>) -> ExitCode {
    if std::env::args().len() == 1 {
        say(&format!("this is run by `cargo bench --bench {bench}`"));
        return ExitCode::SUCCESS;
    }
    match measure() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints a line; a reader that went away is no failure.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

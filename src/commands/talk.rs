//! What the program says: data on stdout, talk on stderr, progress on a terminal.

pub(super) use crate::count::count;

use super::Global;
use crate::ledger::SupportRecord;
use anstyle::{AnsiColor, Style};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::Write;
use std::time::{Duration, Instant};

/// How long something must take before a progress bar is worth looking at.
const WORTH_A_BAR: Duration = Duration::from_secs(1);

/// The voice of the program.
pub(super) struct Talk {
    /// Whether data is to be JSON.
    pub(super) json: bool,
    quiet: bool,
    /// How much more to say than usual.
    pub(super) verbose: u8,
}

/// Headings, names, numbers.
pub(super) const STRONG: Style = Style::new().bold();
/// What matters less.
pub(super) const FAINT: Style = Style::new().dimmed();
/// Commands to type.
pub(super) const COMMAND: Style = AnsiColor::Cyan.on_default();
/// Things that are well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Things that are not.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();

impl Talk {
    pub(super) fn new(global: &Global) -> Talk {
        Talk { json: global.json, quiet: global.quiet, verbose: global.verbose }
    }

    /// Data: text on stdout. Colours are taken out where nobody sees them (`NO_COLOR`, no terminal).
    pub(super) fn data(&self, text: &str) -> anyhow::Result<()> {
        let mut stdout = anstream::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        written.context("cannot write to standard output")
    }

    /// Data: a value as JSON on stdout.
    pub(super) fn data_json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(value)?;
        text.push('\n');
        self.data(&text)
    }

    /// A sentence for people, on stderr.
    pub(super) fn say(&self, sentence: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{sentence}");
        }
    }

    /// A sentence for people who asked for more.
    pub(super) fn mention(&self, sentence: &str) {
        if self.verbose > 0 {
            self.say(&format!("{FAINT}{sentence}{FAINT:#}"));
        }
    }

    /// What went wrong, with its causes; never silenced.
    pub(super) fn error(&self, error: &anyhow::Error) {
        let mut stderr = anstream::stderr();
        let _ = writeln!(stderr, "{BAD}error:{BAD:#} {error}");
        for cause in error.chain().skip(1) {
            let said = cause.to_string();
            // git's library adds which part of it failed, and a code: nothing that anybody can act on.
            let said = said.split_once("; class=").map_or(said.as_str(), |(said, _)| said);
            let _ = writeln!(stderr, "  because: {said}");
        }
    }

    /// A bar for work of this many pieces, which shows itself once the work takes more than a second.
    pub(super) fn bar(&self, what: &'static str) -> Bar {
        Bar { what, quiet: self.quiet, began: Instant::now(), bar: ProgressBar::hidden() }
    }
}

/// `13 sessions, 6 jobs, 1 agent`.
pub(super) fn support(of: &SupportRecord) -> String {
    let SupportRecord { sessions, jobs, agents, .. } = *of;
    [count(sessions, "session"), count(jobs, "job"), count(agents, "agent")].join(", ")
}

/// Progress of one piece of work.
pub(super) struct Bar {
    what: &'static str,
    quiet: bool,
    began: Instant,
    bar: ProgressBar,
}

impl Bar {
    /// So many pieces of so many are done. May be called from any thread, at any rate.
    pub(super) fn at(&self, done: usize, of: usize) {
        if self.quiet || self.began.elapsed() < WORTH_A_BAR {
            return;
        }
        if self.bar.is_hidden() {
            if let Ok(style) = ProgressStyle::with_template("{prefix} [{wide_bar}] {pos}/{len} {eta}") {
                self.bar.set_style(style.progress_chars("=> "));
            }
            self.bar.set_prefix(self.what);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(of as u64);
        self.bar.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

//! Writes a [`Script`] as the files that an agent would have left on disk.

mod claude_code;
mod codex;

use crate::random::Random;
use crate::script::{File, Layout, Script};

/// The files of this session: one, and one more for each sub-agent.
pub(crate) fn files(script: &Script) -> Vec<File> {
    let mut random = Random::new(script.lines);
    match script.layout {
        Layout::ClaudeCode => claude_code::files(script, &mut random),
        Layout::Codex => vec![codex::file(script, &mut random)],
    }
}

/// What a file-reading call shows: a few lines of plausible code.
fn source_text(path: &str, random: &mut Random) -> Vec<String> {
    const LINES: [&str; 12] = [
        "import { config } from './config'",
        "def load(path):",
        "    return registry[key]",
        "const limit = 50",
        "// the caller holds the lock",
        "if (!entry) return null",
        "    for item in batch:",
        "let total = 0",
        "    raise LookupError(key)",
        "export default handler",
        "",
        "    self.cache = {}",
    ];
    let mut lines = vec![format!("# {path}")];
    lines.extend((0..random.between(6, 30)).map(|_| (*random.pick(&LINES)).to_owned()));
    lines
}

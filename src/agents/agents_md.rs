//! `AGENTS.md`: a marked block for agents that take no hooks, in the project's own file.
//!
//! Says where the memory is and how to read it. It is committed and read by everybody's agents, so nothing of this machine
//! is in it.

use super::content::Content;
use super::{Around, Part, block};

pub(super) fn parts(around: &Around) -> Vec<Part> {
    let Some(top) = &around.project else { return Vec::new() };
    let place = match &around.memory {
        Some(path) => format!(" It lies in `{path}`."),
        None => String::new(),
    };
    let text = format!(
        "## Memory\n\nWhat earlier sessions taught is kept with git-dream.{place}\nRead it with `git dream context` before \
         you start; when something fails, look its message up with\n`git dream recall \"MESSAGE\"`."
    );
    vec![Part { file: top.join("AGENTS.md"), content: Content::Block(block::marked(&text)) }]
}

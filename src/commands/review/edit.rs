//! A text in the user's editor: the one that git would open.

use crate::commands::exit::Usage;
use crate::repo::Repo;
use anyhow::{Context, Result};
use std::io::IsTerminal;
use std::process::{Command, Stdio};

/// Lets the user edit a text; `None` where they left it as it was, or emptied it. `name` is the file's: editors go by
/// its ending.
///
/// Errors: the editor cannot be run, or ends with an error.
pub(super) fn edited(repo: &Repo, name: &str, text: &str) -> Result<Option<String>> {
    let folder = repo.private_dir().join("review");
    let file = folder.join(name);
    let failed = || format!("cannot write {}", file.display());
    std::fs::create_dir_all(&folder).with_context(failed)?;
    std::fs::write(&file, text).with_context(failed)?;
    let editor = editor(repo)?;
    let stdin = if std::io::stdin().is_terminal() { Stdio::inherit() } else { Stdio::null() };
    // As git runs it: an editor is a command line, not a program.
    let ran = Command::new("sh")
        .args(["-c", &format!("{editor} \"$@\""), &editor])
        .arg(&file)
        .stdin(stdin)
        .status()
        .with_context(|| {
            format!("cannot run the editor {editor:?}: set GIT_EDITOR or core.editor to one that there is")
        });
    let after = std::fs::read(&file);
    // What stays behind is the text of a note; the next edit writes over it.
    let _ = std::fs::remove_dir_all(&folder);
    let ran = ran?;
    if !ran.success() {
        return Err(
            Usage(format!("the editor {editor:?} ended with {ran}: nothing was taken from it")).into()
        );
    }
    let after = after.with_context(|| format!("the editor left no {}", file.display()))?;
    let after = String::from_utf8(after)
        .map_err(|_| Usage("what the editor saved is not UTF-8: save it as UTF-8".to_owned()))?;
    // What an editor on Windows does to line ends is no change.
    let after = if text.contains('\r') { after } else { after.replace("\r\n", "\n") };
    Ok(Some(after).filter(|after| after != text && !after.trim().is_empty()))
}

/// The command line of the editor, chosen in git's order: see git-var(1), `GIT_EDITOR`.
fn editor(repo: &Repo) -> Result<String> {
    let said = |variable: &str| std::env::var(variable).ok().filter(|value| !value.trim().is_empty());
    let is_dumb = said("TERM").is_none_or(|term| term == "dumb");
    let chosen = match said("GIT_EDITOR") {
        Some(editor) => Some(editor),
        None => repo.config("core.editor")?.filter(|value| !value.trim().is_empty()),
    };
    let chosen = chosen.or_else(|| said("VISUAL").filter(|_| !is_dumb)).or_else(|| said("EDITOR"));
    match chosen {
        Some(editor) => Ok(editor),
        None if is_dumb => Err(Usage(
            "this terminal can run no full-screen editor: set EDITOR to one that works in it".to_owned(),
        )
        .into()),
        None => Ok("vi".to_owned()),
    }
}

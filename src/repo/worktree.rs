//! Which repository a linked working tree (`git worktree add`) belongs to, found without opening a repository.

use std::path::{Path, PathBuf};

/// The place in the main working tree that a folder of a linked one stands for: its top and the way from there. `None`
/// where the folder lies in no linked working tree.
///
/// Both sides have to say so, the `.git` file here and what git keeps there: a file in somebody's clone alone cannot
/// claim to be part of another project.
pub fn in_main_tree(folder: &Path) -> Option<PathBuf> {
    let top = folder.ancestors().find(|folder| folder.join(".git").exists())?;
    let link = top.join(".git");
    let text = std::fs::read_to_string(&link).ok()?;
    let kept = top.join(text.strip_prefix("gitdir:")?.trim());
    let back = std::fs::read_to_string(kept.join("gitdir")).ok()?;
    let is_mutual = kept.join(back.trim()).canonicalize().ok()? == link.canonicalize().ok()?;
    let worktrees = kept.parent().filter(|parent| parent.ends_with("worktrees") && is_mutual)?;
    let main = worktrees.parent().filter(|git_dir| git_dir.ends_with(".git"))?.parent()?;
    Some(main.canonicalize().ok()?.join(folder.strip_prefix(top).ok()?))
}

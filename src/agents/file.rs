//! A settings file on disk: read as text, replaced as a whole or not at all.

use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Most links that are followed, as systems do.
const MOST_LINKS: usize = 40;

/// The bytes of a file; `None` where there is none.
pub(super) fn read(file: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// The file that a path means, whether or not it is there: where links lead to.
pub(super) fn real(file: &Path) -> PathBuf {
    let mut file = file.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = std::fs::read_link(&file) else { break };
        file = file.parent().unwrap_or(Path::new("")).join(target);
    }
    file
}

/// Writes a file, with the folders above it, or takes it away. Where it is a link, what it leads to is changed. Keeps who
/// may read it.
pub(super) fn write(file: &Path, content: Option<&[u8]>) -> Result<()> {
    let file = real(file);
    let Some(content) = content else {
        return std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()));
    };
    let failed = || format!("cannot write {}: is its folder yours to write to?", file.display());
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(failed)?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".git-dream-{}", std::process::id()));
    let beside = folder.join(name);
    let permissions = std::fs::metadata(&file).map(|found| found.permissions());
    let written = std::fs::File::create(&beside).and_then(|mut open| {
        if let Ok(permissions) = permissions {
            open.set_permissions(permissions)?;
        }
        open.write_all(content)?;
        open.sync_all()?;
        std::fs::rename(&beside, &file)
    });
    if written.is_err() {
        // Whatever is left of it is nobody's.
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(failed)
}

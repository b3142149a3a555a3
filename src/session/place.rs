//! Who and where, from the paths that a session worked under.

use std::path::Path;

/// A folder that a session worked in, as its transcript has it and not redacted: only good for telling which project on
/// this machine a session belongs to. It has no text form, so it reaches no digest and no log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Folder(String);

impl Folder {
    pub(super) fn new(folder: &str) -> Folder {
        Folder(folder.to_owned())
    }

    /// To be compared with other folders.
    pub fn path(&self) -> &Path {
        Path::new(&self.0)
    }
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Folder(***)")
    }
}

/// The name of the home folder that a path lies in: `/home/NAME/…`, `/Users/NAME/…`, `C:\Users\NAME\…`.
pub(super) fn home_owner(path: &str) -> Option<&str> {
    let mut components = path.split(['/', '\\']).filter(|component| !component.is_empty());
    let first = components.next()?;
    let is_drive = first.len() == 2 && first.ends_with(':');
    // Under Windows' own Linux and in shells for Windows, drives are folders: `/mnt/c/Users/NAME`, `/c/Users/NAME`.
    let homes = match first {
        "mnt" => components.nth(1)?,
        _ if is_drive || first.len() == 1 => components.next()?,
        _ => first,
    };
    let is_absolute = is_drive || path.starts_with(['/', '\\']);
    let owner = components.next()?;
    (is_absolute && matches!(homes, "home" | "Users") && !matches!(owner, "Shared" | "Public" | "linuxbrew"))
        .then_some(owner)
}

/// The last component of a folder, or of a repository's address without `.git`.
pub(super) fn last_component(path: &str) -> Option<&str> {
    let last = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\', ':']).next()?;
    let name = last.strip_suffix(".git").unwrap_or(last);
    (!name.is_empty() && name != "." && name != "..").then_some(name)
}

/// The first home folder that a text names anywhere, for transcripts that state no folder.
pub(super) fn home_owner_within(text: &str) -> Option<&str> {
    ["/Users/", "/home/"].iter().find_map(|homes| {
        let start = text.find(homes)?;
        let name = &text[start + homes.len()..];
        let end = name.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_'))?;
        // A name is only believed where a path goes on behind it.
        (end > 0 && name[end..].starts_with('/')).then(|| &name[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_owner_of_a_home_folder() {
        assert_eq!(home_owner("/home/ada/src/app"), Some("ada"));
        assert_eq!(home_owner("/Users/ada"), Some("ada"));
        assert_eq!(home_owner("C:\\Users\\ada\\app"), Some("ada"));
        assert_eq!(home_owner("/mnt/c/Users/ada/app"), Some("ada"));
        assert_eq!(home_owner("/srv/home/x"), None);
        assert_eq!(home_owner("home/ada"), None);
        assert_eq!(home_owner("/"), None);
    }

    #[test]
    fn finds_the_project() {
        assert_eq!(last_component("/home/ada/src/app/"), Some("app"));
        assert_eq!(last_component("git@example.org:team/app.git"), Some("app"));
        assert_eq!(last_component("C:\\work\\app"), Some("app"));
        assert_eq!(last_component("/"), None);
    }
}

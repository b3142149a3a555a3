//! Which project a session belongs to, and whether it is kept out.
//!
//! A session belongs to the innermost connected project around the folder that it was started in; a linked working tree
//! is part of its main one. It is kept out if any folder that it worked in, or its transcript, says so: by a marker file,
//! by an exclusion, or by lying in a project that is connected to another memory. Refuses to guess: a session that
//! names no folder belongs to nobody.

use super::consent::{Consent, Project};
use crate::repo::in_main_tree;
use crate::stale::ignored::is_ignored;
use std::fmt;
use std::path::{Component, Path, PathBuf};

/// The file that keeps the sessions of a folder out.
pub const MARKER: &str = ".no-dream";

/// Why a session is not captured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outside {
    /// Its transcript states no folder, or too many.
    NoFolder,
    /// The folder that it was started in lies in no connected project.
    Unconnected,
    /// A marker file keeps it out.
    Marked(PathBuf),
    /// This exclusion keeps it out.
    Excluded(String),
    /// It also worked in this project, whose sessions go to another memory.
    Elsewhere(PathBuf),
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outside::NoFolder => f.write_str("the transcript does not say where it worked"),
            Outside::Unconnected => f.write_str("its project is not connected"),
            Outside::Marked(marker) => write!(f, "{} keeps it out", marker.display()),
            Outside::Excluded(glob) => write!(f, "--exclude {glob} keeps it out"),
            Outside::Elsewhere(project) => {
                write!(f, "it also worked in {}, which is connected to another memory", project.display())
            }
        }
    }
}

/// The project that a session with these folders, read from this transcript, belongs to.
pub fn belongs<'c>(
    consent: &'c Consent,
    folders: &[&Path],
    transcript: &Path,
) -> Result<&'c Project, Outside> {
    let folders: Vec<PathBuf> = folders.iter().filter_map(|folder| real(folder)).collect();
    let started = folders.first().ok_or(Outside::NoFolder)?;
    let (home, _) = around(consent, started).ok_or(Outside::Unconnected)?;
    let transcript = real(transcript).unwrap_or_else(|| transcript.to_owned());
    for folder in &folders {
        let found = around(consent, folder);
        let root = found.as_ref().map(|(project, _)| project.folder.as_path());
        if let Some(marker) = marker(folder, root) {
            return Err(Outside::Marked(marker));
        }
        for project in found.iter().map(|(project, _)| *project).chain([home]) {
            if project.memory != home.memory {
                return Err(Outside::Elsewhere(project.folder.clone()));
            }
            let place = found.as_ref().map_or(folder, |(_, place)| place);
            let is_excluded = |glob: &&String| excludes(glob, &project.folder, place, &transcript);
            if let Some(glob) = project.exclude.iter().find(is_excluded) {
                return Err(Outside::Excluded(glob.clone()));
            }
        }
    }
    Ok(home)
}

/// The innermost connected project around a folder of this machine, as seen from where this program works.
pub fn connected<'c>(consent: &'c Consent, folder: &Path) -> Option<&'c Project> {
    around(consent, &real(&std::path::absolute(folder).ok()?)?).map(|(project, _)| project)
}

/// The innermost project around a folder, and the folder as a place in it.
fn around<'c>(consent: &'c Consent, folder: &Path) -> Option<(&'c Project, PathBuf)> {
    let innermost = |place: &Path| {
        let around = consent.projects.iter().filter(|project| {
            let root = real(&project.folder).unwrap_or_else(|| project.folder.clone());
            place.starts_with(&root) || place.starts_with(&project.folder)
        });
        around.max_by_key(|project| project.folder.components().count())
    };
    let here = innermost(folder).map(|project| (project, folder.to_owned()));
    here.or_else(|| {
        let place = in_main_tree(folder)?;
        innermost(&place).map(|project| (project, place))
    })
}

/// The marker in a folder or around it, up to the project's top; up to the top of everything where it is in none.
fn marker(folder: &Path, root: Option<&Path>) -> Option<PathBuf> {
    let root = root.filter(|root| folder.starts_with(root));
    let up_to_root = folder.ancestors().take_while(|folder| root.is_none_or(|root| folder.starts_with(root)));
    up_to_root.map(|folder| folder.join(MARKER)).find(|marker| marker.exists())
}

/// Whether a glob keeps a folder or a transcript out. One that begins with `/` (or a drive) is about the whole path; any
/// other is looked for below the project, and in the last two names of the transcript's path, as in a `.gitignore`.
fn excludes(glob: &str, project: &Path, folder: &Path, transcript: &Path) -> bool {
    let matches =
        |glob: &str, path: &str| !path.is_empty() && is_ignored(&[(String::new(), glob.to_owned())], path);
    if Path::new(glob).has_root() {
        let whole = |path: &Path| slashed(path).trim_start_matches('/').to_owned();
        let glob = format!("/{}", glob.replace('\\', "/").trim_start_matches('/'));
        return matches(&glob, &whole(folder)) || matches(&glob, &whole(transcript));
    }
    let inside = folder.strip_prefix(project).map(slashed).unwrap_or_default();
    let components: Vec<Component<'_>> = transcript.components().collect();
    let last: PathBuf = components.iter().skip(components.len().saturating_sub(2)).collect();
    matches(glob, &inside) || matches(glob, &slashed(&last))
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Where a folder really lies: links followed as far as it is still there, the rest taken as it is written. `None` for a
/// relative path: it says nothing without the machine that wrote it.
pub fn real(folder: &Path) -> Option<PathBuf> {
    if !folder.is_absolute() {
        return None;
    }
    let mut there = folder.ancestors().skip_while(|folder| !folder.exists());
    let there = there.next()?;
    let mut real = there.canonicalize().ok()?;
    for component in folder.strip_prefix(there).ok()?.components() {
        match component {
            Component::ParentDir => drop(real.pop()),
            Component::CurDir => {}
            other => real.push(other),
        }
    }
    Some(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Machine {
        dir: tempfile::TempDir,
        consent: Consent,
    }

    impl Machine {
        fn new() -> Machine {
            let dir = tempfile::tempdir().unwrap();
            let top = dir.path().canonicalize().unwrap();
            let project = |folder: &str, memory: &str, exclude: &[&str]| Project {
                folder: top.join(folder),
                memory: memory.to_owned(),
                name: "ann".to_owned(),
                exclude: exclude.iter().map(|glob| (*glob).to_owned()).collect(),
            };
            for folder in ["app/src/client-x", "app/inner/src", "app/private/deep", "other", "app/same"] {
                std::fs::create_dir_all(top.join(folder)).unwrap();
            }
            std::fs::write(top.join("app/private").join(MARKER), "").unwrap();
            let consent = Consent::default()
                .with(project("app", "m", &["client-*", "legal/**"]))
                .with(project("app/inner", "n", &[]))
                .with(project("app/same", "m", &["*.tmp"]));
            Machine { dir, consent }
        }

        fn of(&self, folders: &[&str], transcript: &str) -> Result<String, Outside> {
            let folders: Vec<PathBuf> = folders.iter().map(|folder| self.dir.path().join(folder)).collect();
            let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
            let found = belongs(&self.consent, &folders, &self.dir.path().join(transcript))?;
            Ok(found.folder.file_name().unwrap().to_string_lossy().into_owned())
        }
    }

    #[test]
    fn the_innermost_project_around_the_first_folder_counts() {
        let machine = Machine::new();
        let of = |folder: &str| machine.of(&[folder], "t/s.jsonl");
        assert_eq!(of("app/src").as_deref(), Ok("app"));
        assert_eq!(of("app/inner/src").as_deref(), Ok("inner"));
        assert_eq!(of("app/gone/for/good").as_deref(), Ok("app"), "a folder that was removed since");
        assert_eq!(of("app/src/../../other"), Err(Outside::Unconnected));
        assert_eq!(of("application"), Err(Outside::Unconnected), "only begins with the same letters");
        assert_eq!(machine.of(&[], "t/s.jsonl"), Err(Outside::NoFolder));
        assert_eq!(machine.of(&["app", "other"], "t/s.jsonl").as_deref(), Ok("app"));
        let consent = &machine.consent;
        assert_eq!(belongs(consent, &[Path::new("app")], Path::new("/t")), Err(Outside::NoFolder));
    }

    #[test]
    fn any_folder_keeps_a_session_out() {
        let machine = Machine::new();
        let marked = machine.of(&["app", "app/private/deep"], "t/s.jsonl");
        assert!(matches!(marked, Err(Outside::Marked(marker)) if marker.ends_with("app/private/.no-dream")));
        let excluded = |folder: &str, transcript: &str| machine.of(&["app", folder], transcript);
        assert_eq!(excluded("app/src/client-x", "t/s.jsonl"), Err(Outside::Excluded("client-*".to_owned())));
        assert_eq!(excluded("app/legal/2026", "t/s.jsonl"), Err(Outside::Excluded("legal/**".to_owned())));
        assert_eq!(excluded("app", "t/client-9.jsonl"), Err(Outside::Excluded("client-*".to_owned())));
        assert_eq!(excluded("app", "client-9/deep/t/s.jsonl").as_deref(), Ok("app"));
        assert_eq!(excluded("app/same/x.tmp", "t/s"), Err(Outside::Excluded("*.tmp".to_owned())));
        assert!(matches!(excluded("app/inner/src", "t/s"), Err(Outside::Elsewhere(_))));
        let absolute = format!("{}/app/src", slashed(&real(machine.dir.path()).unwrap()));
        let mut machine = machine;
        machine.consent.projects[0].exclude = vec![absolute.clone()];
        assert_eq!(machine.of(&["app/src/deep"], "t/s"), Err(Outside::Excluded(absolute)));
        assert_eq!(machine.of(&["app"], "t/s").as_deref(), Ok("app"));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_the_project_and_out_of_it() {
        let machine = Machine::new();
        let top = machine.dir.path();
        std::os::unix::fs::symlink(top.join("app"), top.join("link")).unwrap();
        std::os::unix::fs::symlink(top.join("other"), top.join("app/out")).unwrap();
        assert_eq!(machine.of(&["link/src"], "t/s").as_deref(), Ok("app"));
        assert_eq!(machine.of(&["app/out"], "t/s"), Err(Outside::Unconnected));
    }
}

//! The program itself, and the git that it needs.

use super::{Finding, Scene};
use crate::agents::on_path;
use crate::version;
use std::process::{Command, Stdio};

const PART: &str = "program";

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    vec![ours(scene), git()]
}

fn ours(scene: &Scene<'_>) -> Finding {
    let version = version::LONG;
    match on_path("git-dream", (scene.variable)("PATH").as_deref()) {
        Some(found) => Finding::well(PART, format!("git-dream {version}, {}", found.display())),
        None => Finding::note(
            PART,
            format!("git-dream {version}, which is not on PATH: `git dream` does not find it"),
            "put the folder of the program on PATH",
        ),
    }
}

fn git() -> Finding {
    let asked = Command::new("git").arg("version").stdin(Stdio::null()).output();
    match asked {
        Ok(said) if said.status.success() => {
            Finding::well(PART, String::from_utf8_lossy(&said.stdout).trim().to_owned())
        }
        _ => Finding::problem(
            PART,
            "`git` cannot be started, and everything that goes over a network is done by it".to_owned(),
            "install git",
        ),
    }
}

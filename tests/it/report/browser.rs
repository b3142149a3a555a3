//! The page in a real browser: `tests/browser/` drives it, and this makes what it looks at.

use super::many;
use super::world::{MONDAY, Team};
use crate::sandbox::Sandbox;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where `.ci/run` installs what drives the browser.
const INSTALLED: &str = "target/browser/node_modules";

/// Browsers by the names that systems give them.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Writes the page of a memory; gives its path.
fn page(sandbox: &Sandbox, memory: &Path, name: &str, since: &str) -> String {
    let file = sandbox.path(name).to_str().unwrap().to_owned();
    sandbox.dream(memory, &["report", "--now", MONDAY, "--since", since, "--html", &file]).ok();
    file
}

fn is_program(name: &str) -> bool {
    let asked = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// With `GIT_DREAM_SCREENSHOTS=DIR` it leaves pictures of the page there.
#[test]
fn a_browser_shows_the_page_to_everybody() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules = root.join(INSTALLED);
    let browser = BROWSERS.into_iter().find(|name| is_program(name));
    let Some(browser) = browser.filter(|_| is_program("node") && modules.is_dir()) else {
        let mut stderr = std::io::stderr().lock();
        let _ = writeln!(
            stderr,
            "skipped: the page was not looked at in a browser; .ci/run installs what that takes (chromium, node, {INSTALLED})"
        );
        return;
    };
    let sandbox = Sandbox::new();
    let many = page(&sandbox, &many(&sandbox), "many.html", "60d");
    let team = page(&sandbox, &Team::live(&sandbox).memory, "team.html", "180d");
    let empty = page(&sandbox, &sandbox.repo("new", &[]), "empty.html", "7d");
    let mut command = Command::new("node");
    command.arg(root.join("tests/browser/look.mjs")).args(["--modules", modules.to_str().unwrap()]);
    command.args(["--browser", browser, "--most-ms", "5000"]).args([&many, &team, &empty]);
    if let Some(folder) = std::env::var_os("GIT_DREAM_SCREENSHOTS") {
        command.arg("--screenshots").arg(folder);
    }
    let looked = command.output().unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&looked.stdout), String::from_utf8_lossy(&looked.stderr));
    let _ = write!(std::io::stderr().lock(), "{said}");
    assert!(looked.status.success(), "{said}{wrong}");
}

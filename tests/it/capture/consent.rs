//! Nothing leaves a machine that its person did not agree to.

use super::{Machine, Team};
use crate::sandbox::Ran;
use std::process::Stdio;

#[test]
fn without_an_agreement_nothing_is_captured() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let config = ann.home.join("config/git-dream/projects.toml");
    std::fs::remove_file(&config).unwrap();
    ann.session("a", &ann.project, 1);
    let ran = ann.dream(&["capture"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("git dream connect --memory"), "{ran:?}");
    // Nobody is there to be asked.
    let memory = team.remote.to_str().unwrap();
    let ran = ann.dream(&["connect", "--memory", memory, "--as", "ann"]);
    assert_eq!((ran.status, config.exists()), (2, false), "{ran:?}");
    assert!(ran.stderr.contains("What leaves this machine") && ran.stderr.contains(memory), "{ran:?}");
    // A repository cannot agree for anybody.
    for file in ["projects.toml", ".git-dream/projects.toml", "dream.toml"] {
        let text = format!("[[project]]\nfolder = {:?}\nmemory = {memory:?}\nname = \"ann\"\n", ann.project);
        std::fs::create_dir_all(ann.project.join(file).parent().unwrap()).unwrap();
        std::fs::write(ann.project.join(file), text).unwrap();
    }
    assert_eq!(ann.dream(&["capture"]).status, 2);
    // A file that cannot be read agrees to nothing.
    std::fs::write(&config, "[[project]]\nfolder = ").unwrap();
    let ran = ann.dream(&["capture"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_eq!(team.inboxes(), Vec::<String>::new());
}

#[test]
fn what_is_kept_out_stays_out_and_is_counted() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let memory = team.remote.to_str().unwrap();
    ann.dream(&["connect", "--memory", memory, "--as", "ann", "--exclude", "client-*", "--yes"]).ok();
    for folder in ["client-x", "marked/deep", "inner"] {
        std::fs::create_dir_all(ann.project.join(folder)).unwrap();
    }
    std::fs::write(ann.project.join("marked/.no-dream"), "").unwrap();
    ann.session("in", &ann.project, 1);
    ann.session("excluded", &ann.project.join("client-x"), 1);
    ann.session("marked", &ann.project.join("marked/deep"), 1);
    ann.session("elsewhere", &ann.home, 1);
    let captured = ann.capture();
    assert_eq!(Machine::counts(&captured), (1, 1, 0), "{captured:#}");
    assert_eq!(captured["not_captured"].as_array().unwrap().len(), 3, "{captured:#}");
    assert_eq!(team.inboxes(), ["in ann"]);
    // The marker goes: then it is captured.
    std::fs::remove_file(ann.project.join("marked/.no-dream")).unwrap();
    assert_eq!(Machine::counts(&ann.capture()), (1, 1, 0));

    let ran = ann.command(&["capture"]).env("GIT_DREAM_CAPTURE", "0").stdin(Stdio::null()).output().unwrap();
    assert!(String::from_utf8_lossy(&ran.stderr).contains("GIT_DREAM_CAPTURE"), "{ran:?}");
    ann.dream(&["connect", "--remove"]).ok();
    ann.session("late", &ann.project, 1);
    assert_eq!(ann.dream(&["capture"]).status, 2);
    assert_eq!(team.inboxes(), ["in ann", "marked ann"]);
}

#[test]
fn a_linked_working_tree_is_part_of_its_project() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let git = |args: &[&str]| team.sandbox.git(&ann.project, args);
    git(&["init", "--quiet"]);
    git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "x"]);
    let tree = ann.home.join("tree");
    git(&["worktree", "add", "--quiet", tree.to_str().unwrap()]);
    ann.session("linked", &tree, 1);
    // A file that only claims to be one is not.
    let fake = ann.home.join("fake");
    std::fs::create_dir_all(&fake).unwrap();
    std::fs::copy(tree.join(".git"), fake.join(".git")).unwrap();
    ann.session("fake", &fake, 1);
    ann.capture();
    assert_eq!(team.inboxes(), ["linked ann"]);
}

#[test]
fn mistakes_in_connecting_are_told() {
    let team = Team::new();
    let ann = team.machine("ann", "ann");
    let memory = team.remote.to_str().unwrap();
    let refused = |args: &[&str], why: &str| {
        let ran: Ran = ann.dream(&[&["connect", "--yes"], args].concat());
        assert_eq!(ran.status, 2, "{args:?} {ran:?}");
        assert!(ran.stderr.contains(why), "{args:?} {ran:?}");
    };
    std::fs::create_dir_all(ann.project.join("plain")).unwrap();
    refused(&["nowhere", "--memory", memory], "there is no folder");
    refused(&["src"], "--memory");
    refused(&["src", "--memory", "plainly-nothing"], "there is no folder");
    refused(&["src", "--memory", memory, "--as", "../ann"], "lower-case letters");
    refused(&["src", "--memory", memory, "--as", "Ann Smith"], "--as ann-smith");
    refused(&["src", "--memory", "https://ann:hunter2hunter2@example.org/m.git"], "password");
    refused(&["src", "--memory", memory, "--as", "ann", "--exclude", "!x"], "keeps nothing out");
    refused(&["..", "--memory", memory], "is all that you do");
    refused(&["src", "--memory", ann.home.join("app/plain").to_str().unwrap()], "no git repository");
    let ran = ann.dream(&["connect", "src", "--remove"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    let listed = ann.dream(&["connect", "--list", "--json"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["projects"].as_array().unwrap().len(), 1);
}

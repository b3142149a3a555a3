//! Timers, with programs in the place of `crontab`, `systemctl` and `launchctl` that keep what they are told in files;
//! and workflow files in a working tree.

use crate::sandbox::{Ran, Sandbox};
use std::path::{Path, PathBuf};

/// A Friday.
const NOW: &str = "2026-01-02T12:00:00Z";

fn schedule(sandbox: &Sandbox, memory: &Path, arguments: &[&str]) -> Ran {
    let mut all = vec!["schedule", "--now", NOW];
    all.extend(arguments);
    sandbox.dream(memory, &all)
}

fn json(ran: Ran) -> serde_json::Value {
    serde_json::from_str(&ran.ok()).unwrap()
}

fn memory(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.dream(&sandbox.path(""), &["init", "--quiet", name]).ok();
    sandbox.path(name)
}

#[test]
fn workflow_files_are_renewed_until_people_change_them() {
    let sandbox = Sandbox::new();
    let memory = memory(&sandbox, "memory");
    let dream = memory.join(".github/workflows/dream.yml");
    let shown = json(schedule(&sandbox, &memory, &["--github", "--json"]));
    let one = &shown["schedule"][0];
    assert_eq!(one["files"][0]["state"], "wrote");
    let next: jiff::Timestamp = one["next"].as_str().unwrap().parse().unwrap();
    assert!(next > NOW.parse().unwrap() && next < "2026-01-03T12:00:00Z".parse().unwrap());
    // Again, at another time: what nobody changed is renewed.
    schedule(&sandbox, &memory, &["--github", "--at", "5 4 * * mon"]).ok();
    assert!(std::fs::read_to_string(&dream).unwrap().contains("- cron: \"5 4 * * 1\" # UTC"));
    let shown = json(schedule(&sandbox, &memory, &["--show", "--json"]));
    assert_eq!(shown["schedule"][0]["next"], "2026-01-05T04:05:00Z");
    // What people changed is theirs, and nothing else is written beside it.
    let theirs =
        std::fs::read_to_string(&dream).unwrap().replace("timeout-minutes: 60", "timeout-minutes: 90");
    std::fs::write(&dream, &theirs).unwrap();
    std::fs::remove_file(memory.join(".github/workflows/memory-check.yml")).unwrap();
    for arguments in [["--github", "--weekly"], ["--github", "--remove"]] {
        let refused = schedule(&sandbox, &memory, &arguments);
        assert_eq!(refused.status, 2);
        assert!(
            refused.stderr.contains(".github/workflows/dream.yml was changed by people"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(std::fs::read_to_string(&dream).unwrap(), theirs);
    assert!(!memory.join(".github/workflows/memory-check.yml").exists());
    schedule(&sandbox, &memory, &["--github", "--weekly", "--force"]).ok();
    schedule(&sandbox, &memory, &["--github", "--remove"]).ok();
    assert!(!dream.exists());
    assert_eq!(schedule(&sandbox, &memory, &["--github", "--remove"]).status, 2, "there is nothing any more");
    // The other forges.
    for (forge, file) in
        [("--gitlab", ".gitlab/git-dream.yml"), ("--forgejo", ".forgejo/workflows/dream.yml")]
    {
        schedule(&sandbox, &memory, &[forge]).ok();
        assert!(memory.join(file).exists(), "{file}");
        let again = json(schedule(&sandbox, &memory, &[forge, "--show", "--json"]));
        assert!(again["schedule"][0]["cron"].is_string(), "{again}");
        // When GitLab starts a pipeline is no file's to say.
        assert_eq!(again["schedule"][0]["next"].is_null(), forge == "--gitlab");
    }
}

#[test]
fn mistakes_are_told() {
    let sandbox = Sandbox::new();
    let memory = memory(&sandbox, "memory");
    let refused = |arguments: &[&str], words: &str| {
        let ran = schedule(&sandbox, &memory, arguments);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
    };
    refused(&["--github", "--at", "@daily"], "five");
    refused(&["--github", "--at", "0 25 * * *"], "\"25\" is no hour");
    refused(&["--github", "--at", "0 0 31 2 *"], "never comes");
    refused(&["--weekly"], "say where");
    refused(&["--github", "--gitlab"], "cannot be used with");
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", "memory", "bare.git"]);
    let bare = schedule(&sandbox, &sandbox.path("bare.git"), &["--github"]);
    assert_eq!((bare.status, bare.stderr.contains("do it in a clone")), (2, true), "{}", bare.stderr);
    let outside = schedule(&sandbox, &sandbox.path("home"), &["--github"]);
    assert_eq!(outside.status, 2);
}

#[cfg(unix)]
mod timers {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    /// What is hard to write down: a space, both quotes, a percent sign, a dollar sign, a bracket, another script.
    const ODD: &str = "my 100% \"mem'ory\" $HOME & <né>";

    /// A crontab that is kept in a file.
    const CRONTAB: &str = r#"case "$1" in
        -l) cat "$KEPT/crontab" 2>/dev/null || { echo "no crontab for ann" >&2; exit 1; } ;;
        -) cat >"$KEPT/crontab" ;;
        *) exit 9 ;;
        esac"#;

    fn program(sandbox: &Sandbox, name: &str, text: &str) {
        let path = sandbox.path("bin").join(name);
        std::fs::create_dir_all(sandbox.path("bin")).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Runs `git dream schedule` where the programs are found.
    fn timer(sandbox: &Sandbox, memory: &Path, arguments: &[&str]) -> Ran {
        dream(sandbox, memory, &[&["schedule", "--now", NOW], arguments].concat())
    }

    /// Runs `git dream` where the programs are found.
    fn dream(sandbox: &Sandbox, memory: &Path, arguments: &[&str]) -> Ran {
        let mut command = sandbox.dream_command(memory, arguments);
        let inherited = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{inherited}", sandbox.path("bin").display()));
        command.env("KEPT", sandbox.path(""));
        Ran::of(command.output().unwrap())
    }

    /// Whether a program is there to judge with.
    fn is_there(program: &str) -> bool {
        Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
    }

    #[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
    fn skipped(what: &str) {
        println!("skipped: {what}");
    }

    #[test]
    fn a_crontab_keeps_its_other_lines_and_runs_both_commands() {
        let sandbox = Sandbox::new();
        let memory = memory(&sandbox, ODD);
        program(&sandbox, "crontab", CRONTAB);
        let kept = || std::fs::read_to_string(sandbox.path("crontab")).unwrap();
        // Into none, and away again.
        timer(&sandbox, &memory, &["--cron"]).ok();
        timer(&sandbox, &memory, &["--cron", "--remove"]).ok();
        assert_eq!(kept(), "");
        let others = "# mine\n1 2 * * * echo 100\\%\n";
        std::fs::write(sandbox.path("crontab"), others).unwrap();
        timer(&sandbox, &memory, &["--cron", "--at", "5 4 * * 1-5"]).ok();
        let shown = json(timer(&sandbox, &memory, &["--cron", "--show", "--json"]));
        assert_eq!(shown["schedule"][0]["cron"], "5 4 * * 1-5");
        assert_eq!(shown["schedule"][0]["next"], "2026-01-05T04:05:00Z");
        // What cron makes of the line (crontab(5)), run in the little environment that it gives.
        let text = kept();
        assert!(text.starts_with(others));
        let line = text.lines().find(|line| line.starts_with("5 4 ")).unwrap();
        let command = line.splitn(6, ' ').nth(5).unwrap();
        assert!(!command.replace("\\%", "").contains('%'), "cron ends a command at a bare percent sign");
        let ran = Command::new("/bin/sh")
            .args(["-c", &command.replace("\\%", "%")])
            .env_clear()
            .env("HOME", sandbox.path("home"))
            .current_dir("/")
            .output()
            .unwrap();
        assert_eq!((ran.status.code(), ran.stderr.as_slice()), (Some(0), b"".as_slice()));
        let log = std::fs::read_to_string(memory.join(".git/dream/timer.log")).unwrap();
        assert!(log.contains("Nothing to say"), "{log}");
        // Another time for the same memory takes the place of the first.
        timer(&sandbox, &memory, &["--cron", "--weekly"]).ok();
        assert_eq!(kept().lines().filter(|line| line.contains(" -C ")).count(), 1);
        timer(&sandbox, &memory, &["--cron", "--remove"]).ok();
        assert_eq!(kept(), others);
        assert_eq!(timer(&sandbox, &memory, &["--cron", "--remove"]).status, 2);
        // A program that fails changes nothing.
        program(&sandbox, "crontab", r#"[ "$1" = -l ] && exit 0; echo "no room" >&2; exit 1"#);
        let failed = timer(&sandbox, &memory, &["--cron"]);
        assert_eq!((failed.status, failed.stderr.contains("no room")), (3, true), "{}", failed.stderr);
    }

    #[test]
    fn the_doctor_sees_what_dreams_and_whether_it_is_this_program() {
        let sandbox = Sandbox::new();
        let memory = memory(&sandbox, ODD);
        program(&sandbox, "crontab", CRONTAB);
        program(&sandbox, "systemctl", "exit 0");
        let found = || {
            let wire = json(dream(&sandbox, &memory, &["doctor", "--json", "--now", NOW]));
            let findings = wire["findings"].as_array().unwrap().clone();
            let of_schedule = findings.into_iter().filter(|finding| finding["part"] == "schedule");
            let text =
                |finding: &serde_json::Value, field: &str| finding[field].as_str().unwrap_or("").to_owned();
            of_schedule
                .map(|one| ["health", "what", "remedy"].map(|field| text(&one, field)).join(" | "))
                .collect::<Vec<String>>()
        };
        assert_eq!(found(), ["note | nothing dreams here by itself | git dream schedule --help"]);
        timer(&sandbox, &memory, &["--cron", "--at", "5 4 * * 1-5"]).ok();
        timer(&sandbox, &memory, &["--systemd", "--at", "17 3 * * *"]).ok();
        timer(&sandbox, &memory, &["--github", "--at", "9 2 * * *"]).ok();
        let files = ".github/workflows/dream.yml, .github/workflows/memory-check.yml";
        let forge = format!("well | the forge dreams at 9 2 * * * UTC: {files} | ");
        let well = ["well | cron dreams at 5 4 * * 1-5 | ", "well | systemd dreams at 17 3 * * * | "];
        assert_eq!(found(), [forge.as_str(), well[0], well[1]]);

        // The program was moved since.
        let is_file = |path: &PathBuf| path.is_file();
        let folder = sandbox.path("home/.config/systemd/user");
        let units = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for file in units.chain([sandbox.path("crontab")]).filter(is_file) {
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::write(&file, text.replace(env!("CARGO_BIN_EXE_git-dream"), "/old/git-dream")).unwrap();
        }
        let note = |name: &str, at: &str| {
            let another = "with another git-dream than this one";
            format!("note | {name} dreams at {at}, {another} | git dream schedule --{name} --at \"{at}\"")
        };
        assert_eq!(found(), [forge, note("cron", "5 4 * * 1-5"), note("systemd", "17 3 * * *")]);
    }

    #[test]
    fn with_a_remote_it_fetches_and_publishes() {
        let sandbox = Sandbox::new();
        let memory = memory(&sandbox, "memory");
        program(&sandbox, "crontab", r#"[ "$1" = -l ] || cat >"$KEPT/crontab""#);
        sandbox.git(&memory, &["remote", "add", "origin", "https://example.org/memory.git"]);
        timer(&sandbox, &memory, &["--cron"]).ok();
        let text = std::fs::read_to_string(sandbox.path("crontab")).unwrap();
        assert!(text.contains(" run --fetch && ") && text.contains(" publish; }"), "{text}");
    }

    #[test]
    fn systemd_takes_the_units_as_they_are() {
        let sandbox = Sandbox::new();
        let memory = memory(&sandbox, ODD);
        program(&sandbox, "systemctl", r#"echo "$@" >>"$KEPT/said"; [ ! -e "$KEPT/refuse" ]"#);
        timer(&sandbox, &memory, &["--systemd", "--at", "*/20 9-17 13 * 5"]).ok();
        let folder = sandbox.path("home/.config/systemd/user");
        let mut units: Vec<PathBuf> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        units.sort();
        assert_eq!(units.len(), 2);
        let text = std::fs::read_to_string(&units[1]).unwrap();
        assert!(text.contains("Persistent=true"), "{text}");
        if is_there("systemd-analyze") {
            let judged = Command::new("systemd-analyze")
                .args(["--user", "verify"])
                .args(&units)
                .env("XDG_RUNTIME_DIR", sandbox.path("home"))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&judged.stderr).into_owned();
            assert!(
                judged.status.success() && !said.contains(".service") && !said.contains(".timer"),
                "{said}"
            );
        } else {
            skipped("systemd's own check of the units, because there is no systemd-analyze");
        }
        let shown = json(timer(&sandbox, &memory, &["--systemd", "--show", "--json"]));
        assert_eq!(shown["schedule"][0]["next"], "2026-01-02T12:20:00Z");
        // One that systemd refuses is as it was.
        let before = units.clone().map_texts();
        std::fs::write(sandbox.path("refuse"), "").unwrap();
        let refused = timer(&sandbox, &memory, &["--systemd"]);
        assert_eq!(refused.status, 3);
        std::fs::remove_file(sandbox.path("refuse")).unwrap();
        assert_eq!(units.map_texts(), before);
        timer(&sandbox, &memory, &["--systemd", "--remove"]).ok();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        let said = std::fs::read_to_string(sandbox.path("said")).unwrap();
        assert!(
            said.contains("--user enable git-dream-my") && said.contains("--user disable --now git-dream-my")
        );
    }

    trait Texts {
        fn map_texts(self) -> Vec<String>;
    }

    impl Texts for Vec<PathBuf> {
        fn map_texts(self) -> Vec<String> {
            self.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
        }
    }

    #[test]
    fn systemd_means_the_same_moments() {
        if !is_there("systemd-analyze") {
            return skipped("systemd's reading of moments, because there is no systemd-analyze");
        }
        for text in
            ["17 3 * * *", "*/20 9-17 13 * 5", "0 0 29 2 *", "5 4 * 1,7 1-5", "0 0 * * 7", "59 23 31 */3 *"]
        {
            let cron = git_dream::schedule::cron::Cron::parse(text).unwrap();
            let after: jiff::civil::DateTime = "2026-01-02T12:00:00".parse().unwrap();
            let moments = cron.on_calendar().into_iter().map(|calendar| {
                let asked = Command::new("systemd-analyze")
                    .args(["calendar", "--base-time=2026-01-02 12:00:00 UTC", &calendar])
                    .env("TZ", "UTC")
                    .env("LC_ALL", "C")
                    .output()
                    .unwrap();
                let said = String::from_utf8_lossy(&asked.stdout).into_owned();
                let next = said.lines().find_map(|line| line.trim().strip_prefix("Next elapse: "));
                let next = next.unwrap_or_else(|| panic!("{calendar}: {said}"));
                let next: Vec<&str> = next.split(' ').collect();
                format!("{}T{}", next[1], next[2])
            });
            assert_eq!(moments.min(), cron.next(after).map(|next| next.to_string()), "{text}");
        }
    }

    #[test]
    fn launchd_is_told_in_its_own_words() {
        let sandbox = Sandbox::new();
        let memory = memory(&sandbox, ODD);
        program(&sandbox, "launchctl", r#"echo "$@" >>"$KEPT/said"; [ "$1" != bootout ]"#);
        timer(&sandbox, &memory, &["--launchd", "--at", "5 4 * * 1,3"]).ok();
        let folder = sandbox.path("home/Library/LaunchAgents");
        let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let shown = json(timer(&sandbox, &memory, &["--launchd", "--show", "--json"]));
        assert_eq!(shown["schedule"][0]["cron"], "5 4 * * 1,3");
        let read = "import plistlib, json, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))";
        if is_there("python3") {
            let output = Command::new("python3").args(["-c", read]).arg(&file).output().unwrap();
            let plist: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(
                plist["StartCalendarInterval"],
                serde_json::json!([{ "Weekday": 1, "Hour": 4, "Minute": 5 }, { "Weekday": 3, "Hour": 4, "Minute": 5 }])
            );
            let words: Vec<&str> = plist["ProgramArguments"]
                .as_array()
                .unwrap()
                .iter()
                .map(|word| word.as_str().unwrap())
                .collect();
            let ran = Command::new(words[0])
                .args(&words[1..])
                .env_clear()
                .env("HOME", sandbox.path("home"))
                .env("PATH", plist["EnvironmentVariables"]["PATH"].as_str().unwrap())
                .current_dir("/")
                .output()
                .unwrap();
            assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
        } else {
            skipped("another reader of the plist, because there is no python3");
        }
        timer(&sandbox, &memory, &["--launchd", "--remove"]).ok();
        assert!(!file.exists());
        let many = timer(&sandbox, &memory, &["--launchd", "--at", "*/2 1-20 * * 1-5"]);
        assert_eq!((many.status, many.stderr.contains("dream less often")), (2, true), "{}", many.stderr);
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        let sandbox = Sandbox::new();
        let memory = memory(&sandbox, "memory");
        for (option, program) in
            [("--cron", "crontab"), ("--systemd", "systemctl"), ("--launchd", "launchctl")]
        {
            let mut command = sandbox.dream_command(&memory, &["schedule", option]);
            let ran = Ran::of(command.env("PATH", sandbox.path("home")).output().unwrap());
            assert_eq!(ran.status, 2, "{option}");
            assert!(
                ran.stderr.contains(&format!("there is no `{program}` on this machine: ")),
                "{}",
                ran.stderr
            );
        }
        let shown =
            sandbox.dream_command(&memory, &["schedule"]).env("PATH", sandbox.path("home")).output().unwrap();
        assert!(String::from_utf8_lossy(&shown.stderr).contains("Nothing dreams here by itself"));
    }
}

//! What only a process of its own shows: proxies of the environment, Ctrl-C, and what it leaves behind.
//!
//! The process is this test binary, run for one test that asks what its environment says.

use super::server::{Played, Server};
use super::{KEY, prompt, settings};
use crate::sandbox::Sandbox;
use git_dream::model::access::Said;
use git_dream::model::{Access, Answers, Model, service};
use git_dream::settings::EngineSettings;
use serde_json::json;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Says that the process is one that asks.
const ASKS: &str = "GIT_DREAM_TEST_ASKS";

/// A process that asks `a`, `b` and `c` and prints what came of them.
fn asking(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Command {
    let mut command = sandbox.command(std::env::current_exe().unwrap(), &sandbox.path(""));
    command.args(["--exact", "models::process::asks_what_its_environment_says", "--nocapture"]);
    command.env(ASKS, "1").env("GIT_DREAM_KEY", KEY).envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Nothing but in such a process.
#[test]
fn asks_what_its_environment_says() {
    if std::env::var_os(ASKS).is_none() {
        return;
    }
    let variable = |name: &str| std::env::var(name).ok();
    let said = Said { base_url: None, command: None, variable: &variable, configured: &|_| Ok(None) };
    let access = Access::find(service::find("openai").unwrap(), true, &said).unwrap();
    let settings = EngineSettings { parallel: 1, retries: 0, ..settings("openai", "m-1") };
    let model = Model::new(access, &settings, std::path::Path::new("dream")).unwrap();
    println!("{:?}", model.ask(&["a", "b", "c"].map(prompt)));
    println!("spent {:?}", model.spent());
    if let Some(seconds) = variable("GIT_DREAM_TEST_THEN_SLEEPS") {
        std::thread::sleep(Duration::from_secs(seconds.parse().unwrap()));
    }
}

/// Everything that a process left in its sandbox, as one text.
fn left_behind(sandbox: &Sandbox) -> String {
    let files = walkdir::WalkDir::new(sandbox.path("")).into_iter().map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned())
        .collect()
}

#[test]
fn a_proxy_of_the_environment_is_used_and_gets_no_key() {
    let sandbox = Sandbox::new();
    let proxy = Server::new(|_, _| Played::Answer(502, vec![], vec![]));
    let variables =
        [("GIT_DREAM_BASE_URL", "https://models.invalid/v1"), ("HTTPS_PROXY", &proxy.address("/"))];
    let ran = asking(&sandbox, &variables).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let requests = proxy.requests();
    assert_eq!(requests.len(), 1, "{said}");
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("CONNECT", "models.invalid:443"));
    assert!(said.contains("Unreachable(\"models.invalid: ") && said.contains("NotAsked"), "{said}");
    assert!(!format!("{requests:?}{said}{}", left_behind(&sandbox)).contains(KEY));
}

#[cfg(unix)]
mod signals {
    use super::*;
    use serde_json::Value;
    use std::io::{BufRead, BufReader, Read};

    fn interrupt(process: u32) {
        assert!(Command::new("kill").args(["-s", "INT", &process.to_string()]).status().unwrap().success());
    }

    fn answering() -> Played {
        let message = json!({ "content": "{\"why\": \"a\"}" });
        Played::json(200, &json!({ "choices": [{ "finish_reason": "stop", "message": message }] }))
    }

    #[test]
    fn ctrl_c_ends_the_waiting_and_what_was_answered_is_kept() {
        let sandbox = Sandbox::new();
        let server = Server::new(|number, _| if number == 0 { answering() } else { Played::Hang });
        let process = asking(&sandbox, &[("GIT_DREAM_BASE_URL", &server.address("/v1"))]).spawn().unwrap();
        while server.requests().len() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        interrupt(process.id());
        let ran = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(ran.status.success() && said.contains("Err(Interrupted), Err(NotAsked)]"), "{said}");
        assert_eq!(std::fs::read_dir(sandbox.path("dream/replies")).unwrap().count(), 1);
        assert!(!format!("{said}{}", left_behind(&sandbox)).contains(KEY));
    }

    /// An answer that fits a schema and says nothing.
    fn nothing(schema: &Value) -> Value {
        match schema["type"].as_str() {
            Some("object") => {
                let fields = schema["properties"].as_object().unwrap().iter();
                fields.map(|(name, schema)| (name.clone(), nothing(schema))).collect()
            }
            Some("array") => json!([]),
            Some("string") => json!("x"),
            _ => json!(null),
        }
    }

    #[test]
    fn ctrl_c_ends_a_dream_and_what_was_answered_is_kept() {
        let sandbox = Sandbox::new();
        let memory = sandbox.repo("m", &[]);
        let file = crate::dream::write(&sandbox, "s.jsonl", &crate::engine::sessions(0..8));
        let server = Server::new(|number, request| match number {
            0 => {
                let content =
                    nothing(&request.json()["response_format"]["json_schema"]["schema"]).to_string();
                let choice = json!({ "finish_reason": "stop", "message": { "content": content } });
                Played::json(200, &json!({ "choices": [choice] }))
            }
            _ => Played::Hang,
        });
        let address = server.address("/v1");
        let args = ["run", "--sessions", file.to_str().unwrap(), "--base-url", &address, "--model", "m-1"];
        let mut command = sandbox.dream_command(&memory, &args);
        command.env("OPENAI_API_KEY", KEY).stdout(Stdio::piped()).stderr(Stdio::piped());
        let process = command.spawn().unwrap();
        let replies = || std::fs::read_dir(memory.join(".git/dream/replies")).map_or(0, Iterator::count);
        while server.requests().len() < 2 || replies() < 1 {
            std::thread::sleep(Duration::from_millis(10));
        }
        interrupt(process.id());
        let ran = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(3), "{said}");
        assert!(said.contains("nothing was written; answers that had come are kept"), "{said}");
        assert_eq!(replies(), 1);
        sandbox.fsck(&memory);
        assert!(!format!("{said}{}", left_behind(&sandbox)).contains(KEY));
    }

    #[test]
    fn ctrl_c_ends_the_program_when_nobody_waits_for_a_model() {
        let sandbox = Sandbox::new();
        let server = Server::new(|_, _| answering());
        let variables =
            [("GIT_DREAM_BASE_URL", server.address("/v1")), ("GIT_DREAM_TEST_THEN_SLEEPS", "600".to_owned())];
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        let mut process = asking(&sandbox, &variables).spawn().unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("spent") {
            line.clear();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "{line}");
        }
        interrupt(process.id());
        let mut rest = String::new();
        said.read_to_string(&mut rest).unwrap();
        assert_eq!(process.wait().unwrap().code(), Some(130), "{rest}");
    }
}

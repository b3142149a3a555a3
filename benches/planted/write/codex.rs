//! Codex's layout: `sessions/YYYY/MM/DD/rollout-<time>-<uuid>.jsonl`, each line a timestamp, a type and a
//! payload. Older versions call `shell` and answer in JSON; newer ones call `exec_command` and answer in text.

use super::source_text;
use crate::json::Json;
use crate::object;
use crate::random::Random;
use crate::script::{Answer, Beat, Call, File, Script, stamp};

/// The rollout file.
pub(crate) fn file(script: &Script, random: &mut Random) -> File {
    let mut writer = Writer { script, random, text: String::new(), now: script.start };
    writer.opening();
    for beat in &script.beats {
        writer.beat(beat);
    }
    let done = object! {"type" => "task_complete", "turn_id" => "1", "last_agent_message" => "Done."};
    writer.line("event_msg", done);
    let started = stamp(script.start);
    let (date, time) = (started[..10].replace('-', "/"), started[..19].replace(':', "-"));
    File { path: format!("sessions/{date}/rollout-{time}-{}.jsonl", script.uuid), text: writer.text }
}

struct Writer<'a> {
    script: &'a Script,
    random: &'a mut Random,
    text: String,
    now: i64,
}

impl Writer<'_> {
    fn line(&mut self, kind: &str, payload: Json) {
        self.now += self.random.between(100, 6_000) as i64;
        let line = object! {"timestamp" => stamp(self.now), "type" => kind, "payload" => payload};
        self.text.push_str(&line.to_string());
        self.text.push('\n');
    }

    fn is_old(&self) -> bool {
        self.script.version.starts_with("0.4")
    }

    fn opening(&mut self) {
        let script = self.script;
        let git = object! {"commit_hash" => self.random.hex(40), "branch" => &script.branch};
        let mut meta = vec![("id".to_owned(), Json::from(&script.uuid))];
        if let Some((origin, _)) = &script.forked_from {
            meta.push(("forked_from_id".to_owned(), Json::from(origin)));
        }
        meta.extend([
            ("timestamp".to_owned(), Json::from(stamp(script.start))),
            ("cwd".to_owned(), Json::from(&script.folder)),
            ("originator".to_owned(), "codex-tui".into()),
            ("cli_version".to_owned(), Json::from(&script.version)),
            ("source".to_owned(), "cli".into()),
            ("model_provider".to_owned(), "openai".into()),
            ("git".to_owned(), git),
        ]);
        self.line("session_meta", Json::Object(meta));
        self.message(
            "developer",
            "input_text",
            "<permissions instructions>Commands run in a sandbox.</permissions instructions>",
        );
        let agents = format!(
            "# AGENTS.md instructions for {}\n\n<INSTRUCTIONS>\n{}\n</INSTRUCTIONS>",
            script.folder, script.agents_file
        );
        self.message("user", "input_text", &agents);
        let around = format!(
            "<environment_context>\n  <cwd>{}</cwd>\n  <approval_policy>on-request</approval_policy>\n  <shell>bash</shell>\n</environment_context>",
            script.folder
        );
        self.message("user", "input_text", &around);
        let policy = object! {"type" => "workspace-write"};
        let context = object! {
            "cwd" => &script.folder, "approval_policy" => "on-request", "sandbox_policy" => policy,
            "model" => &script.model, "effort" => "medium", "summary" => "auto",
        };
        self.line("turn_context", context);
    }

    fn message(&mut self, role: &str, kind: &str, text: &str) {
        let content = Json::List(vec![object! {"type" => kind, "text" => text}]);
        self.line("response_item", object! {"type" => "message", "role" => role, "content" => content});
    }

    fn beat(&mut self, beat: &Beat) {
        match beat {
            Beat::Person(text) => {
                self.now += self.random.between(5_000, 200_000) as i64;
                self.message("user", "input_text", text);
                let images = Vec::<Json>::new();
                self.line(
                    "event_msg",
                    object! {"type" => "user_message", "message" => text, "images" => images},
                );
            }
            Beat::Say(text) => {
                self.line("event_msg", object! {"type" => "agent_message", "message" => text});
                self.message("assistant", "output_text", text);
            }
            Beat::Think(text) => {
                let summary =
                    Json::List(vec![object! {"type" => "summary_text", "text" => format!("**{text}**")}]);
                let sealed = format!(
                    "gAAAAAB{}",
                    self.random.text("ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789-_", 120)
                );
                let item = object! {"type" => "reasoning", "summary" => summary, "content" => Json::Null, "encrypted_content" => sealed};
                self.line("response_item", item);
            }
            Beat::Interrupt => {
                self.message(
                    "user",
                    "input_text",
                    "<turn_aborted>\nThe user interrupted the previous turn.\n</turn_aborted>",
                );
                self.line("event_msg", object! {"type" => "turn_aborted", "reason" => "interrupted"});
            }
            Beat::Call(call, answer) => {
                self.call(call, answer);
                if self.random.chance(0.2) {
                    self.token_count();
                }
            }
        }
    }

    fn token_count(&mut self) {
        let used = object! {"input_tokens" => self.random.between(2_000, 90_000), "output_tokens" => self.random.between(20, 900)};
        let info = object! {"total_token_usage" => used.clone(), "last_token_usage" => used, "model_context_window" => 272_000_i64};
        self.line(
            "event_msg",
            object! {"type" => "token_count", "info" => info, "rate_limits" => Json::Null},
        );
    }

    fn call(&mut self, call: &Call, answer: &Answer) {
        let id = format!(
            "call_{}",
            self.random.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789", 24)
        );
        match call {
            Call::Shell(command) => self.shell(&id, command, answer),
            Call::Read(path) => {
                let text = source_text(path, self.random).join("\n");
                self.shell(&id, &format!("sed -n '1,120p' {path}"), &Answer::ok(text));
            }
            Call::Search(word) => {
                // `rg` exits with 1 when nothing matches.
                let exit = i32::from(answer.text.is_empty());
                self.shell(&id, &format!("rg -n '{word}'"), &Answer { text: answer.text.clone(), exit });
            }
            Call::Web(url) => self.shell(&id, &format!("curl -sL {url}"), answer),
            Call::Edit(path, old, new) => self.patch(&id, path, old, new),
            Call::Named(name, arguments) => self.named(&id, name, arguments, answer),
            // Codex runs no sub-agents in these worlds.
            Call::Child(_) => {}
        }
    }

    fn shell(&mut self, id: &str, command: &str, answer: &Answer) {
        let folder = &self.script.folder;
        let (name, arguments) = if self.is_old() {
            let words = Json::List(vec!["bash".into(), "-lc".into(), command.into()]);
            ("shell", object! {"command" => words, "workdir" => folder, "timeout_ms" => 120_000_i64})
        } else {
            ("exec_command", object! {"cmd" => command, "workdir" => folder, "yield_time_ms" => 1_000_i64})
        };
        let called = object! {"type" => "function_call", "name" => name, "arguments" => arguments.to_string(), "call_id" => id};
        self.line("response_item", called);
        let output = if self.is_old() {
            let took = Json::Raw(format!("{}.{}", self.random.below(9), self.random.between(1, 9)));
            let about = object! {"exit_code" => i64::from(answer.exit), "duration_seconds" => took};
            object! {"output" => &answer.text, "metadata" => about}.to_string()
        } else {
            format!(
                "Chunk ID: {}\nWall time: 0.{:04} seconds\nProcess exited with code {}\nOriginal token count: {}\nOutput:\n{}",
                self.random.hex(6),
                self.random.below(9_999),
                answer.exit,
                answer.text.len() / 4 + 1,
                answer.text
            )
        };
        self.line(
            "response_item",
            object! {"type" => "function_call_output", "call_id" => id, "output" => output},
        );
    }

    fn patch(&mut self, id: &str, path: &str, old: &str, new: &str) {
        let input = format!("*** Begin Patch\n*** Update File: {path}\n@@\n-{old}\n+{new}\n*** End Patch");
        let called = object! {"type" => "custom_tool_call", "status" => "completed", "call_id" => id, "name" => "apply_patch", "input" => input};
        self.line("response_item", called);
        let about = object! {"exit_code" => 0_i64, "duration_seconds" => Json::Raw("0.0".to_owned())};
        let output = object! {"output" => format!("Success. Updated the following files:\nM {path}\n"), "metadata" => about};
        self.line(
            "response_item",
            object! {"type" => "custom_tool_call_output", "call_id" => id, "output" => output.to_string()},
        );
    }

    fn named(&mut self, id: &str, name: &str, arguments: &str, answer: &Answer) {
        let called =
            object! {"type" => "function_call", "name" => name, "arguments" => arguments, "call_id" => id};
        self.line("response_item", called);
        let mut parts = name.trim_start_matches("mcp__").splitn(2, "__");
        let (server, tool) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let content = Json::List(vec![object! {"type" => "text", "text" => &answer.text}]);
        let result = object! {"Ok" => object! {"content" => content, "isError" => answer.exit != 0}};
        let invocation =
            object! {"server" => server, "tool" => tool, "arguments" => Json::Raw(arguments.to_owned())};
        let duration = object! {"secs" => 0_i64, "nanos" => self.random.between(1_000_000, 900_000_000)};
        let end = object! {"type" => "mcp_tool_call_end", "call_id" => id, "invocation" => invocation, "duration" => duration, "result" => result};
        self.line("event_msg", end);
        let output = object! {"type" => "function_call_output", "call_id" => id, "output" => &answer.text};
        self.line("response_item", output);
    }
}

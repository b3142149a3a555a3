//! Claude Code's layout: `projects/<folder with dashes>/<uuid>.jsonl`, one line a record, answers in `user`
//! records, sub-agents in `<uuid>/subagents/agent-<id>.jsonl` as side chains of the same session.

use super::source_text;
use crate::json::Json;
use crate::object;
use crate::random::Random;
use crate::script::{Answer, Beat, Call, Child, File, Script, stamp};

/// The session's file and its sub-agents' files.
pub(crate) fn files(script: &Script, random: &mut Random) -> Vec<File> {
    let dashed: String =
        script.folder.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let mut main = Writer::new(script, None, random);
    if main.random.chance(0.4) {
        let title: String = first_person_text(script).chars().take(50).collect();
        let leaf = main.random.uuid();
        main.raw(object! {"type" => "summary", "summary" => title, "leafUuid" => leaf});
    }
    if main.random.chance(0.5) {
        let id = main.random.uuid();
        let snapshot = object! {"messageId" => id.clone(), "trackedFileBackups" => object! {}, "timestamp" => stamp(script.start)};
        main.raw(object! {"type" => "file-history-snapshot", "messageId" => id, "snapshot" => snapshot, "isSnapshotUpdate" => false});
    }
    main.beats(&script.beats);
    main.turn_duration();
    let mut files = vec![File { path: format!("projects/{dashed}/{}.jsonl", script.uuid), text: main.text }];
    for child in &script.children {
        let mut side = Writer::new(script, Some(child), random);
        side.person(&child.prompt);
        side.beats(&child.beats);
        let path = format!("projects/{dashed}/{}/subagents/agent-{}.jsonl", script.uuid, child.agent);
        files.push(File { path, text: side.text });
    }
    files
}

fn first_person_text(script: &Script) -> &str {
    script
        .beats
        .iter()
        .find_map(|beat| if let Beat::Person(text) = beat { Some(text.as_str()) } else { None })
        .unwrap_or("")
}

struct Writer<'a> {
    script: &'a Script,
    child: Option<&'a Child>,
    random: &'a mut Random,
    text: String,
    parent: Option<String>,
    now: i64,
    beat: usize,
}

impl<'a> Writer<'a> {
    fn new(script: &'a Script, child: Option<&'a Child>, random: &'a mut Random) -> Writer<'a> {
        Writer { script, child, random, text: String::new(), parent: None, now: script.start, beat: 0 }
    }

    fn raw(&mut self, record: Json) {
        self.text.push_str(&record.to_string());
        self.text.push('\n');
    }

    /// Writes one record: the shared envelope around what is special to it.
    fn record(&mut self, kind: &str, special: Vec<(String, Json)>) {
        self.now += self.random.between(400, 9_000) as i64;
        let uuid = self.random.uuid();
        let mut fields = vec![
            ("parentUuid".to_owned(), Json::from(self.parent.clone())),
            ("isSidechain".to_owned(), Json::Bool(self.child.is_some())),
            ("userType".to_owned(), "external".into()),
            ("cwd".to_owned(), Json::from(&self.script.folder)),
            ("sessionId".to_owned(), Json::from(&self.script.uuid)),
            ("version".to_owned(), Json::from(&self.script.version)),
            ("gitBranch".to_owned(), Json::from(&self.script.branch)),
        ];
        if let Some(child) = self.child {
            fields.push(("agentId".to_owned(), Json::from(&child.agent)));
        }
        if let Some((origin, shared)) = &self.script.forked_from
            && self.beat < *shared
        {
            let from = object! {"sessionId" => origin.clone(), "messageUuid" => uuid.clone()};
            fields.push(("forkedFrom".to_owned(), from));
        }
        // Assistant records name their type after the message, the others before it.
        if kind != "assistant" {
            fields.push(("type".to_owned(), kind.into()));
        }
        let (after, special): (Vec<_>, Vec<_>) =
            special.into_iter().partition(|(key, _)| key == "toolUseResult");
        fields.extend(special);
        if kind == "assistant" {
            fields.push(("type".to_owned(), kind.into()));
        }
        fields.push(("uuid".to_owned(), Json::from(&uuid)));
        fields.push(("timestamp".to_owned(), stamp(self.now).into()));
        fields.extend(after);
        self.raw(Json::Object(fields));
        self.parent = Some(uuid);
    }

    fn beats(&mut self, beats: &[Beat]) {
        for beat in beats {
            match beat {
                Beat::Person(text) => self.person(text),
                Beat::Say(text) => {
                    self.assistant(vec![object! {"type" => "text", "text" => text}], "end_turn");
                }
                Beat::Think(text) => {
                    let signature = self.random.text("ABCDEFGHabcdefgh0123456789+/", 88);
                    let block = object! {"type" => "thinking", "thinking" => text, "signature" => signature};
                    self.assistant(vec![block], "tool_use");
                }
                Beat::Interrupt => self.person("[Request interrupted by user]"),
                Beat::Call(call, answer) => self.call(call, answer),
            }
            self.beat += 1;
        }
    }

    fn person(&mut self, text: &str) {
        self.now += self.random.between(5_000, 200_000) as i64;
        let blocks = self.child.is_none() && (text.starts_with("[Request") || self.random.chance(0.3));
        let content = if blocks {
            Json::List(vec![object! {"type" => "text", "text" => text}])
        } else {
            Json::from(text)
        };
        self.record("user", vec![("message".to_owned(), object! {"role" => "user", "content" => content})]);
    }

    fn assistant(&mut self, content: Vec<Json>, stop: &str) {
        let id = format!(
            "msg_01{}",
            self.random.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789", 22)
        );
        let usage = object! {
            "input_tokens" => self.random.between(3, 40), "cache_creation_input_tokens" => self.random.between(90, 4_000),
            "cache_read_input_tokens" => self.random.between(9_000, 80_000), "output_tokens" => self.random.between(2, 900),
            "service_tier" => "standard",
        };
        let message = object! {
            "id" => id, "type" => "message", "role" => "assistant", "model" => &self.script.model,
            "content" => content, "stop_reason" => stop, "stop_sequence" => Json::Null, "usage" => usage,
        };
        let request = format!(
            "req_011C{}",
            self.random.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789", 20)
        );
        self.record(
            "assistant",
            vec![("message".to_owned(), message), ("requestId".to_owned(), request.into())],
        );
    }

    fn call(&mut self, call: &Call, answer: &Answer) {
        let id = format!(
            "toolu_01{}",
            self.random.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789", 22)
        );
        let (name, input) = self.named(call);
        let block = object! {"type" => "tool_use", "id" => &id, "name" => name, "input" => input};
        self.assistant(vec![block], "tool_use");
        let (content, detail) = self.result(call, answer);
        let mut block = vec![
            ("tool_use_id".to_owned(), Json::from(&id)),
            ("type".to_owned(), "tool_result".into()),
            ("content".to_owned(), content),
        ];
        if answer.exit != 0 || matches!(call, Call::Shell(_)) {
            block.push(("is_error".to_owned(), Json::Bool(answer.exit != 0)));
        }
        let message = object! {"role" => "user", "content" => Json::List(vec![Json::Object(block)])};
        self.record("user", vec![("message".to_owned(), message), ("toolUseResult".to_owned(), detail)]);
    }

    fn named(&mut self, call: &Call) -> (String, Json) {
        let absolute = |path: &str| format!("{}/{path}", self.script.folder);
        match call {
            Call::Shell(command) => {
                let mut input = vec![("command".to_owned(), Json::from(command))];
                if self.random.chance(0.7) {
                    let words: Vec<&str> = command.split_whitespace().take(2).collect();
                    input.push(("description".to_owned(), format!("Run {}", words.join(" ")).into()));
                }
                ("Bash".to_owned(), Json::Object(input))
            }
            Call::Read(path) => ("Read".to_owned(), object! {"file_path" => absolute(path)}),
            Call::Search(word) => {
                ("Grep".to_owned(), object! {"pattern" => word, "output_mode" => "content"})
            }
            Call::Edit(path, old, new) => (
                "Edit".to_owned(),
                object! {"file_path" => absolute(path), "old_string" => old, "new_string" => new},
            ),
            Call::Named(name, arguments) => (name.clone(), Json::Raw(arguments.clone())),
            Call::Web(url) => {
                ("WebFetch".to_owned(), object! {"url" => url, "prompt" => "What does this page say?"})
            }
            Call::Child(index) => {
                let prompt = self.script.children.get(*index).map_or("", |child| child.prompt.as_str());
                let description: String = prompt.chars().take(30).collect();
                let input = object! {"description" => description, "prompt" => prompt, "subagent_type" => "general-purpose"};
                ("Task".to_owned(), input)
            }
        }
    }

    /// The result as the model sees it, and as the tool keeps it beside.
    fn result(&mut self, call: &Call, answer: &Answer) -> (Json, Json) {
        let text = answer.text.as_str();
        match call {
            Call::Shell(_) if answer.exit != 0 => {
                // Versions before 2 showed the output without the exit status.
                let shown = if self.script.version.starts_with("1.") {
                    text.to_owned()
                } else {
                    format!("Exit code {}\n{text}", answer.exit)
                };
                (Json::from(&shown), format!("Error: {shown}").into())
            }
            Call::Shell(_) => (
                text.into(),
                object! {"stdout" => text, "stderr" => "", "interrupted" => false, "isImage" => false},
            ),
            Call::Read(path) => {
                let lines = source_text(path, self.random);
                let numbered: Vec<String> =
                    lines.iter().enumerate().map(|(n, line)| format!("{:>6}→{line}", n + 1)).collect();
                let file = object! {
                    "filePath" => format!("{}/{path}", self.script.folder), "content" => lines.join("\n"),
                    "numLines" => lines.len(), "startLine" => 1_i64, "totalLines" => lines.len(),
                };
                (numbered.join("\n").into(), object! {"type" => "text", "file" => file})
            }
            Call::Search(_) if text.is_empty() => (
                "No matches found".into(),
                object! {"mode" => "content", "numFiles" => 0_i64, "filenames" => Vec::<Json>::new(), "content" => "", "numLines" => 0_i64},
            ),
            Call::Search(_) => (
                text.into(),
                object! {"mode" => "content", "numFiles" => 0_i64, "filenames" => Vec::<Json>::new(), "content" => text, "numLines" => text.lines().count()},
            ),
            Call::Edit(path, old, new) => {
                let path = format!("{}/{path}", self.script.folder);
                let shown = format!("The file {path} has been updated.");
                let detail = object! {
                    "filePath" => path, "oldString" => old, "newString" => new, "originalFile" => format!("{old}\n"),
                    "structuredPatch" => Vec::<Json>::new(), "userModified" => false, "replaceAll" => false,
                };
                (shown.into(), detail)
            }
            Call::Named(..) | Call::Child(_) => {
                let blocks = Json::List(vec![object! {"type" => "text", "text" => text}]);
                let detail = if answer.exit != 0 { format!("Error: {text}").into() } else { blocks.clone() };
                (blocks, detail)
            }
            Call::Web(url) => {
                let detail = object! {"bytes" => text.len(), "code" => 200_i64, "codeText" => "OK", "result" => text, "url" => url};
                (text.into(), detail)
            }
        }
    }

    fn turn_duration(&mut self) {
        if self.random.chance(0.3) {
            let took = self.now - self.script.start;
            self.record(
                "system",
                vec![("subtype".to_owned(), "turn_duration".into()), ("durationMs".to_owned(), took.into())],
            );
        }
    }
}

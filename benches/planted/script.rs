//! A session as it is planned, before it is written in any agent's layout.

/// Whose layout it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layout {
    /// Claude Code JSONL.
    ClaudeCode,
    /// A Codex rollout.
    Codex,
}

/// One session.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// The layout.
    pub layout: Layout,
    /// The session's id.
    pub uuid: String,
    /// The folder worked in.
    pub folder: String,
    /// The branch worked on.
    pub branch: String,
    /// The model.
    pub model: String,
    /// The agent's version.
    pub version: String,
    /// When it starts, in milliseconds since 1970.
    pub start: i64,
    /// Seed of the ids and times within the file; a fork shares them with its origin.
    pub lines: u64,
    /// What happens.
    pub beats: Vec<Beat>,
    /// Sub-agents that it started.
    pub children: Vec<Child>,
    /// The session that it was forked from, and how many beats they share.
    pub forked_from: Option<(String, usize)>,
    /// The AGENTS.md text that the tool puts before the agent.
    pub agents_file: String,
}

/// A sub-agent's run.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    /// Its id, eight hexadecimal digits.
    pub agent: String,
    /// What the main agent told it to do.
    pub prompt: String,
    /// What happened.
    pub beats: Vec<Beat>,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Beat {
    /// A person types.
    Person(String),
    /// The agent talks.
    Say(String),
    /// The agent thinks.
    Think(String),
    /// A person stops the agent.
    Interrupt,
    /// The agent calls a tool, and this comes back.
    Call(Call, Answer),
}

/// A tool call.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// A shell command.
    Shell(String),
    /// Reads a file, relative to the folder.
    Read(String),
    /// Looks for a word in the files.
    Search(String),
    /// Changes a file: path, old text, new text.
    Edit(String, String, String),
    /// A named tool with JSON arguments.
    Named(String, String),
    /// Fetches a web page.
    Web(String),
    /// Starts the sub-agent with this index among the children.
    Child(usize),
}

/// What a tool call gives back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Its text.
    pub text: String,
    /// 0 for success.
    pub exit: i32,
}

impl Answer {
    /// A success.
    pub(crate) fn ok(text: impl Into<String>) -> Answer {
        Answer { text: text.into(), exit: 0 }
    }
}

/// A file to be written: its path below the output folder, and its text.
pub(crate) struct File {
    /// Relative, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// `2025-12-01T09:30:00.123Z`
pub(crate) fn stamp(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
        .to_string()
}

//! Whether a call failed, and whether its failing is a mistake.
//!
//! Owns three distinctions. *Failed or not*: the transcript's mark, else the text, where the text itself is an
//! error and does not merely hold the word. *Asked or failed*: `grep` without a match exits 1 and nothing went
//! wrong. *Work or mistake*: a test that fails before the fix is how work goes; a test runner that is not
//! installed is something to know next time.

use super::clarity::{Clarity, clarity};
use super::{json, program, salient};
use crate::digest::expression::Expression;
use crate::digest::shell::{self, Command, Word};
use crate::digest::step;
use crate::redact::Clean;
use crate::session::{Call, Status};
use memchr::memmem;

/// Longest text that can be an error as a whole, where only its first words speak for it. Bytes.
const SHORT_TEXT: usize = 400;

/// An output with more lines than this says more than its last one.
const FEW_LINES: usize = 8;

/// How Python begins to say where an exception came from.
const TRACEBACK: &str = "Traceback (most recent call last)";

/// What a command exits with that was stopped at its time limit.
const TIMED_OUT: i32 = 124;

/// How shells say that there is no such program.
const MISSING: &str = ": command not found";

/// Whether a call failed. Expected non-zero exits and what a person refused are no failures.
pub fn failed(call: &Call) -> bool {
    match call.status {
        Status::Refused | Status::Unanswered | Status::Unrecorded => false,
        Status::Failed { exit } => !refused_in_words(&call.output) && !is_expected(call, exit),
        Status::Returned => text_is_an_error(call) && !refused_in_words(&call.output),
    }
}

/// Whether a command of which only the output is known may have failed: it would count as a failure if it had, and it is
/// not one that shows what somebody else said.
pub(super) fn may_have_failed(call: &Call) -> bool {
    let Some(line) = step::command_line(call) else { return false };
    let commands = shell::commands(line);
    // What stands behind a pipe only passes on what came through it.
    let mut is_fed = false;
    let mut heads = commands.iter().filter(|command| !std::mem::replace(&mut is_fed, command.piped));
    let shows = heads.any(|command| program::never_acts(command.program()));
    let unknown = call.status == Status::Returned && stated_exit(&call.output).is_none();
    unknown && !shows && failed(&Call { status: Status::Failed { exit: None }, ..call.clone() })
}

/// Some tools report a person's refusal as an error.
fn refused_in_words(output: &str) -> bool {
    static REFUSED: Expression = Expression::new(concat!(
        "(?i-u:the user (?:doesn't|does not) want to|user (?:rejected|declined|cancelled|aborted)|rejected by (?:the )?user|",
        "(?:denied|cancell?ed|aborted|interrupted) by user|but you haven't granted it|requested permissions to|",
        "sibling tool call errored)",
    ));
    REFUSED.is_match(salient::start(output, SHORT_TEXT))
}

/// Whether a non-zero exit is an answer and not a failure.
fn is_expected(call: &Call, exit: Option<i32>) -> bool {
    let Some(line) = step::command_line(call) else { return false };
    let commands = shell::commands(line);
    let exit = exit.or_else(|| stated_exit(&call.output));
    if ended_on_purpose(&commands, exit, &call.output) {
        return true;
    }
    if found_nothing_to_do(&call.output) {
        return true;
    }
    let verifies = commands.iter().any(|command| !command.piped && program::verifies(command));
    if verifies && matches!(exit, Some(1 | 2) | None) && has_only_findings(&call.output) {
        return true;
    }
    if commands.iter().any(program::only_says) && matches!(exit, Some(1 | 2) | None) && counts(&call.output) {
        return true;
    }
    // The status of a pipe is that of its last command.
    let asks = commands.iter().any(|command| !command.piped && program::asks_by_exit(command));
    let said_no = matches!(exit, Some(1) | None);
    asks && said_no && !complains(&call.output, &commands)
}

/// Whether the last line of an output begins with a count, and no line states an error: `7 rows would change`.
fn counts(output: &str) -> bool {
    let lines = salient::lines(output);
    let counted = lines.last().and_then(|place| output.get(place.clone())).is_some_and(|line| {
        let mut words = line.split_whitespace();
        let number = words.next().is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit()));
        number && words.next().is_some_and(|word| word.starts_with(char::is_alphabetic))
    });
    counted && has_only_findings(output)
}

/// Whether every error that an output states is a finding in a file.
fn has_only_findings(output: &str) -> bool {
    let lines = salient::lines(output);
    let mut stated = lines.into_iter().filter_map(|place| output.get(place));
    stated.all(|line| clarity(line) < Clarity::Error || points_at_work(line))
}

/// Whether all that an output says is that there was nothing to do: `nothing to commit`, `no files to sync`.
fn found_nothing_to_do(output: &str) -> bool {
    static NOTHING: Expression = Expression::new(concat!(
        r"(?i)^(?:\S+ - |\S+: )?(?:there (?:is|are|was|were) )?(?:no|nothing|0)(?: \S+){0,3} to (?:add|amend|apply|clean|commit|delete|deploy|do|fix|",
        r"format|import|install|merge|migrate|publish|pull|push|reconcile|release|remove|report|revert|save|show|stash|submit|sync|update|upgrade|upload)\b",
    ));
    // From the end: the last line decides nearly always, and the others are counted only where it does not.
    let lines = salient::lines(output);
    let lines = lines.into_iter().rev().filter_map(|place| output.get(place));
    let mut telling = lines.filter(|line| clarity(line) > Clarity::Boilerplate);
    telling.next().is_some_and(|last| NOTHING.is_match(last)) && telling.take(FEW_LINES).count() < FEW_LINES
}

/// Whether the output of a question has a complaint in it. What a search found may hold any error message, so
/// only the asking program's own complaints count, and those of the shell.
fn complains(output: &str, commands: &[Command]) -> bool {
    let programs: Vec<&str> = commands.iter().map(Command::program).collect();
    salient::lines(output).into_iter().filter_map(|place| output.get(place)).any(|text| {
        let by_shell =
            ["bash: ", "sh: ", "zsh: ", "(eval)", "/bin/sh: ", "/bin/bash: ", "fatal: ", "error: "];
        let by_program = programs.iter().any(|program| {
            !program.is_empty() && text.strip_prefix(program).is_some_and(|rest| rest.starts_with(": "))
        });
        by_program || by_shell.iter().any(|start| text.starts_with(start))
    })
}

/// `Exit code 1`, `Process exited with code 1`, where the reader left it in the text.
fn stated_exit(output: &str) -> Option<i32> {
    static EXIT: Expression = Expression::new(
        r"(?m)^(?:Error: )?(?:Exit code:?|Process exited with code|Exited with code) (-?\d{1,4})\b",
    );
    let start = salient::start(output, SHORT_TEXT);
    // An expression with a group is slow, and most outputs state nothing.
    memmem::find(start.as_bytes(), b" code")?;
    EXIT.first_group(start)?.parse().ok()
}

/// Whether a call was stopped at the time limit it was started with.
pub(super) fn was_stopped(call: &Call) -> bool {
    matches!(call.status, Status::Failed { exit: Some(TIMED_OUT) })
        && step::command_line(call).is_some_and(|line| shell::commands(line).iter().any(is_limited))
}

/// Whether a command is started with a time limit.
fn is_limited(command: &Command) -> bool {
    let limits = |word: &Word| matches!(word.text.as_str(), "timeout" | "gtimeout" | "watch");
    command.wrapping().iter().any(limits)
}

/// A server, a watcher or a command under `timeout` that was stopped did what it was started for.
fn ended_on_purpose(commands: &[Command], exit: Option<i32>, output: &str) -> bool {
    let start = salient::start(output, SHORT_TEXT).to_lowercase();
    let stopped = matches!(exit, Some(TIMED_OUT | 130 | 137 | 143))
        || start.contains("timed out")
        || start.contains("timeout");
    stopped
        && commands.iter().any(|command| {
            let says = |wanted: &[&str]| command.arguments().any(|word| wanted.contains(&word));
            is_limited(command)
                || match command.program() {
                    "npm" | "pnpm" | "yarn" | "bun" | "deno" | "next" | "nuxt" | "astro" | "gatsby" => {
                        says(&["start", "dev", "serve", "watch", "preview"])
                    }
                    "vite" | "nodemon" | "http-server" | "http.server" | "serve" | "uvicorn" | "gunicorn"
                    | "watch" | "tail" | "top" | "htop" | "live-server" | "webpack-dev-server" | "ngrok"
                    | "sleep" => true,
                    "flask" | "rails" | "hugo" | "jekyll" | "mkdocs" | "docker" | "cargo" | "go"
                    | "dotnet" | "php" | "python" | "python3" | "kubectl" => says(&[
                        "run",
                        "server",
                        "s",
                        "serve",
                        "watch",
                        "http.server",
                        "runserver",
                        "up",
                        "logs",
                        "-S",
                        "port-forward",
                    ]),
                    _ => false,
                }
        })
}

/// Whether the text of a call that nothing marks as failed is an error as a whole.
fn text_is_an_error(call: &Call) -> bool {
    let text = call.output.trim();
    if text.is_empty() {
        return false;
    }
    if text.starts_with("<tool_use_error>") {
        return true;
    }
    match step::command_line(call) {
        Some(line) => shell_text_is_an_error(line, text),
        None => tool_text_is_an_error(&call.tool, text),
    }
}

/// A shell line whose status nobody wrote down, or hid behind a pipe: only an unmistakable end counts.
fn shell_text_is_an_error(line: &Clean, text: &str) -> bool {
    if let Some(exit) = stated_exit(text) {
        return exit != 0;
    }
    // Hardly any output says either; a search for bytes spares taking line and output apart.
    let says = |words: &str| memmem::find(text.as_bytes(), words.as_bytes()).is_some();
    let (has_traceback, has_missing) = (says(TRACEBACK), says(MISSING));
    let ends_with_error = !has_traceback && !has_missing && ends_with_error(text);
    if !has_traceback && !has_missing && !ends_with_error {
        return false;
    }
    let commands = shell::commands(line);
    let shows = |command: &Command| program::only_shows(command.program());
    if commands.iter().any(|command| !command.piped && shows(command))
        && !commands.iter().any(|command| command.piped && !shows(command))
    {
        return false;
    }
    let places = salient::lines(text);
    let last = places.last().and_then(|place| text.get(place.clone())).unwrap_or_default();
    let traceback = has_traceback && clarity(last) == Clarity::Exception;
    let missing = places.len() <= 2 && last.ends_with(MISSING);
    traceback || missing || ends_with_error
}

/// Whether a short output ends with what programs begin their error lines with, in capitals: not with what they found.
fn ends_with_error(text: &str) -> bool {
    let last = text.lines().next_back().unwrap_or_default();
    let states = ["ERROR: ", "FATAL: ", "Error: ", "fatal: "].iter().any(|start| last.starts_with(start));
    states && text.len() <= SHORT_TEXT && text.lines().count() <= FEW_LINES && !points_at_work(last)
}

/// The result of a tool other than a shell.
fn tool_text_is_an_error(tool: &str, text: &str) -> bool {
    static START: Expression = Expression::new(
        r"^(?:(?i:error|fatal|failure)(?:\[[\w-]+\]|\s\(?\w{0,4}\d+\)?)?\s*:|(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)\b\s*[:(\[]|Traceback \(most recent call last\)|(?i:[\w-]+(?: [\w-]+){0,3} (?:failed|rejected|denied|refused):\s)|(?i:exception|http error|error)\s*(?:\d{3}|executing|calling|running|while|in|from|occurred)\b|MCP error)",
    );
    static REFUSAL: Expression = Expression::new(
        r"(?i)^(?:failed to|unable to|cannot|can't|could not|couldn't|invalid|permission denied|access denied|unauthori[sz]ed|forbidden|not allowed|not permitted|rejected|denied|request failed|operation failed|missing required|unknown (?:argument|parameter|tool|option))\b",
    );
    let short = text.len() <= SHORT_TEXT && text.lines().count() <= 3;
    if text.starts_with('{') {
        return serde_json::from_str::<serde_json::Value>(text)
            .is_ok_and(|value| json::error_in_json(&value).is_some());
    }
    if shows_contents(tool) {
        return short && START.is_match(text) && text.lines().count() == 1;
    }
    START.is_match(text) || (short && REFUSAL.is_match(text))
}

/// Tools that show a file or a page, whose text is somebody else's.
fn shows_contents(tool: &str) -> bool {
    let tool = tool.to_lowercase();
    ["read", "view", "cat", "open", "fetch", "grep", "glob", "browse", "screenshot", "notebookread"]
        .iter()
        .any(|name| {
            tool == *name || tool.starts_with(&format!("{name}_")) || tool.ends_with(&format!("_{name}"))
        })
        || matches!(tool.as_str(), "webfetch" | "websearch" | "web_search" | "readfile" | "search")
}

/// Why a call of a test, build or lint step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Something around the work: a missing tool, a wrong flag, a held lock.
    Surroundings,
    /// The work itself: an assertion, a compile error, a lint.
    Work,
    /// The message does not say.
    Unclear,
}

/// Whether a message begins with a place in a file: `a.rs:3`, `b.cs(4,5)`.
pub fn points_at_work(message: &str) -> bool {
    static PLACE: Expression = Expression::new(r"^\S+\.\w{1,5}(?::\d+|\(\d+(?:,\d+)?\)|:\d+:\d+)");
    PLACE.is_match(message)
}

/// Why a check failed, by its message.
pub fn cause(message: &str) -> Cause {
    static SURROUNDINGS: Expression = Expression::new(concat!(
        r"(?i)command not found|not recognized as|no module named|cannot find (?:module|package)|modulenotfounderror|no such file or directory|",
        r"enoent|unknown (?:option|flag|command|argument|subcommand|target|script|profile|feature|task)|unrecogni[sz]ed (?:option|argument|subcommand|command|flag)|unexpected argument|invalid (?:option|flag|choice)|",
        r"no such (?:option|command|subcommand|task|target|service|container|image)|flag provided but not defined|connection (?:refused|reset|timed out)|econnrefused|econnreset|could not connect|",
        r"cannot connect|can't connect|could not resolve|getaddrinfo|network is unreachable|timed out|permission denied|eacces|eperm|operation not permitted|",
        r"environment variable|env var|(?-i:\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b).{0,20}(?:not|must|missing|required|unset|undefined)|is not set\b|not set\b|unset|unsupported (?:engine|version|class file)|requires? .{0,40}\b(?:version|python|node|rust|java|go|ruby|php)\b|version .{0,30}(?:required|mismatch|incompatible|not installed)|",
        r"\block(?:ed|file)?\b|already (?:in use|running|held)|eaddrinuse|address already|no space left|out of memory|enomem|heap limit|\bkilled\b|missing script|no rule to make target|no targets? (?:specified|found)|",
        r"could not find .{0,40}(?:in|executable|command|program|binary|cargo\.toml|package\.json|pom\.xml|makefile|gradle)|not a git repository|authentication|unauthori[sz]ed|credential|\btoken\b.{0,20}(?:expired|invalid|missing|required)|login|docker daemon|daemon (?:is )?not|",
        r"not (?:been )?(?:installed|initiali[sz]ed|started|running|logged in|configured|provisioned|reachable)|is the .{0,30} running|pool exhausted|no tests? (?:found|ran|were|files|to run|collected)|expired|certificate|unreachable|out[- ]of[- ]date|out of sync|stale|does(?: not|n't) exist|no such (?:table|database|host|device)|role .{0,40} does not exist|database .{0,40} does not exist|feature .{0,30} (?:required|not enabled)|toolchain",
    ));
    static WORK: Expression = Expression::new(concat!(
        r"(?i)assert|\bexpect(?:ed|s|\()|panicked|error\[e\d+\]|\bts\d{3,5}\b|syntaxerror|typeerror|nameerror|attributeerror|valueerror|keyerror|indexerror|referenceerror|zerodivisionerror|",
        r"undefined (?:reference|symbol|variable|name)|cannot find (?:name|symbol|type|value|function|macro)|mismatched types|unused|\blint|\d+ (?:tests? )?(?:failed|failing|errors?|problems?)\b|-- ?fail|\bfail(?:ed)?\b[: ]|tests? failed|",
        r"could not compile|compilation|not assignable|unresolved (?:import|reference)|is not defined|not a function|no overload|implicitly has an|snapshot|does not match|should (?:be|have|equal)|to (?:equal|be|have)|not equal|mismatch|borrow|lifetime|declared but|no (?:member|method|field) named|incompatible types|unexpected token|parse error|reformatted",
    ));
    if points_at_work(message) || message.contains("error[E") {
        Cause::Work
    } else if SURROUNDINGS.is_match(message) {
        Cause::Surroundings
    } else if WORK.is_match(message) {
        Cause::Work
    } else {
        Cause::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use crate::session::{Arg, Args};

    fn shell(command: &str, status: Status, output: &str) -> Call {
        let args = Args(vec![Arg { path: Clean::fixed("command"), value: redact(command) }]);
        Call { tool: Clean::fixed("Bash"), args, status, output: redact(output) }
    }

    fn tool(name: &'static str, output: &str) -> Call {
        Call {
            tool: Clean::fixed(name),
            args: Args::default(),
            status: Status::Returned,
            output: redact(output),
        }
    }

    #[test]
    fn questions_answered_by_exit_status_are_no_failures() {
        let one = Status::Failed { exit: Some(1) };
        for command in [
            "grep -r foo src",
            "cat a | grep b",
            "test -f x && echo y",
            "which pnpm",
            "git diff --exit-code",
            "cd a && rg 'x|y' .",
        ] {
            assert!(!failed(&shell(command, one, "Exit code 1")), "{command}");
        }
        assert!(!failed(&shell("diff a b", one, "1c1\n< error: x\n> fatal\n")));
        let two = Status::Failed { exit: Some(2) };
        assert!(!failed(&shell("tidy --verify-shelves", two, "a/b.cs(5,7): error SHELF: Shelf is crooked.")));
        assert!(failed(&shell("tidy --verify-shelves", two, "error: no shelf file found")));
        assert!(!failed(&shell("tidy all --dry-run", two, "7 crates would move")));
        assert!(failed(&shell("tidy all --dry-run", two, "no such room")));
        assert!(!failed(&shell("vault sync", one, "Exit code 1\nrack/... - no crate(s) to sync.")));
        assert!(failed(&shell("make jam", one, "make: *** No rule to make target 'jam'.")));
        assert!(failed(&shell("grep -Z foo", one, "grep: foo: No such file or directory")));
        assert!(failed(&shell(
            "grep foo x",
            Status::Failed { exit: Some(2) },
            "grep: x: No such file or directory"
        )));
        assert!(failed(&shell("make | tee log", one, "boom")));
        assert!(!failed(&shell(
            "npm run dev",
            Status::Failed { exit: Some(143) },
            "Command timed out after 2m"
        )));
        assert!(failed(&shell("make all", Status::Failed { exit: Some(124) }, "Command timed out after 2m")));
    }

    #[test]
    fn where_nobody_says_how_it_went_what_was_to_be_shown_is_no_failure() {
        let said = "error: failed to push some refs to 'a'";
        let may = |line: &str, output: &str| may_have_failed(&shell(line, Status::Returned, output));
        assert!(may("git push", said) && may("make jam | tail -3", said));
        assert!(!may("cat log", said) && !may("rg push", said) && !may("git push", "Exit code 0\nok"));
        assert!(!may_have_failed(&tool("book", said)));
    }

    #[test]
    fn a_text_is_an_error_only_as_a_whole() {
        assert!(failed(&tool("book", "Error: payment does not add up")));
        assert!(failed(&tool("book", "{\"error\": \"seat map closed\"}")));
        assert!(failed(&tool("book", "{\"success\":false,\"message\":\"seat map closed\"}")));
        assert!(failed(&tool("book", "ValueError: bad date")));
        assert!(!failed(&tool("book", "{\"errors\": [], \"id\": 3}")));
        assert!(!failed(&tool("search", "12 hits, one of them an error: x")));
        assert!(!failed(&tool("Read", "Error: this is\nwhat the log says\n")));
        assert!(!failed(&shell(
            "cat log",
            Status::Returned,
            "Traceback (most recent call last)\nKeyError: 'a'"
        )));
        assert!(failed(&shell(
            "python a.py | tail -3",
            Status::Returned,
            "Traceback (most recent call last)\nKeyError: 'a'"
        )));
        assert!(!failed(&shell("x", Status::Refused, "Error: no")));
    }

    #[test]
    fn surroundings_are_told_from_work() {
        assert_eq!(cause("sh: 1: vitest: command not found"), Cause::Surroundings);
        assert_eq!(cause("error: unexpected argument '--foo' found"), Cause::Surroundings);
        assert_eq!(cause("src/a.ts(3,4): error TS2322: Type 'x' is not assignable"), Cause::Work);
        assert_eq!(cause("AssertionError: expected 3 to equal 4"), Cause::Work);
        assert_eq!(cause("shard map drifted"), Cause::Unclear);
    }
}

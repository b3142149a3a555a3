//! How a tool call went, as far as its result says in so many words.
//!
//! Owns the fixed phrases by which agents and their shells state an exit status, an error or a refusal. Refuses
//! to guess: a result that only sounds like an error stays [`Status::Returned`], the digest looks closer.

use super::Status;

/// What a result says about its call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict<'a> {
    /// How it went.
    pub(super) status: Status,
    /// What the person said when refusing, verbatim.
    pub(super) reply: Option<&'a str>,
    /// The output without the tool's own header, verbatim.
    pub(super) output: &'a str,
}

/// How a rejected call's result begins.
const REFUSALS: &[&str] = &[
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action right now",
    "User rejected tool use",
    "User declined",
    "Tool use was rejected by the user",
    "exec command rejected by user",
    "patch rejected by user",
    "rejected by user",
    "The user rejected permission to use this specific tool call",
    "The user dismissed this question",
];

/// After which words the person's own reason stands.
const REPLIES: &[&str] = &[
    "the user said:\n",
    "the following reason for the rejection:",
    "The user said:\n",
    "user feedback:",
    "with the following feedback:",
];

/// Judges a result by its text and by the mark that the transcript gives it (`None`: no mark at all).
pub(super) fn of(output: &str, marked_as_error: Option<bool>, exit: Option<i32>) -> Verdict<'_> {
    let start = output.trim_start();
    if is_refusal(start) {
        return Verdict { status: Status::Refused, reply: reply(start), output };
    }
    let (stated, body) = stated_exit(output);
    let exit = exit.or(stated);
    let failed = match (marked_as_error, exit) {
        (Some(true), _) => true,
        (_, Some(code)) => code != 0,
        _ => start.starts_with("<tool_use_error>"),
    };
    let status =
        if failed { Status::Failed { exit: exit.filter(|code| *code != 0) } } else { Status::Returned };
    Verdict { status, reply: None, output: body }
}

/// Whether a result says that a person refused the call.
pub(super) fn is_refusal(output: &str) -> bool {
    REFUSALS.iter().any(|refusal| output.starts_with(refusal))
}

fn reply(refusal: &str) -> Option<&str> {
    let said = REPLIES.iter().find_map(|words| {
        let place = refusal.find(words)?;
        Some(&refusal[place + words.len()..])
    })?;
    // A notice of the tool may follow what the person said.
    let said = said.split("\n\nNote: The user's next message").next().unwrap_or(said).trim();
    (!said.is_empty()).then_some(said)
}

/// The exit status that the first lines of an output state, and the output behind that header.
fn stated_exit(output: &str) -> (Option<i32>, &str) {
    let mut exit = None;
    let mut at = 0;
    for line in output.split_inclusive('\n').take(8) {
        let text = line.trim_end();
        at += line.len();
        let said = [
            "Exit code: ",
            "Exit code ",
            "Process exited with code ",
            "exit code: ",
            "Command failed with exit code ",
        ]
        .iter()
        .find_map(|words| text.strip_prefix(words));
        if let Some(code) = said.and_then(|code| code.trim_end_matches('.').parse().ok()) {
            exit = exit.or(Some(code));
        } else if text == "Output:" && exit.is_some() {
            let body = &output[at..];
            return (exit, if body.trim().is_empty() { output } else { body });
        } else if !is_header(text) {
            // Only a header may state it: an output that quotes another one's status must not count.
            break;
        }
    }
    (exit, output)
}

fn is_header(line: &str) -> bool {
    const HEADERS: &[&str] = &[
        "Chunk ID: ",
        "Wall time",
        "Original token count: ",
        "Total output lines: ",
        "Process running with",
    ];
    line.is_empty() || HEADERS.iter().any(|header| line.starts_with(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_shells_and_agents_state() {
        let failed = |exit| Status::Failed { exit };
        let codex = "Chunk ID: 83\nWall time: 0.05 seconds\nProcess exited with code 1\nOutput:\ncat: x: No such file";
        let cases = [
            ("Exit code 2\nerror: bad", Some(true), failed(Some(2)), "Exit code 2\nerror: bad"),
            (codex, None, failed(Some(1)), "cat: x: No such file"),
            ("Process exited with code 0\nOutput:\nok", None, Status::Returned, "ok"),
            ("all good\nExit code 2", None, Status::Returned, "all good\nExit code 2"),
            (
                "<tool_use_error>no</tool_use_error>",
                None,
                failed(None),
                "<tool_use_error>no</tool_use_error>",
            ),
            ("Error: sounds bad", None, Status::Returned, "Error: sounds bad"),
        ];
        for (text, mark, status, output) in cases {
            let verdict = of(text, mark, None);
            assert_eq!((verdict.status, verdict.output), (status, output), "{text}");
        }
    }

    #[test]
    fn a_refusal_carries_what_the_person_said() {
        let text = "The user doesn't want to proceed with this tool use. The tool use was rejected. To tell you \
                    how to proceed, the user said:\nuse pnpm here";
        let verdict = of(text, Some(true), None);
        assert_eq!(verdict.status, Status::Refused);
        assert_eq!(verdict.reply, Some("use pnpm here"));
    }
}

//! A program of the person's that reads a prompt and writes an answer: `claude -p`, `codex exec`, a script.
//!
//! Owns running it: without a shell, its input and output bounded, ended with everything that it started once its time
//! is over or nobody waits any more. What it used up is estimated, since it does not say.

use super::answer::asking_for;
use super::failure::telling;
use super::heard::{Heard, Said, Took};
use super::{Failure, Prompt, Tokens, estimate};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// Most bytes of an answer that are read.
const MOST_ANSWER: u64 = 8 << 20;
/// Most bytes that are read of what it says on standard error.
const MOST_TALK: u64 = 64 << 10;

/// A program, ready to be run.
pub(super) struct Program {
    words: Vec<String>,
    deadline: Duration,
    model: String,
}

/// What a program did.
struct Ran {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Program {
    pub(super) fn new(words: &[String], model: &str, deadline: Duration) -> Program {
        Program { words: words.to_vec(), deadline, model: model.to_owned() }
    }

    /// Asks once.
    pub(super) async fn ask(&self, prompt: &Prompt) -> Heard {
        let question = format!("{}\n\n{}\n\n{}\n", prompt.system, asking_for(&prompt.schema), prompt.user);
        let name = self.words.first().map(String::as_str).unwrap_or_default();
        let mut child = match self.start() {
            Ok(child) => child,
            Err(error) => {
                return Heard::nothing(Failure::Denied(telling(&format!("`{name}` cannot be run: {error}"))));
            }
        };
        // Ends what the program started when this function is left early, by its deadline or from outside.
        let mut group = Group(child.id());
        let Ok(ran) = tokio::time::timeout(self.deadline, converse(&mut child, &question)).await else {
            let seconds = u32::try_from(self.deadline.as_secs()).unwrap_or(u32::MAX);
            return Heard::lost(Failure::TimedOut(seconds));
        };
        group.0 = None;
        let ran = match ran {
            Ok(ran) => ran,
            Err(error) => return Heard::lost(Failure::Broken(telling(&format!("`{name}`: {error}")))),
        };
        let stdout = String::from_utf8_lossy(&ran.stdout).into_owned();
        let tokens = Tokens { input: estimate(&question), output: estimate(&stdout), ..Tokens::default() };
        let said = match ran.status.success() {
            true => Ok(Said { text: stdout, model: self.model.clone() }),
            false => Err(Failure::Broken(complaint(name, &ran))),
        };
        Heard { said, took: Took::Counted(tokens) }
    }

    fn start(&self) -> io::Result<Child> {
        let (program, arguments) = self.words.split_first().ok_or(io::ErrorKind::NotFound)?;
        let mut command = Command::new(program);
        command.args(arguments).env_remove("GIT_DREAM_KEY");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }
}

/// Gives a program its input and takes its output, all at once: either could wait for the other.
async fn converse(child: &mut Child, question: &str) -> io::Result<Ran> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let writing = async {
        if let Some(mut stdin) = stdin {
            // A program that has read enough may close its input.
            let _ = stdin.write_all(question.as_bytes()).await;
            let _ = stdin.shutdown().await;
        }
    };
    let reading = async {
        let mut read = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(MOST_ANSWER).read_to_end(&mut read).await?;
        }
        io::Result::Ok(read)
    };
    let listening = async {
        let mut heard = Vec::new();
        if let Some(stderr) = stderr {
            stderr.take(MOST_TALK).read_to_end(&mut heard).await?;
        }
        io::Result::Ok(heard)
    };
    let ((), stdout, stderr, status) = tokio::join!(writing, reading, listening, child.wait());
    Ok(Ran { status: status?, stdout: stdout?, stderr: stderr? })
}

/// Why a program failed, in its own words: the last of what it said, since programs say first what they are about.
fn complaint(name: &str, ran: &Ran) -> String {
    let said = if ran.stderr.trim_ascii().is_empty() { &ran.stdout } else { &ran.stderr };
    let said = String::from_utf8_lossy(said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join(" | ");
    telling(&format!("`{name}` ended with {}: {last}", ran.status))
}

/// The processes that a program started and that are to end with it.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let Some(leader) = self.0 else { return };
        let mut command = match cfg!(windows) {
            true => {
                let mut command = std::process::Command::new("taskkill");
                command.args(["/T", "/F", "/PID"]).arg(leader.to_string());
                command
            }
            false => {
                let mut command = std::process::Command::new("sh");
                command.args(["-c", "kill -s KILL -- \"-$1\"", "sh"]).arg(leader.to_string());
                command
            }
        };
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

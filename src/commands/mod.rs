//! The command line: one file a command.
//!
//! Owns arguments, talk on stderr, data on stdout and exit codes. Refuses to decide anything: a command gathers
//! what it was given, calls one function of the layers below and shows what came back.

mod audit;
mod capture;
mod check;
mod completions;
mod connect;
mod context;
mod demo;
mod doctor;
mod engine_options;
mod exit;
mod forget;
mod grade;
mod hook;
mod impact;
mod init;
mod log;
mod man;
mod mcp;
mod memory_tool;
mod naming;
mod publish;
mod recall;
mod rehearse;
mod remote;
mod report;
mod review;
mod run;
mod schedule;
mod sources;
mod status;
mod talk;
mod transfer;
mod whereabouts;
mod why;
mod writable;

use anyhow::Result;
use clap::{Args, CommandFactory, Parser, Subcommand};
use exit::Usage;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use talk::Talk;

/// Keeps the memory of AI agents as markdown in git.
///
/// Reads the agents' transcripts, finds what keeps going wrong, what keeps working and what people keep asking
/// for, and proposes it on a branch: one commit a learning, with its reasons and its evidence.
#[derive(Parser)]
#[command(
    name = "git-dream",
    bin_name = "git dream",
    version = crate::version::LONG,
    propagate_version = true,
    max_term_width = 100,
    after_long_help = "Exit status: 0 done, or nothing to do; 1 a check failed; 2 wrong usage or configuration; \
                       3 the outside world failed, and nothing was lost."
)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Args)]
struct Global {
    /// Work as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    start_in: Option<PathBuf>,
    /// Print data as JSON on stdout
    #[arg(long, global = true)]
    json: bool,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more; twice for everything
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// Make a memory repository, or adopt one
    Init(init::Options),
    /// Dream on shipped real sessions in a new folder and show what came of it
    Demo(demo::Options),
    /// Show where agents quietly fail, and whether dreaming would help; writes nothing
    Audit(audit::Options),
    /// Dream: read new sessions and propose learnings on a branch
    Run(run::Options),
    /// Connect an agent with the memory, or agree that sessions of a project are captured
    Connect(connect::Options),
    /// Digest sessions where their transcripts are, for a dream that is dreamt elsewhere
    Capture(capture::Options),
    /// Have this memory dream by itself: on a forge, or by a timer of this machine
    Schedule(schedule::Options),
    /// Check a change to the memory, whoever made it: the gate of every pull request
    Check(check::Options),
    /// Show what is pending and what was decided
    Status(status::Options),
    /// Take a note away for good, or erase what came from a session or a person
    Forget(forget::Options),
    /// Push a cycle's branch and the ledger, and open or update its pull request
    Publish(publish::Options),
    /// Decide on what waits, learning by learning
    Review(review::Options),
    /// Show what was learnt when, on what evidence
    Log(log::Options),
    /// Search the notes: by words, or by an error message as it was printed
    Recall(recall::Options),
    /// Print what to put in front of a session: the rules that hold for it, within a budget
    Context(context::Options),
    /// Answer an agent's hook; `git dream connect` puts the calls into an agent's settings
    Hook(hook::Options),
    /// Serve the memory to an agent, by the Model Context Protocol on stdin and stdout
    ///
    /// Agents start it themselves: `git dream connect AGENT` writes it into their settings, and any other client takes the
    /// command `git dream mcp`. Serves the memory that the folder's project is connected to, else the one in the folder's
    /// repository: the tools recall, read_note, playbooks and remember, and the notes as resources. What an agent suggests
    /// with remember goes to the memory's inbox; people decide on it as on any learning.
    Mcp(mcp::Options),
    /// Propose notes that agents keep elsewhere (Claude Code, Codex, a memory store), on a branch for review
    Import(transfer::Import),
    /// Write the memory to where agents keep notes of their own (Claude Code, Codex, a memory store)
    Export(transfer::Export),
    /// Serve Anthropic's memory tool over the memory: JSON lines of tool inputs in, JSON lines of results out
    MemoryTool(memory_tool::Options),
    /// Show what sessions made of the notes that were merged
    ///
    /// For each of them: how often what it is against came up before the merge and since, where it was read and where
    /// it was not, and what that comes to: works, no effect seen, too early to tell, or ineffective.
    Impact(impact::Options),
    /// Report what was learnt, what waits and what the notes did, for who leads the team
    ///
    /// Prints markdown; `--html FILE` writes one page for a browser that needs no network. What people decided since the
    /// moment of `--since` is news; everything is told of all time below.
    Report(report::Options),
    /// Have a model say how sessions went, by a rubric, where their transcripts do not tell
    Grade(grade::Options),
    /// Measure what a note changes at the moments before the mistakes that it rests on, with a model
    ///
    /// Builds the moment before each failure that the note quotes again from its transcript and asks a model for the next
    /// call, several times with the note and several times without it. Nothing that the model names is run. Tells how
    /// much less often the mistake is repeated, with a 95 % interval, and the same for variants of the moments: other
    /// names, other numbers, another order.
    Rehearse(rehearse::Options),
    /// Show where a note, or a line of it, comes from and what has become of it
    Why(why::Options),
    /// Look at what is installed, connected and found, and say what to do about what is not well
    ///
    /// Also why nothing was learnt, if nothing was. Asks no network and changes nothing; exits with 1 where something
    /// does not work.
    Doctor(doctor::Options),
    /// Print a completion script for a shell
    Completions(completions::Options),
    /// Print the manual, or write its pages where `man` finds them
    Man(man::Options),
}

/// Runs the program with these arguments, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let is_hook = arguments.get(1).is_some_and(|command| command == "hook");
    let parsed = match CommandLine::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        // To some agents an exit status says that a call is to be blocked.
        Err(error) if is_hook && error.use_stderr() => {
            hook::misused(&error);
            return ExitCode::SUCCESS;
        }
        Err(error) => return exit::of_clap(&error),
    };
    let talk = Talk::new(&parsed.global);
    let done = enter(parsed.global.start_in.as_deref()).and_then(|()| run(parsed.command, &talk));
    exit::of(done, &talk)
}

/// Moves to the folder of `-C`, as git does, so that `GIT_DIR`, paths and programs that are started agree on it.
fn enter(start_in: Option<&Path>) -> Result<()> {
    let Some(dir) = start_in else { return Ok(()) };
    std::env::set_current_dir(dir)
        .map_err(|error| Usage(format!("cannot go to {}: {error}", dir.display())).into())
}

fn run(command: Option<Command>, talk: &Talk) -> Result<()> {
    let dir = Path::new(".");
    match command {
        Some(Command::Init(options)) => init::main(&options, dir, talk),
        Some(Command::Demo(options)) => demo::main(&options, dir, talk),
        Some(Command::Audit(options)) => audit::main(&options, dir, talk),
        Some(Command::Run(options)) => run::main(&options, dir, talk),
        Some(Command::Connect(options)) => connect::main(&options, dir, talk),
        Some(Command::Capture(options)) => capture::main(&options, dir, talk),
        Some(Command::Schedule(options)) => schedule::main(&options, dir, talk),
        Some(Command::Check(options)) => check::main(&options, dir, talk),
        Some(Command::Status(options)) => status::main(&options, dir, talk),
        Some(Command::Forget(options)) => forget::main(&options, dir, talk),
        Some(Command::Publish(options)) => publish::main(&options, dir, talk),
        Some(Command::Review(options)) => review::main(&options, dir, talk),
        Some(Command::Log(options)) => log::main(&options, dir, talk),
        Some(Command::Recall(options)) => recall::main(&options, dir, talk),
        Some(Command::Context(options)) => context::main(&options, dir, talk),
        Some(Command::Hook(options)) => {
            hook::main(&options);
            Ok(())
        }
        Some(Command::Mcp(options)) => mcp::main(&options, dir),
        Some(Command::Import(options)) => transfer::import(&options, dir, talk),
        Some(Command::Export(options)) => transfer::export(&options, dir, talk),
        Some(Command::MemoryTool(options)) => memory_tool::main(&options, dir, talk),
        Some(Command::Impact(options)) => impact::main(&options, dir, talk),
        Some(Command::Report(options)) => report::main(&options, dir, talk),
        Some(Command::Grade(options)) => grade::main(&options, dir, talk),
        Some(Command::Rehearse(options)) => rehearse::main(&options, dir, talk),
        Some(Command::Why(options)) => why::main(&options, dir, talk),
        Some(Command::Doctor(options)) => doctor::main(&options, dir, talk),
        Some(Command::Completions(options)) => completions::main(&options, CommandLine::command(), talk),
        Some(Command::Man(options)) => man::main(&options, CommandLine::command(), dir, talk),
        None => status::main(&status::Options::default(), dir, talk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}

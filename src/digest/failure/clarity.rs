//! How clearly one line says what went wrong.
//!
//! Owns the phrases by which programs name errors, hints, progress and what is nobody's message. Refuses to compare
//! lines with each other; that is [`super::salient`]'s work.

use super::wrapper;
use crate::digest::expression::{AnyOf, Expression};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// How clearly a line says what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clarity {
    /// A frame, an exit status, a progress bar.
    Boilerplate,
    /// A hint, a usage line, a warning, nothing but a setting.
    Hint,
    /// Nothing speaks for or against it.
    Plain,
    /// It says that something failed, not what.
    Vague,
    /// It has a problem's word in it.
    Mentions,
    /// It states a problem in a phrase that programs use for one.
    Problem,
    /// A program's error line.
    Error,
    /// An exception with its type.
    Exception,
}

static EXCEPTION: Expression = Expression::new(
    r"^(?:E\s{2,}|> |\[)?(?:Uncaught |Unhandled |Caused by: |Exception in thread \S+ )?(?:[A-Za-z_]\w*(?:\.|::))*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Failure|Fault)\b(?: \[\w+\])?(?::\s*\S|$)",
);
static ERROR: Expression = Expression::new(
    r"(?i)^(?:[\[(]?(?:error|fatal|panic|critical|failure)[\])]?(?:\[[\w:-]+\]|\s\w{0,3}\d+|\([\w-]+\))?\s*[:!-]+\s*\S|\[(?:error|fatal)\]\s*\S|err(?:or)?!\s*\S|(?:npm|yarn|pnpm) (?:err!|error)\s+\S|e: \S|[✖✘✗]\s+\S|(?:\w+: )?\*\*\* \S|\S+(?::\d+|\(\d+,\d+\))+:?\s+(?:fatal )?error\b|.{0,60}?[:\]]\s(?:fatal )?error(?:\[[\w:-]+\]|\s\w{0,3}\d+)?:\s*\S)",
);
static PROBLEM: Expression = Expression::new(concat!(
    r"(?i)\b(?:not found|no such|cannot|can't|could not|couldn't|unable to|failed to|failure to|denied|refused|timed out|timeout|",
    r"invalid|illegal|unknown|unrecogni[sz]ed|unexpected|unsupported|missing|required|requires|must (?:be|have|not|match|contain|specify|exist|provide|set|first)|",
    r"does(?: not|n't)|did(?: not|n't)|is(?: not|n't)|are(?: not|n't)|was(?: not|n't)|has(?: not|n't)|have(?: not|n't)|not (?:allowed|permitted|available|installed|supported|enough|set|valid|registered|defined|enabled|initiali[sz]ed|running|exist|configured|logged in|authori[sz]ed)|",
    r"already (?:exists?|in use|running|locked|taken|held|open|started|applied|registered)|out of (?:memory|space|range|date|sync|bounds)|no space|exceed(?:s|ed)|expired|stale|unauthori[sz]ed|forbidden|mismatch(?:es|ed)?|conflicts?|rejected|aborted|corrupt(?:ed)?|unreachable|unresolved|undefined|insufficient|too (?:many|few|large|long|big|small|old|short)|locked|blocked|closed|broken|unavailable|disabled|incompatible|violat(?:es|ed|ion)|(?:read|write|copy|password)[- ]protected|overflow(?:s|ed)|(?:will not|won't|does not|doesn't) fit|dropped|crashed|killed|segmentation fault|deadlock|quota)\b",
));
static MENTION: Expression = Expression::new(r"(?i)\b(?:errors?|exception|failed|failure|fatal|fails|err)\b");
/// Says that something failed and leaves what to another line.
static VAGUE: Expression = Expression::new(concat!(
    r"(?i)^[^\w]*(?:error: |fatal: |err: )?(?:could not compile|test failed|build (?:error|failed)|failed!?$|aborting due to|process (?:completed|didn't exit)|",
    r"command (?:failed|.{0,80}(?:failed|exited|returned))|script .{0,80}(?:exited|failed)|execution failed|compilation failed|an error (?:has )?occurred\.?$|\d+ errors?\b|",
    r"failed to run custom build command|exit(?:ed)?(?: with)?(?: status| code)? ?:?\d+|run failed|something went wrong)",
    r"|^(?:make|gmake|ninja)(?:\[\d+\])?: \*\*\* \[.*Error \d+|^(?:npm|pnpm|yarn) (?:err!|error) (?:test failed|lifecycle|errno|syscall|path|command|workspace|location|a complete log|this is probably|not ok)|ELIFECYCLE|CalledProcessError|returned a non-zero exit|^subprocess exited",
));
static HINT: Expression = Expression::new(
    r"(?i)^[^\w`]*(?:hint|help|note|tip|usage|info|debug|trace|warn(?:ing)?|npm warn|deprecat\w*|see|try|for more|for help|did you mean|run |please |use |to (?:rerun|fix|resolve|see|get)|consider|you (?:can|may|might)|perhaps|example|learn more|more info\w*|docs|documentation|suggestion|at line)\b|^(?:\w+: )?\w+=\S*$",
);
/// Says what is going on, unless a problem is named as well.
static PROGRESS: Expression = Expression::new(
    r"(?i)^[^\w`]*(?:ok|passed?|success\w*|done|finished|compiling|download(?:ing|ed)|install(?:ing|ed)|build(?:ing)?|running|check(?:ing|ed)|collecting|fetch(?:ing|ed)|updating|resolv(?:ing|ed)|start(?:ing|ed)|load(?:ing|ed)|using|reading|writing|process(?:ing|ed)|step \d+|preparing|connecting|elapsed|took|total)\b",
);
static BOILERPLATE: Expression = Expression::new(concat!(
    r"(?i)^(?:(?:error: )?exit(?:ed)?(?: with)?(?: status| code)? ?:? ?-?\d+\.?$|process exited with code -?\d+|error:?$|stderr:?$|stdout:?$|output:?$|chunk id: \S+$|wall time:? .*$|original token count: \d+|total output lines: \d+|script (?:completed|failed)$|",
    r"traceback \(most recent call last\)|stack backtrace:|caused by:$|command failed$|(?:the )?above exception|during handling of|file \x22.*\x22, line \d+|at \S+ ?\(?.*:\d+\)?$|at [\w$.]+\(.*\)$|\.\.\. \d+ more|\^+~*$|[-=~_*#.+|\s]+$|\{$|\}$|\[$|\]$|\d+ \||\||-->|<system|sibling tool call errored|npm (?:err!|error) a complete log|note: run with `rust_backtrace)",
));

/// Most lines of most outputs say nothing of all this: one look at them instead of ten.
static SPEAKING: AnyOf = AnyOf::new(&[
    &BOILERPLATE,
    &VAGUE,
    &wrapper::WRAPPER,
    &EXCEPTION,
    &ERROR,
    &HINT,
    &PROBLEM,
    &MENTION,
    &PROGRESS,
]);

/// From how many lines on it pays to make one look out of ten ready; a hook reads fewer.
const MANY_LINES: u32 = 64;

/// Whether a line says nothing of all this. `false` where nobody looked.
fn is_silent(line: &str) -> bool {
    static LOOKED_AT: AtomicU32 = AtomicU32::new(0);
    let is_worth_it = LOOKED_AT.load(Relaxed) >= MANY_LINES || LOOKED_AT.fetch_add(1, Relaxed) >= MANY_LINES;
    is_worth_it && !SPEAKING.may_match(line)
}

/// How clearly a line (trimmed) says what went wrong.
pub(super) fn clarity(line: &str) -> Clarity {
    if !line.chars().any(char::is_alphabetic) || wrapper::is_redacted(line) {
        Clarity::Boilerplate
    } else if is_silent(line) {
        Clarity::Plain
    } else if BOILERPLATE.is_match(line) {
        Clarity::Boilerplate
    } else if VAGUE.is_match(line) || wrapper::is_wrapper(line) {
        Clarity::Vague
    } else if EXCEPTION.is_match(line) {
        Clarity::Exception
    } else if ERROR.is_match(line) {
        Clarity::Error
    } else if HINT.is_match(line) {
        Clarity::Hint
    } else if PROBLEM.is_match(line) {
        // A state on the way is a problem only where nothing else is.
        if wrapper::is_on_the_way(line) { Clarity::Mentions } else { Clarity::Problem }
    } else if MENTION.is_match(line) {
        Clarity::Mentions
    } else if PROGRESS.is_match(line) {
        Clarity::Hint
    } else {
        Clarity::Plain
    }
}

/// Where in a line the problem is named, in bytes.
pub(super) fn problem(line: &str) -> Option<usize> {
    [&ERROR, &PROBLEM, &MENTION].iter().find_map(|pattern| pattern.start(line))
}

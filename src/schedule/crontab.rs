//! A timer in the user's crontab: lines of ours between two markers, and nobody else's line touched.
//!
//! The text is edited as a pure function ([`with`]); the program `crontab` reads and writes it.

use super::Standing;
use super::cron::Cron;
use super::job::Job;
use super::program::ask;
use crate::unusable::Unusable;
use anyhow::Result;

/// Longest line that every cron runs whole (`MAX_COMMAND` of the oldest in use).
const MOST_CHARACTERS: usize = 990;

const INSTEAD: &str = "install cron, or use --systemd (Linux) or --launchd (macOS)";

/// Installs this job's line, instead of the one that stands.
pub fn install(job: &Job, cron: &Cron) -> Result<()> {
    let text = read()?;
    let changed = with(&text, &job.name(), Some(&block(job, cron)?))?;
    write(&text, &changed)
}

/// Takes this job's lines away; whether there were any.
pub fn remove(job: &Job) -> Result<bool> {
    let text = read()?;
    let changed = with(&text, &job.name(), None)?;
    write(&text, &changed)?;
    Ok(changed != text)
}

/// The lines that stand for this job.
pub fn show(job: &Job) -> Result<Option<Standing>> {
    let text = read()?;
    let Some((first, last)) = place(&text, &job.name())? else { return Ok(None) };
    let lines: Vec<&str> = text.lines().take(last).skip(first + 1).collect();
    let fields = lines.iter().find(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<&str> = line.split_whitespace().take(5).collect();
        fields.join(" ")
    });
    let program = quoted(&job.program).replace('%', "\\%");
    Ok(Some(Standing {
        cron: fields.and_then(|fields| Cron::parse(&fields).ok()),
        runs_this_program: lines.iter().any(|line| line.contains(&format!(" {program} -C "))),
    }))
}

/// What stands between the markers.
fn block(job: &Job, cron: &Cron) -> Result<String, Unusable> {
    let commands: Vec<String> = job
        .commands()
        .iter()
        .map(|words| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
        .collect();
    let shell = format!(
        "{{ PATH={}; export PATH; {}; }} >>{} 2>&1",
        quoted(&job.search_path),
        commands.join(" && "),
        quoted(&job.log)
    );
    // Some crons take a backslash away and others do not; cron makes a line break of every bare percent sign.
    if shell.contains('\\') {
        return Err(Unusable(format!(
            "a crontab cannot hold a path with a backslash: {}; use --systemd",
            job.memory
        )));
    }
    let line = format!("{cron} {}", shell.replace('%', "\\%"));
    match line.len() > MOST_CHARACTERS {
        true => Err(Unusable(format!(
            "the line would be {} characters long, and cron cuts it off at {MOST_CHARACTERS}: use --systemd, or move \
             the memory to a shorter path",
            line.len()
        ))),
        false => Ok(line),
    }
}

/// A word for the shell that takes nothing in it for more than a letter: `it's` as `'it'"'"'s'`.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.:,+@".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\"'\"'")),
    }
}

fn begin(name: &str) -> String {
    format!("# >>> {name}: written by `git dream schedule --cron`, which --remove takes away")
}

fn end(name: &str) -> String {
    format!("# <<< {name}")
}

/// The numbers of the lines with the markers.
fn place(text: &str, name: &str) -> Result<Option<(usize, usize)>, Unusable> {
    let is_begin =
        |line: &str| line.strip_prefix("# >>> ").is_some_and(|rest| rest.split(':').next() == Some(name));
    let first = text.lines().position(is_begin);
    let last = text.lines().position(|line| line.trim_end() == end(name));
    match (first, last) {
        (None, None) => Ok(None),
        (Some(first), Some(last)) if first < last => Ok(Some((first, last))),
        _ => Err(Unusable(format!(
            "one of the two lines that mark {name} in your crontab is gone: take away what is left of it with \
             `crontab -e`, then run this again"
        ))),
    }
}

/// The crontab with these lines of this name, or without any. Every other line stays as it is.
pub fn with(text: &str, name: &str, block: Option<&str>) -> Result<String, Unusable> {
    let ours = block.map(|block| format!("{}\n{block}\n{}\n", begin(name), end(name))).unwrap_or_default();
    let Some((first, last)) = place(text, name)? else {
        let gap = if text.is_empty() || text.ends_with('\n') || ours.is_empty() { "" } else { "\n" };
        return Ok(format!("{text}{gap}{ours}"));
    };
    let lines = || text.split_inclusive('\n');
    Ok(lines().take(first).chain([ours.as_str()]).chain(lines().skip(last + 1)).collect())
}

/// The user's crontab; empty where there is none.
fn read() -> Result<String> {
    let answer = ask("crontab", &["-l"], b"", INSTEAD)?;
    if !answer.succeeded && answer.stderr.to_ascii_lowercase().contains("no crontab") {
        return Ok(String::new());
    }
    let answer = answer.or_failed("`crontab -l` failed")?;
    let refused = || Unusable("your crontab is not UTF-8: mend it with `crontab -e`".to_owned());
    Ok(String::from_utf8(answer.stdout).map_err(|_| refused())?)
}

fn write(before: &str, after: &str) -> Result<()> {
    if before == after {
        return Ok(());
    }
    ask("crontab", &["-"], after.as_bytes(), INSTEAD)?
        .or_failed("`crontab -` failed, and nothing was changed")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_stay_as_they_are() {
        let others =
            "MAILTO=me\n# >>> conda initialize >>>\n5 4 * * * echo 100\\%\n\n# no line break at the end";
        let with_one = with(others, "git-dream-a-1", Some("1 2 * * * x")).unwrap();
        assert!(with_one.starts_with(others) && with_one.ends_with("\n1 2 * * * x\n# <<< git-dream-a-1\n"));
        let with_two = with(&with_one, "git-dream-b-2", Some("3 4 * * * y")).unwrap();
        let changed = with(&with_two, "git-dream-a-1", Some("5 6 * * * z")).unwrap();
        assert_eq!(changed, with_two.replace("1 2 * * * x", "5 6 * * * z"));
        let removed = with(&changed, "git-dream-a-1", None).unwrap();
        assert_eq!(with(&removed, "git-dream-b-2", None).unwrap(), format!("{others}\n"));
        assert_eq!(with(&removed, "git-dream-a-1", None).unwrap(), removed);
    }

    #[test]
    fn a_torn_block_is_left_to_people() {
        for torn in ["# <<< a\n", "# >>> a: x\n", "# <<< a\n# >>> a: x\n"] {
            assert!(with(torn, "a", None).is_err(), "{torn}");
            assert_eq!(with(torn, "ab", None).unwrap(), torn);
        }
    }

    #[test]
    fn the_shell_is_told_words_and_nothing_more() {
        assert_eq!(quoted("/usr/bin/git-dream"), "/usr/bin/git-dream");
        assert_eq!(quoted("/my memory/it's $HOME"), "'/my memory/it'\"'\"'s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}

//! Which words of a command only say how to run it.
//!
//! Owns reserved words, assignments, programs that run the one named after their own flags, and `python -m`. What no
//! table names is the program itself.

use super::Word;

/// The words without reserved words, assignments, and programs that only run another.
pub(super) fn unwrapped(mut words: &[Word]) -> &[Word] {
    // Each turn takes at least one word off, so this ends.
    loop {
        let Some(first) = words.first() else { return words };
        if RESERVED.contains(&first.text.as_str()) || is_assignment(&first.text) {
            words = &words[1..];
            continue;
        }
        let rest = inside_wrapper(words).or_else(|| module(words));
        match rest {
            Some(rest) if !rest.is_empty() => words = rest,
            _ => return words,
        }
    }
}

/// The command inside `sudo …`, `timeout 30 …`, `uv run …`; `None` where the program runs no other.
fn inside_wrapper(words: &[Word]) -> Option<&[Word]> {
    let program = program_name(&words.first()?.text);
    let second = words.get(1).map_or("", |word| word.text.as_str());
    if program == "command" && second.starts_with(['-']) && second.contains(['v', 'V']) {
        return None; // It asks where a program is.
    }
    let (consumed, flags, operands) = WRAPPERS.iter().find_map(|(name, flags, operands)| {
        let says = |(at, part): (usize, &str)| match at {
            0 => part == program,
            _ => words.get(at).is_some_and(|word| &*word.text == part),
        };
        let is_it = name.starts_with(program) && name.split(' ').enumerate().all(says);
        is_it.then(|| (name.split(' ').count(), *flags, *operands))
    })?;
    let mut at = consumed;
    let mut operands = operands;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            break;
        } else if text.starts_with('-') && text.len() > 1 {
            at += if flags.contains(&text) { 2 } else { 1 };
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else if is_assignment(text) {
            at += 1;
        } else {
            break;
        }
    }
    words.get(at..)
}

/// The module's words in `python -m module …`.
fn module(words: &[Word]) -> Option<&[Word]> {
    let program = program_name(&words.first()?.text);
    let python = program.starts_with("python") || matches!(program, "py" | "pypy3");
    let at = words.iter().take(4).position(|word| &*word.text == "-m").filter(|_| python)?;
    words.get(at + 1..)
}

/// The name of a program that is called by this word: without its folder.
pub(crate) fn program_name(word: &str) -> &str {
    let path = word.trim_end_matches(['/', '\\']);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// `NAME=value`.
pub(in crate::digest) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let name = name.strip_suffix('+').unwrap_or(name);
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
    })
}

/// Reserved words that may stand before a command.
const RESERVED: &[&str] = &["!", "{", "do", "elif", "else", "if", "then", "until", "while"];

/// Programs that run the command given after their own flags, with the flags that take a value and the number
/// of operands that come first.
const WRAPPERS: &[(&str, &[&str], usize)] = &[
    ("builtin", &[], 0),
    ("bunx", &[], 0),
    ("caffeinate", &["-t", "-w"], 0),
    ("chronic", &[], 0),
    ("command", &[], 0),
    ("direnv exec", &[], 1),
    ("doas", &["-u", "-C"], 0),
    ("env", &["-u", "-C", "-S", "--unset", "--chdir"], 0),
    ("eval", &[], 0),
    ("exec", &["-a"], 0),
    ("flock", &["-w"], 1),
    ("ionice", &["-c", "-n"], 0),
    ("nice", &["-n", "--adjustment"], 0),
    ("nohup", &[], 0),
    ("npx", &["-p", "--package", "-w", "--workspace"], 0),
    ("pnpx", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("sudo", &["-u", "-g", "-h", "-C", "-D", "--user", "--group"], 0),
    ("time", &["-f", "-o"], 0),
    (
        "srun",
        &[
            "-n",
            "-N",
            "-c",
            "-t",
            "-p",
            "-A",
            "-J",
            "-w",
            "-o",
            "-q",
            "-C",
            "--time",
            "--partition",
            "--account",
        ],
        0,
    ),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("gtimeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("unbuffer", &[], 0),
    ("uvx", &["--from", "--with", "-p", "--python"], 0),
    ("xvfb-run", &["-e", "-f", "-n", "-p", "-s", "-w", "--server-args", "--server-num"], 0),
    ("watch", &["-n", "--interval"], 0),
    (
        "xargs",
        &["-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E", "--max-args", "--max-procs", "--delimiter"],
        0,
    ),
    ("bundle exec", &[], 0),
    ("bun x", &[], 0),
    ("conda run", &["-n", "-p", "--name", "--prefix", "--cwd"], 0),
    ("docker compose exec", &["-e", "-u", "-w", "--env", "--user", "--workdir", "--index"], 1),
    ("docker exec", &["-e", "-u", "-w", "--env", "--user", "--workdir", "--env-file"], 1),
    ("dotenv", &["-e", "-f"], 0),
    ("hatch run", &[], 0),
    ("mamba run", &["-n", "-p", "--name", "--prefix", "--cwd"], 0),
    ("micromamba run", &["-n", "-p", "--name", "--prefix", "--cwd"], 0),
    ("mise exec", &[], 0),
    ("mpiexec", &["-n", "-np", "-c", "-N", "-H", "--host", "--hostfile", "--map-by", "--bind-to", "-x"], 0),
    ("mpirun", &["-n", "-np", "-c", "-N", "-H", "--host", "--hostfile", "--map-by", "--bind-to", "-x"], 0),
    ("npm exec", &["-p", "--package"], 0),
    ("pdm run", &[], 0),
    ("pipenv run", &[], 0),
    ("pipx run", &["--spec"], 0),
    ("pnpm dlx", &[], 0),
    ("pnpm exec", &["--filter", "-C"], 0),
    ("poetry run", &[], 0),
    ("rye run", &[], 0),
    (
        "uv run",
        &["--with", "-p", "--python", "--extra", "--group", "--project", "--package", "--directory"],
        0,
    ),
    ("yarn dlx", &[], 0),
    ("yarn exec", &[], 0),
];

#[cfg(test)]
mod tests {
    use crate::digest::shell::commands;
    use crate::redact::redact;

    #[test]
    fn the_program_stands_behind_what_only_says_how_to_run_it() {
        let command = commands(&redact("FOO=1 sudo -E timeout 5 /usr/bin/make all")).remove(0);
        assert_eq!(command.program(), "make");
        assert_eq!(command.arguments().collect::<Vec<_>>(), ["all"]);
        assert_eq!(command.wrapping().len(), 5);
        assert_eq!(commands(&redact("command -v pnpm"))[0].program(), "command");
    }
}

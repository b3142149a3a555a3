//! Passwords that programs take as plain arguments: `curl -u user:password`, `mysql -psecret`, `sshpass -p secret`.
//!
//! Flags whose name says what they are (`--password`) are assignments; here are the short ones, which mean
//! something only after the program's name.

use super::Detector;
use crate::redact::gate::{By, Finding};
use crate::redact::value;
use std::ops::Range;

/// The programs.
pub(super) const DETECTOR: Detector = Detector {
    keywords: &[
        "curl",
        "wget",
        "mysql",
        "mariadb",
        "sshpass",
        "docker login",
        "podman login",
        "redis-cli",
        "mongo",
        "smbclient",
        "ldapsearch",
        "htpasswd",
        "unzip",
        "zip -",
        "7z ",
        "openssl",
        "lftp",
        "http ",
        "https -",
        "identified ",
        "snmpwalk",
        "ipmitool",
        "xfreerdp",
        "plink",
        "psexec",
        "requirepass",
        "machine ",
        "net use",
        "az login",
        "sqlcmd",
        "bcp ",
        "rabbitmqctl",
        "sudo -s",
        "--password-stdin",
    ],
    find,
};

/// How a program takes its password.
struct Takes {
    program: &'static str,
    flag: &'static str,
    /// The value is `user:password` (or with this sign between) and only the part behind the sign is secret.
    after: Option<u8>,
    /// The value may be glued to the flag; where it is `Glued::Always`, only then.
    glued: Glued,
}

#[derive(PartialEq)]
enum Glued {
    Never,
    Maybe,
    Always,
}

const fn takes(program: &'static str, flag: &'static str, after: Option<u8>, glued: Glued) -> Takes {
    Takes { program, flag, after, glued }
}

const TAKES: &[Takes] = &[
    takes("curl", "-u", Some(b':'), Glued::Maybe),
    takes("curl", "--user", Some(b':'), Glued::Never),
    takes("curl", "-U", Some(b':'), Glued::Maybe),
    takes("curl", "--proxy-user", Some(b':'), Glued::Never),
    takes("http", "-a", Some(b':'), Glued::Never),
    takes("http", "--auth", Some(b':'), Glued::Never),
    takes("mysql", "-p", None, Glued::Always),
    takes("mariadb", "-p", None, Glued::Always),
    takes("sshpass", "-p", None, Glued::Maybe),
    takes("docker login", "-p", None, Glued::Never),
    takes("podman login", "-p", None, Glued::Never),
    takes("redis-cli", "-a", None, Glued::Never),
    takes("mongo", "-p", None, Glued::Never),
    takes("smbclient", "-U", Some(b'%'), Glued::Never),
    takes("ldapsearch", "-w", None, Glued::Never),
    takes("unzip", "-P", None, Glued::Never),
    takes("zip -", "-P", None, Glued::Never),
    takes("7z ", "-p", None, Glued::Always),
    takes("openssl", "-passin", Some(b':'), Glued::Never),
    takes("openssl", "-passout", Some(b':'), Glued::Never),
    takes("openssl", "-k", None, Glued::Never),
    takes("lftp", "-u", Some(b','), Glued::Never),
    takes("snmpwalk", "-A", None, Glued::Never),
    takes("snmpwalk", "-X", None, Glued::Never),
    takes("ipmitool", "-P", None, Glued::Never),
    takes("plink", "-pw", None, Glued::Never),
    takes("psexec", "-p", None, Glued::Never),
    takes("az login", "-p", None, Glued::Never),
    takes("sqlcmd", "-P", None, Glued::Maybe),
    takes("bcp ", "-P", None, Glued::Maybe),
];

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let before = hit.start.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    let escaped = hit.start >= 2 && bytes.get(hit.start - 2) == Some(&b'\\');
    let Some(keyword) = text.get(hit.clone()).map(str::to_ascii_lowercase) else { return };
    if before.is_ascii_alphanumeric() && !escaped || matches!(before, b'-' | b'_') {
        return;
    }
    let words = words(bytes, hit.end);
    let mut push = |range: Range<usize>| {
        let secret = text.get(range.clone()).unwrap_or_default();
        if secret.len() >= 3 && !value::is_stand_in(secret) && !value::is_type_word(secret) {
            findings.push(Finding { range, by: By::Kind("password") });
        }
    };
    match keyword.as_str() {
        "identified " => {
            let quoted = |word: &&Range<usize>| {
                matches!(word.start.checked_sub(1).and_then(|i| bytes.get(i)), Some(b'\'' | b'"'))
            };
            // `identified by '…'`, `identified with sha by '…'`
            let by =
                |word: &Range<usize>| text.get(word.clone()).is_some_and(|w| w.eq_ignore_ascii_case("by"));
            let after = words.iter().take(4).position(by).and_then(|by| words.get(by + 1));
            after.filter(quoted).cloned().into_iter().for_each(push);
        }
        "requirepass" => words.iter().take(1).for_each(|word| push(word.clone())),
        "machine " => netrc(text, &words).into_iter().for_each(push),
        "htpasswd" => htpasswd(bytes, &words).into_iter().for_each(push),
        "net use" => {
            after_word(text, &words, |word| word.starts_with("/user:"), 1).into_iter().for_each(push)
        }
        "rabbitmqctl" => {
            let sets = |word: &str| ["add_user", "change_password", "authenticate_user"].contains(&word);
            after_word(text, &words, sets, 2).into_iter().for_each(push);
        }
        "--password-stdin" => {
            let command = start_of_command(bytes, hit.start);
            let here = here_string(bytes, command, hit.end);
            piped_in(bytes, command).or(here).into_iter().for_each(push);
        }
        "sudo -s" => piped_in(bytes, hit.start).into_iter().for_each(push),
        program => {
            for takes in TAKES.iter().filter(|takes| {
                takes.program == program
                    || program == "https -" && takes.program == "http"
                    || program == "http " && takes.program == "http"
            }) {
                arguments(text, &words, takes).into_iter().for_each(&mut push);
            }
        }
    }
}

/// The password of `htpasswd -b FILE USER PASSWORD`, or of `htpasswd -nb USER PASSWORD`.
fn htpasswd(bytes: &[u8], words: &[Range<usize>]) -> Option<Range<usize>> {
    let is_flag = |word: &&Range<usize>| bytes.get(word.start) == Some(&b'-');
    words.iter().find(|word| is_batch_flag(bytes, word))?;
    let prints =
        words.iter().filter(is_flag).any(|word| bytes.get(word.clone()).is_some_and(|w| w.contains(&b'n')));
    words.iter().filter(|word| !is_flag(word)).nth(if prints { 1 } else { 2 }).cloned()
}

/// The word that stands so many places behind one of this sort, unless it is an option.
fn after_word(
    text: &str,
    words: &[Range<usize>],
    sort: impl Fn(&str) -> bool,
    places: usize,
) -> Option<Range<usize>> {
    let at = words.iter().position(|word| text.get(word.clone()).is_some_and(&sort))?;
    let word = words.get(at + places)?.clone();
    (!text.get(word.clone())?.starts_with(['-', '/'])).then_some(word)
}

/// How far a password may stand from the command that reads it, bytes.
const LONGEST_PIPE: usize = 256;

/// What `echo` pipes into the command that begins here: `echo PASSWORD | sudo -S …`.
fn piped_in(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let from = start.saturating_sub(LONGEST_PIPE);
    let before = bytes.get(from..start)?.trim_ascii_end().strip_suffix(b"|")?.trim_ascii_end();
    let echo = memchr::memmem::rfind(before, b"echo ")? + b"echo ".len();
    let quotes = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b' ');
    let begin = echo + before.get(echo..)?.iter().take_while(|byte| quotes(byte)).count();
    let end = before.len() - before.iter().rev().take_while(|byte| quotes(byte)).count();
    let word = before.get(begin..end)?;
    (!word.iter().any(u8::is_ascii_whitespace)).then_some(from + begin..from + end)
}

/// Where the command begins that this stands in: behind the last pipe, or at the line's start.
fn start_of_command(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(at.saturating_sub(LONGEST_PIPE)..at).unwrap_or_default();
    let length = before.iter().rev().take_while(|b| !matches!(b, b'|' | b'\n' | b';' | b'&')).count();
    at - length
}

/// What a shell gives a command to read: `<<< '…'`, before the flag or behind it.
fn here_string(bytes: &[u8], from: usize, to: usize) -> Option<Range<usize>> {
    let window = bytes.get(from..bytes.len().min(to + LONGEST_PIPE))?;
    let line = window.get(..window.iter().position(|b| *b == b'\n').unwrap_or(window.len()))?;
    let at = memchr::memmem::find(line, b"<<<")?;
    words(bytes, from + at + b"<<<".len()).into_iter().next()
}

/// `-b`, alone or among other letters: the password stands on the command line.
fn is_batch_flag(bytes: &[u8], word: &Range<usize>) -> bool {
    bytes
        .get(word.clone())
        .is_some_and(|word| word.len() <= 5 && word.starts_with(b"-") && word.contains(&b'b'))
}

/// The secrets that this flag is given among the words.
fn arguments(text: &str, words: &[Range<usize>], takes: &Takes) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for (index, range) in words.iter().enumerate() {
        let Some(word) = text.get(range.clone()) else { continue };
        let value = if word == takes.flag {
            if takes.glued == Glued::Always { None } else { words.get(index + 1).cloned() }
        } else {
            word.strip_prefix(takes.flag).and_then(|rest| {
                let equals = usize::from(rest.starts_with('='));
                let glued = takes.glued != Glued::Never || equals == 1;
                let quote = usize::from(rest.get(equals..).is_some_and(|rest| rest.starts_with(['"', '\''])));
                glued.then(|| range.start + takes.flag.len() + equals + quote..range.end)
            })
        };
        let is_flag = |value: &Range<usize>| bytes.get(value.start) == Some(&b'-');
        let Some(value) = value.filter(|value| !is_flag(value)) else { continue };
        found.extend(match takes.after {
            None => Some(value),
            Some(sign) => text.get(value.clone()).and_then(|pair| {
                let at = memchr::memchr(sign, pair.as_bytes())?;
                // `-passin env:NAME` and `file:…` only point at the secret.
                let points = takes.flag.starts_with("-pass") && pair.get(..at) != Some("pass");
                (!points).then(|| value.start + at + 1..value.end)
            }),
        });
    }
    found
}

/// `login <name> password <value>`, as in a `.netrc` on one line.
fn netrc(text: &str, words: &[Range<usize>]) -> Option<Range<usize>> {
    let position = words.iter().position(|word| text.get(word.clone()) == Some("password"))?;
    let login = words.get(..position)?.iter().any(|word| text.get(word.clone()) == Some("login"));
    words.get(position + 1).filter(|_| login).cloned()
}

/// The words from here to the end of the command, without their quotes.
fn words(bytes: &[u8], start: usize) -> Vec<Range<usize>> {
    let limit = bytes.len().min(start + 1024);
    let mut words = Vec::new();
    let mut index = start;
    while index < limit && words.len() < 48 {
        let byte = bytes.get(index).copied().unwrap_or(b'\n');
        let next = bytes.get(index + 1).copied().unwrap_or(b' ');
        match byte {
            b'\n' | b'|' | b';' => break,
            b'&' if next == b'&' => break,
            b'\\' if next == b'n' => break,
            b'\\' if next == b'\n' => index += 2,
            b' ' | b'\t' | b'\\' => index += 1,
            b'"' | b'\'' | b'`' => {
                let rest = bytes.get(index + 1..limit).unwrap_or_default();
                let length =
                    rest.iter().position(|b| *b == byte || *b == b'\n' || *b == b'\\').unwrap_or(rest.len());
                words.push(index + 1..index + 1 + length);
                index += length + 2;
            }
            _ => {
                let rest = bytes.get(index..limit).unwrap_or_default();
                let length = rest.iter().position(|b| b" \t\n\"'`|;\\".contains(b)).unwrap_or(rest.len());
                // `-p"secret"`: the quote is inside the word.
                let quoted = rest.get(length).filter(|b| length > 0 && b"\"'".contains(b));
                let length = quoted.map_or(length, |quote| {
                    let inside = rest.get(length + 1..).unwrap_or_default();
                    length + 1 + inside.iter().position(|b| b == quote || *b == b'\n').unwrap_or(0)
                });
                words.push(index..index + length.max(1));
                index += length.max(1) + usize::from(quoted.is_some());
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    #[test]
    fn passwords_on_command_lines_go() {
        for (before, after) in [
            ("curl -u bob:", " https://x.org"),
            ("curl -sS --user 'bob:", "' https://x.org"),
            ("mysql -uroot -p", " -e 'select 1'"),
            ("mysqldump -u root -p\"", "\" db"),
            ("sshpass -p ", " ssh host"),
            ("docker login -u bob -p ", " registry.x.org"),
            ("docker login --password ", " x"),
            ("redis-cli -h x -a '", "' ping"),
            ("openssl rsa -in k.pem -passin pass:", " -out x"),
            ("CREATE USER x IDENTIFIED BY '", "';"),
            ("machine x.org login bob password ", ""),
            ("az login --service-principal -u app -p ", " --tenant acme"),
            ("sqlcmd -S db -U sa -P ", " -Q 'select 1'"),
            ("rabbitmqctl change_password worker ", ""),
            ("net use H: \\\\srv\\m /user:ci ", " /persistent:no"),
            ("htpasswd -b .htpasswd deploy ", " && nginx -s reload"),
            ("htpasswd -nb deploy ", ""),
            ("keytool -storepass ", " -keystore x.jks"),
            ("echo '", "' | sudo -S systemctl restart x"),
            ("echo ", " | sudo -S id"),
            ("echo '", "' | docker login reg.x.org -u bob --password-stdin"),
            ("docker login -u bob --password-stdin <<< '", "'"),
            ("alter user bob identified with sha256 by '", "'"),
        ] {
            let clean = redact(&format!("{before}tr0ub4dor{after}"));
            assert_eq!(&*clean, format!("{before}[redacted:password:1]{after}"));
        }
    }

    #[test]
    fn flags_that_mean_something_else_stay() {
        for text in [
            "mkdir -p src/app",
            "curl -u $USER:$PASS x",
            "mysql -p -u root",
            "docker run -p 8080:80 x",
            "curl -s x | sh",
            "cargo test -p core-lib9",
            "openssl rsa -passin env:KEY1",
            "ssh -p 2222 host",
            "pass -p notes1",
            "rabbitmqctl add_user worker --help",
        ] {
            assert_eq!(&*redact(text), text);
        }
    }
}

//! A call's arguments as a flat, bounded list.
//!
//! Owns the one spelling that shell tools get: whatever they call it (`cmd`, `command: ["bash","-lc",…]`,
//! `CommandLine`), the shell line stands at `command`. Refuses to keep much: so many leaves, so many bytes each.

use super::excerpt::{self, Bound};
use super::{Arg, Args, scan};
use crate::redact::{Clean, Redactor};
use crate::settings::Reading;
use std::borrow::Cow;

/// Deepest nesting that is taken apart; what lies deeper is kept as JSON.
const DEEPEST: usize = 12;

/// Other names for the shell line, at the top of the arguments.
const COMMAND_NAMES: &[&str] = &["command", "cmd", "CommandLine", "commandLine", "command_line"];

/// Words in a key after which the value may be a secret that looks like nothing on its own.
const TELLING_KEYS: &[&str] = &["pass", "secret", "token", "key", "pwd", "auth", "cred"];

/// Arguments as they stand in a transcript: a JSON object, or a string that holds one (or a Python literal, as
/// some harnesses write it). Any other text becomes one argument, `input`.
pub(super) fn flatten(raw: &[u8], redactor: &mut Redactor, settings: &Reading) -> Args {
    match raw.first() {
        Some(b'{') => Flat::new(redactor, settings).object(raw),
        Some(b'"') => {
            let text = scan::text(raw).unwrap_or_default();
            let trimmed = text.trim();
            if scan::entries(trimmed.as_bytes()).all(|entry| entry.is_ok()) {
                Flat::new(redactor, settings).object(trimmed.as_bytes())
            } else if let Some(json) = trimmed.starts_with('{').then(|| json_of_python(trimmed)).flatten() {
                Flat::new(redactor, settings).object(json.as_bytes())
            } else {
                named("input", &text, redactor, settings)
            }
        }
        Some(b'[') => Flat::new(redactor, settings).list(raw),
        _ => Args::default(),
    }
}

/// One argument.
pub(super) fn named(path: &'static str, value: &str, redactor: &mut Redactor, settings: &Reading) -> Args {
    let mut flat = Flat::new(redactor, settings);
    if !value.trim().is_empty() {
        flat.push(path, value);
    }
    Args(flat.leaves)
}

struct Flat<'a> {
    leaves: Vec<Arg>,
    redactor: &'a mut Redactor,
    settings: &'a Reading,
}

impl<'a> Flat<'a> {
    fn new(redactor: &'a mut Redactor, settings: &'a Reading) -> Flat<'a> {
        Flat { leaves: Vec::new(), redactor, settings }
    }

    fn object(mut self, raw: &[u8]) -> Args {
        for (key, value) in scan::entries(raw).map_while(Result::ok) {
            let key = scan::unescape(key);
            let command = COMMAND_NAMES.contains(&key.as_ref()).then(|| command_line(value)).flatten();
            match command {
                Some(line) => self.push("command", &line),
                None => self.walk(key.into_owned(), value, 1),
            }
        }
        Args(self.leaves)
    }

    fn list(mut self, raw: &[u8]) -> Args {
        self.walk(String::new(), raw, 0);
        Args(self.leaves)
    }

    /// Recursion is bounded by [`DEEPEST`].
    fn walk(&mut self, path: String, value: &[u8], depth: usize) {
        if self.leaves.len() >= self.settings.max_arguments {
            return;
        }
        match value.first() {
            Some(b'{') if depth < DEEPEST => {
                for (key, inner) in scan::entries(value).map_while(Result::ok) {
                    self.walk(format!("{path}.{}", scan::unescape(key)), inner, depth + 1);
                }
            }
            Some(b'[') if depth < DEEPEST => {
                for inner in scan::elements(value).map_while(Result::ok) {
                    self.walk(format!("{path}[]"), inner, depth + 1);
                }
            }
            Some(b'"') => {
                let bound = Bound::mostly_beginning(self.settings.max_argument);
                let text = excerpt::of_string(value, bound).unwrap_or_default();
                self.push(&path, &text);
            }
            _ => self.push(&path, &String::from_utf8_lossy(value)),
        }
    }

    fn push(&mut self, path: &str, value: &str) {
        if self.leaves.len() >= self.settings.max_arguments {
            return;
        }
        let value = excerpt::of_text(value, Bound::mostly_beginning(self.settings.max_argument));
        let value = clean_value(path, &value, self.redactor);
        let path = self.redactor.clean(&excerpt::of_text(path, Bound::beginning(200)));
        self.leaves.push(Arg { path, value });
    }
}

/// Redacts a value together with its key, where the key says that it may be a secret.
fn clean_value(path: &str, value: &str, redactor: &mut Redactor) -> Clean {
    let key = path.rsplit('.').next().unwrap_or(path);
    let lower = key.to_ascii_lowercase();
    if TELLING_KEYS.iter().any(|word| lower.contains(word)) {
        let clean = redactor.clean(&format!("{key}={value}"));
        let prefix = key.len() + 1;
        if clean.as_bytes().get(..prefix) == Some(format!("{key}=").as_bytes())
            && let Some(value) = clean.part(prefix..clean.len())
        {
            return value;
        }
    }
    redactor.clean(value)
}

/// The shell line that a value is: itself, or what a list of words would be typed as.
fn command_line(value: &[u8]) -> Option<Cow<'_, str>> {
    if value.first() == Some(&b'"') {
        return scan::text(value);
    }
    let words = scan::elements(value).map(|word| scan::text(word.ok()?)).collect::<Option<Vec<_>>>()?;
    Some(Cow::Owned(line_of(&words)))
}

/// `["bash", "-lc", "make"]` is `make`; other words are joined, those with spaces in quotes.
pub(super) fn line_of(words: &[impl AsRef<str>]) -> String {
    if let [shell, option, line] = words {
        let shell = shell.as_ref().rsplit('/').next().unwrap_or_default();
        let is_shell = matches!(
            shell,
            "bash" | "sh" | "zsh" | "dash" | "fish" | "powershell" | "pwsh" | "cmd" | "cmd.exe"
        );
        let is_line =
            option.as_ref().starts_with(['-', '/']) && option.as_ref().to_ascii_lowercase().contains('c');
        if is_shell && is_line {
            return line.as_ref().to_owned();
        }
    }
    let quoted = words.iter().map(|word| match word.as_ref() {
        plain if !plain.is_empty() && !plain.contains([' ', '\n', '"', '\'']) => plain.to_owned(),
        other => format!("'{}'", other.replace('\'', "'\\''")),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// A Python literal (`{'a': None}`) as JSON; `None` where it is something else.
fn json_of_python(literal: &str) -> Option<String> {
    let mut json = String::with_capacity(literal.len() + 16);
    let mut rest = literal.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            quote @ ('\'' | '"') => {
                let mut text = String::new();
                loop {
                    match rest.next()? {
                        end if end == quote => break,
                        '\\' => match rest.next()? {
                            'n' => text.push('\n'),
                            't' => text.push('\t'),
                            'r' => text.push('\r'),
                            other => text.push(other),
                        },
                        other => text.push(other),
                    }
                }
                json.push_str(&serde_json::to_string(&text).ok()?);
            }
            '(' => json.push('['),
            ')' => json.push(']'),
            letter if letter.is_ascii_alphabetic() => {
                let mut word = String::from(letter);
                while let Some(next) = rest.next_if(char::is_ascii_alphanumeric) {
                    word.push(next);
                }
                json.push_str(match word.as_str() {
                    "None" | "null" => "null",
                    "True" | "true" => "true",
                    "False" | "false" => "false",
                    _ => return None,
                });
            }
            other => json.push(other),
        }
    }
    scan::whole(json.as_bytes()).is_ok().then_some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(raw: &str) -> Vec<(String, String)> {
        let args = flatten(raw.as_bytes(), &mut Redactor::new(), &Reading::default());
        args.0.iter().map(|arg| (arg.path.to_string(), arg.value.to_string())).collect()
    }

    fn pair(path: &str, value: &str) -> (String, String) {
        (path.to_owned(), value.to_owned())
    }

    #[test]
    fn one_entry_a_leaf() {
        let got = flat(r#"{"flights":[{"date":"x"},{"date":"y"}],"n":2,"e":{},"deep":{"a":{"b":null}}}"#);
        let expected = [
            pair("flights[].date", "x"),
            pair("flights[].date", "y"),
            pair("n", "2"),
            pair("deep.a.b", "null"),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn shell_lines_stand_at_command_whatever_the_tool_calls_them() {
        assert_eq!(flat(r#"{"cmd":"ls -l","workdir":"/x"}"#)[0], pair("command", "ls -l"));
        assert_eq!(
            flat(r#"{"command":["bash","-lc","make test | tail"]}"#)[0],
            pair("command", "make test | tail")
        );
        assert_eq!(
            flat(r#"{"command":["git","commit","-m","a b"]}"#)[0],
            pair("command", "git commit -m 'a b'")
        );
        assert_eq!(flat(r#""{\"command\":\"ls\"}""#)[0], pair("command", "ls"));
    }

    #[test]
    fn strings_hold_json_python_or_text() {
        assert_eq!(flat(r#""{'a': ['it\\'s', True], \"b\": None}""#).len(), 3);
        assert_eq!(flat(r#""*** Begin Patch""#), [pair("input", "*** Begin Patch")]);
        assert_eq!(flat("null"), []);
    }

    #[test]
    fn hostile_nesting_and_width_stay_bounded() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
        assert_eq!(flat(&deep).len(), 1);
        let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(50_000));
        assert_eq!(flat(&wide).len(), Reading::default().max_arguments);
    }
}

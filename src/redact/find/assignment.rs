//! Something with a secret-like name gets a value: `.env`, `export`, YAML, JSON, TOML, XML, program text, command
//! line flags, and plain sentences ("the password is …").
//!
//! Owns finding the name around a keyword, the value that belongs to it, and how much the place alone proves. The
//! name is judged by `name`, the value by `value`.

use super::Detector;
use super::name::{self, Promise};
use crate::redact::gate::{By, Finding};
use crate::redact::{rules, value};
use std::ops::Range;

/// Called for every word that a secret's name can end in.
pub(super) const DETECTOR: Detector = Detector {
    keywords: &[
        "pass",
        "pwd",
        "psw",
        "secret",
        "token",
        "key",
        "credential",
        "creds",
        "_auth",
        "_pat",
        "jwt",
        "sessionid",
        "sessid",
        "csrf",
        "_salt",
    ],
    find,
};

/// Longest name on either side of a keyword, bytes.
const LONGEST_NAME: usize = 64;
/// Longest value looked at, bytes.
const LONGEST_VALUE: usize = 1024;

/// How name and value are tied together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tie {
    /// `NAME=value`, nothing in between.
    Tight,
    /// `name = value`, `name: value`, `name => value`, and the other ways to assign.
    Loose,
    /// `--name value`
    Flag,
    /// Nothing but a space, or `is`.
    Words,
}

/// A value, where it was found and what its place says.
#[derive(Debug)]
struct Value {
    range: Range<usize>,
    quoted: bool,
    tie: Tie,
}

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let name_range = name_around(bytes, hit);
    let Some(name) = text.get(name_range.clone()) else { return };
    let Some(promise) = name::promise(name) else { return };
    let Some(found) = value_of(bytes, &name_range) else { return };
    let Some(secret) = text.get(found.range.clone()) else { return };
    let line = Line::around(bytes, &name_range, &found.range);
    if is_secret(promise, name, secret, &found, &line) {
        let kind = rules::vendor(name, secret).unwrap_or(match promise {
            Promise::Password => "password",
            Promise::Token | Promise::Key => "secret",
        });
        findings.push(Finding { range: found.range, by: By::Kind(kind) });
    }
}

/// The name that the keyword is part of: letters, digits, `_`, `-`, `.` around it.
pub(in crate::redact) fn name_around(bytes: &[u8], hit: &Range<usize>) -> Range<usize> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let left = bytes
        .get(..hit.start)
        .unwrap_or_default()
        .iter()
        .rev()
        .take(LONGEST_NAME)
        .take_while(|b| belongs(b))
        .count();
    let right =
        bytes.get(hit.end..).unwrap_or_default().iter().take(LONGEST_NAME).take_while(|b| belongs(b)).count();
    let mut start = hit.start - left;
    // In escaped text the `n` of `\n` is no part of the name.
    if start > 0
        && start < hit.start
        && bytes.get(start - 1) == Some(&b'\\')
        && matches!(bytes.get(start), Some(b'n' | b't' | b'r'))
    {
        start += 1;
    }
    start..hit.end + right
}

/// Where the value begins that is assigned to a name which goes on at `from`; for vendors' keys.
pub(in crate::redact) fn value_start(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let name = rest
        .iter()
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '))
        .count();
    let (value, tie) = after_name(bytes, from + name)?;
    (tie != Tie::Words).then(|| opening_quote(bytes, value).map_or(value, |quote| quote.end))
}

/// Steps over what closes a name and ties it to its value; gives where the value begins.
fn after_name(bytes: &[u8], name_end: usize) -> Option<(usize, Tie)> {
    let skip = |from: usize, most: usize, set: &[u8]| {
        from + bytes.get(from..).unwrap_or_default().iter().take(most).take_while(|b| set.contains(b)).count()
    };
    let closed = skip(name_end, 6, b"\"'`\\])*");
    let spaced = skip(closed, 16, b" \t");
    let rest = bytes.get(spaced..)?;
    let long: [&[u8]; 7] = [b":=", b"=>", b"->", b"==", b"||=", b"?=", b"::"];
    let tie = long.iter().find(|tie| rest.starts_with(tie)).map_or(1, |tie| tie.len());
    match rest.first()? {
        b':' if rest.starts_with(b"::") => None,
        b'=' | b':' | b'|' | b'?' | b'-' if tie > 1 || matches!(rest.first()?, b'=' | b':') => {
            let value = skip(spaced + tie, 16, b" \t*");
            let tight = spaced == name_end && value == spaced + 1 && rest.first() == Some(&b'=');
            // A pretty-printed value may stand on the next line, if it is quoted.
            let broken = skip(value, 40, b"\r\n \t");
            let value = if opening_quote(bytes, broken).is_some() { broken } else { value };
            Some((value, if tight { Tie::Tight } else { Tie::Loose }))
        }
        // Arguments of a call (`set("x-api-key", "…")`), not two neighbours in a list.
        b',' if !is_first_argument(bytes, name_end) => {
            named_value(bytes, name_end).map(|value| (value, Tie::Loose))
        }
        b',' | b'(' if rest.first() == Some(&b',') || spaced == name_end => {
            named_value(bytes, name_end).map(|value| (value, Tie::Loose)).or_else(|| {
                let value = skip(spaced + 1, 4, b" \t");
                opening_quote(bytes, value).map(|_| (value, Tie::Loose))
            })
        }
        b'>' if spaced == name_end => Some((spaced + 1, Tie::Loose)),
        _ => {
            if let Some(value) = named_value(bytes, name_end) {
                return Some((value, Tie::Loose));
            }
            let joins: [&[u8]; 5] = [b"is ", b"was ", b"to ", b"is: ", b"to: "];
            let joined = joins.iter().find(|word| rest.starts_with(word));
            (spaced > name_end)
                .then(|| (skip(spaced + joined.map_or(0, |word| word.len()), 4, b" \t"), Tie::Words))
        }
    }
}

/// Whether the name that ends here is quoted and stands right after a bracket.
fn is_first_argument(bytes: &[u8], name_end: usize) -> bool {
    let before = bytes.get(name_end.saturating_sub(LONGEST_NAME)..name_end).unwrap_or_default();
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let mut left =
        before.iter().rev().skip_while(|b| name(b)).skip_while(|b| matches!(b, b'"' | b'\'' | b'\\'));
    matches!(left.next(), Some(b'(' | b'['))
}

/// `name: DB_PASSWORD\n value: …`, `"name": "X", "value": "…"`, `key="X" value="…"`: the value that follows a name
/// which is itself a value.
fn named_value(bytes: &[u8], name_end: usize) -> Option<usize> {
    let rest = bytes.get(name_end..bytes.len().min(name_end + 64))?;
    let gap = rest.iter().take_while(|b| b"\"'\\, \t\r\n".contains(b)).count();
    let key = rest.get(gap..)?;
    let after =
        key.get(5..).filter(|_| key.get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"value")))?;
    let tie = after.iter().take_while(|b| b"\"'\\ :=".contains(b)).count();
    let tied = after.get(..tie)?;
    if gap == 0 || !tied.iter().any(|b| matches!(b, b':' | b'=')) {
        return None;
    }
    // The opening quote belongs to the value.
    let quote = tied.iter().rev().take_while(|b| matches!(b, b'"' | b'\'' | b'\\')).count();
    Some(name_end + gap + 5 + tie - quote)
}

/// The quote that begins at `start`, with the backslashes that escape it.
fn opening_quote(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = bytes.get(start..)?;
    let marks =
        rest.iter().take(2).take_while(|b| matches!(b, b'b' | b'r' | b'f' | b'u' | b'@' | b'$')).count();
    let escapes = rest.get(marks..)?.iter().take(4).take_while(|b| **b == b'\\').count();
    let quote = rest.get(marks + escapes)?;
    matches!(quote, b'"' | b'\'' | b'`').then(|| start + marks..start + marks + escapes + 1)
}

fn value_of(bytes: &[u8], name: &Range<usize>) -> Option<Value> {
    let (start, mut tie) = after_name(bytes, name.end)?;
    let flag = bytes.get(name.start) == Some(&b'-');
    if flag && tie == Tie::Words {
        tie = Tie::Flag;
    }
    let window = bytes.get(start..bytes.len().min(start + LONGEST_VALUE))?;
    if let Some(quote) = opening_quote(bytes, start) {
        let opening = bytes.get(quote.clone())?;
        let inside = bytes.get(quote.end..bytes.len().min(quote.end + LONGEST_VALUE))?;
        let length = quoted_length(inside, opening);
        return Some(Value { range: quote.end..quote.end + length, quoted: true, tie });
    }
    let element = start == name.end + 1 && bytes.get(name.end) == Some(&b'>');
    if element && name.start.checked_sub(1).and_then(|i| bytes.get(i)) != Some(&b'<') {
        return None;
    }
    let from_line_start = tie == Tie::Tight && Line::begins_with(bytes, name.start);
    let ends = |index: usize, byte: u8| {
        let escape =
            byte == b'\\' && matches!(window.get(index + 1), Some(b'n' | b'r' | b't' | b'"' | b'\'' | b'\\'));
        let always =
            byte.is_ascii_whitespace() || byte.is_ascii_control() || escape || byte == b'"' || byte == b'\'';
        always
            || element && byte == b'<'
            || !element
                && !from_line_start
                && matches!(byte, b',' | b';' | b'&' | b')' | b']' | b'}' | b'|' | b'`')
    };
    let length = window.iter().enumerate().position(|(i, b)| ends(i, *b)).unwrap_or(window.len());
    let sentence_end =
        window.get(..length)?.iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'*' | b'?')).count();
    let length = if from_line_start { length } else { length - sentence_end };
    Some(Value { range: start..start + length, quoted: element, tie })
}

/// Up to the closing quote, which looks like the opening one; up to the line's end where there is none.
fn quoted_length(inside: &[u8], opening: &[u8]) -> usize {
    let quote = opening.last().copied().unwrap_or(b'"');
    let escaped = opening.contains(&b'\\');
    let mut index = 0;
    while let Some(byte) = inside.get(index) {
        let next = inside.get(index + 1).copied().unwrap_or(b' ');
        match byte {
            b'\n' => return index,
            b'\\' if escaped && (next == quote || next == b'\\' || next == b'n') => return index,
            b'\\' if !escaped => index += 1,
            byte if *byte == quote => return index,
            _ => {}
        }
        index += 1;
    }
    inside.len()
}

/// The line that an assignment stands in, as far as it matters.
struct Line {
    /// Nothing but white space, `export`, `- ` or a quote before the name.
    begins: bool,
    /// Nothing but white space after the value.
    ends: bool,
    /// A bracket or comma stands right before the name or right after the value: arguments of a call.
    argument: bool,
    /// The name is the opening tag of an element.
    element: bool,
    /// The name is quoted itself (`"pass": "…"`).
    quoted_name: bool,
}

impl Line {
    fn around(bytes: &[u8], name: &Range<usize>, value: &Range<usize>) -> Line {
        let before = name.start.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b'\n');
        let after = bytes.get(value.end).copied().unwrap_or(b'\n');
        let escaped_end = after == b'\\' && matches!(bytes.get(value.end + 1), Some(b'n' | b'r'));
        Line {
            begins: Line::begins_with(bytes, name.start),
            ends: matches!(after, b'\n' | b'\r') || escaped_end,
            argument: before == b'(' || matches!(after, b')' | b','),
            element: before == b'<',
            quoted_name: matches!(before, b'"' | b'\''),
        }
    }

    fn begins_with(bytes: &[u8], start: usize) -> bool {
        let before = bytes.get(start.saturating_sub(24)..start).unwrap_or_default();
        let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let complete = line.len() < before.len() || start <= 24;
        let line = line.trim_ascii();
        let escaped = line.ends_with(b"\\n") || line.ends_with(b"\\t");
        let opens = line.is_empty()
            || [&b"export"[..], b"-", b"set", b"env", b"ENV", b"-e", b"--env"].contains(&line);
        complete && opens
            || escaped
            || line.ends_with(b" export")
            || line.ends_with(b" -e")
            || line.ends_with(b" --env")
    }
}

fn is_secret(promise: Promise, name: &str, secret: &str, value: &Value, line: &Line) -> bool {
    if secret.len() < 3
        || value::is_stand_in(secret)
        || value::is_type_word(secret)
        || secret.eq_ignore_ascii_case(name)
    {
        return false;
    }
    if !value.quoted && value::is_reference(secret) && !(value.tie == Tie::Tight && line.begins) {
        return false;
    }
    // Tests pass, gates pass, and functions pass values: the bare word is a name only where it is clearly one.
    let named = value.tie == Tie::Tight || value.quoted && line.quoted_name;
    if name.eq_ignore_ascii_case("pass") && !named {
        return false;
    }
    match promise {
        Promise::Password => is_password(name, secret, value, line),
        Promise::Token | Promise::Key => {
            let words_only = secret.len() >= 12
                && promise == Promise::Token
                && value.tie == Tie::Tight
                && line.begins
                && secret.bytes().all(|b| b.is_ascii_alphanumeric())
                && !value::is_plain_name(secret);
            match value.tie {
                Tie::Words => value::is_random(secret),
                Tie::Flag => value::is_keylike(secret) && !secret.starts_with('-'),
                Tie::Tight | Tie::Loose => {
                    value::is_keylike(secret) || words_only || wordy_env(name, secret, value, line)
                }
            }
        }
    }
}

/// `SESSION_SECRET=somelongword` in an environment file: nobody writes a constant's value as one long word otherwise.
fn wordy_env(name: &str, secret: &str, value: &Value, line: &Line) -> bool {
    let constant = name.bytes().all(|b| !b.is_ascii_lowercase());
    let one_word = secret.bytes().all(|b| b.is_ascii_lowercase());
    constant && line.begins && value.tie == Tie::Tight && one_word && secret.len() >= 12
}

/// A password may be any word, so the place has to prove more the plainer the word is.
fn is_password(name: &str, secret: &str, value: &Value, line: &Line) -> bool {
    let is_folder =
        name.trim_start_matches("OLD").eq_ignore_ascii_case("pwd") && secret.starts_with(['/', '~', '\\']);
    if is_folder || value::is_path(secret) && !value.quoted {
        return false;
    }
    let has_digit = secret.bytes().any(|b| b.is_ascii_digit());
    let has_letter = secret.bytes().any(|b| b.is_ascii_alphabetic());
    let has_sign = secret.bytes().any(|b| b"!@#$%^&*+=?~".contains(&b));
    let mixed = has_letter && (has_digit || has_sign) || has_digit && secret.len() >= 6;
    if secret.contains(char::is_whitespace) {
        return value.quoted && is_phrase(secret) && value.tie != Tie::Words;
    }
    if value.quoted {
        return match value.tie {
            Tie::Words => mixed && secret.len() >= 6 || name.bytes().all(|b| b.is_ascii_uppercase()),
            Tie::Tight | Tie::Loose | Tie::Flag => !is_label(secret) || line.element,
        };
    }
    let capitalised =
        secret.bytes().next().is_some_and(|b| b.is_ascii_uppercase()) && value::is_plain_name(secret);
    match value.tie {
        Tie::Flag => !secret.starts_with('-'),
        Tie::Tight => mixed || !(line.argument && value::is_plain_name(secret)),
        Tie::Loose => {
            mixed && !secret.ends_with(';')
                || line.begins
                    && line.ends
                    && secret.len() >= 6
                    && !capitalised
                    && !value::is_plain_name(secret.trim_end_matches(';'))
                || line.begins && line.ends && yaml_word(secret)
        }
        Tie::Words => mixed && secret.len() >= 6 && has_letter && !secret.contains(['/', '\\', '(']),
    }
}

/// One plain lower-case word as the whole value of a line (`password: letmein`).
fn yaml_word(secret: &str) -> bool {
    secret.len() >= 6 && secret.bytes().all(|b| b.is_ascii_lowercase())
}

/// Several plain words, as pass phrases have them and labels do not: no capital at the start, no words of demands.
fn is_phrase(secret: &str) -> bool {
    let words: Vec<&str> = secret.split_whitespace().collect();
    let lower = secret.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    (3..=8).contains(&words.len())
        && lower
        && !words.iter().any(|word| value::is_type_word(word) || value::is_stand_in(word))
}

/// A quoted word that labels a password field rather than fills it.
fn is_label(secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    ["password", "passwd", "passphrase"].iter().any(|word| lower.starts_with(word) || lower.ends_with(word))
        && value::is_plain_name(&lower.replace(['-', '.', ' '], "_"))
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    /// Puts the value into the text for `@` and says what is left of it.
    fn around(text: &str, value: &str, kind: &str) -> (String, String) {
        let placeholder = format!("[redacted:{kind}:1]");
        (redact(&text.replace('@', value)).to_string(), text.replace('@', &placeholder))
    }

    #[test]
    fn passwords_go_wherever_they_are_assigned() {
        for text in [
            "DB_PASSWORD=@",
            "export PGPASSWORD='@'",
            "PGPASSWORD=@ psql -h x",
            "password: @",
            "\"password\": \"@\"",
            "{\\\"password\\\":\\\"@\\\"}",
            "spring.datasource.password = @",
            "password = \"@\"",
            "<password>@</password>",
            "db.connect(user='u', password='@')",
            "Server=x;Uid=sa;Pwd=@;",
            "- name: DB_PASSWORD\n  value: \"@\"",
            "{\"name\": \"DB_PASSWORD\", \"value\": \"@\"}",
            "tool --password @ --verbose",
            "tool --db-password=@ x",
            "the password is @.",
            "config['password'] = '@'",
            "A=1\\nDB_PASSWORD=@\\nB=2",
        ] {
            let (clean, wanted) = around(text, "tr0ub4dor", "password");
            assert_eq!(clean, wanted);
        }
        for text in ["DB_PASSWORD=@", "\"password\": \"@\"", "tool --password @ x", "password: @\n"] {
            let (clean, wanted) = around(text, "letmein", "password");
            assert_eq!(clean, wanted);
        }
    }

    #[test]
    fn tokens_and_keys_go_wherever_they_are_assigned() {
        let value = ["q7W2Lx9b", "Tk4Zp0sV", "n8Rc3Hd6"].concat();
        for text in [
            "API_KEY=@",
            "export SERVICE_TOKEN=\"@\"",
            "apiKey: '@',",
            "client_secret = @",
            "x-api-key: @",
            "curl -H 'X-Auth-Token: @'",
            "https://x.org/?access_token=@&n=1",
            "tool --token @",
            "tool --api-key=@",
            "your token is @",
            "os.environ['SECRET_KEY_BASE'] = '@'",
            "//registry.x.org/:_authToken=@",
            "const clientSecret = \"@\";",
        ] {
            let (clean, wanted) = around(text, &value, "secret");
            assert_eq!(clean, wanted);
        }
    }

    #[test]
    fn program_text_documentation_and_templates_stay() {
        for text in [
            "password = os.environ[\"DB_PASSWORD\"]",
            "token: string",
            "token: string;",
            "password: str = None",
            "API_KEY=<YOUR_KEY>",
            "API_KEY=$API_KEY",
            "api_key = \"your-api-key\"",
            "SECRET_KEY=${SECRET_KEY}",
            "PASSWORD=xxxxxxxx",
            "password=password",
            "connect(password=pw, token=token)",
            "token = await get_token(session)",
            "self.token = token",
            "max_tokens: 4096",
            "\"total_tokens\": 18231,",
            "primary_key = \"a1b2c3d4e5f6\"",
            "cache-key: linux-cargo-356a192b7913b04c54574d18c28d46e6395428ab",
            "PWD=/srv/app",
            "the password is required",
            "Password: must be at least 8 characters",
            "\"password\": \"Enter your password\"",
            "if (!password) throw new Error('password missing')",
            "token 356a192b7913b04c54574d18c28d46e6395428ab was pushed",
            "--token TOKEN",
            "assert response.token == expected_token",
            "password: passwordField,",
            "def test_token_refresh_v2(self):",
            "key: 550e8400-e29b-41d4-a716-446655440000",
            "tokens = tokenizer.encode(text)",
            "let secret = Secret::from_env()?;",
            "integrity sha512-abcDEF123abcDEF123abcDEF123abcDEF123abcDEF123==",
        ] {
            assert_eq!(&*redact(text), text);
        }
    }
}

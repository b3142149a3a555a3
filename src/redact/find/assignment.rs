//! Something with a secret-like name gets a value: `.env`, `export`, YAML, JSON, TOML, XML, program text, command
//! line flags, and plain sentences ("the password is …").
//!
//! Owns the judgement that puts together what the name promises (`name`), what the place proves (`place`) and
//! what the value looks like (`value`).

use super::Detector;
use super::name::{self, Promise};
use super::place::{Line, Tie, Value, name_around, value_of};
use crate::redact::gate::{By, Finding};
use crate::redact::{rules, value};
use std::ops::Range;

/// Called for every word that a secret's name can end in.
pub(super) const DETECTOR: Detector = Detector {
    keywords: &[
        "pass",
        "pwd",
        "psw",
        "_pw",
        "-pw",
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

/// The same for what other languages call a password.
pub(super) const FOREIGN: Detector = Detector { keywords: name::FOREIGN, find };

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let name_range = name_around(bytes, hit);
    let Some(found) = value_of(bytes, &name_range) else { return };
    let Some(secret) = text.get(found.range.clone()) else { return };
    // Prose is full of keys and tokens: without a digit nothing that merely follows the word is a secret.
    if found.tie == Tie::Words && !found.quoted && !secret.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    let Some(name) = text.get(name_range.clone()) else { return };
    let Some(promise) = name::promise(name) else { return };
    let line = Line::around(bytes, &name_range, &found.range);
    if is_secret(promise, name, secret, &found, &line) {
        let kind = rules::vendor(name, secret).unwrap_or(match promise {
            Promise::Password => "password",
            Promise::Token | Promise::Key => "secret",
        });
        findings.push(Finding { range: found.range, by: By::Kind(kind) });
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
    // A flag's value (`-Ddb.password=Saturn.v77`) is no program text, and neither is a line of a `.env` file.
    let literal = value.tie == Tie::Tight && (line.begins || name.starts_with('-'));
    if !value.quoted && value::is_reference(secret) && !literal {
        return false;
    }
    // Tests pass, gates pass, and functions pass values: the bare word is a name only where it is clearly one.
    let mixed = secret.len() >= 8 && value.tie == Tie::Loose && is_mixed(secret);
    let named = value.tie == Tie::Tight || value.quoted && line.quoted_name || mixed;
    if name.eq_ignore_ascii_case("pass") && !named {
        return false;
    }
    match promise {
        Promise::Password => is_password(name, secret, value, line),
        // Some schemes are a word and a token.
        _ if value.quoted && value.tie != Tie::Words && secret.contains(' ') => {
            secret.split(' ').any(value::is_keylike) && secret.split(' ').count() == 2
        }
        Promise::Token | Promise::Key => {
            let words_only = secret.len() >= 12
                && promise == Promise::Token
                && value.tie == Tie::Tight
                && line.begins
                && secret.bytes().all(|b| b.is_ascii_alphanumeric())
                && !value::is_plain_name(secret);
            match value.tie {
                // A secret in hexadecimal digits is said to be one; a token or key may be a commit.
                Tie::Words if name.eq_ignore_ascii_case("secret") && secret.len() >= 20 => {
                    value::is_keylike(secret)
                }
                Tie::Words => value::is_random(secret),
                // Behind a flag another flag may follow, whose name may look like a key.
                Tie::Flag if secret.starts_with('-') => value::is_random(secret),
                Tie::Flag => value::is_keylike(secret),
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
    let has_letter = secret.bytes().any(|b| b.is_ascii_alphabetic());
    let mixed = is_mixed(secret);
    if secret.contains(char::is_whitespace) {
        return value.quoted && is_phrase(secret) && value.tie != Tie::Words;
    }
    if value.quoted {
        return match value.tie {
            Tie::Words => {
                mixed && secret.len() >= 6
                    || value::are_scrambled(secret)
                    || name.bytes().all(|b| b.is_ascii_uppercase())
            }
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
                || value::are_scrambled(secret)
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

/// Letters with digits or signs among them, or a long number.
fn is_mixed(secret: &str) -> bool {
    let has_digit = secret.bytes().any(|b| b.is_ascii_digit());
    let has_letter = secret.bytes().any(|b| b.is_ascii_alphabetic());
    let has_sign = secret.bytes().any(|b| value::SIGNS.contains(&b));
    has_letter && (has_digit || has_sign) || has_digit && secret.len() >= 6
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
            "    12→MYSQL_ROOT_PASSWORD=@",
            "conf/app.env:12:DB_PASSWORD=@",
            "user: root, pass: @",
            "tableau-cli publish --pw @",
            "ADMIN_PW=@ make seed",
            "java -Ddb.password=@ -jar sync.jar",
            "Das Passwort für den Testserver ist @ falls du es brauchst.",
            "le mot de passe est @",
            "kennwort=@",
            "the password for the admin is @.",
            "- name: DB_PASSWORD\\n    value: \\\"@\\\"",
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

//! What a name says about its value: `DB_PASSWORD`, `x-api-key`, `clientSecret`, `primary_key`.
//!
//! Owns splitting names into words and the few word lists that decide. Refuses to look at values.

/// What kind of secret a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// A person's or a service's password: may be any word.
    Password,
    /// A token or a secret: long and random, mostly.
    Token,
    /// A key that opens something, as opposed to one that finds something.
    Key,
}

/// What other languages that teams write call a password.
pub(super) const FOREIGN: &[&str] = &[
    "passwort",
    "kennwort",
    "mot de passe",
    "mdp",
    "contraseña",
    "contrasena",
    "senha",
    "wachtwoord",
    "hasło",
    "haslo",
    "lösenord",
    "salasana",
    "пароль",
];

/// Words in front of `key` that make it a key that opens something.
const OPENING: &[&str] = &[
    "access",
    "account",
    "admin",
    "aes",
    "api",
    "app",
    "application",
    "auth",
    "bot",
    "cipher",
    "client",
    "consumer",
    "decrypt",
    "decryption",
    "deploy",
    "encrypt",
    "encryption",
    "function",
    "functions",
    "gpg",
    "hmac",
    "host",
    "ingest",
    "integration",
    "jwt",
    "license",
    "licence",
    "live",
    "master",
    "pgp",
    "private",
    "read",
    "rest",
    "root",
    "rsa",
    "secret",
    "security",
    "server",
    "service",
    "session",
    "shared",
    "signing",
    "signature",
    "ssh",
    "storage",
    "subscription",
    "webhook",
    "write",
    "hook",
    "token",
    "wallet",
    "signer",
];

/// Words in front of `KEY` in a constant's name that make it one that finds something.
const FINDING: &[&str] = &[
    "cache",
    "column",
    "composite",
    "config",
    "dedupe",
    "default",
    "dict",
    "event",
    "field",
    "foreign",
    "group",
    "hash",
    "hot",
    "i18n",
    "idempotency",
    "index",
    "item",
    "json",
    "known",
    "language",
    "lock",
    "lookup",
    "map",
    "message",
    "node",
    "object",
    "parent",
    "partition",
    "path",
    "primary",
    "public",
    "query",
    "queue",
    "range",
    "react",
    "redis",
    "registry",
    "route",
    "routing",
    "row",
    "s3",
    "search",
    "setting",
    "settings",
    "shortcut",
    "sort",
    "state",
    "store",
    "table",
    "text",
    "translation",
    "unique",
    "yaml",
    "local",
    "test",
    "tab",
    "return",
    "enter",
    "escape",
    "arrow",
    "any",
    "up",
    "down",
    "space",
    "bucket",
    "file",
    "metric",
    "label",
    "context",
    "feature",
    "flag",
    "preference",
    "prefs",
    "sorted",
    "unit",
    "by",
    "with",
    "this",
    "no",
    "missing",
    "duplicate",
];

/// Words at the end of a name that say nothing about the value.
const TRAILING: &[&str] = &[
    "base",
    "value",
    "prod",
    "production",
    "dev",
    "staging",
    "old",
    "new",
    "primary",
    "secondary",
    "b64",
    "base64",
    "raw",
    "string",
    "text",
    "plain",
    "plaintext",
    "v1",
    "v2",
    "v3",
    "env",
    "var",
    "data",
];

/// What the name promises; `None` for names of anything else.
pub(super) fn promise(name: &str) -> Option<Promise> {
    if FOREIGN.contains(&name.to_lowercase().as_str()) {
        return Some(Promise::Password);
    }
    let words = words(name);
    let mut words = words.as_slice();
    while let [rest @ .., last] = words
        && !rest.is_empty()
        && (TRAILING.contains(&last.as_str()) || last.bytes().all(|b| b.is_ascii_digit()))
    {
        words = rest;
    }
    let (last, rest) = words.split_last()?;
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let before = rest.last().map(String::as_str);
    if matches!(before, Some("no" | "max" | "min" | "num" | "total" | "prompt" | "completion")) {
        return None;
    }
    match last {
        "pass" if rest.is_empty() && words.iter().any(|word| word != "pass") => None,
        "storepass" | "keypass" | "userpass" | "dbpass" | "rootpass" | "adminpass" | "sshpass" => {
            Some(Promise::Password)
        }
        "kennwort" | "mdp" | "pass" | "pwd" | "pw" | "passphrase" | "passcode" | "passwort" | "psw"
        | "pswd" | "requirepass" => Some(Promise::Password),
        _ if last.ends_with("password") || last.ends_with("passwd") || last.ends_with("passphrase") => {
            Some(Promise::Password)
        }
        "csrf" | "sessionid" | "sessid" | "jwt" | "creds" | "credential" | "credentials" | "salt" => {
            (last != "salt" || !rest.is_empty()).then_some(Promise::Token)
        }
        "pat" | "auth" | "signature" if rest.is_empty() || last == "signature" => None,
        "pat" | "auth" => Some(Promise::Token),
        _ if last.ends_with("token") || last.ends_with("secret") => Some(Promise::Token),
        "apikey" | "secretkey" | "accesskey" | "privatekey" | "authkey" | "apitoken" | "masterkey" => {
            Some(Promise::Key)
        }
        _ if last.ends_with("apikey") => Some(Promise::Key),
        "key" => {
            let word = before?;
            let constant = name.bytes().all(|b| !b.is_ascii_lowercase());
            let opening = OPENING.contains(&word) || constant && !FINDING.contains(&word);
            opening.then_some(Promise::Key)
        }
        _ => None,
    }
}

/// The words of a name in lower case: split at everything that is no letter or digit, and at the humps of
/// `camelCase`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut before = b' ';
    for (index, byte) in name.bytes().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            fresh = true;
            before = byte;
            continue;
        }
        let next_lower = name.as_bytes().get(index + 1).is_some_and(u8::is_ascii_lowercase);
        let hump = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && next_lower);
        match words.last_mut() {
            Some(word) if !fresh && !hump => word.push(char::from(byte.to_ascii_lowercase())),
            _ => words.push(char::from(byte.to_ascii_lowercase()).to_string()),
        }
        fresh = false;
        before = byte;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_word_by_word() {
        assert_eq!(words("HTTPServer_apiKey2"), ["http", "server", "api", "key2"]);
        for name in
            ["DB_PASSWORD", "PGPASSWORD", "userPassword", "spring.datasource.password", "--pass", "Pwd"]
        {
            assert_eq!(promise(name), Some(Promise::Password), "{name}");
        }
        for name in ["clientSecret", "GITHUB_TOKEN", "_authToken", "x-auth-token", "JWT_SECRET_V2"] {
            assert_eq!(promise(name), Some(Promise::Token), "{name}");
        }
        for name in ["apiKey", "X-Api-Key", "SECRET_KEY_BASE", "STRIPE_KEY", "AccountKey", "private_key"] {
            assert_eq!(promise(name), Some(Promise::Key), "{name}");
        }
        for name in [
            "max_tokens",
            "key",
            "primary_key",
            "publicKey",
            "CACHE_KEY",
            "author",
            "tokenizer",
            "token_count",
            "bypass",
            "compass",
            "keyword",
            "num_token",
            "password_field",
        ] {
            assert_eq!(promise(name), None, "{name}");
        }
    }
}

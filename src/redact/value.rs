//! Is this value a secret?
//!
//! Owns the judgement on what stands on the right of an assignment: randomness, placeholders, references to
//! variables, paths, plain words (`words` lists them, `letters` tells them from scrambled letters). Refuses to look
//! at the name on the left; `find::assignment` does.

mod letters;
mod words;

pub(super) use letters::are_scrambled;
use words::{STAND_IN_PARTS, STAND_INS, TYPE_WORDS};

/// Signs that passwords have among their letters, and names mostly do not.
pub(super) const SIGNS: &[u8] = b"!@#$%^&*+=?~";

/// Shannon entropy of the bytes, bits a byte.
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = bytes.len() as f64;
    let of = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(of).sum()
}

/// Whether the value is a word that names a type, a literal or a demand rather than a secret.
pub(super) fn is_type_word(value: &str) -> bool {
    contains_ignoring_case(TYPE_WORDS, value.trim_end_matches([';', ',', '.', '?', '!', ':']))
}

/// Whether the value stands in for a secret: a variable, a template slot, a starred or dotted mask, an example word.
pub(super) fn is_stand_in(value: &str) -> bool {
    let first = value.bytes().next().unwrap_or(b' ');
    let same = value.bytes().all(|byte| byte == first);
    if same || masked(value) || is_slot(value) || contains_ignoring_case(STAND_INS, value) {
        return true;
    }
    let mut words = value.split(['-', '_', ' ', '.']).filter(|word| !word.is_empty());
    let made_of_words = words.clone().all(|word| word.bytes().all(|b| b.is_ascii_alphabetic()));
    made_of_words && words.any(|word| contains_ignoring_case(STAND_IN_PARTS, word))
}

fn masked(value: &str) -> bool {
    let crossed = |letter: char| value.chars().filter(|c| c.eq_ignore_ascii_case(&letter)).count();
    value.contains("***")
        || value.contains("...")
        || value.contains('…')
        || value.contains('•')
        || crossed('x') >= 4 && crossed('x') * 2 >= value.len()
}

/// `$NAME`, `${…}`, `$(…)`, `%NAME%`, `{{…}}`, `{name}`, `<name>`, `[name]`, `@name@`, `#{…}`, `!Ref …`
fn is_slot(value: &str) -> bool {
    let bytes = value.as_bytes();
    match bytes {
        [b'$', next, ..] => next.is_ascii_alphabetic() || matches!(next, b'_' | b'{' | b'('),
        [b'#', b'{', ..] | [b'{', ..] | [b'<', ..] => true,
        [b'[', .., b']'] => true,
        [b'%', inside @ .., b'%'] | [b'@', inside @ .., b'@'] => {
            inside.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        }
        [b'!', rest @ ..] => {
            rest.starts_with(b"Ref") || rest.starts_with(b"Sub") || rest.starts_with(b"GetAtt")
        }
        _ => false,
    }
}

/// Whether an unquoted value is program text: a call, an index, a path of names (`settings.token`, `Foo::bar`,
/// `process.env.KEY`).
pub(super) fn is_reference(value: &str) -> bool {
    if value.contains(['(', '[', '{', '<']) || value.contains("::") || value.contains("->") {
        return true;
    }
    let mut names = value.split('.').peekable();
    let dotted = value.contains('.');
    let all_names = names.all(|name| {
        name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !mixed_word(name)
            && !is_jumbled(name)
    });
    dotted && all_names && !are_scrambled(value)
}

/// Whether the value is a name as programs have them: letters and underscores only.
pub(super) fn is_plain_name(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
}

/// Whether the value is a path or an address.
pub(super) fn is_path(value: &str) -> bool {
    let looks = value.starts_with(['/', '~', '.']) || value.contains("://") || value.get(1..3) == Some(":\\");
    let words = value.split(['/', '\\', '.', '-', '_']).filter(|word| !word.is_empty());
    let spelled = value.contains('/') && words.clone().count() > 1 && !words.into_iter().any(mixed_word);
    looks && !value.split('/').any(|part| part.len() >= 20 && mixed_word(part)) || spelled
}

/// Letters of both cases with a digit, as names seldom have them.
fn is_jumbled(name: &str) -> bool {
    let has = |test: fn(&u8) -> bool| name.as_bytes().iter().any(test);
    name.len() >= 4
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && name.as_bytes().iter().skip(1).any(u8::is_ascii_uppercase)
}

/// Letters and digits in turns, as words and version numbers do not have them.
fn mixed_word(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    word.len() >= 4
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether the value could be a key or a token: long enough, not made of words, not a number.
pub(super) fn is_keylike(value: &str) -> bool {
    if value.len() < 8 || value.chars().any(|c| c.is_whitespace() || c.is_control()) || is_path(value) {
        return false;
    }
    let parts = || value.split(['-', '_', '.', ':', '/']);
    let varied = entropy(value.as_bytes()) >= 1.5;
    let serial = parts().filter(|part| part.len() >= 4 && is_mixed(part)).count() >= 3;
    varied && (serial || parts().any(is_mixed_part) || changes_often(value) || are_scrambled(value))
}

/// Letters of both cases, and digits among them three times: versions and the names of machines have fewer.
fn changes_often(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let change =
        |pair: &&[u8]| pair.iter().any(u8::is_ascii_digit) && pair.iter().any(u8::is_ascii_alphabetic);
    let changes = value.as_bytes().windows(2).filter(change).count();
    value.len() >= 16 && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && changes >= 3
}

fn is_mixed(part: &str) -> bool {
    part.bytes().any(|b| b.is_ascii_digit()) && part.bytes().any(|b| b.is_ascii_alphabetic())
}

fn is_mixed_part(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    is_mixed(part) && part.len() >= 5 && (digits >= 2 || part.len() >= 8)
}

/// Whether the value is certainly random: what a token must be when only a word near it says that it is one.
/// Hashes in hexadecimal and UUIDs are not taken: they name things far more often than they open them.
pub(super) fn is_random(value: &str) -> bool {
    let parts = || value.trim_end_matches('=').split(['-', '_', '.', ':', '/', '=']);
    let unbroken = parts().any(|part| part.len() >= 16)
        || parts().filter(|part| part.len() >= 4 && is_mixed(part)).count() >= 3;
    let hexadecimal = value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    value.len() >= 20 && unbroken && !hexadecimal && is_keylike(value) && entropy(value.as_bytes()) >= 3.7
}

/// Whether a secret is distinctive enough to be looked for without its surroundings.
pub(super) fn can_stand_bare(secret: &str) -> bool {
    let has = |class: fn(&u8) -> bool| usize::from(secret.as_bytes().iter().any(class));
    let classes = has(u8::is_ascii_digit)
        + has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(|b| !b.is_ascii_alphanumeric());
    (classes >= 2 || secret.len() >= 16) && !is_stand_in(secret) && !is_path(secret)
}

fn contains_ignoring_case(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_no_secrets() {
        let all = [
            "<YOUR_KEY>",
            "$TOKEN",
            "${TOKEN}",
            "$(cat key)",
            "xxxx",
            "XXXX-XXXX-XXXX",
            "********",
            "your-api-key",
            "changeme",
            "{{ token }}",
            "%TOKEN%",
            "sk-...",
            "aaaaaaaa",
            "my_secret_token",
        ];
        for value in all {
            assert!(is_stand_in(value), "{value}");
        }
        for value in ["hunter2", "p@ssw0rd!", "s3cr3t-v4lue", "letmein"] {
            assert!(!is_stand_in(value), "{value}");
        }
    }

    #[test]
    fn program_text_is_no_secret() {
        for value in
            ["os.environ[\"X\"]", "get_token()", "self.password", "Option<String>", "process.env.API_KEY"]
        {
            assert!(is_reference(value), "{value}");
        }
        assert!(!is_reference("a1b2.c3d4e5f6g7"));
    }

    #[test]
    fn keys_are_told_from_names() {
        for value in
            ["a8f5f167f44f4964e6c998dee827110c", "Zx81-kk29-ab33-0plm", "q7Wn2Lx9", "AbCdEfGhIjKlMnOpQrSt"]
        {
            assert!(is_keylike(value), "{value}");
        }
        for value in [
            "session-token-name",
            "4096",
            "application/json",
            "AuthenticationProviderKey",
            "v1.2.3",
            "src/lib.rs",
        ] {
            assert!(!is_keylike(value), "{value}");
        }
        assert!(!is_random("550e8400-e29b-41d4-a716-446655440000"));
        assert!(!is_random("356a192b7913b04c54574d18c28d46e6395428ab"));
    }
}

//! Are these letters words, or scrambled?
//!
//! One random key in some hundred has no digit, so letters alone have to tell: in words, and in names put together
//! of words, nearly every letter is followed by one that often follows it. Owns the table of such pairs. Refuses
//! anything too short to tell.

/// For each letter from `a` to `z` the letters that follow it in words: the 300 commonest pairs of the words of
/// four or more out of five thousand source files and their comments.
const FOLLOWERS: [&str; 26] = [
    "bcdfgiklmnprstuvwxy",
    "aceilorsu",
    "acdeghiklmoprstuv",
    "abcdefiloprstu",
    "abcdefgilmnopqrstuvwxy",
    "acdefilorstu",
    "aehilnorsu",
    "aeiortu",
    "abcdefglmnoprstvxz",
    "",
    "eis",
    "acdeikloprstuy",
    "abdeilmopstu",
    "acdefgiklnopstuv",
    "abcdefgiklmnoprstuvw",
    "acehilmoprstuy",
    "u",
    "acdefgiklmnoprstuvy",
    "aceghiklmnoprstuwy",
    "abcdefhilmnoprstuxy",
    "abcdefgilmnprst",
    "aeio",
    "aehinors",
    "ceipt",
    "nps",
    "e",
];

/// Fewest pairs of neighbouring letters that can be told. Of random keys of sixteen letters, digits and signs with
/// at most one digit one in twenty passes for words, of twenty-four one in two hundred; of the names in programs
/// one in thirty is taken for scrambled.
const LEAST: usize = 10;

/// Whether the letters of a value make no words.
///
/// With both cases, a fifth of the pairs must be uncommon; with one case a quarter, as abbreviations in capitals
/// and file names run together have more of them.
pub(in crate::redact) fn are_scrambled(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let pairs = || value.as_bytes().windows(2).filter(|pair| pair.iter().all(u8::is_ascii_alphabetic));
    let uncommon = pairs().filter(|pair| !is_common(pair)).count();
    let share = if has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) { 5 } else { 4 };
    pairs().count() >= LEAST && uncommon * share >= pairs().count()
}

fn is_common(pair: &[u8]) -> bool {
    let [first, second] = [0, 1].map(|at| pair.get(at).map_or(0, u8::to_ascii_lowercase));
    let followers = FOLLOWERS.get(usize::from(first.wrapping_sub(b'a'))).copied().unwrap_or_default();
    followers.as_bytes().contains(&second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_words() {
        for name in [
            "AuthenticationProviderKey",
            "getOrCreateLandingPadInfo",
            "IceSetHostBasedAuthProc",
            "OleRegEnumFormatEtc",
            "lexicographically",
            "donaudampfschifffahrt",
            "contrasenaDelUsuario",
            "TOOMANYREQUESTSERROR",
            "my-session-token-name",
            "MAX_CONNECTIONS_PER_HOST",
        ] {
            assert!(!are_scrambled(name), "{name}");
        }
    }

    #[test]
    fn scrambled_letters_are_not() {
        for key in [
            "pFbMYECLUnrimineHERatbSJ",
            "AbCdEfGhIjKlMnOpQrSt",
            "qwkzjxhvbnmrtyplkd",
            "ZQKTXWVJHGPLMNRB",
            "tgBvfrDcXswZaqPlmoknIj",
            "KVqDpGgqyZRor_TsYuyJ",
        ] {
            assert!(are_scrambled(key), "{key}");
        }
        assert!(!are_scrambled("qwkzjxh"), "too short to tell");
    }
}

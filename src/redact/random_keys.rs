//! Keys by the thousand, in the places where keys stand: what share of them gets through.

use super::rule::Shape;
use super::{redact, rules};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// Places whose name and form leave no doubt that a secret follows.
const PLACES: &[&str] = &[
    "APP_SECRET=@",
    "LOG_LEVEL=debug\nSESSION_SECRET=@\nREGION=eu-west-1",
    "export STRIPE_API_KEY='@'",
    "env -i SERVICE_TOKEN=@ ./scripts/smoke.sh",
    "docker run -e ACCESS_TOKEN=@ image",
    "the key is ENCRYPTION_KEY=@",
    "{\"client_secret\": \"@\"}",
    "{\\\"apiKey\\\": \\\"@\\\", \\\"n\\\": 1}",
    "  access_token: @",
    "api_key = \"@\"",
    "secret_key=@&user=5",
    "tool --api-key @ --verbose",
    "tool --token=@",
    "curl -H 'Authorization: Bearer @' https://api.internal/v1",
    "curl -H 'X-Api-Key: @' https://api.internal/v1",
    "\"Authorization\": \"Basic @\"",
    "curl -u service:@ https://api.internal/v1",
    "postgres://service:@@db.internal:5432/app",
    "<add key=\"ApiKey\" value=\"@\" />",
    "config[\"auth_token\"] = \"@\"",
    "DB_PASSWORD=@",
    "password: @",
    "PGPASSWORD=@ psql -h db",
];

/// A generator that gives the same sequence for the same seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn key(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length).map(|_| char::from(letters[self.below(letters.len())])).collect()
    }
}

/// Keys tried in each place for each alphabet and length.
const KEYS: usize = 60;

#[test]
fn hardly_a_random_key_gets_through_where_a_secret_must_stand() {
    let alphabets = [
        format!("{LOWER}{UPPER}{DIGITS}"),
        format!("{LOWER}{UPPER}{DIGITS}-_"),
        format!("{LOWER}{DIGITS}"),
        "0123456789abcdef".to_owned(),
    ];
    let mut random = Random(7);
    let mut tried = 0;
    let mut through = Vec::new();
    for place in PLACES {
        for alphabet in &alphabets {
            for length in [20, 24, 32, 40] {
                for _ in 0..KEYS {
                    let key = random.key(alphabet, length);
                    let text = place.replacen('@', &key, 1);
                    tried += 1;
                    if redact(&text).contains(key.as_str()) {
                        through.push(text);
                    }
                }
            }
        }
    }
    // A random key that spells words cannot be told from words; one in five thousand may.
    assert!(through.len() * 5_000 <= tried, "{} of {tried}:\n{}", through.len(), through.join("\n"));
}

#[test]
fn hardly_a_random_token_gets_through_behind_its_vendors_prefix() {
    let mut random = Random(11);
    let mut tried = 0;
    let mut through = Vec::new();
    for rule in rules::all() {
        let Shape::Prefixed(alphabet, least, most) = rule.shape else { continue };
        let letters: String = (b'!'..=b'z').filter(|byte| alphabet.has(*byte)).map(char::from).collect();
        for prefix in rule.keywords {
            for _ in 0..KEYS {
                // Lower bounds are generous; a token is rarely shorter than this, and does not end in a sign.
                let length = least.max(24).min(most);
                let last = random.key(&letters.replace(|c: char| !c.is_ascii_alphanumeric(), ""), 1);
                let key = format!("{prefix}{}{last}", random.key(&letters, length - 1));
                tried += 1;
                if redact(&format!("using {key} for it")).contains(key.as_str()) {
                    through.push(key);
                }
            }
        }
    }
    assert!(through.len() * 5_000 <= tried, "{} of {tried}:\n{}", through.len(), through.join("\n"));
}

//! Vendors' tokens, one file a family. Data only: prefixes, alphabets, lengths.
//!
//! To add one, add a line to the family it belongs to. A prefix that nobody else uses makes a `prefixed` rule; a
//! token without one is recognised by its vendor's name in an assignment. Lower bounds are generous where the
//! prefix is telling, because vendors lengthen their tokens.

mod ai;
mod chat;
mod cloud;
mod code_hosting;
mod data;
mod identity;
mod mail;
mod monitoring;
mod package;
mod payment;
mod product;
mod social;

use super::rule::Rule;

/// Every rule.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [
        ai::RULES,
        chat::RULES,
        cloud::RULES,
        code_hosting::RULES,
        data::RULES,
        identity::RULES,
        mail::RULES,
        monitoring::RULES,
        package::RULES,
        payment::RULES,
        product::RULES,
        social::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The kind of this secret by the vendor's name in the name it was assigned to, if any rule knows it.
pub(super) fn vendor(name: &str, secret: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    all().find(|rule| rule.names(&name, secret)).map(|rule| rule.kind)
}

#[cfg(test)]
mod tests {
    use super::super::redact;
    use super::super::rule::{Alphabet, Rule, Shape};
    use super::all;
    use std::collections::BTreeSet;

    /// Characters without pattern, so that the tree holds no token that a scanner would take for a leak.
    fn sample(alphabet: Alphabet, length: usize, seed: usize) -> String {
        let letters: Vec<char> = (b'!'..=b'z').filter(|b| alphabet.has(*b)).map(char::from).collect();
        let plain: Vec<char> = letters.iter().copied().filter(char::is_ascii_alphanumeric).collect();
        let at = |i: usize| plain[(i * i * 7 + i * 31 + seed * 13 + (i >> 2)) % plain.len()];
        let mut text: Vec<char> = (0..length).map(at).collect();
        if alphabet.has(b'7')
            && let [_, second, ..] = text.as_mut_slice()
        {
            *second = '7';
        }
        text.into_iter().collect()
    }

    /// True examples of tokens that an expression describes.
    fn written(kind: &str) -> Vec<String> {
        let w = |length| sample(Alphabet::Alnum, length, 3);
        let h = |length| sample(Alphabet::Hex, length, 5).to_lowercase();
        let d = |length| sample(Alphabet::Digits, length, 1);
        let u = |length| sample(Alphabet::Upper, length, 2);
        let uuid = || [h(8), h(4), h(4), h(4), h(12)].join("-");
        match kind {
            "teams-webhook" => vec![
                [
                    "https://x.webhook",
                    ".office.com/webhookb2/",
                    &uuid(),
                    "@",
                    &uuid(),
                    "/IncomingWebhook/",
                    &h(32),
                    "/",
                    &uuid(),
                ]
                .concat(),
            ],
            "1password-secret-key" => vec![["A3", &u(6), &u(11), &u(5), &u(5), &u(5)].join("-")],
            "jwt-base64" => vec![["ZXl", "K", &w(90)].concat()],
            "authress-key" => vec![["sc_", &w(12), ".", &w(5), ".acc-", &h(16), ".", &w(40)].concat()],
            "bcrypt-hash" => vec![["$2b$1", "2$", &w(53)].concat()],
            "password-hash" => vec![
                ["$argon2id$v=19$m=65536,t=3,p=4$", &w(22), "$", &w(43)].concat(),
                ["$6$", &w(16), "$", &w(86)].concat(),
                ["$apr1$", &w(8), "$", &w(22)].concat(),
            ],
            "pgpass" => vec![["db", ":5432", ":app:app:", &w(12)].concat()],
            "oracle-password" => vec![["jdbc:oracle", ":thin:app/", &w(12), "@db:1521/X"].concat()],
            "wireguard-key" => vec![["Private", "Key = ", &w(43), "="].concat()],
            "otp-secret" => vec![["otpauth:", "//totp/x?issuer=y&secret=", "JBSWY3DPEHPK3PXP"].concat()],
            "sidekiq-secret" => vec![["BUNDLE_GEMS__CONTRIBSYS__COM=", &h(8), ":", &h(8)].concat()],
            "sendgrid-key" => vec![["SG", &w(22), &w(43)].join(".")],
            "sentry-dsn" => vec![["https", "://", &h(32), "@o1.ingest.sentry.io/42"].concat()],
            "nuget-password" => {
                vec![["<add key=\"ClearTextPass", "word\" value=\"", &w(9), "\" />"].concat()]
            }
            "paypal-token" => vec![["access_token", "$sandbox$", &h(16), "$", &h(32)].concat()],
            "plaid-token" => vec![["access-", "sandbox-", &uuid()].concat()],
            "freemius-key" => vec![["'secret_key' => 'sk", "_", &w(29), "'"].concat()],
            "airtable-token" => vec![["pat", &w(14), ".", &h(64)].concat()],
            "asana-token" => vec![["1/", &d(16), ":", &h(32)].concat()],
            "clickup-token" => vec![["pk_", &d(7), "_", &u(32)].concat()],
            "salesforce-token" => vec![["00D", &w(12), "!", &w(96)].concat()],
            "mapbox-token" => vec![["sk.ey", &w(80), ".", &w(22)].concat()],
            "facebook-app-token" => vec![["facebook_app: ", &d(16), "|", &w(27)].concat()],
            "roblox-cookie" => vec![["_|WARNING:-DO-NOT-SHARE-THIS.--x|_", &w(120)].concat()],
            _ => Vec::new(),
        }
    }

    fn examples(rule: &Rule) -> Vec<String> {
        let keywords = rule.keywords.iter();
        match rule.shape {
            Shape::Prefixed(alphabet, least, _) => {
                keywords.map(|k| format!("{k}{}", sample(alphabet, least, k.len()))).collect()
            }
            Shape::Around { before, after } => keywords
                .map(|k| format!("{}{k}{}", sample(before.0, before.1, 1), sample(after.0, after.1, 2)))
                .collect(),
            Shape::Assigned(alphabet, least, _) => {
                keywords.map(|k| format!("{k} = \"{}\"", sample(alphabet, least, 1))).collect()
            }
            Shape::AssignedSecret(alphabet, least, _) => {
                keywords.map(|k| format!("{k}_secret_key: {}", sample(alphabet, least, 1))).collect()
            }
            Shape::Pattern(_) => written(rule.kind),
        }
    }

    #[test]
    fn every_rule_finds_its_own_examples_and_no_near_miss() {
        let mut failures = Vec::new();
        for rule in all() {
            let examples = examples(rule);
            assert!(!examples.is_empty(), "{} has no example", rule.kind);
            for example in examples {
                let clean = redact(&format!("got ({example}) there"));
                let named = !matches!(rule.shape, Shape::AssignedSecret(..)) || !clean.contains(":secret:");
                let replaced = clean.contains("[redacted:") && named && clean.ends_with(") there");
                let lower = example.to_lowercase();
                let gated = rule.keywords.iter().any(|keyword| lower.contains(&keyword.to_lowercase()));
                if !replaced || !gated {
                    failures.push(format!("{}: {example} became {}", rule.kind, &*clean));
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn a_prefix_alone_or_a_short_body_is_no_token() {
        for rule in all() {
            let Shape::Prefixed(alphabet, least, _) = rule.shape else { continue };
            for keyword in rule.keywords {
                let short = format!("see {keyword}{} there", sample(alphabet, least.min(6) / 2, 1));
                assert_eq!(&*redact(&short), short, "{}", rule.kind);
            }
        }
    }

    #[test]
    fn kinds_fit_into_placeholders_and_keywords_into_the_gate() {
        let mut kinds = BTreeSet::new();
        for rule in all() {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(rule.kind.len() <= 40 && rule.kind.bytes().all(fits), "{}", rule.kind);
            assert!(
                rule.keywords.iter().all(|keyword| keyword.len() >= 2 && keyword.is_ascii()),
                "{}",
                rule.kind
            );
            kinds.insert(rule.kind);
        }
        assert!(kinds.len() >= 150, "only {} kinds", kinds.len());
    }
}

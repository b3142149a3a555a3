//! Sign-in, secrets management and encryption.

use crate::redact::rule::{Alphabet, LONGEST, Rule, assigned_secret, pattern, prefixed};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    prefixed("age-key", &["AGE-SECRET-KEY-1"], Alphabet::Upper, 50, 60),
    prefixed("1password-token", &["ops_eyJ"], Alphabet::Base64, 100, LONGEST),
    pattern(
        "1password-secret-key",
        &["A3-"],
        r#"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"#,
    ),
    pattern("jwt-base64", &["ZXlK"], r#"ZXlK[A-Za-z0-9+/=]{60,}"#),
    assigned_secret("okta-token", &["okta"], Alphabet::Url, 42, 42),
    assigned_secret("auth0-secret", &["auth0"], Alphabet::Url, 48, 80),
    pattern(
        "authress-key",
        &["sc_", "ext_", "scauth_", "authress_"],
        r#"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}"#,
    ),
    prefixed("stytch-secret", &["secret-live-", "secret-test-"], Alphabet::Dotted, 24, 64),
    assigned_secret("onelogin-secret", &["onelogin"], Alphabet::Hex, 64, 64),
    assigned_secret("keycloak-secret", &["keycloak"], Alphabet::Url, 32, 36),
    pattern(
        "sidekiq-secret",
        &["CONTRIBSYS__COM", "contribsys__com"],
        r#"(?i)contribsys__com["\']?\s*[=:]\s*["\']?([a-f0-9]{8}:[a-f0-9]{8})"#,
    ),
    prefixed("intra42-secret", &["s-s4t2ud-", "s-s4t2af-"], Alphabet::Hex, 64, 64),
    prefixed("adobe-secret", &["p8e-"], Alphabet::Alnum, 32, 32),
    assigned_secret("adobe-client-id", &["adobe"], Alphabet::Hex, 32, 32),
    pattern("bcrypt-hash", &["$2a$", "$2b$", "$2y$"], r#"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}"#),
    pattern(
        "password-hash",
        &["$argon2", "$6$", "$5$", "$y$", "$1$", "$apr1$"],
        r#"\$(?:(?:apr)?1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{8,}\$[A-Za-z0-9+/]{16,}|[56]\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{40,86}|y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43})"#,
    ),
    pattern(
        "wireguard-key",
        &["PrivateKey", "PresharedKey"],
        r#"(?:PrivateKey|PresharedKey)\s*=\s*([A-Za-z0-9+/]{42}[A-Za-z0-9+/=]{2})"#,
    ),
    pattern(
        "otp-secret",
        &["otpauth://"],
        r#"otpauth://[^\s"\'?]{1,200}\?[^\s"\']{0,200}?secret=([A-Za-z2-7]{16,})"#,
    ),
    prefixed("bitcoin-key", &["xprv"], Alphabet::Alnum, 100, 112),
    assigned_secret("ethereum-key", &["private_key", "privatekey"], Alphabet::Hex, 64, 66),
    assigned_secret("settlemint-token", &["settlemint"], Alphabet::Alnum, 16, 40),
    prefixed("settlemint-token", &["sm_aat_", "sm_pat_", "sm_sat_"], Alphabet::Alnum, 16, 32),
];

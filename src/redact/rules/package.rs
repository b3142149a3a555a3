//! Package registries and artefact stores.

use crate::redact::rule::{Alphabet, LONGEST, Rule, assigned_secret, pattern, prefixed};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    prefixed("npm-token", &["npm_"], Alphabet::Alnum, 30, 64),
    prefixed("npm-token", &["//registry.npmjs.org/:_authToken="], Alphabet::Url, 30, 64),
    prefixed("pypi-token", &["pypi-AgE", "pypi-AgN"], Alphabet::Url, 40, LONGEST),
    prefixed("rubygems-key", &["rubygems_"], Alphabet::Hex, 40, 48),
    prefixed("crates-token", &["cio"], Alphabet::Alnum, 32, 32),
    prefixed("clojars-token", &["CLOJARS_", "clojars_"], Alphabet::Alnum, 50, 64),
    prefixed("nuget-key", &["oy2"], Alphabet::Alnum, 43, 43),
    pattern(
        "nuget-password",
        &["ClearTextPassword\"", "key=\"Password\""],
        r#"(?i)(?:key=")?(?:ClearText)?Password"\s*value="([^"]{6,})""#,
    ),
    prefixed("docker-token", &["dckr_pat_", "dckr_oat_"], Alphabet::Url, 20, 64),
    prefixed("artifactory-key", &["AKCp"], Alphabet::Alnum, 60, 80),
    prefixed("artifactory-token", &["cmVmd", "cmVmdGtu"], Alphabet::Alnum, 50, 70),
    assigned_secret("jfrog-token", &["jfrog", "artifactory", "bintray"], Alphabet::Alnum, 64, 73),
    assigned_secret("hex-key", &["hex_api"], Alphabet::Hex, 32, 32),
    prefixed("anaconda-token", &["an-"], Alphabet::HexDash, 36, 36),
    prefixed("jsr-token", &["jsrd_", "jsrp_"], Alphabet::Alnum, 32, 80),
];

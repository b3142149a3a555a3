//! E-mail, messaging and telephony.

use crate::redact::rule::{Alphabet, Rule, around, assigned_secret, pattern, prefixed};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    pattern("sendgrid-key", &["SG."], r#"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"#),
    pattern("sendgrid-key", &["SG."], r#"SG\.[A-Za-z0-9=_\-.]{60,80}"#),
    prefixed("sendinblue-key", &["xkeysib-", "xsmtpsib-"], Alphabet::Url, 64, 100),
    around("mailchimp-key", &["-us"], (Alphabet::Hex, 32, 32), (Alphabet::Digits, 1, 2)),
    prefixed("mailgun-key", &["key-"], Alphabet::Hex, 32, 32),
    assigned_secret("mailgun-key", &["mailgun"], Alphabet::HexDash, 50, 50),
    assigned_secret("postmark-token", &["postmark"], Alphabet::HexDash, 36, 36),
    assigned_secret("sparkpost-key", &["sparkpost"], Alphabet::Hex, 40, 40),
    prefixed("resend-key", &["re_"], Alphabet::Word, 24, 48),
    prefixed("mailersend-token", &["mlsn."], Alphabet::Hex, 60, 72),
    assigned_secret("mailjet-secret", &["mailjet"], Alphabet::Hex, 32, 32),
    prefixed("twilio-key", &["SK"], Alphabet::Hex, 32, 32),
    assigned_secret("twilio-token", &["twilio"], Alphabet::Hex, 32, 32),
    assigned_secret("plivo-token", &["plivo"], Alphabet::Alnum, 40, 60),
    assigned_secret("vonage-secret", &["vonage", "nexmo"], Alphabet::Alnum, 16, 16),
    assigned_secret(
        "messagebird-token",
        &["messagebird", "message_bird", "message-bird"],
        Alphabet::Alnum,
        25,
        25,
    ),
    assigned_secret("messagebird-client", &["messagebird", "message_bird"], Alphabet::HexDash, 36, 36),
    prefixed("telnyx-key", &["KEY0"], Alphabet::Word, 40, 64),
    assigned_secret("sinch-token", &["sinch"], Alphabet::Hex, 32, 32),
    prefixed("courier-token", &["pk_prod_", "pk_test_"], Alphabet::Upper, 28, 28),
    assigned_secret("klaviyo-key", &["klaviyo"], Alphabet::Alnum, 34, 37),
    prefixed("klaviyo-key", &["pk_"], Alphabet::Hex, 34, 34),
    assigned_secret("beamer-token", &["beamer"], Alphabet::Dotted, 44, 46),
    prefixed("onesignal-key", &["os_v2_app_", "os_v2_org_"], Alphabet::Alnum, 60, 120),
    assigned_secret("mandrill-key", &["mandrill"], Alphabet::Url, 22, 22),
];

//! Chat and notification services.

use crate::redact::rule::{Alphabet, Rule, around, assigned_secret, pattern, prefixed};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    prefixed(
        "slack-token",
        &[
            "xoxb-",
            "xoxp-",
            "xoxa-",
            "xoxr-",
            "xoxo-",
            "xoxs-",
            "xoxe-",
            "xoxc-",
            "xoxd-",
            "xapp-",
            "xoxe.xoxb-",
            "xoxe.xoxp-",
        ],
        Alphabet::Any,
        10,
        512,
    ),
    prefixed(
        "slack-webhook",
        &["hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"],
        Alphabet::Base64,
        24,
        128,
    ),
    prefixed(
        "discord-webhook",
        &["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
        Alphabet::Any,
        40,
        160,
    ),
    around("discord-bot-token", &[".G", ".X", ".Y"], (Alphabet::Url, 23, 28), (Alphabet::Dotted, 33, 46)),
    assigned_secret("discord-secret", &["discord"], Alphabet::Url, 32, 80),
    around("telegram-bot-token", &[":AA"], (Alphabet::Digits, 8, 12), (Alphabet::Url, 32, 34)),
    pattern(
        "teams-webhook",
        &[".webhook.office.com/webhookb2/"],
        r#"[^\s"\']{0,40}webhookb2/([A-Za-z0-9@/-]{60,300})"#,
    ),
    assigned_secret("mattermost-token", &["mattermost"], Alphabet::Alnum, 26, 26),
    assigned_secret("gitter-token", &["gitter"], Alphabet::Url, 40, 40),
    assigned_secret("rocketchat-token", &["rocketchat", "rocket_chat"], Alphabet::Url, 43, 43),
    assigned_secret("zulip-key", &["zulip"], Alphabet::Alnum, 32, 32),
    assigned_secret("pushover-token", &["pushover"], Alphabet::Alnum, 30, 30),
    prefixed("pushbullet-token", &["o."], Alphabet::Alnum, 32, 32),
    assigned_secret("webex-token", &["webex"], Alphabet::Url, 64, 128),
    assigned_secret("zoom-secret", &["zoom"], Alphabet::Url, 22, 64),
    assigned_secret("sendbird-token", &["sendbird"], Alphabet::HexDash, 36, 40),
    assigned_secret("intercom-token", &["intercom"], Alphabet::Dotted, 60, 60),
    assigned_secret("pusher-secret", &["pusher"], Alphabet::Hex, 20, 20),
    assigned_secret("ably-key", &["ably"], Alphabet::Any, 20, 64),
];

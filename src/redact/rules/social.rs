//! Social networks, advertising, media and games.

use crate::redact::rule::{Alphabet, Rule, assigned_secret, pattern, prefixed};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    prefixed("facebook-token", &["EAAM", "EAAC", "EAAB", "EAAG", "EAAD"], Alphabet::Alnum, 60, 400),
    pattern(
        "facebook-app-token",
        &["facebook", "FACEBOOK", "fb_app", "FB_APP"],
        r#"(?i)(?:facebook|fb_app)[\w.-]{0,20}["\']?\s*[:=]\s*["\']?(\d{15,16}\|[0-9A-Za-z_-]{27,40})"#,
    ),
    assigned_secret("facebook-secret", &["facebook", "fb_app"], Alphabet::Hex, 32, 32),
    prefixed("instagram-token", &["IGQV", "IGQW", "IGAA"], Alphabet::Url, 60, 300),
    prefixed("twitter-bearer", &["AAAAAAAAAAAAAAAAAAAAA"], Alphabet::Any, 60, 140),
    assigned_secret("twitter-secret", &["twitter"], Alphabet::Url, 25, 60),
    assigned_secret("linkedin-secret", &["linkedin", "linked_in", "linked-in"], Alphabet::Alnum, 14, 16),
    prefixed("linkedin-token", &["AQV", "AQX", "WPL_AP1."], Alphabet::Dotted, 80, 600),
    assigned_secret("tiktok-secret", &["tiktok"], Alphabet::Alnum, 32, 40),
    assigned_secret("reddit-secret", &["reddit"], Alphabet::Url, 27, 30),
    assigned_secret("spotify-secret", &["spotify"], Alphabet::Hex, 32, 32),
    assigned_secret("twitch-token", &["twitch"], Alphabet::Alnum, 30, 30),
    prefixed("twitch-token", &["oauth:"], Alphabet::Alnum, 30, 30),
    assigned_secret("flickr-secret", &["flickr"], Alphabet::Hex, 16, 32),
    assigned_secret("vimeo-token", &["vimeo"], Alphabet::Hex, 32, 32),
    assigned_secret("unsplash-key", &["unsplash"], Alphabet::Url, 43, 43),
    assigned_secret("giphy-key", &["giphy"], Alphabet::Alnum, 32, 32),
    assigned_secret("steam-key", &["steam"], Alphabet::Hex, 32, 32),
    assigned_secret("roblox-key", &["roblox"], Alphabet::Base64, 40, 200),
    pattern(
        "roblox-cookie",
        &["_|WARNING:-DO-NOT-SHARE-THIS"],
        r#"_\|WARNING:-DO-NOT-SHARE-THIS[^|]{0,300}\|_([A-Za-z0-9]{40,2000})"#,
    ),
    assigned_secret("strava-token", &["strava"], Alphabet::Hex, 40, 40),
    assigned_secret("lastfm-secret", &["lastfm", "last_fm"], Alphabet::Hex, 32, 32),
    assigned_secret("youtube-key", &["youtube"], Alphabet::Url, 39, 39),
    assigned_secret("mux-secret", &["mux_token", "mux_"], Alphabet::Base64, 60, 90),
    assigned_secret("cloudinary-secret", &["cloudinary"], Alphabet::Url, 27, 27),
    prefixed("imagekit-key", &["private_"], Alphabet::Base64, 28, 28),
    assigned_secret("shutterstock-secret", &["shutterstock"], Alphabet::Alnum, 32, 64),
];

//! Looks for planted secrets in everything a cycle left behind.

use crate::truth::PlantedSecret;
use std::collections::BTreeMap;

/// This much of a secret is a leak.
const WINDOW: usize = 12;

/// The kinds of the secrets of which twelve characters in a row appear in these bytes, one entry a secret.
pub(crate) fn leaks(secrets: &[PlantedSecret], bytes: &[u8]) -> Vec<String> {
    let mut windows: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (index, secret) in secrets.iter().enumerate() {
        for core in &secret.cores {
            windows.extend(core.as_bytes().windows(WINDOW).map(|window| (window, index)));
        }
    }
    // Two bytes rule out nearly every place before the map is asked.
    let mut starts = vec![false; 1 << 16];
    for window in windows.keys() {
        starts[usize::from(window[0]) << 8 | usize::from(window[1])] = true;
    }
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, window) in bytes.windows(WINDOW).enumerate() {
        if starts[usize::from(window[0]) << 8 | usize::from(window[1])]
            && let Some(&secret) = windows.get(window)
        {
            found.entry(secret).or_insert(at);
        }
    }
    let around = |at: usize| {
        let text = &bytes[at.saturating_sub(60)..at];
        String::from_utf8_lossy(text).replace('\n', " ")
    };
    found.into_iter().map(|(secret, at)| format!("{} after “{}”", secrets[secret].kind, around(at))).collect()
}

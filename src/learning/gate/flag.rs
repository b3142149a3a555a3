//! Flags, settings and commands that switch a safeguard off. The half of `safeguard` that reads command lines.

use super::grammar::Block;
use regex::Regex;
use std::sync::LazyLock;

static FLAGS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let expressions = [
        r"--?dangerously[\w-]*",
        r"--yolo\b|--full-auto\b|--trust-all[\w-]*|--allow-all[\w-]*|--auto-?approve\b|-auto-approve\b|--skip-permissions?[\w-]*|--bypass-[\w-]*|--approve-all\b|--yes-always\b|--no-confirm\w*|--no-approval\b|--accept-all\b",
        r"\bbypasspermissions\b|\bdanger-full-access\b|\bapproval[_-]?policy\b.{0,12}\b(?:never|none)\b|\bpermission-mode\b.{0,4}\b(?:bypass\w*|acceptedits|dontask)|\bacceptedits\b|\bdontask\b",
        r"--no-verify\b|--no-gpg-sign\b|\bhusky\s*=\s*0\b|\bcore\.hookspath[\s=]+(?:/dev/null|''|\x22\x22)|\bgit\s+commit\b[^\n;|'\x22]*\s-[a-z]*n[a-z]*\b",
        r"\bchmod\s+(?:-\w+\s+)*(?:0?777|a[+=]rwx|ugo[+=]rwx|o[+=]w\w*)\b",
        r"\bnopasswd\b|\bsetenforce\s+0\b|\bufw\s+disable\b|\biptables\s+-f\b|\bspctl\s+--master-disable\b|\bset-executionpolicy\s+(?:bypass|unrestricted)|-executionpolicy\s+bypass|\bset-mppreference\b",
        r"\bstricthostkeychecking[\s=]+no\b|\bsslverify[\s=]+(?:false|0)\b|\bnode_tls_reject_unauthorized[\s=]+['\x22]?0|\bpythonhttpsverify[\s=]+0|\bverify\s*=\s*false\b|--trusted-host\b|--no-check-certificate\b",
        r"--no-sandbox\b|\bbash\(:?\)|\s-v\s+/:/",
        r"--privileged\b[^\n]*docker|docker[^\n]*--privileged\b",
    ];
    expressions.iter().filter_map(|expression| Regex::new(expression).ok()).collect()
});

/// The first line of the block with such a flag, unless it stands there to be forbidden.
pub(super) fn weakens(block: &Block) -> Option<u32> {
    let hits = FLAGS.iter().flat_map(|expression| expression.find_iter(&block.text));
    hits.filter(|hit| !forbidden(&block.text, hit.start()))
        // Browsers in containers need it, and it is the browser's own sandbox.
        .filter(|hit| {
            hit.as_str() != "--no-sandbox"
                || !["chrom", "puppeteer", "playwright", "electron"]
                    .iter()
                    .any(|name| block.text.contains(name))
        })
        .map(|hit| block.line_at(hit.start()))
        .min()
}

/// Whether what stands at this byte is named in order to forbid it, or as what fails.
fn forbidden(text: &str, byte: usize) -> bool {
    let before = text.get(..byte).unwrap_or_default();
    let clause = before.rsplit(['.', '!', '?', ';', ',', '\n']).next().unwrap_or_default();
    let words: Vec<&str> = clause.split_whitespace().collect();
    let recent = words.get(words.len().saturating_sub(8)..).unwrap_or_default();
    let forbids = |word: &&str| {
        matches!(
            *word,
            "never"
                | "not"
                | "dont"
                | "avoid"
                | "without"
                | "cannot"
                | "forbidden"
                | "reject"
                | "rejects"
                | "refuse"
                | "no"
                | "instead"
                | "unknown"
                | "unrecognized"
                | "invalid"
                | "prohibited"
        ) || word.ends_with("n't")
    };
    let swallowed = |word: &&str| {
        matches!(
            *word,
            "forget" | "hesitate" | "fail" | "mind" | "only" | "just" | "worry" | "but" | "then" | "so"
        )
    };
    recent.iter().any(forbids) && !recent.iter().any(swallowed)
}

//! Findings for people, for programs, for code scanning and for a pull request's margin.

use crate::check::finding::{Finding, Severity};
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How findings are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For code scanning (SARIF 2.1.0)
    Sarif,
    /// For the margin of a pull request (GitHub workflow commands)
    Github,
}

pub(super) fn render(findings: &[Finding], format: Format) -> Result<String> {
    Ok(match format {
        Format::Text => text(findings),
        Format::Json => pretty(&json!({ "version": 1, "findings": findings }))?,
        Format::Sarif => pretty(&sarif(findings))?,
        Format::Github => findings.iter().map(github).collect(),
    })
}

fn pretty(value: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { path, line, rule, severity, what, remedy } in findings {
        let place = line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"));
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{place}: {severity}: {what} ({rule})\n    {remedy}");
    }
    text
}

/// One annotation. Line breaks and what separates fields are escaped as the runner asks for.
fn github(finding: &Finding) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let line = finding.line.map(|line| format!(",line={line}")).unwrap_or_default();
    format!(
        "::{command} file={}{line},title={}::{}\n",
        property(&finding.path),
        property(finding.rule),
        data(&format!("{}: {}", finding.what, finding.remedy))
    )
}

/// A path as a relative reference (RFC 3986): every byte that may not stand in one as `%` and two digits.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().fold(String::new(), |mut uri, byte| {
        if plain(byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}

/// The findings as one run of a tool (SARIF 2.1.0, OASIS).
fn sarif(findings: &[Finding]) -> Value {
    let mut rules: BTreeMap<&str, usize> = findings.iter().map(|finding| (finding.rule, 0)).collect();
    for (index, place) in rules.values_mut().enumerate() {
        *place = index;
    }
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let mut location =
                json!({ "artifactLocation": { "uri": uri(&finding.path), "uriBaseId": "%SRCROOT%" } });
            if let Some(line) = finding.line {
                location["region"] = json!({ "startLine": line });
            }
            json!({
                "ruleId": finding.rule,
                "ruleIndex": rules[finding.rule],
                "level": finding.severity,
                "message": { "text": format!("{}. Remedy: {}.", finding.what, finding.remedy) },
                "locations": [{ "physicalLocation": location }],
            })
        })
        .collect();
    let rules: Vec<Value> = rules.keys().map(|rule| json!({ "id": rule })).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "git-dream", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "results": results,
        }],
    })
}

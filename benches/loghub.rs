//! How well error templates are found, on other people's labelled logs: grouping accuracy (GA) and F1 of grouping
//! (FGA) as Khan et al. (ICSE 2022) and Jiang et al. (ISSTA 2024) define them, on LogHub's 2,000-line samples with
//! corrected labels.
//!
//! The logs are not part of this repository (research licence). Fetch the repository `logpai/loghub-2.0` and name
//! its folder `2k_dataset`:
//!
//! ```text
//! LOGHUB_DIR=loghub-2.0/2k_dataset cargo bench --bench loghub
//! ```
//!
//! One set of masks and one threshold for all systems, the defaults that mining uses. The figures beside are
//! Drain3's with generic masks at similarity 0.6, average over the same systems; per system it was not recorded.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use git_dream::pattern::template;
use git_dream::settings::Mining;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Drain3 with generic masks, the average over the fourteen systems of LogHub-2.0: GA and FGA.
const DRAIN3_WITH_MASKS: (f64, f64) = (0.787, 0.778);

/// Drain3 without masks, the same.
const DRAIN3: (f64, f64) = (0.752, 0.732);

fn main() {
    let Some(folder) = std::env::var_os("LOGHUB_DIR") else {
        println!("loghub: LOGHUB_DIR is not set, nothing measured (see the top of benches/loghub.rs)");
        return;
    };
    let similarity = std::env::var("SIMILARITY")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(Mining::default().template_similarity);
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    files.sort();
    println!("{:<14} {:>6} {:>6} {:>6} {:>7} {:>7}", "system", "lines", "events", "found", "GA", "FGA");
    let mut sums = (0.0, 0.0);
    for file in &files {
        let (contents, events) = read(file);
        let messages: Vec<&str> = contents.iter().map(String::as_str).collect();
        let templates = template::find(&messages, similarity);
        let (ga, fga) = score(&events, &templates.of);
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let system = name.split('_').next().unwrap_or_default();
        let distinct = events.iter().collect::<BTreeSet<_>>().len();
        println!(
            "{system:<14} {:>6} {distinct:>6} {:>6} {ga:>7.3} {fga:>7.3}",
            messages.len(),
            templates.all.len()
        );
        if std::env::var("LOGHUB_ERRORS").is_ok_and(|wanted| wanted == system) {
            show_errors(&contents, &events, &templates);
        }
        sums = (sums.0 + ga, sums.1 + fga);
    }
    let of = files.len().max(1) as f64;
    println!("{:<14} {:>6} {:>6} {:>6} {:>7.3} {:>7.3}", "average", "", "", "", sums.0 / of, sums.1 / of);
    for (name, (ga, fga)) in [("Drain3+masks", DRAIN3_WITH_MASKS), ("Drain3", DRAIN3)] {
        println!("{name:<14} {:>6} {:>6} {:>6} {ga:>7.3} {fga:>7.3}", "", "", "");
    }
}

/// The labelled files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.to_str().is_some_and(|name| name.ends_with("_structured_corrected.csv")) {
            files.push(path);
        }
    }
}

/// Message and event of every line.
fn read(file: &Path) -> (Vec<String>, Vec<String>) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).expect("a CSV file");
    let headers = reader.headers().expect("a header line").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect("a known column");
    let (content, event) = (column("Content"), column("EventTemplate"));
    reader
        .records()
        .flatten()
        .map(|record| {
            (
                record.get(content).unwrap_or_default().to_owned(),
                record.get(event).unwrap_or_default().to_owned(),
            )
        })
        .unzip()
}

/// Grouping accuracy: share of lines whose group is exactly an event's lines. FGA: the harmonic mean of the shares
/// of found groups and of events that match exactly.
fn score(events: &[String], found: &[usize]) -> (f64, f64) {
    let mut by_event: BTreeMap<&String, BTreeSet<usize>> = BTreeMap::new();
    let mut by_group: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (line, (event, group)) in events.iter().zip(found).enumerate() {
        by_event.entry(event).or_default().insert(line);
        by_group.entry(*group).or_default().insert(line);
    }
    let exact: BTreeSet<&BTreeSet<usize>> = by_event.values().collect();
    let matching: Vec<&BTreeSet<usize>> = by_group.values().filter(|group| exact.contains(group)).collect();
    let lines: usize = matching.iter().map(|group| group.len()).sum();
    let (precision, recall) = (
        matching.len() as f64 / by_group.len().max(1) as f64,
        matching.len() as f64 / by_event.len().max(1) as f64,
    );
    let fga = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    (lines as f64 / events.len().max(1) as f64, fga)
}

/// Prints events that were torn apart or thrown together, the largest first.
fn show_errors(contents: &[String], events: &[String], templates: &template::Templates) {
    let mut groups: BTreeMap<(&String, usize), Vec<usize>> = BTreeMap::new();
    for (line, (event, group)) in events.iter().zip(&templates.of).enumerate() {
        groups.entry((event, *group)).or_default().push(line);
    }
    let mut by_event: BTreeMap<&String, Vec<(usize, usize, usize)>> = BTreeMap::new();
    for ((event, group), lines) in &groups {
        by_event.entry(event).or_default().push((*group, lines.len(), lines[0]));
    }
    for (event, parts) in by_event {
        let torn = parts.len() > 1;
        let mixed =
            parts.iter().any(|(group, size, _)| templates.of.iter().filter(|g| *g == group).count() > *size);
        if torn || mixed {
            println!("  {} {event}", if torn { "torn " } else { "mixed" });
            for (group, size, example) in parts.iter().take(6) {
                println!("      {size:>5}  {}   <-  {}", templates.all[*group], contents[*example]);
            }
        }
    }
}

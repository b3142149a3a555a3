//! What the README shows is what the program prints.

use crate::sandbox::Sandbox;

/// The block of the README that begins with this line, without its fences.
fn block<'r>(readme: &'r str, begins: &str) -> &'r str {
    let blocks = readme.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.into_iter().find(|block| block.starts_with(begins)).unwrap_or_else(|| panic!("no block {begins}"))
}

/// A text in which names that git makes by hashing are blanked: they change with every setting that is added.
fn blanked(text: &str) -> String {
    let is_name = |word: &str| word.len() >= 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut words = Vec::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let end = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        words.push(if is_name(&word[..end]) { format!("<hash>{}", &word[end..]) } else { word.to_owned() });
    }
    words.concat().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let sandbox = Sandbox::new();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let listing = block(&readme.replace("\r\n", "\n"), "$ git dream demo").to_owned();
    let (command, listing) = listing.split_once('\n').unwrap();
    let arguments: Vec<&str> = command.trim_start_matches("$ git dream ").split(' ').collect();
    let ran = sandbox.dream(&sandbox.path(""), &arguments);
    let printed = blanked(&ran.stderr);
    assert!(printed.contains(&blanked(listing)), "README has\n{listing}\nthe demo prints\n{}", ran.stderr);
    let shown = ran.stdout.split("\ndiff --git").next().unwrap();
    assert_eq!(blanked(block(&readme, "commit ")).trim_end(), blanked(shown).trim_end());
}

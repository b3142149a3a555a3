//! One of so many parts of a set of files, for machines that share the work without talking to each other.
//!
//! A file belongs to the part that its name hashes to. The name is what stands below the folder that was named, so every
//! machine that has the files below some folder agrees, and a file that is added moves no other. Refuses to look into
//! files: parts have about as many files each, not as many bytes.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Part `index`, counted from 0, of `of`. Written `3/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shard {
    index: u32,
    of: u32,
}

impl Shard {
    /// Which part this is, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// Into how many parts the files are dealt.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether the file with this name is in this part: the first eight bytes of the name's BLAKE3 hash, read as a
    /// little-endian number, leave [`Shard::index`] when divided by [`Shard::of`].
    pub fn takes(self, name: &str) -> bool {
        let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(name.as_bytes()).as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h]) % u64::from(self.of.max(1)) == u64::from(self.index)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parts =
            text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if index < of => Ok(Shard { index, of }),
            Some((_, of)) if of > 0 => {
                Err(format!("parts are counted from 0, so the last of {of} is {}/{of}", of - 1))
            }
            _ => Err("write it as part/parts, counted from 0: 0/4, 1/4, 2/4, 3/4".to_owned()),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Shard, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> String {
        shard.to_string()
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// What a file is called below the first of `named` that holds it, with `/` between folders on every system; a file
/// that was named itself goes by its own name.
pub fn name_below(file: &Path, named: &[PathBuf]) -> String {
    let below = named.iter().find_map(|named| file.strip_prefix(named).ok());
    let below = below.filter(|below| !below.as_os_str().is_empty());
    let name = below.unwrap_or_else(|| file.file_name().map_or(file, Path::new));
    plain_name(&name.to_string_lossy())
}

/// A name as every system writes it: `/` between folders, nothing that leads to here.
pub fn plain_name(name: &str) -> String {
    let mut name = name.replace('\\', "/");
    while let Some(rest) = name.strip_prefix("./") {
        name = rest.to_owned();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Machines with different versions share the work of one night: this must never change.
    #[test]
    fn a_name_stays_in_its_part() {
        let part_of = |name: &str| {
            let mine: Vec<u32> =
                (0..16).filter(|index| Shard { index: *index, of: 16 }.takes(name)).collect();
            assert_eq!(mine.len(), 1, "{name}");
            mine[0]
        };
        let names = ["a.jsonl", "projects/-home-ada-app/1.jsonl", "größe/\u{1F600}.jsonl", ""];
        assert_eq!(names.map(part_of), [0, 0, 0, 0]);
    }

    #[test]
    fn parts_are_about_as_large() {
        let mut sizes = [0_u32; 7];
        for file in 0..7_000 {
            let name = format!("2026/{file}.jsonl");
            let mine = (0..7).find(|index| Shard { index: *index, of: 7 }.takes(&name)).unwrap();
            sizes[mine as usize] += 1;
        }
        assert!(sizes.iter().all(|size| (850..1150).contains(size)), "{sizes:?}");
    }

    #[test]
    fn what_is_no_part_is_told() {
        assert_eq!("3/16".parse(), Ok(Shard { index: 3, of: 16 }));
        assert!("16/16".parse::<Shard>().unwrap_err().contains("15/16"));
        for text in ["", "3", "0/0", "-1/4", "1/4/2", "a/b"] {
            assert!(text.parse::<Shard>().unwrap_err().contains("0/4"), "{text}");
        }
    }

    #[test]
    fn a_file_has_one_name_wherever_its_folder_lies() {
        let below = |file: &str, named: &str| name_below(Path::new(file), &[named.into()]);
        assert_eq!(below("/data/s/a/b.jsonl", "/data/s"), "a/b.jsonl");
        assert_eq!(below("./t/a/b.jsonl", "./t"), "a/b.jsonl");
        assert_eq!(below("/x/b.jsonl", "/x/b.jsonl"), "b.jsonl");
        assert_eq!(plain_name("./a\\b.jsonl"), "a/b.jsonl");
    }
}

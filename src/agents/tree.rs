//! A value that is to be written into settings, with its members in the order in which they are to be read.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// What JSON and TOML can both hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    Text(String),
    Number(u32),
    Flag(bool),
    List(Vec<Tree>),
    Object(Members),
}

/// The members of an object, in order.
pub(super) type Members = Vec<(&'static str, Tree)>;

impl From<&str> for Tree {
    fn from(text: &str) -> Tree {
        Tree::Text(text.to_owned())
    }
}

impl From<Vec<String>> for Tree {
    fn from(texts: Vec<String>) -> Tree {
        Tree::List(texts.into_iter().map(Tree::Text).collect())
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::Number(number) => serializer.serialize_u32(*number),
            Tree::Flag(flag) => serializer.serialize_bool(*flag),
            Tree::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Tree::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, value)| object.serialize_entry(key, value))?;
                object.end()
            }
        }
    }
}

impl Tree {
    /// As JSON, indented by `unit`, every line but the first set in by `indent`; on one line where `unit` is `None`.
    pub(super) fn json(&self, unit: Option<&str>, indent: &str, newline: &str) -> String {
        let mut bytes = Vec::new();
        let written = match unit {
            Some(unit) => {
                let formatter = serde_json::ser::PrettyFormatter::with_indent(unit.as_bytes());
                self.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))
            }
            None => serde_json::to_writer(&mut bytes, self),
        };
        // Writing to memory does not fail, and no key is anything but a string.
        debug_assert!(written.is_ok());
        // A line break inside a string is written as `\n`: those that are left separate lines.
        String::from_utf8_lossy(&bytes).replace('\n', &format!("{newline}{indent}"))
    }
}

//! The baseline: each line parsed by `serde_json` into structs with owned strings, every key nobody asked for
//! stepped over.
//!
//! [`Derived`] derives everything, as such a reader is usually written: blocks are an enum tagged by `type`, content
//! is an untagged one. [`ByHand`] avoids the buffering of both enums with a visitor.

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::io::{BufRead, BufReader};
use std::path::Path;

/// What a content must tell, so that nothing of it is optimised away.
pub(crate) trait Weigh {
    fn weight(&self) -> usize;
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "C: Deserialize<'de>")]
struct Line<C> {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    uuid: Option<String>,
    #[serde(default)]
    parent_uuid: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    cwd: Option<String>,
    #[serde(default)]
    is_sidechain: bool,
    #[serde(default)]
    message: Option<Message<C>>,
}

#[derive(Deserialize)]
#[serde(bound = "C: Deserialize<'de>")]
struct Message<C> {
    #[serde(default)]
    role: String,
    #[serde(default)]
    model: Option<String>,
    content: C,
}

/// Content as it is usually derived.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Derived {
    Text(String),
    Blocks(Vec<DerivedBlock>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum DerivedBlock {
    Text {
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        input: serde_json::Value,
    },
    ToolResult {
        tool_use_id: String,
        content: Derived,
        is_error: Option<bool>,
    },
    #[serde(other)]
    Other,
}

impl Weigh for Derived {
    fn weight(&self) -> usize {
        match self {
            Derived::Text(text) => text.len(),
            Derived::Blocks(blocks) => blocks.iter().map(DerivedBlock::weight).sum(),
        }
    }
}

impl DerivedBlock {
    fn weight(&self) -> usize {
        match self {
            DerivedBlock::Text { text } => text.len(),
            DerivedBlock::ToolUse { id, name, input } => {
                id.len() + name.len() + usize::from(input.is_object())
            }
            DerivedBlock::ToolResult { tool_use_id, content, is_error } => {
                tool_use_id.len() + content.weight() + usize::from(*is_error == Some(true))
            }
            DerivedBlock::Other => 0,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Block {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    input: Option<Box<serde_json::value::RawValue>>,
    #[serde(default)]
    tool_use_id: Option<String>,
    #[serde(default)]
    is_error: Option<bool>,
    #[serde(default)]
    content: ByHand,
}

/// A string or blocks; read without buffering, which `untagged` would do.
#[derive(Default)]
pub(crate) enum ByHand {
    #[default]
    None,
    Text(String),
    Blocks(Vec<Block>),
}

impl<'de> Deserialize<'de> for ByHand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ByHand, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = ByHand;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("text or blocks")
            }
            fn visit_str<E>(self, text: &str) -> Result<ByHand, E> {
                Ok(ByHand::Text(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<ByHand, E> {
                Ok(ByHand::Text(text))
            }
            fn visit_unit<E>(self) -> Result<ByHand, E> {
                Ok(ByHand::None)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<ByHand, A::Error> {
                let mut blocks = Vec::new();
                while let Some(block) = sequence.next_element()? {
                    blocks.push(block);
                }
                Ok(ByHand::Blocks(blocks))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl Weigh for ByHand {
    fn weight(&self) -> usize {
        match self {
            ByHand::None => 0,
            ByHand::Text(text) => text.len(),
            ByHand::Blocks(blocks) => blocks
                .iter()
                .map(|block| {
                    let texts = [&block.text, &block.id, &block.name, &block.tool_use_id];
                    let texts = texts.into_iter().flatten().map(String::len).sum::<usize>();
                    let input = block.input.as_ref().map_or(0, |input| input.get().len());
                    texts
                        + input
                        + block.r#type.len()
                        + usize::from(block.is_error == Some(true))
                        + block.content.weight()
                })
                .sum(),
        }
    }
}

/// Parses every line of a file; gives a weight of what was read.
pub(crate) fn parse<C: Weigh + serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<usize> {
    let mut reader = BufReader::with_capacity(256 * 1024, std::fs::File::open(file)?);
    let (mut bytes, mut weight) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        let line: Line<C> = serde_json::from_slice(&bytes)?;
        let names = [line.session_id, line.uuid, line.parent_uuid, line.timestamp, line.cwd];
        weight += names.iter().flatten().map(String::len).sum::<usize>() + line.r#type.len();
        weight += usize::from(line.is_sidechain);
        if let Some(message) = line.message {
            weight +=
                message.role.len() + message.model.map_or(0, |model| model.len()) + message.content.weight();
        }
        bytes.clear();
    }
    Ok(weight)
}

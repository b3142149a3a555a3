//! A line of a Claude Code transcript, taken apart in one pass.
//!
//! The line's large strings are looked at once, and the repetition of a result under `toolUseResult` not at all.

use crate::session::scan::{self, Go, Walk};

/// A line as it stands, found in one pass over it.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) envelope: [Option<&'a [u8]>; ENVELOPE.len()],
    /// It has a message that is an object; `broken` if it has one that is not.
    pub(super) has_message: bool,
    pub(super) broken: bool,
    pub(super) role: Option<&'a [u8]>,
    pub(super) model: Option<&'a [u8]>,
    /// A message that is one text.
    pub(super) text: Option<&'a [u8]>,
    pub(super) blocks: Vec<[Option<&'a [u8]>; BLOCK.len()]>,
    /// Elements of the content that are no blocks.
    pub(super) bare: u32,
    has_result: bool,
}

/// What is looked at beside the message.
const ENVELOPE: [&str; 18] = [
    "type",
    "sessionId",
    "session_id",
    "cwd",
    "uuid",
    "parentUuid",
    "isSidechain",
    "agentId",
    "parent_tool_use_id",
    "timestamp",
    "role",
    "isMeta",
    "isCompactSummary",
    "isVisibleInTranscriptOnly",
    "isApiErrorMessage",
    "teamName",
    "origin",
    "attachment",
];

/// What is looked at in a content block.
const BLOCK: [&str; 8] = ["type", "text", "id", "name", "input", "tool_use_id", "content", "is_error"];

/// What must have been seen before the rest of a line with a result may be left alone: `type`, the session, the
/// record's id and its time.
const ESSENTIAL: [usize; 4] = [0, 1, 4, 9];

impl<'a> Found<'a> {
    /// Takes a line apart; an error if it is no JSON object.
    pub(super) fn of(line: &'a [u8]) -> Result<Found<'a>, scan::Broken> {
        let mut found = Found::default();
        let mut walk = Walk::new(line);
        let ended = walk.object(|key, walk| {
            if key == b"message" && walk.ahead() == Some(b'{') {
                found.has_message = true;
                return found.message(walk).map(|()| Go::On);
            }
            if key == b"toolUseResult" && found.is_complete() {
                // It repeats the result that was read, and may be as large again.
                return Ok(Go::Out);
            }
            found.broken |= key == b"message";
            match ENVELOPE.iter().position(|name| scan::is_named(key, name)) {
                Some(index) => {
                    found.envelope[index] = Some(walk.value()?);
                    Ok(Go::On)
                }
                None => Ok(Go::Over),
            }
        })?;
        // What was left alone is believed to end where the line does.
        let is_whole = if ended { walk.is_done() } else { line.last() == Some(&b'}') };
        if is_whole { Ok(found) } else { Err(scan::Broken { at: line.len() }) }
    }

    fn message(&mut self, walk: &mut Walk<'a>) -> Result<(), scan::Broken> {
        walk.object(|key, walk| {
            match key {
                b"role" => self.role = Some(walk.value()?),
                b"model" => self.model = Some(walk.value()?),
                b"content" if walk.ahead() == Some(b'[') => walk.array(|walk| self.block(walk))?,
                b"content" => self.text = Some(walk.value()?),
                _ => return Ok(Go::Over),
            }
            Ok(Go::On)
        })?;
        Ok(())
    }

    fn block(&mut self, walk: &mut Walk<'a>) -> Result<(), scan::Broken> {
        if walk.ahead() == Some(b'{') {
            let block = walk.fields(BLOCK)?;
            self.has_result |= block[0] == Some(b"\"tool_result\"");
            self.blocks.push(block);
        } else {
            self.bare += 1;
            walk.value()?;
        }
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.has_result && ESSENTIAL.iter().all(|index| self.envelope[*index].is_some())
    }
}

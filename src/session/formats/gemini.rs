//! Gemini CLI's chats: a log of JSON lines, and the one JSON document a session that it wrote before.
//!
//! `packages/core/src/services/chatRecordingService.ts` in its repository. A log begins with what is known of the session;
//! a message is written again whole whenever it changes, and the last one counts, in the place of the first. `$rewindTo`
//! takes back a message and all after it, `$set` changes what is known, and the `messages` in it replace all so far. So
//! nothing can be told before the end: of each message only what a session keeps of it waits, shortened, and the sum is
//! bounded as a session is ([`Reading::max_session`]); what no longer fits is counted.
//!
//! Where its agent works stands in the text that sets up a chat, in newer versions, and Gemini CLI notes it beside its
//! chats; which session started a sub-agent's only the name of the folder tells that the chat lies in ([`super::Around`]).

use super::gemini_message::Message;
use super::{Out, Reader, Record, seen};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::Draft;
use crate::session::records::Cut;
use crate::session::scan::{self, elements, field, fields, short_text};
use crate::settings::Reading;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The folder that chats lie in, those of sub-agents each in one of its own.
const CHATS: &str = "chats";

/// Most bytes of what is noted beside them.
const LONGEST_NOTE: u64 = 4096;

/// Reads one file.
pub(in crate::session) struct Gemini<'s> {
    settings: &'s Reading,
    cut: Cut,
    chat: Option<Chat<'s>>,
    given: u64,
}

/// A session while it is being read.
struct Chat<'s> {
    settings: &'s Reading,
    draft: Draft<'s>,
    id: Option<String>,
    /// By their place in the conversation.
    messages: BTreeMap<u64, (Key, Message)>,
    places: HashMap<Key, u64>,
    next: u64,
    /// Bytes that the messages take.
    held: usize,
    left_out: u64,
    hasher: blake3::Hasher,
}

/// Stands for a message's id.
type Key = [u8; 16];

/// Whether a record begins a session, or is a line of one; it may be cut off.
pub(super) fn is_record(record: &[u8]) -> bool {
    let names =
        ["sessionId", "projectHash", "$set", "$rewindTo", "type", "id", "timestamp", "content", "role"];
    let Some([session, project, set, rewind, kind, id, stamp, content, role]) = seen(record, names) else {
        return false;
    };
    let is_set = set.is_some_and(|set| set.first() == Some(&b'{'));
    let is_message = matches!(kind.and_then(scan::inside), Some(b"user" | b"gemini"))
        && [id, stamp, content].iter().all(Option::is_some)
        && session.or(role).is_none();
    (session.is_some() && project.is_some()) || is_set || rewind.is_some() || is_message
}

impl<'s> Gemini<'s> {
    pub(in crate::session) fn new(cut: Cut, settings: &'s Reading) -> Gemini<'s> {
        Gemini { settings, cut, chat: None, given: 0 }
    }

    /// The session that a record belongs to: a new one, where it names another than the one before.
    fn chat(&mut self, id: Option<&[u8]>, record: Record<'_>, out: &mut Out<'_>) -> &mut Chat<'s> {
        let id = id.and_then(|id| short_text(id, 200)).map(|id| id.into_owned());
        let is_other = |chat: &Chat<'_>| id.is_some() && chat.id.is_some() && chat.id != id;
        if self.chat.as_ref().is_some_and(is_other) {
            self.give(None, out);
        }
        let chat = self.chat.get_or_insert_with(|| Chat::new(self.settings));
        if let (None, Some(id)) = (&chat.id, id) {
            chat.draft.source = chat.draft.name(&id);
            chat.id = Some(id);
        }
        chat.hasher.update(record.bytes);
        chat.hasher.update(b"\n");
        chat
    }

    /// Gives the session away; `whole` is the hash of the file, if it is the only one in it.
    fn give(&mut self, whole: Option<blake3::Hash>, out: &mut Out<'_>) {
        let Some(chat) = self.chat.take() else { return };
        let hash = whole.filter(|_| self.given == 0).unwrap_or_else(|| chat.hasher.finalize());
        self.given += 1;
        let draft = chat.told(out);
        out.give(draft, SessionId::of_hash(hash));
    }
}

/// The folder that Gemini CLI works in, which it notes beside the chats it keeps: `PROJECT/chats/…` and
/// `PROJECT/.project_root`.
fn noted_beside(path: &Path) -> Option<String> {
    let chats = path.ancestors().skip(1).take(2).find(|folder| folder.ends_with(CHATS))?;
    let mut note = String::new();
    let file = File::open(chats.parent()?.join(".project_root")).ok()?;
    file.take(LONGEST_NOTE).read_to_string(&mut note).ok()?;
    let folder = note.trim();
    (Path::new(folder).is_absolute() && !folder.contains('\n')).then(|| folder.to_owned())
}

impl<'s> Chat<'s> {
    fn new(settings: &'s Reading) -> Chat<'s> {
        Chat {
            settings,
            draft: Draft::new(Clean::fixed("gemini"), settings),
            id: None,
            messages: BTreeMap::new(),
            places: HashMap::new(),
            next: 0,
            held: 0,
            left_out: 0,
            hasher: blake3::Hasher::new(),
        }
    }

    /// What is said about the session itself, and its messages where they stand in it.
    fn know(&mut self, object: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let names = ["kind", "directories", "messages"];
        let Ok([kind, directories, messages]) = fields(object, names) else {
            return out.skip(record, "not a JSON object");
        };
        if kind.and_then(scan::inside) == Some(b"subagent") {
            self.draft.unattended = true;
            let within = out.around.path.and_then(Path::parent).and_then(Path::file_name);
            if let Some(parent) = within.filter(|within| *within != CHATS) {
                self.draft.parent = self.draft.name(&parent.to_string_lossy());
            }
        }
        if let Some(folder) = out.around.path.and_then(noted_beside) {
            self.draft.folder(&folder);
        }
        for folder in directories.into_iter().flat_map(elements).map_while(Result::ok).take(256) {
            self.draft.folder(&short_text(folder, 4096).unwrap_or_default());
        }
        let Some(messages) = messages else { return };
        match elements(messages).next() {
            Some(Ok(first)) if first.first() == Some(&b'{') => {}
            // A session begins without any; nobody takes all back.
            None => return,
            Some(_) => return out.skip(record, "its messages are no messages"),
        }
        self.forget_from(0);
        for message in elements(messages) {
            match message {
                Ok(message) => self.put(message, record, out),
                Err(_) => out.skip(record, "its messages end in the middle"),
            }
        }
    }

    /// Takes a message in: in the place of the one with its id, or behind all others.
    fn put(&mut self, message: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let known = field(message, "id").map(key);
        let key = known.unwrap_or_else(|| key(&self.next.to_be_bytes()));
        let place = self.places.get(&key).copied().unwrap_or(self.next);
        let before = self.messages.get(&place).map_or(0, |(_, message)| cost(message));
        let message = Message::read(message, &mut self.draft, record, out);
        let held = self.held - before + cost(&message);
        if held > self.settings.max_session {
            self.left_out += 1;
            return;
        }
        self.held = held;
        self.next += u64::from(place == self.next);
        self.places.insert(key, place);
        self.messages.insert(place, (key, message));
    }

    /// Takes a message and all after it back.
    fn rewind(&mut self, id: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        match self.places.get(&key(id)) {
            Some(place) => self.forget_from(*place),
            None => out.skip(record, "a rewind to a message that is not there"),
        }
    }

    fn forget_from(&mut self, place: u64) {
        for (key, message) in self.messages.split_off(&place).into_values() {
            self.places.remove(&key);
            self.held -= cost(&message);
        }
    }

    /// What was said and done, in its order.
    fn told(mut self, out: &mut Out<'_>) -> Draft<'s> {
        if self.left_out > 0 {
            let reason = format!("{} records of messages left out: the session is too long", self.left_out);
            out.skips.add(None, reason);
        }
        let mut answered = HashSet::new();
        while let Some((_, (_, message))) = self.messages.pop_first() {
            message.tell(&mut self.draft, &mut answered, out);
        }
        self.draft
    }
}

/// What a message takes while it waits, with what is noted of it.
fn cost(message: &Message) -> usize {
    message.size() + 2 * (size_of::<Key>() + size_of::<u64>()) + 32
}

fn key(id: &[u8]) -> Key {
    let mut key = Key::default();
    blake3::Hasher::new().update(id).finalize_xof().fill(&mut key);
    key
}

impl Reader for Gemini<'_> {
    fn cut(&self) -> Option<Cut> {
        Some(self.cut)
    }

    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        let names = ["$rewindTo", "$set", "sessionId", "projectHash", "messages", "id", "type"];
        let line = scan::whole(record.bytes);
        let Ok([rewind, set, session, project, messages, id, kind]) =
            line.and_then(|line| fields(line, names))
        else {
            return out.skip(record, "not a JSON object");
        };
        if let Some(id) = rewind {
            self.chat(None, record, out).rewind(id, record, out);
        } else if let Some(set) = set {
            self.chat(None, record, out).know(set, record, out);
        } else if id.is_some() && kind.is_some() {
            self.chat(None, record, out).put(record.bytes, record, out);
        } else if session.is_some() && project.or(messages).is_some() {
            self.chat(session, record, out).know(record.bytes, record, out);
        } else {
            out.skip(record, "unknown kind of record");
        }
    }

    fn end(mut self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>) {
        self.give(Some(whole), out);
    }
}

#[cfg(test)]
mod tests;

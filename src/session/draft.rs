//! A session while it is being read: every text is shortened, redacted and numbered on its way in.
//!
//! The only place where readers make [`Event`]s, so that no reader can forget the redaction or the bounds, and
//! that a call and its result find each other the same way in every format. Refuses to know any format.

use super::excerpt::{self, Bound};
use super::turn::{self, Part};
use super::{Args, Body, Call, Event, Folder, Session, SessionId, Status, arguments, place, verdict};
use crate::redact::{Clean, Redactor};
use crate::settings::Reading;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::path::Path;

/// Most folders that are kept of a session. One that works in more goes through a machine, and belongs to no project.
const MOST_FOLDERS: usize = 256;

/// A session while it is being read.
pub(super) struct Draft<'s> {
    settings: &'s Reading,
    redactor: Redactor,
    /// The tool that held the conversation.
    pub(super) agent: Clean,
    /// See [`Session::source`].
    pub(super) source: Option<Clean>,
    /// See [`Session::parent`].
    pub(super) parent: Option<Clean>,
    /// See [`Session::task`].
    pub(super) task: Option<Clean>,
    /// See [`Session::outcome`].
    pub(super) outcome: Option<f64>,
    /// See [`Session::project`].
    pub(super) project: Option<Clean>,
    /// See [`Session::contributor`].
    pub(super) contributor: Option<Clean>,
    /// Nobody can type into this session: what stands under the user's role comes from an agent.
    pub(super) unattended: bool,
    /// The transcript has the results of calls in it: one that is missing says something.
    pub(super) keeps_results: bool,
    /// See [`Session::folders`]; one more than [`MOST_FOLDERS`] where there were more.
    folders: Vec<Folder>,
    models: BTreeMap<String, u32>,
    owners: BTreeMap<String, u32>,
    events: Vec<Event>,
    /// Calls without a result yet, by the id that the transcript gives them.
    open: BTreeMap<String, usize>,
    /// Calls with a result, by the id that the transcript gives them.
    closed: BTreeMap<String, usize>,
    /// Calls without id and result, in their order.
    waiting: VecDeque<usize>,
    kept: usize,
    left_out: u64,
}

/// A call's result as a format gives it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answer<'a> {
    /// The output, already shortened.
    pub(super) output: &'a str,
    /// The format's own mark, where it has one.
    pub(super) failed: Option<bool>,
    /// The exit status, where the format has a field for it.
    pub(super) exit: Option<i32>,
    /// The format says that a person refused the call.
    pub(super) refused: bool,
}

impl<'s> Draft<'s> {
    pub(super) fn new(agent: Clean, settings: &'s Reading) -> Draft<'s> {
        Draft {
            settings,
            redactor: Redactor::new(),
            agent,
            source: None,
            parent: None,
            task: None,
            outcome: None,
            project: None,
            contributor: None,
            unattended: false,
            keeps_results: true,
            folders: Vec::new(),
            models: BTreeMap::new(),
            owners: BTreeMap::new(),
            events: Vec::new(),
            open: BTreeMap::new(),
            closed: BTreeMap::new(),
            waiting: VecDeque::new(),
            kept: 0,
            left_out: 0,
        }
    }

    /// How much is kept of what somebody says.
    pub(super) fn text_bound(&self) -> Bound {
        Bound::mostly_beginning(self.settings.max_text)
    }

    /// How much is kept of a result.
    pub(super) fn output_bound(&self) -> Bound {
        Bound::both_ends(self.settings.max_output)
    }

    /// A short name (an id, a model, a folder), redacted; `None` where there is nothing in it.
    pub(super) fn name(&mut self, raw: &str) -> Option<Clean> {
        let name = raw.trim();
        (!name.is_empty()).then(|| self.redactor.clean(&excerpt::of_text(name, Bound::beginning(300))))
    }

    /// The folder worked in: says the project and, by its home folder, the contributor. The first one counts.
    pub(super) fn folder(&mut self, folder: &str) {
        let is_known = self.folders.last().is_some_and(|last| last.path() == Path::new(folder));
        if !folder.is_empty() && !is_known && self.folders.len() <= MOST_FOLDERS {
            let folder = Folder::new(folder);
            if !self.folders.contains(&folder) {
                self.folders.push(folder);
            }
        }
        if self.project.is_none() {
            self.project = place::last_component(folder).and_then(|name| self.name(name));
        }
        if self.contributor.is_none() {
            self.contributor = place::home_owner(folder).and_then(|name| self.name(name));
        }
    }

    /// A text that may name the home folder worked in, for formats that state no folder.
    pub(super) fn hint(&mut self, text: &str) {
        if let Some(owner) = place::home_owner_within(text).filter(|_| self.owners.len() < 64) {
            *self.owners.entry(owner.to_owned()).or_default() += 1;
        }
    }

    /// A model answered.
    pub(super) fn model(&mut self, model: &str) {
        let is_name = !model.is_empty() && model.len() <= 200 && !model.starts_with('<');
        if is_name && (self.models.len() < 64 || self.models.contains_key(model)) {
            *self.models.entry(model.to_owned()).or_default() += 1;
        }
    }

    /// A text under the user's role: what a person typed, and what tools put there.
    pub(super) fn user(&mut self, at: Option<Timestamp>, text: &str) {
        if self.unattended && !text.trim_start().starts_with("[Request interrupted") {
            return self.said_by_agent(at, text);
        }
        for part in turn::parts(text) {
            match part {
                Part::Typed(typed) => self.typed(at, typed),
                Part::Injected(injected) => self.context(at, injected),
                Part::Handed(plan) => self.said_by_agent(at, plan),
                Part::Stopped => self.interrupted(at),
            }
        }
    }

    /// A person typed this.
    pub(super) fn typed(&mut self, at: Option<Timestamp>, text: &str) {
        self.say(at, text, Body::Person);
    }

    /// The agent said this.
    pub(super) fn said_by_agent(&mut self, at: Option<Timestamp>, text: &str) {
        self.say(at, text, Body::Agent);
    }

    /// The tool put this before the agent.
    pub(super) fn context(&mut self, at: Option<Timestamp>, text: &str) {
        self.say(at, text, Body::Context);
    }

    /// A person stopped the agent. Transcripts mark one stop in several places.
    pub(super) fn interrupted(&mut self, at: Option<Timestamp>) {
        let is_marked = self.events.iter().rev().take(2).any(|event| event.body == Body::Interrupted);
        if !is_marked {
            self.push(at, Body::Interrupted, 0);
        }
    }

    /// Arguments as the transcript has them, redacted.
    pub(super) fn arguments(&mut self, raw: Option<&[u8]>) -> Args {
        raw.map_or_else(Args::default, |raw| arguments::flatten(raw, &mut self.redactor, self.settings))
    }

    /// One argument.
    pub(super) fn argument(&mut self, path: &'static str, value: &str) -> Args {
        arguments::named(path, value, &mut self.redactor, self.settings)
    }

    /// A call; its result comes later. A second call of one tool with an open id is one call written twice.
    pub(super) fn call(&mut self, at: Option<Timestamp>, id: Option<&str>, tool: &str, args: Args) {
        let id = id.filter(|id| !id.is_empty());
        let tool = self.name(tool).unwrap_or_else(|| Clean::fixed("unnamed"));
        let open = id.and_then(|id| self.open.get(id)).and_then(|index| self.events.get(*index));
        if open.is_some_and(|event| matches!(&event.body, Body::Call(call) if call.tool == tool)) {
            return;
        }
        let size = args.0.iter().map(|arg| arg.path.len() + arg.value.len()).sum::<usize>() + tool.len();
        let call = Call { tool, args, status: Status::Unanswered, output: Clean::default() };
        if self.push(at, Body::Call(call), size) {
            let index = self.events.len() - 1;
            match id {
                Some(id) => drop(self.open.insert(id.to_owned(), index)),
                None => self.waiting.push_back(index),
            }
        }
    }

    /// The result of the call with this id; of the oldest call without an id, where there is none. Returns
    /// false if no call waits for it.
    pub(super) fn answer(&mut self, at: Option<Timestamp>, id: Option<&str>, answer: Answer<'_>) -> bool {
        let by_id = id.and_then(|id| self.open.remove(id));
        let Some(index) = by_id.or_else(|| self.waiting.pop_front()) else { return false };
        let (output, added) = turn::hooked(answer.output);
        let mut verdict = verdict::of(output, answer.failed, answer.exit);
        if answer.refused {
            verdict.status = Status::Refused;
        }
        let output = excerpt::of_text(verdict.output, self.output_bound());
        let output = self.redactor.clean(output.trim_matches(['\n', '\r']));
        self.kept += output.len();
        if let Some(Body::Call(call)) = self.events.get_mut(index).map(|event| &mut event.body) {
            call.status = verdict.status;
            call.output = output;
        }
        if let (Some(id), Some(_)) = (id, by_id) {
            self.closed.insert(id.to_owned(), index);
        }
        if let Some(added) = added {
            self.context(at, added);
        }
        if let Some(reply) = verdict.reply.filter(|_| !self.unattended) {
            self.user(at, reply);
        }
        true
    }

    /// The call with this id, whose result came already, is now said to have failed.
    pub(super) fn failed_after_all(&mut self, id: &str) {
        let event = self.closed.get(id).and_then(|index| self.events.get_mut(*index));
        if let Some(Body::Call(call)) = event.map(|event| &mut event.body)
            && call.status == Status::Returned
        {
            call.status = Status::Failed { exit: None };
        }
    }

    /// No result will come any more for the calls that wait for one.
    pub(super) fn forget_open_calls(&mut self) {
        self.open.clear();
        self.waiting.clear();
    }

    /// How many events there are so far.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Where among the events the call with this id is that waits for its result.
    pub(super) fn waits(&self, id: &str) -> Option<usize> {
        self.open.get(id).copied()
    }

    /// The result of this event, a call, is not part of the conversation after all.
    pub(super) fn unanswer(&mut self, event: usize) {
        if let Some(Body::Call(call)) = self.events.get_mut(event).map(|event| &mut event.body) {
            call.status = Status::Unanswered;
            call.output = Clean::default();
        }
    }

    /// Keeps only the events in these stretches, which follow each other, and numbers them anew. Nothing is to be added
    /// after that.
    pub(super) fn keep(&mut self, stretches: &[Range<usize>]) {
        let mut at = 0;
        let mut left = stretches.iter();
        let mut stretch = left.next();
        self.events.retain(|_| {
            while stretch.is_some_and(|stretch| stretch.end <= at) {
                stretch = left.next();
            }
            let is_kept = stretch.is_some_and(|stretch| stretch.contains(&at));
            at += 1;
            is_kept
        });
        for (number, event) in (1..).zip(&mut self.events) {
            event.number = number;
        }
        self.forget_open_calls();
        self.closed.clear();
    }

    /// Whether anything happened at all.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Events that no longer fitted.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The session. Where it does not say itself whose it is and what project it is about, the place where the
    /// transcript lies does.
    pub(super) fn finish(mut self, id: SessionId, owner: Option<&str>, project: Option<&str>) -> Session {
        if !self.keeps_results {
            self.unrecord();
        }
        if self.project.is_none() {
            self.project = project.and_then(|project| self.name(project));
        }
        if self.contributor.is_none() {
            let named_most =
                self.owners.iter().max_by_key(|(_, times)| **times).map(|(owner, _)| owner.clone());
            let owner = owner.map(str::to_owned).or(named_most);
            self.contributor = owner.and_then(|owner| self.name(&owner));
        }
        let model = self.models.iter().max_by_key(|(_, times)| **times).map(|(model, _)| model.clone());
        let model = model.and_then(|model| self.name(&model));
        Session {
            id,
            source: self.source,
            parent: self.parent,
            agent: self.agent,
            model,
            project: self.project,
            folders: if self.folders.len() > MOST_FOLDERS { Vec::new() } else { self.folders },
            contributor: self.contributor,
            task: self.task,
            outcome: self.outcome,
            events: self.events,
        }
    }

    /// Of calls without a result nothing is known.
    fn unrecord(&mut self) {
        for event in &mut self.events {
            if let Body::Call(call) = &mut event.body
                && call.status == Status::Unanswered
            {
                call.status = Status::Unrecorded;
            }
        }
    }

    fn say(&mut self, at: Option<Timestamp>, text: &str, body: fn(Clean) -> Body) {
        let text = text.trim();
        if !text.is_empty() && self.has_room() {
            let kept: Cow<'_, str> = excerpt::of_text(text, self.text_bound());
            let clean = self.redactor.clean(&kept);
            let size = clean.len();
            self.push(at, body(clean), size);
        }
    }

    /// Counts what does not fit any more.
    fn has_room(&mut self) -> bool {
        let fits = self.kept < self.settings.max_session;
        self.left_out += u64::from(!fits);
        fits
    }

    fn push(&mut self, at: Option<Timestamp>, body: Body, size: usize) -> bool {
        let fits = self.kept < self.settings.max_session;
        if fits {
            self.kept += size + std::mem::size_of::<Event>();
            let number = u32::try_from(self.events.len() + 1).unwrap_or(u32::MAX);
            self.events.push(Event { number, at, body });
        } else if matches!(body, Body::Call(_)) {
            self.left_out += 1;
        }
        fits
    }
}

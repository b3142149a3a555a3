//! What the target becomes with what is taken: whether a learning still fits, and what the gate says to it.

use super::{Review, Step, Waiting};
use crate::check;
use crate::check::change::{Change, File};
use crate::check::finding::{Finding, Severity};
use crate::cycle::usefulness;
use crate::digest::Digest;
use crate::memory::place::inside;
use crate::memory::{MEMORY_FILE, Memory, index};
use crate::repo::compare::{Sort, merged};
use crate::session::SessionId;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// New contents by path inside the memory; `None`: the file goes.
pub type Contents = BTreeMap<String, Option<Vec<u8>>>;

/// Files of the memory by their path inside it.
type Files = BTreeMap<String, File>;

/// The memory on the target with what was taken so far.
pub struct Outcome<'a> {
    review: &'a Review<'a>,
    base: Files,
    files: Files,
    usefulness: BTreeMap<String, f64>,
    digests: Vec<Digest>,
    /// The sessions whose digests were looked for.
    looked_up: BTreeSet<SessionId>,
}

/// Whether a learning fits what stands on the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does, and this is what it makes of the files.
    Fits {
        /// The new contents.
        contents: Contents,
        /// Whether a file was changed since, elsewhere than here, and both changes stand side by side.
        beside_others: bool,
    },
    /// It does not: people have changed the same lines since.
    Conflict {
        /// Why, for people.
        why: String,
        /// The note with both versions between markers, where editing it can settle the matter.
        draft: Option<String>,
    },
}

impl<'a> Outcome<'a> {
    /// The memory as it stands, with nothing taken yet.
    pub fn new(review: &'a Review<'a>) -> Result<Outcome<'a>> {
        let root = &review.settings.memory.root;
        let files = Change::between(review.repo, None, review.base, root)?.after;
        Ok(Outcome {
            review,
            base: files.clone(),
            files,
            usefulness: usefulness::on_record(&review.ledger.cycles()?.0),
            digests: Vec::new(),
            looked_up: BTreeSet::new(),
        })
    }

    /// A file as it stands with what was taken; `None` where there is none.
    pub fn text(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|file| file.bytes.as_slice())
    }

    /// What a learning makes of the files, in the words that a person gave its note (`edited`) or in its own.
    pub fn fit(&self, waiting: &Waiting, edited: Option<&str>) -> Result<Fit> {
        if let Some(foreign) = waiting.foreign.first() {
            let why = format!(
                "it changes {foreign}, which is no part of the memory: look at it with `git show {}`",
                waiting.commit.short()
            );
            return Ok(Fit::Conflict { why, draft: None });
        }
        let mut contents = Contents::new();
        let mut beside_others = false;
        for step in &waiting.steps {
            let new = match edited.filter(|_| step.path == waiting.note && step.after.is_some()) {
                Some(text) => Some(text.as_bytes().to_vec()),
                None => match self.put(step)? {
                    Put::Text { text, is_merged } => {
                        beside_others |= is_merged;
                        text
                    }
                    Put::Conflict { what, draft } => {
                        let target = &self.review.target.branch;
                        let why = format!("{} {what} on {target} since it was proposed", step.path);
                        let draft = draft.filter(|_| step.path == waiting.note);
                        return Ok(Fit::Conflict { why, draft });
                    }
                },
            };
            contents.insert(step.path.clone(), new);
        }
        Ok(Fit::Fits { contents, beside_others })
    }

    fn put(&self, step: &Step) -> Result<Put> {
        let now = self.text(&step.path);
        let (before, after) = (step.before.as_deref(), step.after.as_deref());
        if now == before || now == after {
            return Ok(Put::Text { text: step.after.clone(), is_merged: false });
        }
        let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned());
        let (Some(now), Some(after)) = (now, after) else {
            let what = if now.is_none() { "was deleted" } else { "was changed" };
            return Ok(Put::Conflict { what, draft: after.and_then(text) });
        };
        let names = (self.review.target.branch.as_str(), "proposed");
        let both = merged(before.unwrap_or_default(), now, after, names)?;
        Ok(match both.is_clean && before.is_some() {
            true => Put::Text { text: Some(both.text), is_merged: true },
            false => Put::Conflict {
                what: if before.is_some() { "was changed" } else { "was added" },
                draft: text(&both.text),
            },
        })
    }

    /// What the gate has against these contents, on top of what was taken; what it had against the memory before is
    /// not their fault. Only what forbids merging.
    pub fn objections(&mut self, contents: &Contents) -> Result<Vec<Finding>> {
        let mut after = with(&self.files, contents);
        if let Some(index) = self.new_index(&after) {
            put(&mut after, MEMORY_FILE, Some(index.into_bytes()));
        }
        self.errors(self.files.clone(), after)
    }

    /// The same for everything that was taken. How much of the memory it drops altogether is no matter here: each
    /// learning was decided on by itself.
    pub fn objections_to_all(&mut self) -> Result<Vec<Finding>> {
        let mut after = self.files.clone();
        if let Some(index) = self.new_index(&after) {
            put(&mut after, MEMORY_FILE, Some(index.into_bytes()));
        }
        let mut found = self.errors(self.base.clone(), after)?;
        found.retain(|finding| finding.rule != check::TOO_MUCH_LOST);
        Ok(found)
    }

    fn errors(&mut self, before: Files, after: Files) -> Result<Vec<Finding>> {
        let (settings, ledger) = (self.review.settings, &self.review.ledger);
        let change = Change::of(&settings.memory.root, before.clone(), after)?;
        let wanted = check::sessions_quoted(&change);
        let missing: BTreeSet<SessionId> = wanted.difference(&self.looked_up).cloned().collect();
        if !missing.is_empty() {
            self.digests.extend(ledger.find(&missing)?);
            self.looked_up.extend(missing);
        }
        let what = |finding: &Finding| (finding.path.clone(), finding.rule, finding.what.clone());
        let as_it_was = Change::of(&settings.memory.root, before.clone(), before)?;
        let old: BTreeSet<_> = check::check(&as_it_was, settings, None).iter().map(what).collect();
        let mut found = check::check(&change, settings, Some(self.digests.clone()));
        found.retain(|finding| finding.severity == Severity::Error && !old.contains(&what(finding)));
        found.extend(change.texts().filter_map(|(path, text, _)| marker(change.outside(path), &text)));
        Ok(found)
    }

    /// Takes these contents.
    pub fn take(&mut self, contents: &Contents) {
        self.files = with(&self.files, contents);
    }

    /// MEMORY.md with its index made anew from what was taken; `None` where it is in step already.
    pub fn index(&self) -> Option<String> {
        self.new_index(&self.files)
    }

    /// The notes that stand and find no room any more in this new MEMORY.md, by their paths.
    pub fn left_out(&self, main: &str) -> Vec<String> {
        index::left_out(&memory(&self.base), &memory(&self.files), main)
    }

    fn new_index(&self, files: &Files) -> Option<String> {
        let memory = memory(files);
        let made = index::regenerate(&memory, &self.usefulness, self.review.settings.memory.budget as usize);
        (memory.main.as_deref() != Some(&*made)).then_some(made)
    }

    /// Whether a finding is about one of these files.
    pub fn is_about(&self, finding: &Finding, contents: &Contents) -> bool {
        let root = &self.review.settings.memory.root;
        inside(root, &finding.path).is_some_and(|path| contents.contains_key(path))
    }
}

/// What comes of one file.
enum Put {
    Text { text: Option<Vec<u8>>, is_merged: bool },
    Conflict { what: &'static str, draft: Option<String> },
}

fn memory(files: &Files) -> Memory {
    let regular = files.iter().filter(|(_, file)| matches!(file.sort, Sort::File | Sort::Program));
    Memory::read(regular.map(|(path, file)| (path.clone(), file.bytes.clone())))
}

fn with(files: &Files, contents: &Contents) -> Files {
    let mut files = files.clone();
    for (path, content) in contents {
        put(&mut files, path, content.clone());
    }
    files
}

fn put(files: &mut Files, path: &str, content: Option<Vec<u8>>) {
    match content {
        None => drop(files.remove(path)),
        Some(bytes) => {
            let sort = files.get(path).map_or(Sort::File, |file| file.sort);
            files.insert(path.to_owned(), File { sort, bytes });
        }
    }
}

/// What is left of two versions that were put together for a person to choose from.
fn marker(path: String, text: &str) -> Option<Finding> {
    let is_marker = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    let (_, line) = text.lines().zip(1_u32..).find(|(line, _)| is_marker(line))?;
    Some(Finding {
        path,
        line: Some(line),
        rule: "conflict",
        severity: Severity::Error,
        what: "a conflict is marked here".to_owned(),
        remedy: "keep the lines that you want and delete the markers".to_owned(),
    })
}

//! What waits to be pushed, and what went wrong in captures that nobody watched.

use super::super::talk::{COMMAND, Talk, count};
use super::super::whereabouts;
use crate::capture::consent::{Consent, Project};
use crate::capture::outbox::{Outbox, forgotten};
use crate::capture::trouble;
use crate::learning::author::quote;
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeSet;

/// Version of what `--json` prints.
const VERSION: u32 = 1;

/// What `--json` prints.
#[derive(Serialize)]
struct Wire {
    version: u32,
    queues: Vec<Queue>,
    forgotten: Vec<String>,
    trouble: Vec<String>,
}

#[derive(Serialize)]
struct Queue {
    memory: String,
    contributor: String,
    /// Whether somebody still contributes under that name.
    agreed: bool,
    waiting: usize,
    folder: String,
}

pub(super) fn main(talk: &Talk) -> Result<()> {
    let places = whereabouts::places();
    let consent = Consent::read(&places.consent)?;
    let memories: BTreeSet<&str> = consent.projects.iter().map(|project| project.memory.as_str()).collect();
    let mut queues = Vec::new();
    for memory in &memories {
        let Some(outbox) = Outbox::open_if_there(&places, memory)? else { continue };
        for contributor in outbox.names()? {
            let is_agreed = |project: &Project| project.memory == *memory && project.name == contributor;
            queues.push(Queue {
                memory: (*memory).to_owned(),
                waiting: outbox.waiting(&contributor)?,
                agreed: consent.projects.iter().any(is_agreed),
                contributor,
                folder: Outbox::folder(&places, memory).display().to_string(),
            });
        }
    }
    let forgotten = forgotten(&places, &memories).iter().map(|path| path.display().to_string()).collect();
    let wire = Wire { version: VERSION, queues, forgotten, trouble: trouble::read(&places.trouble()) };
    if talk.json {
        return talk.data_json(&wire);
    }
    let mut lines = String::new();
    for queue in &wire.queues {
        let Queue { memory, contributor, agreed, waiting, folder } = queue;
        let name = if *agreed { "" } else { ", a name that no project is connected as any more" };
        lines.push_str(&format!(
            "{} waiting for {} as {contributor}{name}, in {folder}\n",
            count(*waiting, "session"),
            quote::one_line(memory)
        ));
    }
    for folder in &wire.forgotten {
        lines.push_str(&format!(
            "{folder} is the queue of a memory that no project is connected to: delete it, or connect again\n"
        ));
    }
    for line in &wire.trouble {
        lines.push_str(&format!("{}\n", quote::one_line(line)));
    }
    talk.data(&lines)?;
    if wire.queues.iter().any(|queue| queue.waiting > 0) {
        talk.say(&format!("Push what waits: {COMMAND}git dream capture{COMMAND:#}"));
    } else if wire.trouble.is_empty() {
        talk.say("Nothing waits to be pushed, and nothing went wrong.");
    }
    Ok(())
}

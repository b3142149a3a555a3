//! Copies, forks and sub-agents: what happened once and lies on disk several times must count once.

use super::compose::Composer;
use super::plants::Lone;
use crate::random::Random;
use crate::script::Script;
use crate::script::{Answer, Beat, Call, Child};

/// Adds forks to the scripts and sub-agents to one of them; gives the scripts that are copied byte by byte,
/// each with the path of the copy.
pub(crate) fn add(
    composer: &mut Composer<'_>,
    lone: &Lone,
    scripts: &mut Vec<Script>,
    random: &mut Random,
) -> Vec<(usize, String)> {
    delegate(composer, lone, &mut scripts[lone.delegating]);
    fork(composer, lone, scripts);
    let copies = ["backup", "session-copy", "from-laptop", "old"];
    copies
        .iter()
        .map(|name| (lone.renamed, format!("projects/-archive-{name}/{}.jsonl", random.uuid())))
        .collect()
}

/// One session sends four sub-agents out, and each of them runs into the same wall.
fn delegate(composer: &mut Composer<'_>, lone: &Lone, script: &mut Script) {
    const ERRANDS: [&str; 4] = [
        "Look through the tests and list what has no coverage.",
        "Find every caller of {symbol} and say what it expects.",
        "Check the changelog for the release that introduced {symbol}.",
        "Measure how long a full build takes and where the time goes.",
    ];
    let mut calls = Vec::new();
    for (index, errand) in ERRANDS.iter().enumerate() {
        let prompt = composer.fill(errand);
        let beats = composer.delegated(lone.delegated_mistake, &script.folder);
        script.children.push(Child { agent: composer.random.hex(8), prompt, beats });
        calls.push(Beat::Call(Call::Child(index), Answer::ok("The sub-agent is done: nothing to report.")));
    }
    let place = script.beats.len().min(3);
    script.beats.splice(place..place, calls);
}

/// Three forks of one session: everything up to its end is shared, then each goes its own way.
fn fork(composer: &mut Composer<'_>, lone: &Lone, scripts: &mut Vec<Script>) {
    const FOLLOW_UPS: [&str; 3] = [
        "Now write a short summary of that.",
        "What would a second reviewer say?",
        "Undo the last edit, please.",
    ];
    for follow_up in FOLLOW_UPS {
        let mut forked = scripts[lone.forked].clone();
        forked.forked_from = Some((forked.uuid.clone(), forked.beats.len()));
        forked.uuid = composer.random.uuid();
        forked.beats.push(Beat::Person(follow_up.to_owned()));
        forked.beats.push(Beat::Say("Here you go.".to_owned()));
        scripts.push(forked);
    }
}

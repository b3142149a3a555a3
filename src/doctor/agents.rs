//! The agents on this machine, and whether they are connected.

use super::{Finding, Health, Scene};
use crate::agents::{self, Agent, Around, Program, State};

const PART: &str = "agents";

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let around = Around { home: scene.home, project: None, memory: None, variable: scene.variable };
    let this = std::env::current_exe().unwrap_or_default();
    let program = Program::find((scene.variable)("PATH").as_deref(), &this);
    // What `AGENTS.md` says is each project's own matter.
    let with_settings = Agent::ALL.into_iter().filter(|agent| *agent != Agent::AgentsMd);
    let findings: Vec<Finding> =
        with_settings.filter_map(|agent| of(agent, &agents::state(agent, &around, &program))).collect();
    if findings.iter().any(|finding| finding.health == Health::Well) {
        return findings;
    }
    let none = "no agent reads the memory by itself: none is connected".to_owned();
    let remedy = "git dream connect claude-code, codex, gemini, opencode or cursor";
    findings.into_iter().chain([Finding::note(PART, none, remedy)]).collect()
}

/// What is to be said of an agent; nothing of one that is neither connected nor there.
fn of(agent: Agent, seen: &agents::Seen) -> Option<Finding> {
    let connect = format!("git dream connect {agent}");
    Some(match &seen.state {
        State::Connected => Finding::well(PART, format!("{agent} is connected")),
        State::Not if seen.is_there => {
            Finding::note(PART, format!("{agent} is on this machine and not connected"), &connect)
        }
        State::Not => return None,
        State::Outdated(why) => {
            Finding::problem(PART, format!("{agent} is only half connected: {why}"), &connect)
        }
        State::Unreadable(why) => {
            Finding::problem(PART, format!("the settings of {agent} cannot be read: {why}"), "mend that file")
        }
    })
}

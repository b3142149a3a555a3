//! git-dream keeps the memory of AI agents as markdown in git.
//!
//! The way of the data, each arrow one function in the module named after what it makes:
//!
//! ```text
//! transcripts → Session → Digest → Pattern → Learning → commits on dream/<cycle>
//! ```
//!
//! Modules in reading order. A module uses only what stands above it (`tests/it/tidy.rs` checks that).
//!
//! | layer | module | what is in it |
//! |---|---|---|
//! | words | [`version`] | which git-dream this is |
//! | | [`unusable`] | the error for what the user has to mend |
//! | | [`count`] | a number with what it counts, as sentences say it |
//! | | [`redact`] | [`redact::Clean`]: text that has passed redaction; the only text the layers below know |
//! | | [`settings`] | every threshold, with unit and default; `dream.toml` |
//! | | [`session`] | one agent conversation, and one reader a transcript format |
//! | | [`digest`] | what one session taught |
//! | | [`pattern`] | what holds across sessions: mistakes, playbooks, preferences |
//! | | [`memory`] | notes, the index, what is in the memory now |
//! | | [`learning`] | a proposed change to one note, with its reasons; the builtin author; the gate |
//! | edges | [`repo`] | the one door to git: objects, refs, signing |
//! | | [`ledger`] | digests and cycles, kept in git under `refs/dream/ledger` |
//! | | [`web`] | HTTP, spoken carefully: what models and forges are both asked with |
//! | | [`forge`] | where pull requests are: GitHub, GitLab, Forgejo and Gitea |
//! | | [`remote`] | the repository's other copy: fetched from and pushed to by the user's own git |
//! | | [`model`] | a language model, asked: services, what may be spent, what was answered |
//! | | [`agents`] | the agents that git-dream can be connected to |
//! | | [`usage`] | which notes were put before which session, kept until it is digested |
//! | | [`schedule`] | when a memory dreams by itself: timers of this machine, workflows of forges |
//! | story | [`verdict`] | what people did with every learning, read from the history |
//! | | [`stale`] | which notes name what their repository no longer has |
//! | | [`recall`] | searching the notes: by words, and by error messages |
//! | | [`impact`] | what sessions made of every note that people took up |
//! | | [`engine`] | what a language model may settle, and what of its answers holds |
//! | | [`grading`] | how a session went, by a rubric that people wrote and a model that reads |
//! | | [`rehearsal`] | what a model does at the moment before a mistake, with a note and without it |
//! | | [`cycle`] | one dream: digests in, a branch of learnings out |
//! | | [`capture`] | what leaves the machine that a session ran on, if its person agreed |
//! | | [`nearest`] | the memory that is for an agent at work in a folder |
//! | | [`context`] | what to put in front of a session |
//! | | [`hook`] | what an agent is told at the moments of its session |
//! | | [`provenance`] | where a line of the memory comes from, and what has become of it |
//! | | [`check`] | may this change to the memory be merged? |
//! | | [`candidate`] | notes that an agent, or an import, proposes itself, on a branch of its own |
//! | | [`forgetting`] | forgetting lessons on purpose, and erasing what came from somewhere |
//! | | [`review`] | deciding on what waits, and landing it |
//! | | [`exchange`] | ledger, inboxes and branches, brought together with the remote's |
//! | | [`publish`] | a cycle's branch at the remote, and one pull request for it |
//! | | [`doctor`] | what is installed, connected and found, and what keeps git-dream from learning |
//! | | [`report`] | what came of dreaming, for who leads the team |
//! | | [`away`] | a memory that lies elsewhere, written to |
//! | | [`memory_tool`] | Anthropic's memory tool, served over a memory |
//! | | [`transfer`] | notes from and to where agents keep their own: Claude Code, Codex, Anthropic's stores |
//! | front ends | [`mcp`] | the memory, served to agents by the Model Context Protocol |
//! | | [`commands`] | one file a command |

pub mod agents;
pub mod away;
pub mod candidate;
pub mod capture;
pub mod check;
pub mod commands;
pub mod context;
mod count;
pub mod cycle;
pub mod digest;
pub mod doctor;
pub mod engine;
pub mod exchange;
pub mod forge;
pub mod forgetting;
pub mod grading;
pub mod hook;
pub mod impact;
pub mod learning;
pub mod ledger;
pub mod mcp;
pub mod memory;
pub mod memory_tool;
pub mod model;
pub mod nearest;
pub mod pattern;
pub mod provenance;
pub mod publish;
pub mod recall;
pub mod redact;
pub mod rehearsal;
pub mod remote;
pub mod repo;
pub mod report;
pub mod review;
pub mod schedule;
pub mod session;
pub mod settings;
pub mod stale;
pub mod transfer;
pub mod unusable;
pub mod usage;
pub mod verdict;
pub mod version;
pub mod web;

//! Sessions told through one sandbox.
//!
//! One binary for all integration tests, so that libgit2 is linked once. Repositories are made by the real git
//! program, in a cleared environment; what git-dream writes is judged by what the real git says about it.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod advance;
mod agent_loop;
mod agents;
mod cache;
mod capture;
mod check;
mod cli;
mod context;
mod cursor_and_pi;
mod cycle;
mod doctor;
mod dream;
mod engine;
mod exchange;
mod forget;
mod gemini_and_opencode;
mod grade;
mod hook;
mod impact;
mod kill;
mod ledger;
mod lifecycle;
mod mcp;
mod memory_tool;
mod models;
mod moves;
mod nearest;
mod places;
mod publish;
mod races;
mod readme;
mod recall;
mod rehearse;
mod repo;
mod report;
mod review;
mod sandbox;
mod scale;
mod schedule;
mod server;
mod signing;
mod stale;
mod tidy;
mod transfer;
mod usage;
mod verdict;
mod why;
mod workflows;

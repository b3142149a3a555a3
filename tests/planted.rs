//! Runs the tests of the exam (`benches/planted`): a bench without a harness cannot run its own.

#![allow(dead_code, reason = "only the bench itself parses its whole command line and prints its tables")]

#[path = "../benches/planted/arguments.rs"]
mod arguments;
#[path = "../benches/planted/corpus.rs"]
mod corpus;
#[path = "../benches/planted/json.rs"]
mod json;
#[path = "../benches/planted/model.rs"]
mod model;
#[path = "../benches/planted/random.rs"]
mod random;
#[path = "../benches/planted/score/mod.rs"]
mod score;
#[path = "../benches/planted/script.rs"]
mod script;
#[path = "../benches/planted/secrets.rs"]
mod secrets;
// Compiled for tests only in any case; clippy takes a module for tests where it says so.
#[cfg(test)]
#[path = "../benches/planted/tests.rs"]
mod tests;
#[path = "../benches/planted/truth.rs"]
mod truth;
#[path = "../benches/planted/vocabulary.rs"]
mod vocabulary;
#[path = "../benches/planted/world/mod.rs"]
mod world;
#[path = "../benches/planted/write/mod.rs"]
mod write;

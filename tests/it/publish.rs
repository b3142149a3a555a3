//! Publishing for real: a bare repository behind git's own smart HTTP, with a forge's API on the same server.

mod contract;
mod errors;
mod forge;
mod forgejo;
mod git;
mod github;
mod gitlab;
mod page;
mod ssh;
mod story;
mod world;

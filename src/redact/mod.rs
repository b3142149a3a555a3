//! Text that has passed redaction, and the redaction.
//!
//! Owns [`Clean`], the only kind of text that the layers below know, and the ways to make one. Transcripts hold
//! whatever secrets tools printed, so the types carry the promise: a digest, a prompt, a commit or a log takes a
//! [`Clean`], and nothing but [`redact`] and a session's [`Redactor`] turns foreign text into one.
//!
//! How a text is redacted, each step one module:
//!
//! 1. `placeholder`: what earlier redaction left is set aside, so that redacting twice changes nothing.
//! 2. `gate`: one pass (`keywords`) finds every keyword of every rule. Most texts end here.
//! 3. `rules` (vendors' token shapes, as data) and `find` (everything that is recognised by its surroundings:
//!    assignments, headers, URLs, command lines, private keys, addresses, home folders) look at the keyword's
//!    neighbourhood only, a bounded number of bytes, so that hostile input cannot make it slow.
//! 4. `value` tells a secret from a variable, a placeholder or a word.
//! 5. `seen` gives the secret its number in the session and finds it again where it stands bare.
//! 6. `again` spares texts that were found clean before.
//!
//! Refuses to keep a secret: what `seen` remembers are keyed hashes. Does not look for names, telephone numbers
//! or addresses of people and machines beyond e-mail and home folders.

mod again;
mod clean;
mod find;
mod gate;
mod keywords;
mod placeholder;
#[cfg(test)]
mod random_keys;
mod redactor;
mod rule;
mod rules;
mod seen;
mod value;

pub use clean::Clean;
pub use gate::may_hold_secret;
pub use redactor::{Redactor, redact};

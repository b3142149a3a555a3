//! Secrets that are recognised by what stands around them, one file a kind of surroundings.
//!
//! A [`Detector`] is called with the keyword that the gate found and looks at a bounded neighbourhood of it.

mod assignment;
mod base64;
mod command_line;
mod email;
mod header;
mod home;
mod jwt;
mod name;
mod pair;
pub(super) mod place;
mod private_key;
mod url;

use super::gate::Finding;
use std::ops::Range;

/// Looks for one kind of surroundings.
#[derive(Debug)]
pub(super) struct Detector {
    /// What the gate looks for, in any case.
    pub(super) keywords: &'static [&'static str],
    /// Adds what it finds around the keyword at this range of the text.
    pub(super) find: fn(&str, &Range<usize>, &mut Vec<Finding>),
}

/// All of them.
pub(super) const DETECTORS: &[&Detector] = &[
    &assignment::DETECTOR,
    &assignment::FOREIGN,
    &base64::DETECTOR,
    &command_line::DETECTOR,
    &email::DETECTOR,
    &header::DETECTOR,
    &home::DETECTOR,
    &jwt::DETECTOR,
    &pair::DETECTOR,
    &private_key::DETECTOR,
    &url::DETECTOR,
];

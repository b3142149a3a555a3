//! A proposed change to one note, with its reasons.

pub mod gate;

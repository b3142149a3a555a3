//! Outcomes that are known elsewhere.

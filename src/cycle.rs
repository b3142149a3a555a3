//! One dream.

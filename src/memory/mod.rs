//! The memory: notes and the index, as values.

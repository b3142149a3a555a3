//! Looks into JSON text without building it.

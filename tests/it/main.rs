//! Sessions told through one sandbox.
#[test]
fn placeholder() {}

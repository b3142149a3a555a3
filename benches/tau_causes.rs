//! Failure causes of tau-bench runs covered by contrasts; to be filled.
fn main() {}

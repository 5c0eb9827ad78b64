//! The binary `guanxi`.
fn main() {}

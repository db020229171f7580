//! The integration tests, in one binary.

mod cases;
mod conformance;
mod fixtures;
mod tidy;

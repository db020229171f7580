//! Graph data as other programs write it. Uses the crate's public API only.

mod decode;
mod encode;

pub use decode::{DecodeError, value_from_json};
pub use encode::value_to_json;

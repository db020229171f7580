//! What the fuzz targets do with bytes.

#[path = "../../tests/it/fuzzed/bodies/mod.rs"]
mod bodies;

/// As [`bodies`] has it.
pub fn parser(bytes: &[u8]) {
    bodies::parser(bytes);
}

/// As [`bodies`] has it.
pub fn json_lines(bytes: &[u8]) {
    bodies::json_lines(bytes);
}

/// As [`bodies`] has it.
pub fn graphml(bytes: &[u8]) {
    bodies::graphml(bytes);
}

/// As [`bodies`] has it.
pub fn log(bytes: &[u8]) {
    bodies::log(bytes);
}

/// As [`bodies`] has it.
pub fn snapshot(bytes: &[u8]) {
    bodies::snapshot(bytes);
}

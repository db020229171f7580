//! The text of a statement: parsed, bound and planned.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| averment_fuzz::parser(bytes));

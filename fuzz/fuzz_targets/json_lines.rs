//! Requests and graphs as JSON Lines.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| averment_fuzz::json_lines(bytes));

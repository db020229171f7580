//! The log of a database in files: recovered, checked, salvaged and read.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| averment_fuzz::log(bytes));

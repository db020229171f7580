//! The snapshot of a database in files: opened, checked, salvaged and read.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| averment_fuzz::snapshot(bytes));

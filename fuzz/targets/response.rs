//! libFuzzer makes the bytes, `response` says what must hold of them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::response::check(bytes));

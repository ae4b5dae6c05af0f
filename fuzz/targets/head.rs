//! libFuzzer makes the bytes, `head` says what must hold of them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::head::check(bytes));

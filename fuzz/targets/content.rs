//! libFuzzer makes the bytes, `content` says what must hold of them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::content::check(bytes));

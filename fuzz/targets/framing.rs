//! libFuzzer makes the bytes, `framing` says what must hold of them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::framing::check(bytes));

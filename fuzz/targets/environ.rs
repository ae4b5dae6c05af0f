//! libFuzzer makes the bytes, `environ` says what must hold of them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::environ::check(bytes));

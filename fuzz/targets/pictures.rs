#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eps_fuzz::pictures::run(bytes));

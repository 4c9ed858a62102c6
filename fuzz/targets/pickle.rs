//! Pickled NumPy data: any bytes give a value or an error.

#![no_main]

// The folder itself: the parser needs nothing else of its crate.
#[allow(dead_code, reason = "what the labels need besides the parser")]
#[path = "../../eps-data/src/pickle/mod.rs"]
mod pickle;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = pickle::load(bytes);
});

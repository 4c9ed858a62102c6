//! Pickled NumPy data: any bytes give a value or an error.

// The folder itself: the parser needs nothing else of its crate.
#[allow(dead_code, reason = "what the labels need besides the parser")]
#[path = "../../eps-data/src/pickle/mod.rs"]
mod parser;

pub fn run(bytes: &[u8]) {
    let _ = parser::load(bytes);
}

//! `cls_labels.npy`: any bytes give classes that the names have, or an error.

#![no_main]

use eps_data::{ClassNames, labels::decode_dictionary};
use std::path::Path;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let names = ClassNames::voc();
    let rows = decode_dictionary(Path::new("fuzzed"), bytes, &names).unwrap_or_default();
    assert!(rows.values().flat_map(|set| set.iter()).all(|class| usize::from(class) < names.len()));
});

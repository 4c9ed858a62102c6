//! `cls_labels.npy`: any bytes give classes that the names have, or an error.

use eps_data::{ClassNames, labels::decode_dictionary};
use std::path::Path;

pub fn run(bytes: &[u8]) {
    let names = ClassNames::voc();
    let rows = decode_dictionary(Path::new("fuzzed"), bytes, &names).unwrap_or_default();
    assert!(rows.values().flat_map(|set| set.iter()).all(|class| usize::from(class) < names.len()));
}

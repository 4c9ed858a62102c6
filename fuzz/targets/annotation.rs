//! VOC's annotations: any text gives names that are in it, or an error.

#![no_main]

use eps_data::labels::object_names;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for name in object_names(text).unwrap_or_default() {
        assert!(name.len() <= text.len());
    }
});

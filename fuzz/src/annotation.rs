//! VOC's annotations: any text gives names that are in it, or an error.

use eps_data::labels::object_names;

pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for name in object_names(text).unwrap_or_default() {
        assert!(name.len() <= text.len());
    }
}

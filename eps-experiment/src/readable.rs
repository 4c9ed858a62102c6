//! Names of files and arguments, which need not be text.

use std::ffi::OsStr;

/// A name as text, in which bytes that are no UTF-8 are written as `\xff`.
pub fn readable(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;

    #[test]
    fn bytes_that_are_no_text_are_shown() {
        assert_eq!(readable(OsStr::from_bytes(b"a\xff\xfeb\xc3\xa4")), "a\\xff\\xfebä");
    }
}

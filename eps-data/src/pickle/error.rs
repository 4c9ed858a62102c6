//! Why bytes are no pickle that can be read.

/// Why bytes are no pickle that can be read: where, what was found, what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PickleError {
    #[error("ends at byte {end}, where {needed} bytes of {what} were to follow")]
    Truncated { what: &'static str, needed: u64, end: usize },
    #[error("byte {at}: operation {code:#04x} is none that builds data")]
    Operation { at: usize, code: u8 },
    #[error("byte {at}: protocol {found}, expected at most 5")]
    Protocol { at: usize, found: u8 },
    #[error("byte {at}: {found}, expected {expected}")]
    Operand { at: usize, found: &'static str, expected: &'static str },
    #[error("byte {at}: nothing was kept under {key}")]
    Memo { at: usize, key: usize },
    #[error("byte {at}: a text is not UTF-8")]
    Text { at: usize },
    #[error("byte {at}: an integer of {bytes} bytes, expected at most 8")]
    Integer { at: usize, bytes: usize },
    #[error("an array of shape {shape:?} and {size} bytes a value has {found} bytes")]
    ArraySize { shape: Vec<usize>, size: usize, found: usize },
    #[error("values are nested more than {limit} deep, or within themselves")]
    Depth { limit: usize },
    #[error("its objects hold more than {limit} bytes in all")]
    Memory { limit: usize },
    #[error("values repeat one another to more than {limit} in all")]
    Repetition { limit: usize },
}

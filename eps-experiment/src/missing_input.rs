//! What a call needs and was not told.

use std::error::Error;
use std::fmt;

/// An input that nothing names: a fault of the call, not of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingInput(String);

impl MissingInput {
    /// The error that says what is lacking, and what would name it.
    pub fn error(text: &str) -> anyhow::Error {
        Self(text.into()).into()
    }
}

impl fmt::Display for MissingInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for MissingInput {}

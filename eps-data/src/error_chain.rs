//! Errors as one line of text.

use std::error::Error;

/// An error and its causes in one line, outermost first; one that only repeats its cause is left out.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts.dedup();
    texts.join(": ")
}

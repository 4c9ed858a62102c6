//! Errors as one line of text, and panics as text.

use std::any::Any;
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

/// The message of a panic, as `catch_unwind` gives it; `None` of one without a text.
pub fn panic_text(panic: &(dyn Any + Send)) -> Option<&str> {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
}

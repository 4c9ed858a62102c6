//! Work that may panic.

use anyhow::{Result, anyhow};
use eps_data::panic_text;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of some work; a panic is its error, so that the other cells go on.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(anyhow!("panicked: {}", panic_text(&*panic).unwrap_or("without a message")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_error_of_its_cell() {
        let found = caught(|| -> Result<()> { panic!("shape {}", 7) });
        assert_eq!(found.unwrap_err().to_string(), "panicked: shape 7");
        assert_eq!(caught(|| Ok(3)).unwrap(), 3);
    }
}

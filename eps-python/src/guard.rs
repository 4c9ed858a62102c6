//! Work without the interpreter's lock, and failures as exceptions.

use crate::threads;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use serde::Serialize;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs work while other Python threads run.
///
/// What panics is a lack of memory, or a bug: an exception of its own for each, which a program can survive.
pub(crate) fn released<T: Send, E: Display + Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, E> + Send,
) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(result) => result.map_err(wrong),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text =
                text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            // What the standard library and eps-crf say of memory that there is not.
            let is_memory = ["memory", "capacity overflow"].iter().any(|part| text.contains(part));
            Err(match is_memory {
                true => PyMemoryError::new_err(text.to_owned()),
                false => PyRuntimeError::new_err(format!("a bug of eps_wsss: {text}")),
            })
        }
    }
}

/// The JSON of what some work finds on so many threads.
pub(crate) fn json<T: Send + Serialize>(
    py: Python<'_>,
    threads: usize,
    work: impl FnOnce() -> Result<T, String> + Send,
) -> PyResult<String> {
    let pool = threads::pool(threads)?;
    released(py, || {
        let found = pool.install(work)?;
        serde_json::to_string(&found).map_err(|error| error.to_string())
    })
}

/// An error of the libraries, which say what was found and what was expected.
pub(crate) fn wrong(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

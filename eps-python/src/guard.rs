//! Work without the interpreter's lock, and failures as exceptions.

use crate::threads;
use eps_eval::Protocol;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::prelude::*;
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

/// Does a job for each image, one on each of so many threads; where there is one image or thread, on this one.
///
/// Of several images that fail one is told, by its number.
pub(crate) fn each_image<T: Send, E: Display + Send>(
    py: Python<'_>,
    threads: usize,
    jobs: Vec<T>,
    work: impl Fn(T) -> Result<(), E> + Send + Sync,
) -> PyResult<()> {
    let work = |(at, job): (usize, T)| work(job).map_err(|error| format!("image {at}: {error}"));
    if threads == 1 || jobs.len() == 1 {
        return released(py, || jobs.into_iter().enumerate().try_for_each(work));
    }
    let pool = threads::pool(threads)?;
    released(py, || {
        pool.install(|| jobs.into_par_iter().enumerate().with_max_len(1).try_for_each(work))
    })
}

/// An error of the libraries, which say what was found and what was expected.
pub(crate) fn wrong(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The protocol of a name.
pub(crate) fn protocol_named(name: &str) -> PyResult<Protocol> {
    name.parse().map_err(|expected| wrong(format!("protocol `{name}`, {expected}")))
}

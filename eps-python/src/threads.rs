//! Threads that stay for the next call, which then finds the memory of the last.

use pyo3::PyResult;
use pyo3::exceptions::PyRuntimeError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::HashMap;
use std::process;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// By process and number of threads: a process that was forked has none of its parent's threads.
type Pools = HashMap<(u32, usize), Arc<ThreadPool>>;

static POOLS: LazyLock<Mutex<Pools>> = LazyLock::new(Mutex::default);

/// A pool of so many threads; as many as there are processors for 0.
pub(crate) fn pool(threads: usize) -> PyResult<Arc<ThreadPool>> {
    let count = match threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        count => count,
    };
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.get(&(process::id(), count)) {
        return Ok(Arc::clone(pool));
    }
    let pool = ThreadPoolBuilder::new().num_threads(count).build();
    let pool =
        pool.map_err(|error| PyRuntimeError::new_err(format!("{count} threads: {error}")))?;
    let pool = Arc::new(pool);
    pools.insert((process::id(), count), Arc::clone(&pool));
    Ok(pool)
}

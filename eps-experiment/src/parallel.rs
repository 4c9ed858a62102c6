//! The same work on many items, on all threads.

use crate::{End, Session};
use anyhow::Result;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Works on each item until the observer stops it, each a step of a stage named `label`.
///
/// # Errors
///
/// That of the first item in order that fails, whatever the number of threads; those after it are left.
pub(crate) fn each<T: Sync>(
    session: &Session<'_>,
    label: &str,
    items: &[T],
    work: impl Fn(&T) -> Result<()> + Sync,
) -> Result<End> {
    let observer = session.observer;
    observer.begin(label, items.len(), 0);
    let first_failed = AtomicUsize::new(usize::MAX);
    let of_item = |(index, item): (usize, &T)| {
        if observer.stops() || index > first_failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let result = work(item);
        if result.is_err() {
            first_failed.fetch_min(index, Ordering::Relaxed);
        }
        observer.tick();
        result
    };
    let results: Vec<Result<()>> = items.par_iter().enumerate().map(of_item).collect();
    results.into_iter().collect::<Result<()>>()?;
    let end = session.end();
    if end == End::Done {
        observer.end();
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn the_first_item_that_fails_is_told_whatever_the_threads() {
        let items: Vec<u64> = (0..200).collect();
        let work = |&item: &u64| {
            // Later items fail sooner.
            std::thread::sleep(std::time::Duration::from_micros(2 * (200 - item)));
            if item >= 60 { bail!("item {item}") } else { Ok(()) }
        };
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let error = pool.install(|| each(&Session::SILENT, "items", &items, work)).unwrap_err();
            assert_eq!(error.to_string(), "item 60");
        }
    }
}

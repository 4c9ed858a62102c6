//! The same work on many items, on all threads or on few.

use crate::{End, Session};
use anyhow::Result;
use eps_data::in_order;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

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
    Ok(results(session, label, items, work)?.map_or(End::Interrupted, |_| End::Done))
}

/// As [`each`], with what the work gives for each item, in their order; `None` if the observer stops it.
///
/// # Errors
///
/// As [`each`].
pub(crate) fn results<T: Sync, R: Send>(
    session: &Session<'_>,
    label: &str,
    items: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Option<Vec<R>>> {
    let observer = session.observer;
    let first_failed = AtomicUsize::new(usize::MAX);
    let mut made = Vec::new();
    let end = as_stage(session, label, items.len(), || {
        let results = items.par_iter().enumerate().map(|(index, item)| {
            // Items before one that failed are still tried: one of them may be the first to fail.
            if observer.stops() || index > first_failed.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let result = work(item);
            if result.is_err() {
                // A thread that sees it late works on an item too many, whose result nobody takes.
                first_failed.fetch_min(index, Ordering::Relaxed);
            }
            observer.tick();
            result.map(Some)
        });
        made = in_order(results)?.into_iter().flatten().collect();
        Ok(())
    })?;
    Ok((end == End::Done).then_some(made))
}

/// As [`each`], with so many items in work at once, on threads of their own.
///
/// For work that waits for threads of another pool: a thread of rayon that waits takes the next item
/// meanwhile, and another, until all are in memory.
///
/// # Errors
///
/// As [`each`].
pub(crate) fn few<T: Sync>(
    at_once: usize,
    session: &Session<'_>,
    label: &str,
    items: &[T],
    work: impl Fn(&T) -> Result<()> + Sync,
) -> Result<End> {
    let observer = session.observer;
    let next = AtomicUsize::new(0);
    let first_failed = Mutex::new(None::<(usize, anyhow::Error)>);
    let failed = || first_failed.lock().unwrap_or_else(PoisonError::into_inner);
    let take_turns = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            // Items are taken in order: one before the first that failed is in work already.
            if observer.stops() || failed().is_some() {
                return;
            }
            if let Err(error) = work(item) {
                let mut first = failed();
                if first.as_ref().is_none_or(|(other, _)| index < *other) {
                    *first = Some((index, error));
                }
            }
            observer.tick();
        }
    };
    as_stage(session, label, items.len(), || {
        thread::scope(|scope| {
            for _ in 1..at_once {
                scope.spawn(take_turns);
            }
            take_turns();
        });
        failed().take().map_or(Ok(()), |(_, error)| Err(error))
    })
}

/// Does some work as a stage, which ends well unless the work fails or the observer stops it.
fn as_stage(
    session: &Session<'_>,
    label: &str,
    steps: usize,
    work: impl FnOnce() -> Result<()>,
) -> Result<End> {
    session.observer.begin(label, steps, 0);
    work()?;
    let end = session.end();
    if end == End::Done {
        session.observer.end();
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
            thread::sleep(std::time::Duration::from_micros(2 * (200 - item)));
            if item >= 60 { bail!("item {item}") } else { Ok(()) }
        };
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let error = pool.install(|| each(&Session::SILENT, "items", &items, work)).unwrap_err();
            assert_eq!(error.to_string(), "item 60");
        }
    }

    #[test]
    fn few_items_are_in_work_at_once_and_each_is_done() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let items: Vec<AtomicUsize> = (0..50).map(|_| AtomicUsize::new(0)).collect();
        let end = few(2, &Session::SILENT, "items", &items, |item| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(std::time::Duration::from_millis(1));
            now.fetch_sub(1, Ordering::SeqCst);
            item.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        assert_eq!((end.unwrap(), most.into_inner()), (End::Done, 2));
        assert!(items.iter().all(|item| item.load(Ordering::SeqCst) == 1));
    }

    #[test]
    fn the_first_of_few_that_fails_is_told_and_no_other_is_begun() {
        let items: Vec<usize> = (0..50).collect();
        let begun = AtomicUsize::new(0);
        let error = few(2, &Session::SILENT, "items", &items, |&item| {
            begun.fetch_max(item, Ordering::SeqCst);
            if item == 10 {
                thread::sleep(std::time::Duration::from_millis(50));
            }
            if item >= 10 { bail!("item {item}") } else { Ok(()) }
        });
        assert_eq!(error.unwrap_err().to_string(), "item 10");
        assert!(begun.into_inner() <= 11);
    }
}

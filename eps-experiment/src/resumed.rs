//! Work that goes on where an earlier call has ended.

use crate::output::FolderLock;
use crate::{End, Session, parallel};
use anyhow::Result;

/// How results that are missing are made, and what is said of them.
pub(crate) struct Missing<'a> {
    pub(crate) session: &'a Session<'a>,
    /// Name of the stage.
    pub(crate) stage: &'a str,
    /// What messages call the results, such as `masks`.
    pub(crate) results: &'a str,
    /// Of the folders that they go to.
    pub(crate) locks: &'a [FolderLock],
    /// Items in work at once, on threads of their own; `None` for one on each thread of the pool.
    pub(crate) at_once: Option<usize>,
}

impl Missing<'_> {
    /// Makes the results that are not there yet; what an interruption leaves is kept.
    ///
    /// # Errors
    ///
    /// If a folder was removed or replaced meanwhile, of which other errors are only the consequence; else that
    /// of the first item that fails.
    pub(crate) fn make<T: Sync>(
        &self,
        all: &[T],
        is_there: impl Fn(&T) -> bool,
        work: impl Fn(&T) -> Result<()> + Sync,
    ) -> Result<End> {
        let Self { session, stage, results, at_once, .. } = *self;
        let left: Vec<&T> = all.iter().filter(|item| !is_there(item)).collect();
        if left.len() < all.len() {
            let there = all.len() - left.len();
            session.observer.say(&format!("{there} of {} {results} are there already", all.len()));
        }
        let checked = |item: &&T| {
            self.check()?;
            work(item)
        };
        let ended = match at_once {
            None => parallel::each(session, stage, &left, checked),
            Some(at_once) => parallel::few(at_once, session, stage, &left, checked),
        };
        self.check()?;
        let end = ended?;
        if end == End::Interrupted {
            session
                .observer
                .say(&format!("finished {results} are kept; run the same command again to resume"));
        }
        Ok(end)
    }

    /// That every folder is still the one that was taken.
    fn check(&self) -> Result<()> {
        self.locks.iter().try_for_each(FolderLock::check)
    }
}

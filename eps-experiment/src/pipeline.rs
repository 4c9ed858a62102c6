//! Images through a network to files: reading ahead and writing behind while the network runs.

use crate::output::FolderLock;
use crate::{End, Session};
use anyhow::Result;
use eps_data::Item;
use std::sync::mpsc::sync_channel;
use std::thread;

/// A stage in which images go through a network.
///
/// One thread reads, the caller's runs the network, which needs all of the processor or a device, and one
/// writes; few images wait between them, so that memory stays flat.
pub(crate) struct Pipeline<'a> {
    pub(crate) session: &'a Session<'a>,
    /// Of the folder that the results go to or one above it, where another lock does not look after it.
    pub(crate) lock: Option<&'a FolderLock>,
    /// Batches that wait before the network, and after it.
    pub(crate) waiting: usize,
}

impl Pipeline<'_> {
    /// Begins a stage with the images whose results are not there yet, and says how many are.
    pub(crate) fn begin<'i>(
        &self,
        stage: &str,
        all: &[&'i Item],
        is_done: impl Fn(&Item) -> bool,
    ) -> Vec<&'i Item> {
        let observer = self.session.observer;
        let left: Vec<&Item> = all.iter().copied().filter(|item| !is_done(item)).collect();
        if left.len() < all.len() {
            let there = all.len() - left.len();
            observer.say(&format!("{there} of {} images are there already", all.len()));
        }
        observer.begin(stage, left.len(), 0);
        left
    }

    /// Sends batches through `network`, which has a result for each image, until the observer stops it;
    /// what was finished by then is written.
    ///
    /// # Errors
    ///
    /// The first of the network's side, of which a file that cannot be read and a folder that is gone are
    /// some; else that of the writer.
    pub(crate) fn run<B: Send, I: Send, R: Send>(
        &self,
        batches: Vec<B>,
        read: impl Fn(B) -> Result<I> + Send,
        mut network: impl FnMut(I) -> Result<Vec<R>>,
        mut write: impl FnMut(R) -> Result<()> + Send,
    ) -> Result<End> {
        let observer = self.session.observer;
        let end = thread::scope(|scope| {
            let (ready, images) = sync_channel(self.waiting);
            let (found, results) = sync_channel::<Vec<R>>(self.waiting);
            scope.spawn(move || {
                // Fails when nobody waits for images any more.
                batches.into_iter().map(read).try_for_each(|batch| ready.send(batch))
            });
            let writer =
                scope.spawn(move || results.into_iter().flatten().try_for_each(&mut write));
            let mut end = End::Done;
            for batch in images {
                if observer.stops() {
                    end = End::Interrupted;
                    break;
                }
                self.lock.map_or(Ok(()), FolderLock::check)?;
                let results = network(batch?)?;
                let count = results.len();
                if found.send(results).is_err() {
                    break;
                }
                (0..count).for_each(|_| observer.tick());
            }
            drop(found);
            writer.join().expect("the writer returns its errors")?;
            anyhow::Ok(end)
        })?;
        match end {
            End::Done => observer.end(),
            End::Interrupted => {
                observer.say("finished images are kept; run the same command again to resume");
            }
        }
        Ok(end)
    }
}

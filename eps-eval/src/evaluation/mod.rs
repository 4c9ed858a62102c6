//! Counting a folder of predicted masks against the truth of a list, under one or more protocols.

mod counts;
mod files;
mod merge;
mod pair;
mod tally;

pub use counts::Counts;
pub use merge::merge;

use crate::{EvalError, Protocol, ScoredList};
use eps_data::{ClassNames, DataError, ImageList, Item, Shard};
use files::ImageFiles;
use pair::PairReader;
use rayon::prelude::*;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use tally::Tally;

/// Images that one task counts: enough that its tables cost nothing beside it.
const SHARE: usize = 32;

/// Predicted masks, `<id>.png`, and the truth that they are counted against.
#[derive(Clone, Copy)]
pub struct MaskFolder<'a> {
    pub list: &'a ImageList,
    /// Of the list, in its order.
    pub items: &'a [Item],
    pub predictions: &'a Path,
    pub names: &'a ClassNames,
    /// Count the images of this part only.
    pub shard: Option<Shard>,
}

impl MaskFolder<'_> {
    /// Counts the images under a protocol; `counted` is called after each.
    ///
    /// The result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// If a file is missing; if it is no mask; if the protocol refuses it for its size or its labels.
    /// Missing files come first, and of several images the first in the list is named.
    pub fn count(
        &self,
        protocol: Protocol,
        counted: &(dyn Fn() + Sync),
    ) -> Result<Counts, EvalError> {
        let mut tally = self.tally_unless_missing(&[protocol], counted)?;
        match tally.first_fault() {
            Some(fault) => Err(fault),
            None => Ok(tally.counts_of(protocol, self)),
        }
    }

    /// Counts the images under several protocols, each file decoded once.
    ///
    /// # Errors
    ///
    /// If a file is missing or no mask. What one of the protocols refuses is its own outcome.
    pub fn audit(
        &self,
        protocols: &[Protocol],
        counted: &(dyn Fn() + Sync),
    ) -> Result<Vec<Result<Counts, EvalError>>, EvalError> {
        let mut tally = self.tally_unless_missing(protocols, counted)?;
        if let Some(fault) = tally.first_unreadable() {
            return Err(fault);
        }
        let outcome = |&protocol: &Protocol| match tally.first_refusal(protocol) {
            Some(refusal) => Err(refusal),
            None => Ok(tally.counts_of(protocol, self)),
        };
        Ok(protocols.iter().map(outcome).collect())
    }

    /// Counts the images under a protocol as [`count`](Self::count) does, or finds everything that
    /// keeps it from that, in the order of the list.
    pub fn count_all(
        &self,
        protocol: Protocol,
        counted: &(dyn Fn() + Sync),
    ) -> Result<Counts, Vec<EvalError>> {
        let (complete, incomplete): (Vec<_>, Vec<_>) =
            self.images().into_iter().partition(ImageFiles::is_complete);
        let mut faults = files::missing(&incomplete);
        let mut tally = self.tally(&complete, &[protocol], counted);
        faults.append(&mut tally.take_faults());
        faults.sort_by_key(|&(position, _)| position);
        match faults.is_empty() {
            true => Ok(tally.counts_of(protocol, self)),
            false => Err(faults.into_iter().map(|(_, fault)| fault).collect()),
        }
    }

    /// Number of images that are counted.
    pub fn len(&self) -> usize {
        self.held().count()
    }

    /// Whether there is no image to count.
    pub fn is_empty(&self) -> bool {
        self.held().next().is_none()
    }

    /// The whole list, as scores name it.
    pub fn scored_list(&self) -> ScoredList {
        ScoredList {
            name: self.list.name.clone(),
            images: self.items.len(),
            sha256: self.list.sha256.clone(),
        }
    }

    /// The images of the part, with their positions in the list.
    fn held(&self) -> impl Iterator<Item = (usize, &Item)> {
        let shard = self.shard;
        let items = self.items.iter().enumerate();
        items.filter(move |(_, item)| shard.is_none_or(|shard| shard.holds(&item.id)))
    }

    fn images(&self) -> Vec<ImageFiles> {
        let files = |(position, item)| ImageFiles::of(position, item, self.predictions);
        self.held().map(files).collect()
    }

    /// Counts the images; files are looked for only if one of them cannot be counted.
    fn tally_unless_missing(
        &self,
        protocols: &[Protocol],
        counted: &(dyn Fn() + Sync),
    ) -> Result<Tally, DataError> {
        let images = self.images();
        let tally = self.tally(&images, protocols, counted);
        if tally.is_faulty() {
            files::check(&images)?;
        }
        Ok(tally)
    }

    fn tally(
        &self,
        images: &[ImageFiles],
        protocols: &[Protocol],
        counted: &(dyn Fn() + Sync),
    ) -> Tally {
        let empty = || Tally::new(self.names.len(), protocols);
        let is_missing = AtomicBool::new(false);
        // The memory of masks goes from one share to the next, so that there are as many readers as
        // threads. A reader is of use in whatever state another thread left it.
        let idle = Mutex::new(Vec::<PairReader>::new());
        let readers = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let shares = images.par_chunks(SHARE).map(|share| {
            let mut reader = readers().pop().unwrap_or_default();
            let mut tally = empty();
            tally.add_images(&mut reader, share, &is_missing, counted);
            readers().push(reader);
            tally
        });
        shares.reduce(empty, Tally::merge)
    }
}

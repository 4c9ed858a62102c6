//! Counting a folder of predicted masks against the truth of a list, under one or more protocols.

// An image passes once, in memory that its thread uses again:
//
//   two files -- PairReader --> runs of labels -- PairCounts --> pixels by pair of labels
//                                                                  |-- protocol --> ProtocolTally
//                                                                  |-- protocol --> ProtocolTally
//                                                                  `-- Oddities
//
// Each protocol is a function of the pairs, so that several of them cost little more than one. Only masks of
// different sizes are counted again, once for each way of fitting them.

mod counts;
mod in_memory;
mod merge;
mod pair;
mod tally;

pub use counts::Counts;
pub use in_memory::{ImagePairs, PairCounter};
pub use merge::merge;

use crate::files::ImageFiles;
use crate::fold::{Fold, Pool};
use crate::{EvalError, ListId, Predictions, Protocol};
use eps_data::{ClassNames, ImageList, Item, Observer, Shard};
use pair::PairReader;
use tally::Tally;

/// Predicted masks, or maps that give them, and the truth that they are counted against.
#[derive(Clone, Copy)]
pub struct MaskFolder<'a> {
    pub list: &'a ImageList,
    /// Of the list, in its order.
    pub items: &'a [Item],
    pub predictions: &'a Predictions,
    pub names: &'a ClassNames,
    /// Count the images of this part only.
    pub shard: Option<Shard>,
}

impl MaskFolder<'_> {
    /// Counts the images under a protocol, each a step of the observer.
    ///
    /// The result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// If a file is missing; if it is no mask; if the protocol refuses it for its size or its labels.
    /// Missing files come first, and of several images the first in the list is named.
    pub fn count(&self, protocol: Protocol, observer: &dyn Observer) -> Result<Counts, EvalError> {
        let mut tally = self.tally_unless_missing(&[protocol], observer)?;
        match tally.first_fault() {
            Some(fault) => Err(fault),
            None => Ok(tally.counts_of(protocol, self)),
        }
    }

    /// Counts the images under several protocols, each file decoded once.
    ///
    /// # Errors
    ///
    /// If a file is missing or no mask. What one of the protocols refuses is the outcome for that one.
    pub fn audit(
        &self,
        protocols: &[Protocol],
        observer: &dyn Observer,
    ) -> Result<Vec<Result<Counts, EvalError>>, EvalError> {
        let mut tally = self.tally_unless_missing(protocols, observer)?;
        if let Some(fault) = tally.first_unreadable() {
            return Err(fault);
        }
        let outcomes = protocols.iter().map(|&protocol| match tally.first_refusal(protocol) {
            Some(refusal) => Err(refusal),
            None => Ok(tally.counts_of(protocol, self)),
        });
        Ok(outcomes.collect())
    }

    /// Counts the images under a protocol as [`count`](Self::count) does, or finds everything that
    /// keeps it from that, in the order of the list.
    pub fn count_all(
        &self,
        protocol: Protocol,
        observer: &dyn Observer,
    ) -> Result<Counts, Vec<EvalError>> {
        // One missing file would end the count, and what else is wrong would stay unknown.
        let (complete, incomplete): (Vec<_>, Vec<_>) =
            self.images().into_iter().partition(ImageFiles::is_complete);
        let mut faults: Vec<(usize, EvalError)> = Vec::new();
        for image in incomplete {
            faults.extend(image.missing().map(|fault| (image.position, fault.into())));
        }
        match self.tally(&complete, &[protocol], observer) {
            Ok(mut tally) => {
                faults.append(&mut tally.take_faults());
                if faults.is_empty() {
                    return Ok(tally.counts_of(protocol, self));
                }
            }
            Err(fault) => faults.push(fault),
        }
        faults.sort_by_key(|&(position, _)| position);
        Err(faults.into_iter().map(|(_, fault)| fault).collect())
    }

    /// Number of images that are counted.
    pub fn len(&self) -> usize {
        self.items_of_part().count()
    }

    /// Whether there is no image to count.
    pub fn is_empty(&self) -> bool {
        self.items_of_part().next().is_none()
    }

    /// The whole list, as scores name it.
    pub fn scored_list(&self) -> ListId {
        self.list.id()
    }

    /// The images of the part, with their positions in the list.
    fn items_of_part(&self) -> impl Iterator<Item = (usize, &Item)> {
        let shard = self.shard;
        let items = self.items.iter().enumerate();
        items.filter(move |(_, item)| shard.is_none_or(|shard| shard.holds(&item.id)))
    }

    fn images(&self) -> Vec<ImageFiles<'_>> {
        let (kind, folder) = (self.predictions.kind(), self.predictions.folder());
        let items = self.items_of_part();
        items.map(|(position, item)| kind.files(position, item, folder)).collect()
    }

    /// Counts the images; files are looked for only if one of them cannot be counted.
    fn tally_unless_missing(
        &self,
        protocols: &[Protocol],
        observer: &dyn Observer,
    ) -> Result<Tally, EvalError> {
        let images = self.images();
        // Looking for two files of each image first would cost time where none is missing, as is usual.
        let tally = self.tally(&images, protocols, observer);
        if tally.as_ref().map_or(true, Tally::is_faulty) {
            self.predictions.kind().check_complete(&images)?;
        }
        tally.map_err(|(_, fault)| fault)
    }

    /// Counts the images, or tells the position of one of which a file is missing.
    fn tally(
        &self,
        images: &[ImageFiles<'_>],
        protocols: &[Protocol],
        observer: &dyn Observer,
    ) -> Result<Tally, (usize, EvalError)> {
        let readers = Pool::<PairReader>::default();
        Fold::over(images, observer).sum(
            || Tally::new(self.names.len(), protocols),
            |tally, image| readers.with(|reader| tally.read(reader, image)),
            Tally::merge,
        )
    }
}

//! What is counted of some images under some protocols.

use super::{Counts, MaskFolder, pair::Pair, pair::PairReader};
use crate::{
    ConfusionMatrix, EvalError, ImageCounts, Oddities, Protocol, files::ImageFiles,
    protocol::Refusal,
};
use eps_data::{ClassId, DataError};
use std::io::ErrorKind;
use std::path::PathBuf;

/// Counts of consecutive images.
pub(super) struct Tally {
    classes: usize,
    protocols: Vec<ProtocolTally>,
    oddities: Oddities,
    positions: Vec<usize>,
    /// Images that cannot be decoded, by their position.
    unreadable: Vec<(usize, EvalError)>,
}

/// Counts under one protocol.
struct ProtocolTally {
    protocol: Protocol,
    images: Vec<ImageCounts>,
    matrix: ConfusionMatrix,
    /// Images that the protocol does not count, by their position.
    refused: Vec<(usize, EvalError)>,
}

impl Tally {
    pub(super) fn new(classes: usize, protocols: &[Protocol]) -> Self {
        let protocols = protocols.iter().map(|&protocol| ProtocolTally::new(protocol, classes));
        Self {
            classes,
            protocols: protocols.collect(),
            oddities: Oddities::default(),
            positions: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// Adds an image, or notes why it cannot be counted.
    ///
    /// # Errors
    ///
    /// If a file is missing: then nothing is counted, and the other images need not be read.
    pub(super) fn read(
        &mut self,
        reader: &mut PairReader,
        image: &ImageFiles<'_>,
    ) -> Result<(), (usize, EvalError)> {
        match reader.read(image, self.classes) {
            Ok(pair) => self.add(image, pair),
            Err(fault) if says_missing(&fault) => return Err((image.position, fault.into())),
            Err(fault) => self.unreadable.push((image.position, fault.into())),
        }
        Ok(())
    }

    fn add(&mut self, image: &ImageFiles<'_>, mut pair: Pair) {
        for tally in &mut self.protocols {
            if let Err(refusal) = tally.add(image, &mut pair, self.classes) {
                tally.refused.push((image.position, refusal));
            }
        }
        self.oddities += pair.oddities(self.classes);
        self.positions.push(image.position);
    }

    /// Adds the images after these.
    pub(super) fn merge(mut self, mut next: Self) -> Self {
        for (tally, next) in self.protocols.iter_mut().zip(&mut next.protocols) {
            tally.images.append(&mut next.images);
            tally.matrix.add_matrix(&next.matrix);
            tally.refused.append(&mut next.refused);
        }
        self.oddities += next.oddities;
        self.positions.append(&mut next.positions);
        self.unreadable.append(&mut next.unreadable);
        self
    }

    /// Whether some image was not counted.
    pub(super) fn is_faulty(&self) -> bool {
        !self.unreadable.is_empty() || self.protocols.iter().any(|tally| !tally.refused.is_empty())
    }

    /// The first image that cannot be decoded.
    pub(super) fn first_unreadable(&mut self) -> Option<EvalError> {
        (!self.unreadable.is_empty()).then(|| self.unreadable.remove(0).1)
    }

    /// The first image that the protocol refuses.
    pub(super) fn first_refusal(&mut self, protocol: Protocol) -> Option<EvalError> {
        let tally = self.protocols.iter_mut().find(|tally| tally.protocol == protocol)?;
        (!tally.refused.is_empty()).then(|| tally.refused.remove(0).1)
    }

    /// Images that cannot be decoded or that a protocol refuses, with their positions.
    pub(super) fn take_faults(&mut self) -> Vec<(usize, EvalError)> {
        let refused = self.protocols.iter_mut().flat_map(|tally| tally.refused.drain(..));
        self.unreadable.drain(..).chain(refused).collect()
    }

    /// The first in the list of all faults.
    pub(super) fn first_fault(&mut self) -> Option<EvalError> {
        // Each list is in the order of the images, so that its first is its earliest.
        let faults = self.protocols.iter_mut().map(|tally| &mut tally.refused);
        let faults = faults.chain([&mut self.unreadable]);
        let earliest = faults
            .min_by_key(|faults| faults.first().map_or(usize::MAX, |&(position, _)| position))?;
        (!earliest.is_empty()).then(|| earliest.remove(0).1)
    }

    /// What was counted under one of the protocols.
    pub(super) fn counts_of(&mut self, protocol: Protocol, folder: &MaskFolder) -> Counts {
        let tally = self.protocols.iter_mut().find(|tally| tally.protocol == protocol);
        let tally = tally.expect("the protocol was asked for");
        // Taken, not copied: the counts of a protocol are asked for once.
        Counts {
            protocol,
            list: folder.scored_list(),
            classes: folder.names.iter().map(str::to_owned).collect(),
            oddities: self.oddities,
            matrix: std::mem::replace(&mut tally.matrix, ConfusionMatrix::new(0)),
            positions: self.positions.clone(),
            images: std::mem::take(&mut tally.images),
        }
    }
}

impl ProtocolTally {
    fn new(protocol: Protocol, classes: usize) -> Self {
        let matrix = ConfusionMatrix::new(classes);
        Self { protocol, images: Vec::new(), matrix, refused: Vec::new() }
    }

    fn add(
        &mut self,
        image: &ImageFiles<'_>,
        pair: &mut Pair,
        classes: usize,
    ) -> Result<(), EvalError> {
        let Some(pairs) = pair.counts(self.protocol.fit()) else {
            return Err(pair.size_mismatch(image));
        };
        let counted = self.protocol.count(pairs, classes).map_err(|why| {
            refused(why, image.prediction.clone(), image.truth().to_owned(), classes)
        })?;
        for (truth, predicted, pixels) in counted.cells {
            self.matrix.add_count(truth, predicted, pixels);
        }
        self.images.push(ImageCounts::new(&image.item.id, (0..).zip(counted.classes)));
        Ok(())
    }
}

fn says_missing(fault: &DataError) -> bool {
    match fault {
        DataError::Missing { .. } => true,
        DataError::Open { source, .. } => source.kind() == ErrorKind::NotFound,
        _ => false,
    }
}

/// Why a prediction is not counted against the truth of `truth_path`.
pub(super) fn refused(
    why: Refusal,
    path: PathBuf,
    truth_path: PathBuf,
    classes: usize,
) -> EvalError {
    // 255 is ignored, whatever the number of classes.
    let last = classes.saturating_sub(1).min(254) as ClassId;
    match why {
        Refusal::Predicted(class) => EvalError::PredictedClass { path, class, last },
        Refusal::Truth(class) => DataError::UnknownClass { path: truth_path, class, last }.into(),
        Refusal::Cell { truth, predicted } => EvalError::NoCell { path, truth, predicted, classes },
    }
}

//! One folder of masks, counted.

use super::{ImageFaults, ScoredMasks};
use crate::frozen::Difference;
use crate::{GroundTruth, Session};
use anyhow::Result;
use eps_data::Shard;
use eps_eval::{Counts, Protocol};

/// Masks, their ground truth, and how they are counted.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'a> {
    pub masks: &'a ScoredMasks,
    pub truth: &'a GroundTruth,
    /// [that of an archive, else VOC's]
    pub protocol: Option<Protocol>,
    /// The part of the list that is counted [all of it].
    pub shard: Option<Shard>,
    /// Whether all faults are looked for instead of the first.
    pub keep_going: bool,
}

impl Evaluation<'_> {
    /// The counts of every image.
    ///
    /// # Errors
    ///
    /// The first mask that cannot be scored, or with `keep_going` all of them as [`ImageFaults`].
    pub fn count(&self, session: &Session<'_>) -> Result<Counts> {
        let frozen = self.masks.frozen.as_ref().map(|frozen| frozen.counts.protocol);
        let protocol = self.protocol.or(frozen).unwrap_or(Protocol::Voc);
        let folder = self.truth.folder(&self.masks.predictions, self.shard);
        let observer = session.observer;
        observer.begin("masks", folder.len(), 0);
        if self.keep_going {
            let counts = folder.count_all(protocol, observer);
            return counts
                .map_err(|faults| ImageFaults::new(faults, folder.len(), self.truth).into());
        }
        let counts = folder.count(protocol, observer).map_err(|error| self.truth.explain(error))?;
        observer.end();
        Ok(counts)
    }

    /// Whether counts of an archive's masks are those that were frozen, which the session is told; true where there
    /// is nothing to compare, or not under its protocol.
    ///
    /// # Errors
    ///
    /// If the ground truth cannot be read.
    pub fn is_as_frozen(&self, counts: &Counts, session: &Session<'_>) -> Result<bool> {
        let frozen = self.masks.frozen.as_ref();
        let Some(frozen) = frozen.filter(|frozen| frozen.counts.protocol == counts.protocol) else {
            return Ok(true);
        };
        let Some(difference) = frozen.difference(counts, self.truth)? else {
            session.observer.say("as frozen: every image has the counts that were packed");
            return Ok(true);
        };
        let Difference { images, with_other_truth } = difference;
        session.observer.note(&format!(
            "not as frozen: {} of {} images have other counts, such as `{}`; the ground truth of \
             {with_other_truth} of them is another file than the one that was scored",
            images.len(),
            counts.images.len(),
            images[0]
        ));
        Ok(false)
    }
}

//! Making an archive.

use super::archive::ArchiveWriter;
use super::{COUNTS, FrozenImage, MANIFEST, Manifest, SCORES, list_file};
use crate::evaluate::{Evaluation, ScoredMasks};
use crate::{GroundTruth, Session};
use anyhow::{Result, bail, ensure};
use eps_data::codec::{read_bytes, sha256_of_file, write_atomically};
use eps_data::{Item, in_order, sha256};
use eps_eval::report::export;
use eps_eval::{Counts, Predictions, Protocol};
use rayon::prelude::*;
use std::io;
use std::path::{Path, PathBuf};

/// Masks to score and to pack.
pub struct Freeze<'a> {
    /// A folder of masks, `<id>.png`; class maps are refused.
    pub masks: &'a ScoredMasks,
    pub truth: &'a GroundTruth,
    pub protocol: Protocol,
}

/// Masks that were counted.
struct CountedMasks<'a> {
    name: &'a str,
    masks: &'a Path,
    truth: &'a GroundTruth,
    /// Of all images of the list.
    counts: &'a Counts,
    /// The hashes of all images of the list.
    images: Vec<FrozenImage>,
}

impl Freeze<'_> {
    /// Scores the masks and writes the archive, without a clock in it: equal masks make equal files. Gives the counts.
    ///
    /// # Errors
    ///
    /// If a mask cannot be read, or an id is too long for a name in an archive.
    pub fn write(&self, out: &Path, session: &Session<'_>) -> Result<Counts> {
        let Self { masks: scored, truth, protocol } = *self;
        let ScoredMasks { name, predictions, .. } = scored;
        let Predictions::Masks(masks) = predictions else {
            bail!(
                "{}: has class maps, expected masks, which `eps masks` or `eps refine` makes of them",
                predictions.folder().display()
            );
        };
        let (protocol, shard, keep_going) = (Some(protocol), None, false);
        let evaluation = Evaluation { masks: scored, truth, protocol, shard, keep_going };
        // Before they are counted: the archive holds what has these hashes, or is none.
        let images = in_order(truth.items.par_iter().map(|item| image(masks, item)));
        let counts = evaluation.count(session)?;
        CountedMasks { name, masks, truth, counts: &counts, images: images? }.write(out)?;
        Ok(counts)
    }
}

impl CountedMasks<'_> {
    fn write(self, out: &Path) -> Result<()> {
        ensure!(
            self.counts.is_complete(),
            "only a part of the list was counted, expected all of it"
        );
        let counts = serde_json::to_string(self.counts)? + "\n";
        let manifest = Manifest {
            version: env!("CARGO_PKG_VERSION").into(),
            name: self.name.into(),
            counts: sha256(&counts),
            images: self.images,
        };
        let texts = [
            (MANIFEST, serde_json::to_string_pretty(&manifest)? + "\n"),
            (&list_file(self.counts), self.truth.list.ids.join("\n") + "\n"),
            (COUNTS, counts),
            (SCORES, export::json(&self.counts.scores())),
        ];
        Ok(write_atomically(out, |file| {
            let mut archive = ArchiveWriter::new(file);
            texts.iter().try_for_each(|(name, text)| archive.add(name, text.as_bytes()))?;
            for FrozenImage { id, mask: hash, .. } in &manifest.images {
                let path = mask_of(self.masks, id);
                let mask = read_bytes(&path).map_err(io::Error::other)?;
                // Read again, since the masks together may not fit into memory.
                if sha256(&mask) != *hash {
                    let text =
                        format!("{}: changed while it was counted or packed", path.display());
                    return Err(io::Error::other(text));
                }
                archive.add(&format!("masks/{id}.png"), &mask)?;
            }
            archive.finish()
        })?)
    }
}

/// The hashes of an image's mask and ground truth.
fn image(masks: &Path, item: &Item) -> Result<FrozenImage> {
    let mask = sha256_of_file(&mask_of(masks, &item.id))?;
    let ground_truth = item.mask.as_deref().map(sha256_of_file).transpose()?.unwrap_or_default();
    Ok(FrozenImage { id: item.id.clone(), mask, ground_truth })
}

fn mask_of(masks: &Path, id: &str) -> PathBuf {
    masks.join(format!("{id}.png"))
}

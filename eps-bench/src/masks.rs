//! `eps-bench masks`

use crate::flags::positive;
use crate::measurement::{print, timed};
use anyhow::Result;
use eps_data::codec::{MaskReader, decode_mask_by_png_crate};
use eps_data::{DataSet, Item, Silent};
use eps_eval::{MaskFolder, Predictions, Protocol};
use rayon::prelude::*;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Decode the masks of an evaluation and count nothing: what `eps evaluate` cannot be faster than
#[derive(clap::Args)]
pub(crate) struct MasksBench {
    /// Folder of ground-truth masks, `<id>.png`, of VOC's classes
    #[arg(long, value_name = "DIR")]
    truth: PathBuf,
    /// Folder of predicted masks, `<id>.png`
    #[arg(long, value_name = "DIR")]
    predictions: PathBuf,
    /// File with an image id in each line, or the name of one in `ImageSets/Segmentation` beside the ground truth
    #[arg(long)]
    list: String,
    /// Decode with the `png` crate, which `eps evaluate` does with unusual files only
    #[arg(long)]
    png_crate: bool,
    /// Also count the masks as `eps evaluate` does, in turn with decoding them alone
    #[arg(long)]
    count: bool,
    /// Decode once, with nothing before it, to time the whole process from outside
    #[arg(long, conflicts_with_all = ["count", "repeat"])]
    cold: bool,
    /// Repetitions, after one that is not counted
    #[arg(long, default_value_t = 1, value_parser = positive)]
    repeat: usize,
}

/// One measurement.
#[derive(Serialize)]
struct Measured {
    pass: &'static str,
    images: usize,
    /// In all masks of one repetition.
    pixels: usize,
    threads: usize,
    seconds: Vec<f64>,
}

impl MasksBench {
    pub(crate) fn run(self) -> Result<()> {
        let folder = DataSet::voc(self.truth.parent().unwrap_or(Path::new("")));
        let list = folder.list(&self.list)?;
        let folder = DataSet { masks: self.truth.clone(), ..folder };
        let (items, names) = (folder.items_with_masks(&list.ids), folder.class_names_of_masks()?);
        let predictions = Predictions::Masks(self.predictions.clone());
        let folder = MaskFolder {
            list: &list,
            items: &items,
            predictions: &predictions,
            names: &names,
            shard: None,
        };
        let (mut pixels, mut decoding, mut counting) = (0, Vec::new(), Vec::new());
        for round in usize::from(self.cold)..=self.repeat {
            let is_timed = self.cold || round > 0;
            let took = timed(|| {
                pixels = self.decode(&items, &self.predictions)?;
                Ok(())
            })?;
            decoding.extend(is_timed.then_some(took));
            if self.count {
                let took = timed(|| {
                    folder.count(Protocol::Voc, &Silent)?;
                    Ok(())
                })?;
                counting.extend(is_timed.then_some(took));
            }
        }
        let (images, threads) = (items.len(), rayon::current_num_threads());
        for (pass, seconds) in [("masks", decoding), ("count", counting)] {
            if !seconds.is_empty() {
                let measured = Measured { pass, images, pixels, threads, seconds };
                print(&measured)?;
            }
        }
        Ok(())
    }

    /// Pixels of all masks.
    fn decode(&self, items: &[Item], predictions: &Path) -> Result<usize> {
        let counts = items.par_iter().map_init(MaskReader::default, |reader, item| {
            let truth = item.mask.as_ref().expect("the truth is a folder of masks");
            let prediction = predictions.join(format!("{}.png", item.id));
            Ok(self.pixels(reader, truth)? + self.pixels(reader, &prediction)?)
        });
        counts.sum()
    }

    fn pixels(&self, reader: &mut MaskReader, path: &Path) -> Result<usize> {
        if self.png_crate {
            let (mask, _) = decode_mask_by_png_crate(path, &fs::read(path)?)?;
            return Ok(mask.size().pixels());
        }
        Ok(reader.read(path)?.1.len())
    }
}

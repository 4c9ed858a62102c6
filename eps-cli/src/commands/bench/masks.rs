//! `eps bench masks`

use crate::args::{self, PredictionArgs};
use crate::commands::Exit;
use anyhow::Result;
use eps_data::Item;
use eps_data::codec::{MaskReader, decode_mask_by_png_crate};
use eps_eval::Protocol;
use eps_experiment::Session;
use rayon::prelude::*;
use serde::Serialize;
use std::fs;
use std::path::Path;

/// Decode the masks of an evaluation and count nothing: what `eps evaluate` cannot be faster than
#[derive(clap::Args)]
pub(crate) struct MasksBench {
    #[command(flatten)]
    masks: PredictionArgs,
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
    #[arg(long, default_value_t = 1, value_parser = args::positive)]
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
    pub(super) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let (masks, truth) = self.masks.open(session)?;
        let folder = truth.folder(&masks.predictions, None);
        let (mut pixels, mut decoding, mut counting) = (0, Vec::new(), Vec::new());
        for round in usize::from(self.cold)..=self.repeat {
            let is_timed = self.cold || round > 0;
            let took = super::timed(|| {
                pixels = self.decode(&truth.items, masks.predictions.folder())?;
                Ok(())
            })?;
            decoding.extend(is_timed.then_some(took));
            if self.count {
                let took = super::timed(|| {
                    folder.count(Protocol::Voc, session.observer)?;
                    Ok(())
                })?;
                counting.extend(is_timed.then_some(took));
            }
        }
        let (images, threads) = (truth.items.len(), rayon::current_num_threads());
        for (pass, seconds) in [("masks", decoding), ("count", counting)] {
            if !seconds.is_empty() {
                let measured = Measured { pass, images, pixels, threads, seconds };
                println!("{}", serde_json::to_string(&measured)?);
            }
        }
        Ok(Exit::Done)
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

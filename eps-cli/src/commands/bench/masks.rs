//! `eps bench masks`

use crate::args::{self, PredictionArgs};
use crate::commands::End;
use anyhow::Result;
use eps_data::Item;
use eps_data::codec::{MaskReader, decode_mask_by_png_crate};
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
    /// Repetitions, after one that is not counted
    #[arg(long, default_value_t = 1, value_parser = args::positive)]
    repeat: usize,
}

/// One measurement.
#[derive(Serialize)]
struct Decoded {
    pass: &'static str,
    images: usize,
    /// In all masks of one repetition.
    pixels: usize,
    threads: usize,
    seconds: Vec<f64>,
}

impl MasksBench {
    pub(super) fn run(self) -> Result<End> {
        let (_, items, _) = self.masks.truth.open()?;
        let mut pixels = 0;
        let seconds = super::repeated(self.repeat, || {
            pixels = self.decode(&items)?;
            Ok(())
        })?;
        let (images, threads) = (items.len(), rayon::current_num_threads());
        let decoded = Decoded { pass: "masks", images, pixels, threads, seconds };
        println!("{}", serde_json::to_string(&decoded)?);
        Ok(End::Done)
    }

    /// Pixels of all masks.
    fn decode(&self, items: &[Item]) -> Result<usize> {
        let counts = items.par_iter().map_init(MaskReader::default, |reader, item| {
            let truth = item.mask.as_ref().expect("the truth is a folder of masks");
            let prediction = self.masks.predictions.join(format!("{}.png", item.id));
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

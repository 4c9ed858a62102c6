//! `eps bench masks`

use crate::args::{self, TruthArgs};
use crate::commands::End;
use anyhow::Result;
use eps_data::Item;
use eps_data::codec::MaskReader;
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Images that one task decodes, as an evaluation does.
const SHARE: usize = 32;

/// Decode the masks of an evaluation and count nothing: what `eps evaluate` cannot be faster than
#[derive(clap::Args)]
pub(crate) struct MasksBench {
    #[command(flatten)]
    truth: TruthArgs,
    /// Folder of predicted masks, `<id>.png`
    #[arg(long, value_name = "DIR")]
    predictions: PathBuf,
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
        let (_, items, _) = self.truth.open()?;
        let mut pixels = 0;
        let seconds = super::repeated(self.repeat, || {
            pixels = decode(&items, &self.predictions)?;
            Ok(())
        })?;
        let (images, threads) = (items.len(), rayon::current_num_threads());
        let decoded = Decoded { pass: "masks", images, pixels, threads, seconds };
        println!("{}", serde_json::to_string(&decoded)?);
        Ok(End::Done)
    }
}

/// Pixels of all masks.
fn decode(items: &[Item], predictions: &Path) -> Result<usize> {
    let shares = items.par_chunks(SHARE).map(|items| {
        let mut reader = MaskReader::default();
        let mut pixels = 0;
        for item in items {
            let truth = item.mask.as_ref().expect("the truth is a folder of masks");
            pixels += reader.read(truth)?.1.len();
            pixels += reader.read(&predictions.join(format!("{}.png", item.id)))?.1.len();
        }
        Ok(pixels)
    });
    shares.sum()
}

//! `eps-bench check`

use crate::flags::{DataArgs, positive};
use crate::measurement::{Record, timed};
use anyhow::{Context as _, Result};
use eps_data::check::Examination;
use eps_data::codec::{
    decode_mask, decode_saliency, inspect_photograph, read_mask, read_rgb, read_saliency,
};
use eps_data::{Item, Needs, SaliencyFit, Silent, Split};
use rayon::prelude::*;
use std::fs;
use std::path::Path;

/// Everything that is decoded.
const NEEDS: Needs = Needs { saliency: true, masks: true, saliency_fit: SaliencyFit::Exact };

/// Decode the files of a list alone, and examine the list as `eps data check` does, in turn
///
/// `decode` reads photographs, masks and saliency maps as training and scoring do, `inspect` with
/// the decoders of the examination and nothing else, `check` is all of the examination.
#[derive(clap::Args)]
pub(crate) struct CheckBench {
    #[command(flatten)]
    data: DataArgs,
    /// Rounds, after one that is not counted
    #[arg(long, default_value_t = 5, value_parser = positive)]
    repeat: usize,
}

impl CheckBench {
    pub(crate) fn run(self) -> Result<()> {
        let split = self.data.open(NEEDS)?;
        let mut seconds = [const { Vec::new() }; 3];
        for round in 0..=self.repeat {
            let took = [
                timed(|| each(&split, |item| decode(item, split.names.len())))?,
                timed(|| each(&split, inspect))?,
                timed(|| self.check(&split))?,
            ];
            if round > 0 {
                seconds.iter_mut().zip(took).for_each(|(all, took)| all.push(took));
            }
        }
        for (pass, seconds) in ["decode", "inspect", "check"].into_iter().zip(&seconds) {
            Record::new("eps", 0).print(pass, split.items.len(), seconds)?;
        }
        Ok(())
    }

    fn check(&self, split: &Split) -> Result<()> {
        let folder = self.data.folder()?;
        let examination = Examination {
            list: self.data.list.clone(),
            held_out: None,
            labels: None,
            needs: NEEDS,
            space: None,
            worst: 10,
            folder,
        };
        let report = examination.begin()?.finish(&Silent);
        anyhow::ensure!(report.photographs == split.items.len(), "a photograph is broken");
        Ok(())
    }
}

fn each(split: &Split, run: impl Fn(&Item) -> Result<()> + Send + Sync) -> Result<()> {
    split.items.par_iter().try_for_each(run)
}

fn maps(item: &Item) -> Result<(&Path, &Path)> {
    item.mask.as_deref().zip(item.saliency.as_deref()).context("mask and saliency were asked for")
}

fn decode(item: &Item, classes: usize) -> Result<()> {
    let (mask, saliency) = maps(item)?;
    read_rgb(&item.image)?;
    read_mask(mask, classes)?;
    read_saliency(saliency)?;
    Ok(())
}

fn inspect(item: &Item) -> Result<()> {
    let (mask, saliency) = maps(item)?;
    inspect_photograph(&item.image, &fs::read(&item.image)?)?;
    decode_mask(mask, &fs::read(mask)?)?;
    decode_saliency(saliency, &fs::read(saliency)?)?;
    Ok(())
}

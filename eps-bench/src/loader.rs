//! `eps-bench loader`

use crate::flags::{DataArgs, positive};
use crate::measurement::Record;
use anyhow::Result;
use eps_data::{Loader, Needs};
use eps_model::recipe::Recipe;
use eps_model::train::BATCHES_AHEAD;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Decode, augment and crop the images of a list, with their saliency maps, as training does
///
/// Every image is decoded each time; training keeps those that fit into memory.
#[derive(clap::Args)]
pub(crate) struct LoaderBench {
    /// Recipe whose augmentation and batch are measured
    #[arg(long, value_name = "FILE")]
    recipe: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Batches of one repetition
    #[arg(long, default_value_t = 50, value_parser = positive)]
    batches: usize,
    /// Repetitions, after one batch that is not counted
    #[arg(long, default_value_t = 1, value_parser = positive)]
    repeat: usize,
}

impl LoaderBench {
    pub(crate) fn run(self) -> Result<()> {
        let recipe = Recipe::read(&self.recipe)?;
        let split = self.data.open(Needs { saliency: true, ..Needs::default() })?;
        let (augmentation, optimiser) = (recipe.augmentation.augmentation(), &recipe.optimiser);
        let items = Arc::new(split.items);
        let mut loader =
            Loader::new(items, augmentation, optimiser.batch, optimiser.seed, 0, BATCHES_AHEAD)
                .with_saliency_fit(split.saliency_fit);
        let mut next = || loader.next().expect("a loader has no end before an error");
        next()?;
        let mut seconds = Vec::new();
        for _ in 0..self.repeat {
            let begun = Instant::now();
            for _ in 0..self.batches {
                next()?;
            }
            seconds.push(begun.elapsed().as_secs_f64());
        }
        let images = self.batches * optimiser.batch;
        Record::new("eps", recipe.augmentation.crop).print("loader", images, &seconds)?;
        Ok(())
    }
}

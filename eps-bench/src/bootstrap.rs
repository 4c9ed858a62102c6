//! `eps-bench bootstrap`

use crate::flags::positive;
use crate::measurement::{Record, repeated};
use anyhow::Result;
use eps_eval::paired::{Bootstrap, MethodRuns, SplitMix64, compare};
use eps_eval::{ClassCounts, ImageCounts};

/// Compare two methods on made-up counts: background and one to three classes in each image
#[derive(clap::Args)]
pub(crate) struct BootstrapBench {
    /// Images of each method
    #[arg(long, default_value_t = 1449, value_parser = positive)]
    images: usize,
    /// Classes with background
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u16).range(2..=254))]
    classes: u16,
    #[arg(long, default_value_t = 10_000, value_parser = positive)]
    resamples: usize,
    /// Repetitions, after one that is not counted
    #[arg(long, default_value_t = 5, value_parser = positive)]
    repeat: usize,
}

impl BootstrapBench {
    pub(crate) fn run(self) -> Result<()> {
        let methods = [self.method("a", 1), self.method("b", 2)];
        let bootstrap = Bootstrap { resamples: self.resamples, seed: 0 };
        let seconds = repeated(self.repeat, || {
            let found = compare(&methods, self.classes.into(), bootstrap, 0.95);
            std::hint::black_box(found);
            Ok(())
        })?;
        Record::new("eps", self.resamples).print("bootstrap", self.images, &seconds)?;
        Ok(())
    }

    /// Predictions of the same images, whatever the seed, that are right to another degree.
    fn method(&self, name: &str, seed: u64) -> MethodRuns {
        let (labels, pixels) = (SplitMix64::new(0), SplitMix64::new(seed));
        let image = |image: usize| {
            let position = |class: u16| image as u64 * u64::from(self.classes) + u64::from(class);
            let is_present = |class: &u16| {
                *class == 0 || labels.below(u64::from(self.classes), position(*class)) < 2
            };
            let counts = |class: u16| {
                let truth = 1000 + labels.below(50_000, position(class) + 7);
                let intersection = truth / 2 + pixels.below(truth / 2, position(class));
                let predicted = intersection + pixels.below(20_000, position(class) + 7);
                (class as u8, ClassCounts { intersection, truth, predicted })
            };
            ImageCounts::new(image.to_string(), (0..self.classes).filter(is_present).map(counts))
        };
        MethodRuns { name: name.into(), runs: vec![(0..self.images).map(image).collect()] }
    }
}

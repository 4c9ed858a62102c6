//! How class maps of other programs are read.

use clap::Args;
use eps_experiment::prepare::MapSource;
use std::path::PathBuf;

/// How class maps of other programs are read.
#[derive(Args, Clone, Debug)]
pub(crate) struct MapSourceArgs {
    /// Classes are counted from 1, and 0 is background, as in the output of a CRF (`out_la_crf` of PSA)
    #[arg(long)]
    from_one: bool,
    /// What follows the image id in the names of the files
    #[arg(long, value_name = "TEXT", default_value = "")]
    suffix: String,
    /// Divide the map of each class by its maximum
    #[arg(long)]
    normalise: bool,
}

impl MapSourceArgs {
    pub(crate) fn of(self, input: PathBuf) -> MapSource {
        let Self { from_one, suffix, normalise } = self;
        MapSource { input, from_one, suffix, normalise }
    }
}

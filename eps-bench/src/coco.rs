//! `eps-bench coco`

use crate::flags::positive;
use crate::measurement::{Record, repeated};
use anyhow::Result;
use eps_data::coco::{Drawing, Instances};
use rayon::prelude::*;
use std::path::PathBuf;

/// Index an instances file, or draw the masks of all its images in memory, file to pixels
#[derive(clap::Args)]
pub(crate) struct CocoBench {
    /// COCO's instances file (JSON)
    #[arg(long, value_name = "FILE")]
    instances: PathBuf,
    #[arg(long, value_enum)]
    pass: Pass,
    /// Rounds, after one that is not counted
    #[arg(long, default_value_t = 1, value_parser = positive)]
    repeat: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Pass {
    Index,
    Masks,
}

impl CocoBench {
    pub(crate) fn run(self) -> Result<()> {
        let mut images = 0;
        let seconds = repeated(self.repeat, || {
            let file = Instances::open(&self.instances)?;
            images = file.images().len();
            if self.pass == Pass::Masks {
                let draw = |image| file.mask(image, Drawing::default()).map(drop);
                file.images().par_iter().try_for_each(draw)?;
            }
            Ok(())
        })?;
        let pass = if self.pass == Pass::Masks { "masks" } else { "index" };
        Record::new("eps", 0).print(pass, images, &seconds)?;
        Ok(())
    }
}

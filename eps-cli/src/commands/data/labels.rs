//! `eps data labels`

use crate::args::DataArgs;
use crate::commands::Exit;
use anyhow::Result;
use eps_experiment::Session;
use eps_experiment::output::{OutputFiles, write_kept};
use eps_experiment::prepare::ImageLabels;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data labels --data VOC2012 --labels masks --out labels.csv
  eps data labels --data VOC2012 --out cls_labels.npy";

/// Write the image labels of a list, from whatever source, as a table or for NumPy
///
/// Sources (`--labels`): VOC annotations (difficult objects count), masks, a COCO instances file, a
/// table, a `cls_labels.npy`, a list with numbers of classes. Objects of classes that the data set does
/// not have are left out, and counted in a note.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Labels {
    #[command(flatten)]
    data: DataArgs,
    /// File to write: `.npy`, a dictionary as published code keeps it, or a CSV table [default: a
    /// table to stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file of other content
    #[arg(long, requires = "out")]
    force: bool,
}

impl Labels {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let outputs = OutputFiles::of([&self.out]).reading(self.data.inputs()).check()?;
        let labels = ImageLabels::read(&self.data.source_of_images()?, session)?;
        match &self.out {
            Some(path) => write_kept(path, &labels.file(path), self.force)?,
            None => print!("{}", labels.table()),
        }
        outputs.keep(session);
        eprint!("{}", labels.counts());
        Ok(Exit::Done)
    }
}

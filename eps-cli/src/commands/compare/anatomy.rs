//! What the errors of masks are told by.

use crate::args::RenamedArgs;
use eps_experiment::output::ReadFiles;
use std::path::PathBuf;

/// What the errors of masks are told by: labels, stuff, boundaries.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct AnatomyArgs {
    /// Image labels, by which hallucinated classes are told: a CSV table, a `cls_labels.npy`, or a folder
    /// of VOC annotations [default: the classes of the masks]
    #[arg(long, value_name = "FILE|DIR", value_parser = crate::args::not_empty)]
    pub(super) labels: Option<String>,
    /// Folder of maps of the stuff that comes with each class, `<id>.png`: the class where
    /// its stuff is, 0 elsewhere
    #[arg(long, value_name = "DIR")]
    pub(super) stuff: Option<PathBuf>,
    #[command(flatten)]
    _renamed: RenamedArgs,
    /// Width of the boundary band of the anatomy in pixels; 0 makes none
    #[arg(long, value_name = "PIXELS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub(super) band: u32,
    /// Widths of the bands around true boundaries in which mean IoU is given, in pixels
    #[arg(long, value_name = "PIXELS,..", value_delimiter = ',', default_value = "1,2,3,5,8,12,20", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) widths: Vec<u32>,
}

impl AnatomyArgs {
    /// The files that are read besides masks and ground truth.
    pub(super) fn inputs(&self, inputs: ReadFiles) -> ReadFiles {
        let inputs = self.stuff.iter().map(PathBuf::as_path).fold(inputs, ReadFiles::run);
        self.labels.iter().fold(inputs, ReadFiles::file)
    }
}

//! `eps masks`

use super::Exit;
use crate::args::{self, CutArgs, DATA, DataFolder, MapSourceArgs, named_folder, read_list};
use crate::interrupt;
use anyhow::Result;
use eps_experiment::Session;
use eps_experiment::prepare::ThresholdedMaps;
use eps_experiment::run::RunFolder;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps masks runs/eps --threshold 0.2 --out masks-0.2
  eps masks runs/cam --saliency-cue 0.5 --data VOC2012 --out masks-cut
  eps masks runs/eps --saliency-cue 0.5 --agreement 0.4 --threshold 0.2 --data VOC2012 \\
      --out masks-doubt
  eps masks out_cam --normalise --power 4 --out masks-psa    PSA's and SEAM's dictionaries
  eps masks runs/eps --threshold 0.3 --unsure 0.05 --out masks-sure    IRN's confident labels
  eps masks irn_cam --resize --data VOC2012 --threshold 0.3 --out masks-irn    IRN's";

/// Make masks (`<id>.png`) of class activation maps of any program, without a CRF
///
/// A pixel has its best class where that class's score is above the background's, or with --saliency-cue
/// where the saliency map is not below a level, as many methods cut the maps of a classifier. Maps are read as `eps data
/// convert` reads them. Masks that are there already are kept, so that the same call resumes; masks of other
/// maps or of another cut are refused. `eps sweep` says which threshold is best.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("background").required(true).multiple(true).args(["threshold", "power", "saliency_cue"]))]
pub(crate) struct Masks {
    /// Folder of class activation maps (`.npz`, `.npy`, `.pkl` or grey PNGs), or a run
    #[arg(value_name = "[NAME=]DIR|FILE", value_parser = args::named_path)]
    maps: String,
    #[command(flatten)]
    cut: CutArgs,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Enlarge or reduce maps to the size of their images, bilinearly
    #[arg(long)]
    resize: bool,
    /// Data set folder, as `eps train` takes it: gives the images of --resize and the maps of
    /// --saliency-cue
    #[arg(long, value_name = "ROOT", env = DATA)]
    data: Option<PathBuf>,
    /// Folder of the images of --resize [default: that of --data]
    #[arg(long, value_name = "DIR", requires = "resize")]
    images: Option<PathBuf>,
    #[command(flatten)]
    source: MapSourceArgs,
    /// Make the masks of this list only [default: every map]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
}

impl Masks {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let list = read_list(&self.list, session)?;
        let (images, cuts) = (self.images()?, self.cut.open(&self.data_folder())?);
        let (cut, doubt) = cuts.cut()?;
        let maps = named_folder(&self.maps).1;
        let input = match maps.is_dir() {
            true => RunFolder::cams_in(maps)?,
            false => maps.into(),
        };
        let masks = ThresholdedMaps {
            source: &self.source.of(input),
            cut,
            doubt,
            unsure: cuts.unsure(cut)?,
            resize_to: images.as_deref(),
            out: &self.out,
            list: list.as_ref(),
        };
        interrupt::install()?;
        Ok(masks.run(session)?.into())
    }

    /// Where the images of `--resize` are.
    fn images(&self) -> Result<Option<PathBuf>> {
        let lacking = "--resize needs images, expected --images or --data";
        self.resize.then(|| self.data_folder().images(&self.images, lacking)).transpose()
    }

    fn data_folder(&self) -> DataFolder<'_> {
        DataFolder { data: &self.data, list: &self.list }
    }
}

//! `eps masks`

use super::Exit;
use crate::args::{
    self, DATA, DataFolder, MapSourceArgs, SaliencyCueArgs, named_folder, read_list,
};
use crate::interrupt;
use anyhow::{Result, ensure};
use eps_experiment::Session;
use eps_experiment::prepare::{Cut, SaliencyCue, ThresholdedMaps};
use eps_experiment::refine::Background;
use eps_experiment::run::RunFolder;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps masks runs/eps --threshold 0.2 --out masks-0.2
  eps masks runs/cam --saliency-cue 0.5 --data VOC2012 --out masks-cut
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
#[command(group = clap::ArgGroup::new("background").required(true).args(["threshold", "power", "saliency_cue"]))]
pub(crate) struct Masks {
    /// Folder of class activation maps (`.npz`, `.npy`, `.pkl` or grey PNGs), or a run
    #[arg(value_name = "[NAME=]DIR|FILE", value_parser = args::not_empty)]
    maps: String,
    /// The background has this score everywhere
    #[arg(long, value_name = "T", value_parser = args::fraction)]
    threshold: Option<f32>,
    /// The background has the score (1 - greatest score)^A
    #[arg(long, visible_alias = "alpha", value_name = "A", value_parser = args::power)]
    power: Option<f32>,
    /// Background is where the saliency map is below this level, and the best class is everywhere else
    #[arg(long, value_name = "LEVEL", value_parser = args::fraction)]
    saliency_cue: Option<f32>,
    /// A second threshold, power or level that leaves less background: pixels that are background at the first
    /// alone become 255 (ignore), from which no training learns
    #[arg(long, value_name = "T|A|LEVEL")]
    unsure: Option<f32>,
    #[command(flatten)]
    saliency: SaliencyCueArgs,
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
        let (images, cue) = (self.images()?, self.cue()?);
        let cut = match (self.threshold, self.power, self.saliency_cue.zip(cue.as_ref())) {
            (Some(threshold), ..) => Cut::Background(Background::Threshold(threshold)),
            (None, Some(power), _) => Cut::Background(Background::Alpha(power)),
            (None, None, Some((level, cue))) => Cut::Saliency { level, cue },
            (None, None, None) => unreachable!("clap asks for one of them"),
        };
        let unsure = self.unsure.map(|value| unsure(cut, value)).transpose()?;
        let maps = named_folder(&self.maps).1;
        let input = match maps.is_dir() {
            true => RunFolder::cams_in(maps)?,
            false => maps.into(),
        };
        let masks = ThresholdedMaps {
            source: &self.source.of(input),
            cut,
            unsure,
            resize_to: images.as_deref(),
            out: &self.out,
            list: list.as_ref(),
        };
        interrupt::install()?;
        Ok(masks.run(session)?.into())
    }

    /// The maps of `--saliency-cue`.
    fn cue(&self) -> Result<Option<SaliencyCue>> {
        self.saliency_cue.map(|_| self.saliency.of(&self.data_folder())).transpose()
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

/// The cut of the same kind that `--unsure` names, which must leave less background.
fn unsure(cut: Cut<'_>, value: f32) -> Result<Cut<'_>> {
    let (second, is_looser, expected) = match cut {
        Cut::Background(Background::Alpha(power)) => (
            Cut::Background(Background::Alpha(value)),
            value.is_finite() && value > power,
            "above that of --power",
        ),
        Cut::Background(Background::Threshold(threshold)) => {
            let second = Cut::Background(Background::Threshold(value));
            (second, (0.0..threshold).contains(&value), "in 0..=1 and below --threshold")
        }
        Cut::Background(Background::Rest) => unreachable!("no flag of this command asks for it"),
        Cut::Saliency { level, cue } => {
            let second = Cut::Saliency { level: value, cue };
            (second, (0.0..level).contains(&value), "in 0..=1 and below --saliency-cue")
        }
    };
    ensure!(
        is_looser,
        "--unsure {value}: expected a value {expected}, so that fewer pixels are background"
    );
    Ok(second)
}

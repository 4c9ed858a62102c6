//! `eps data convert`

use crate::args::{DATA, DataFolder, MapSourceArgs, SaliencyCueArgs};
use crate::commands::Exit;
use crate::interrupt;
use anyhow::Result;
use eps_data::codec::ScoreFormat;
use eps_experiment::Session;
use eps_experiment::prepare::ConvertedMaps;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data convert out_cam --normalise --out cams
  eps data convert out_la_crf --from-one --out crf
  eps data convert suffixed --suffix _cam --out suffixed-cams    reads suffixed/2007_000032_cam.npy
  eps data convert runs/cam/cams --saliency-cue --data VOC2012 --out cam-cued";

/// Convert class activation maps of other programs to the `.npz` that `eps sweep` reads
///
/// Reads dictionaries `{class: map}` (PSA, SEAM, ..) and `keys` with `high_res`, `attn_highres` or
/// `cam` (IRN, CLIP-ES, ..), as `.npy`, `.pkl` or `.npz`, with arrays of NumPy or PyTorch; no code of a
/// file is run. Grey PNGs, one for each class (OAA, NSROM, L2G, ..), are read as `<id>_<class>.png` or
/// `<id>/<class>.png`. Classes are counted from 0 without background unless --from-one is given. Maps
/// that are there already are kept, so that the same call resumes; maps of another source or with other
/// settings are refused.
///
/// With --saliency-cue the best class of each pixel has the saliency there as its score, in the place of its own: a
/// threshold then cuts the maps by saliency, as many methods do after training, and `eps sweep` finds the level.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Convert {
    /// Folder of maps, or one file of a dictionary
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Folder to write, `<id>.npz`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    source: MapSourceArgs,
    /// Score the best class of each pixel by a saliency map
    #[arg(long)]
    saliency_cue: bool,
    #[command(flatten)]
    saliency: SaliencyCueArgs,
    /// Data set folder, as `eps train` takes it: gives the maps of --saliency-cue
    #[arg(long, value_name = "ROOT", env = DATA)]
    data: Option<PathBuf>,
    /// Store scores in 16 bits
    #[arg(long)]
    f16: bool,
}

impl Convert {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let format = ScoreFormat::of(self.f16);
        let data = DataFolder { data: &self.data, list: &None };
        let cue = self.saliency_cue.then(|| self.saliency.of(&data)).transpose()?;
        let maps = ConvertedMaps { source: self.source.of(self.input), cue, out: self.out, format };
        interrupt::install()?;
        Ok(maps.run(session)?.into())
    }
}

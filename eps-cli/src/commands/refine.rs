//! `eps refine`

use super::Exit;
use crate::args::{
    self, BackgroundArgs, DATA, DataFolder, RefinementArgs, ShardArgs, SlurmArrayArgs,
    named_folder, read_list,
};
use crate::interrupt;
use anyhow::Result;
use eps_experiment::refine::MapFolder;
use eps_experiment::run::RunFolder;
use eps_experiment::{End, Session};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps refine runs/eps --data VOC2012 --preset psa --out runs/eps-crf
  eps refine runs/eps --data VOC2012 --preset psa --alpha 4,8 --out runs/eps-crfs";

/// Refine class activation maps with a dense CRF into masks (`masks/<id>.png`)
///
/// Images that have their results are skipped, so that an interrupted command goes on; masks of other
/// maps or with other settings are refused. One image a core; `RAYON_NUM_THREADS` sets how many.
/// docs/crf.md has the presets, memory and figures.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Refine {
    /// Folder of class activation maps, `<id>.npz` or another program's `<id>.npy`, or a run with the maps of
    /// `eps infer`
    #[arg(value_name = "[NAME=]DIR", value_parser = args::named_path)]
    cams: String,
    /// Data set folder, as `eps train` takes it: gives the images
    #[arg(long, value_name = "ROOT", env = DATA)]
    data: Option<PathBuf>,
    /// Folder of images, `<id>.jpg` or `<id>.png` [default: that of --data]
    #[arg(long, value_name = "DIR", required_unless_present = "data")]
    images: Option<PathBuf>,
    #[command(flatten)]
    crf: RefinementArgs,
    /// Folder for the results; with --alpha or --threshold each value has a folder in it, such as `alpha-4`
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    background: BackgroundArgs,
    /// File with one image id a line [default: every map of the folder]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    part: ShardArgs,
    /// Write the refined probabilities too (`cams/<id>.npz`)
    #[arg(long)]
    scores: bool,
    #[command(flatten)]
    slurm: SlurmArrayArgs,
}

impl Refine {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let refinement = self.crf.refinement();
        let list = read_list(&self.list, session)?;
        let data = DataFolder { data: &self.data, list: &self.list };
        let images = data.images(&self.images, "no images, expected --images or --data")?;
        let maps = MapFolder {
            cams: &RunFolder::cams_in(named_folder(&self.cams).1)?,
            images: &images,
            refinement,
            backgrounds: &self.background.backgrounds(refinement.preset),
            in_folders: self.background.is_listed(),
            out: &self.out,
            list: list.as_ref(),
            shard: self.part.shard,
            with_scores: self.scores,
        };
        if let Some(exit) = self.slurm.job.write(self.slurm.array(None), &[], session)? {
            return Ok(exit);
        }
        interrupt::install()?;
        let (end, tally) = maps.run(session)?;
        if end == End::Done && refinement.floor.is_some() {
            println!("{tally}");
        }
        Ok(end.into())
    }
}

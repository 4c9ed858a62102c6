//! `eps demo`

use super::Exit;
use crate::args::{self, DeviceArgs, ForceArgs};
use crate::interrupt;
use anyhow::Result;
use eps_experiment::Session;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps demo
  eps demo --seed 2 --out reports/demo-2";

/// Train and compare the baseline and EPS on rendered scenes, and segmentation networks on their masks: no
/// download, some minutes on a CPU
///
/// Every object class of the scenes has a background that almost always comes with it: trains have
/// rails, boats have water. The plain classifier's maps take in those backgrounds; EPS learns from
/// saliency maps to leave them out. A segmentation network then learns from each one's masks, and one from the
/// ground truth; all three are scored on scenes that were not trained on.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Demo {
    /// Seed of scenes, first weights and order of images
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "reports/demo")]
    out: PathBuf,
    /// Folder for the data set and the runs [default: `runs/demo-seedN`]
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Number of scenes
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u16).range(12..))]
    scenes: u16,
    /// Replace the number of updates of all recipes
    #[arg(long, value_parser = args::positive)]
    updates: Option<usize>,
    #[command(flatten)]
    device: DeviceArgs,
    #[command(flatten)]
    force: ForceArgs,
}

impl Demo {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let default = || PathBuf::from(format!("runs/demo-seed{}", self.seed));
        let demo = eps_experiment::Demo {
            seed: self.seed,
            work: self.work.unwrap_or_else(default),
            out: self.out,
            scenes: self.scenes.into(),
            updates: self.updates,
            device: self.device.open()?,
            force: self.force.force,
        };
        interrupt::install()?;
        let Some(summary) = demo.run(session)? else { return Ok(Exit::Interrupted) };
        summary.iter().for_each(|line| println!("{line}"));
        session.observer.say(&format!("look at {}", demo.out.join("index.html").display()));
        Ok(Exit::Done)
    }
}

//! `eps data browse`

use crate::args::{self, DataArgs};
use crate::commands::Exit;
use anyhow::Result;
use eps_experiment::Session;
use eps_experiment::inspect::ImagePage;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data browse --data VOC2012 --class train --first 6 --out pages/trains
  eps data browse --data VOC2012 --random 6 --seed 2 --out pages/look";

/// Show images beside their masks and saliency maps, with ids and labels, for a look before training
///
/// Writes `index.html`, which needs no other file, and `contact-sheet.png`. Masks and saliency maps
/// are shown where their folders exist.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Browse {
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Show these images
    #[arg(long, value_name = "ID", num_args = 1.., group = "choice")]
    ids: Vec<String>,
    /// Show the first N images of the list [default: 24]
    #[arg(long, value_name = "N", group = "choice", value_parser = args::positive)]
    first: Option<usize>,
    /// Show N images drawn at random
    #[arg(long, value_name = "N", group = "choice", value_parser = args::positive)]
    random: Option<usize>,
    /// Seed of the draw
    #[arg(long, default_value_t = 0, requires = "random")]
    seed: u64,
    /// Only images labelled with this class
    #[arg(long, value_name = "NAME", conflicts_with = "ids")]
    class: Option<String>,
    /// Longer side of each picture in pixels
    #[arg(long, default_value_t = 200, value_name = "PIXELS", value_parser = args::positive)]
    side: usize,
}

impl Browse {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let page = ImagePage {
            ids: &self.ids,
            class: self.class.as_deref(),
            first: self.first,
            random: self.random,
            seed: self.seed,
            side: self.side,
        };
        page.write(&self.data.source()?, &self.out, session)?;
        session.observer.say(&format!("look at {}", self.out.join("index.html").display()));
        Ok(Exit::Done)
    }
}

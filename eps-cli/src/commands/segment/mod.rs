//! `eps segment`

mod infer;
mod probabilities;
mod train;
mod views;

use super::Exit;
use anyhow::Result;
use eps_experiment::Session;

/// Train a segmentation network on masks, and make masks of images with it
#[derive(clap::Subcommand)]
pub(crate) enum Segment {
    // Boxed, since they have many flags.
    Train(Box<train::Train>),
    Infer(Box<infer::Infer>),
}

impl Segment {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::Train(command) => command.run(session),
            Self::Infer(command) => command.run(session),
        }
    }
}

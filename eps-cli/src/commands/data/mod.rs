//! `eps data`

mod browse;
mod check;
mod convert;
mod labels;
mod list;
mod masks;
mod stats;

use crate::commands::End;
use anyhow::Result;

/// Prepare a data set (lists, labels, masks, maps), and find what is wrong with it before training does
#[derive(clap::Subcommand)]
pub(crate) enum Data {
    List(list::List),
    Labels(labels::Labels),
    Masks(masks::Masks),
    Convert(convert::Convert),
    Check(check::Check),
    Stats(stats::Stats),
    Browse(browse::Browse),
}

impl Data {
    pub(crate) fn run(self) -> Result<End> {
        match self {
            Self::List(command) => command.run(),
            Self::Labels(command) => command.run(),
            Self::Masks(command) => command.run(),
            Self::Convert(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Stats(command) => command.run(),
            Self::Browse(command) => command.run(),
        }
    }
}

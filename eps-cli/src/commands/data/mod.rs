//! `eps data`

mod browse;
mod check;
mod convert;
mod labels;
mod list;
mod masks;
mod stats;

use crate::commands::Exit;
use anyhow::Result;
use eps_experiment::Session;

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
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::List(command) => command.run(session),
            Self::Labels(command) => command.run(session),
            Self::Masks(command) => command.run(session),
            Self::Convert(command) => command.run(session),
            Self::Check(command) => command.run(session),
            Self::Stats(command) => command.run(session),
            Self::Browse(command) => command.run(session),
        }
    }
}

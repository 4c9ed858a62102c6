//! `eps data`

mod convert;
mod labels;
mod list;
mod masks;

use crate::commands::End;
use anyhow::Result;

/// Prepare a data set: lists, image labels, masks, maps
#[derive(clap::Subcommand)]
pub(crate) enum Data {
    List(list::List),
    Labels(labels::Labels),
    Masks(masks::Masks),
    Convert(convert::Convert),
}

impl Data {
    pub(crate) fn run(self) -> Result<End> {
        match self {
            Self::List(command) => command.run(),
            Self::Labels(command) => command.run(),
            Self::Masks(command) => command.run(),
            Self::Convert(command) => command.run(),
        }
    }
}

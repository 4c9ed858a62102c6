//! `eps saliency`

mod evaluate;
mod source;

use super::End;
use anyhow::Result;

/// Score saliency maps
#[derive(clap::Subcommand)]
pub(crate) enum Saliency {
    Evaluate(evaluate::Evaluate),
}

impl Saliency {
    pub(crate) fn run(self) -> Result<End> {
        match self {
            Self::Evaluate(command) => command.run(),
        }
    }
}

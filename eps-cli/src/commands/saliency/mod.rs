//! `eps saliency`

mod evaluate;
mod source;

use super::Exit;
use anyhow::Result;
use eps_experiment::Session;

/// Score saliency maps
#[derive(clap::Subcommand)]
pub(crate) enum Saliency {
    Evaluate(evaluate::Evaluate),
}

impl Saliency {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::Evaluate(command) => command.run(session),
        }
    }
}

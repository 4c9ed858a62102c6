//! `eps saliency`

mod evaluate;
mod make;
mod maps;
mod truth;

use super::Exit;
use anyhow::Result;
use eps_experiment::Session;

/// Make and score saliency maps
#[derive(clap::Subcommand)]
pub(crate) enum Saliency {
    Make(make::Make),
    Evaluate(evaluate::Evaluate),
}

impl Saliency {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::Make(command) => command.run(session),
            Self::Evaluate(command) => command.run(session),
        }
    }
}

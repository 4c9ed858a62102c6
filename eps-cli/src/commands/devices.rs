//! `eps devices`

use super::Exit;
use crate::device;
use eps_experiment::Session;

const EXAMPLES: &str = "\
Examples:
  eps devices";

/// List the devices of this program and whether they work here
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Devices {}

impl Devices {
    pub(crate) fn run(self, _: &Session<'_>) -> anyhow::Result<Exit> {
        for choice in device::choices() {
            let state = choice.works.err().unwrap_or_else(|| "works".to_owned());
            println!("{:<14} {:<36} {state}", choice.name, choice.about);
        }
        Ok(Exit::Done)
    }
}

//! `eps ablate status`

use crate::args;
use crate::commands::Exit;
use anyhow::Result;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::ablation::{AblationFolder, StatusReport};
use std::path::PathBuf;
use std::time::Duration;

/// Show where every cell of an ablation stands: done, running (who, how far), failed (why) or waiting
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  eps ablate status ablations/lambda\n  eps ablate status ablations/lambda --json"
)]
pub(crate) struct Status {
    /// Folder of the ablation
    folder: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Time without a sign of life after which a lock counts no more, such as 90s, 15m or 2h
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = args::duration)]
    lock_expiry: Duration,
}

impl Status {
    pub(crate) fn run(self, _: &Session<'_>) -> Result<Exit> {
        let folder = AblationFolder::at(&self.folder);
        let report = StatusReport::of(&folder, &folder.plan()?, self.lock_expiry);
        match self.json {
            true => print!("{}", export::json(&report)),
            false => print!("{}", report.text()),
        }
        Ok(Exit::Done)
    }
}

//! `eps ablate status`

use crate::args::{self, write_asked};
use crate::commands::Exit;
use crate::interrupt;
use crate::stdout::show;
use anyhow::Result;
use eps_eval::report::export;
use eps_experiment::Session;
use eps_experiment::ablation::{AblationFolder, StatusReport};
use eps_experiment::output::{OutputFiles, ReadFiles};
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  eps ablate status ablations/lambda
  eps ablate status ablations/lambda --json
  eps ablate status ablations/lambda --html status.html --watch";

/// Time after which a page that nobody writes again loads itself.
const RELOAD: Duration = Duration::from_secs(10);

/// Show where every cell of an ablation stands: done, running (who, how far), failed (why) or waiting
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {
    /// Folder of the ablation
    folder: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Write a page to leave open, which loads itself again until every cell is done or has failed
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the page again and again until then, with so much time in between
    #[arg(long, value_name = "TIME", num_args = 0..=1, default_missing_value = "10s", requires = "html",
        value_parser = args::duration)]
    watch: Option<Duration>,
    /// Time without a sign of life after which a lock counts no more, such as 90s, 15m or 2h
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = args::duration)]
    lock_expiry: Duration,
}

impl Status {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let folder = AblationFolder::at(&self.folder);
        let inputs = ReadFiles::default().file(folder.plan_file());
        let pending = OutputFiles::of([&self.html]).reading(inputs).check()?;
        let report = match self.watch {
            None => folder.report(self.lock_expiry)?,
            Some(every) => {
                interrupt::install()?;
                folder.watch(every, self.lock_expiry, session, |report| self.write(report))?
            }
        };
        self.write(&report)?;
        match self.json {
            true => show(&pending, &export::json(&report)),
            false => show(&pending, &report.text()),
        }
        pending.keep(session);
        Ok(Exit::Done)
    }

    fn write(&self, report: &StatusReport) -> Result<()> {
        let title = format!("Ablation {}", self.folder.display());
        write_asked(&self.html, || Ok(report.html(&title, self.watch.unwrap_or(RELOAD))))
    }
}

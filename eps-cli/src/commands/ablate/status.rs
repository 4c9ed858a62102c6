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
use std::thread::sleep;
use std::time::{Duration, Instant};

const EXAMPLES: &str = "\
Examples:
  eps ablate status ablations/lambda
  eps ablate status ablations/lambda --json
  eps ablate status ablations/lambda --html status.html --watch";

/// Time after which a page that nobody writes again loads itself.
const RELOAD: Duration = Duration::from_secs(10);

/// Time between two looks at whether to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

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
        let mut report = self.report(&folder)?;
        if let Some(every) = self.watch {
            interrupt::install()?;
            while !report.is_finished() && !session.observer.stops() {
                self.write(&report)?;
                wait(every, session);
                report = self.report(&folder)?;
            }
        }
        self.write(&report)?;
        match self.json {
            true => show(&pending, &export::json(&report)),
            false => show(&pending, &report.text()),
        }
        pending.keep(session);
        Ok(Exit::Done)
    }

    fn report(&self, folder: &AblationFolder) -> Result<StatusReport> {
        Ok(StatusReport::of(folder, &folder.plan()?, self.lock_expiry))
    }

    fn write(&self, report: &StatusReport) -> Result<()> {
        let title = format!("Ablation {}", self.folder.display());
        write_asked(&self.html, || Ok(report.html(&title, self.watch.unwrap_or(RELOAD))))
    }
}

/// Waits for a time, or until the user wants to stop.
fn wait(time: Duration, session: &Session<'_>) {
    let begun = Instant::now();
    while begun.elapsed() < time && !session.observer.stops() {
        sleep(LOOK_EVERY.min(time));
    }
}

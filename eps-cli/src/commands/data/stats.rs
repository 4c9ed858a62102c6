//! `eps data stats`

use crate::args::{DataArgs, PaperArgs};
use crate::commands::Exit;
use anyhow::Result;
use eps_experiment::Session;
use eps_experiment::inspect::statistics_page;
use eps_experiment::output::FolderLock;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data stats --data VOC2012
  eps data stats --data VOC2012 --out pages/statistics";

/// Count a data set: classes, labels, co-occurrence, sizes, pixels, saliency
///
/// Masks and saliency maps are counted where their folders exist. Without --out the tables are
/// printed as Markdown. With it, a folder gets `statistics.md` and `.json`, a CSV file for each
/// table, and charts as SVG, PNG and PDF.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Stats {
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    paper: PaperArgs,
}

impl Stats {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let lock = FolderLock::take_if_any(self.out.as_deref(), session)?;
        let page = statistics_page(&self.data.source()?, session)?;
        match self.out.as_deref().zip(lock) {
            Some((out, lock)) => {
                page.write(out, self.paper.sheet())?;
                lock.finish()?;
                session.observer.say(&format!("look at {}", out.join("statistics.md").display()));
            }
            None => print!("{}", page.markdown(false)?),
        }
        Ok(Exit::Done)
    }
}

//! `eps data stats`

use crate::args::{DataArgs, PaperArgs};
use crate::commands::Exit;
use anyhow::Result;
use eps_data::Needs;
use eps_data::statistics::Statistics;
use eps_eval::report::statistics::StatisticsPage;
use eps_experiment::Session;
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
        let lock = self
            .out
            .as_deref()
            .map(|out| FolderLock::take_for_results(out, session))
            .transpose()?;
        let folder = self.data.folder()?;
        let needs = Needs {
            saliency: folder.has_saliency()?,
            masks: folder.has_masks()?,
            ..Needs::default()
        };
        let split = self.data.open(needs, session)?;
        session.observer.begin("counting", split.items.len(), 0);
        let statistics = Statistics::of(&split, session.observer)?;
        session.observer.end();
        let page = StatisticsPage::new(split.list.id(), &statistics, &split.names);
        match &self.out {
            Some(out) => {
                page.write(out, self.paper.sheet())?;
                lock.map_or(Ok(()), FolderLock::finish)?;
                session.observer.say(&format!("look at {}", out.join("statistics.md").display()));
            }
            None => print!("{}", page.markdown(false)?),
        }
        Ok(Exit::Done)
    }
}

//! What is shown of the findings.

use anyhow::Result;
use eps_data::check::Report;
use eps_data::codec::write_file;
use eps_eval::report::export;
use eps_experiment::output::is_stdout;
use std::path::PathBuf;

/// What is shown of the findings.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct ReportArgs {
    /// Findings of each kind that are printed; 0 prints all
    #[arg(long, default_value_t = 10, value_name = "N")]
    limit: usize,
    /// Print the whole report as JSON instead, or write it to a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    json: Option<PathBuf>,
}

impl ReportArgs {
    /// The file to write.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.json.clone().filter(|path| !is_stdout(path))
    }

    /// Prints the findings, or all of them as JSON.
    pub(super) fn show(&self, report: &Report) -> Result<()> {
        match &self.json {
            Some(path) if is_stdout(path) => {
                print!("{}", export::json(report));
                return Ok(());
            }
            Some(path) => write_file(path, export::json(report))?,
            None => {}
        }
        print!("{}", report.text(self.limit));
        Ok(())
    }
}

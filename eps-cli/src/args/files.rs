//! Files and folders that a command writes.

use clap::Args;
use eps_data::codec::write_file;
use eps_eval::EvalError;
use eps_experiment::output::is_stdout;
use std::path::PathBuf;

/// Files of a result that are written if they were asked for.
#[derive(Args, Clone, Debug)]
pub(crate) struct ResultFiles {
    /// Write everything as JSON; here and below, `-` is stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the numbers as CSV, with all digits
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the tables as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}

impl ResultFiles {
    pub(crate) fn paths(&self) -> [&Option<PathBuf>; 3] {
        [&self.json, &self.csv, &self.markdown]
    }
}

/// Flag of commands that fill a folder with results.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ForceArgs {
    /// Replace results of other inputs in the folder
    #[arg(long)]
    pub(crate) force: bool,
}

/// Writes a text file whole or not at all, if it was asked for; `-` is stdout.
pub(crate) fn write_asked(
    path: &Option<PathBuf>,
    text: impl FnOnce() -> Result<String, EvalError>,
) -> anyhow::Result<()> {
    match path {
        Some(path) if is_stdout(path) => {
            print!("{}", text()?);
            Ok(())
        }
        Some(path) => Ok(write_file(path, text()?)?),
        None => Ok(()),
    }
}

//! Your masks or maps for the rows of a table.

use crate::args::{StatementArgs, TruthArgs, named_folder};
use anyhow::Result;
use eps_experiment::evaluate::note_maps;
use eps_experiment::output::ReadFiles;
use eps_experiment::reproduce::{AttemptSource, Statement};
use eps_experiment::{GroundTruth, Session};
use std::path::Path;

/// Your masks or maps for the rows of a table, and what they are scored against.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct AttemptArgs {
    /// Yours: runs, or folders of masks or of class maps of any program. ROW is that of the table; that of a
    /// run follows from its recipe. COLUMN is that of mean IoU [default: the first]. Several folders
    /// of one row are runs that differ in their seed
    #[arg(long = "ours", value_name = "[ROW[/COLUMN]=]DIR", value_parser = crate::args::named_path)]
    ours: Vec<String>,
    #[command(flatten)]
    pub(super) truth: TruthArgs,
    #[command(flatten)]
    pub(super) statement: StatementArgs,
}

impl AttemptArgs {
    /// Places in the table, where they are given, and folders.
    pub(super) fn places(&self) -> impl Iterator<Item = (Option<&str>, &Path)> {
        self.ours.iter().map(|argument| named_folder(argument))
    }

    /// The files that are read, which no output may replace.
    pub(super) fn inputs(&self) -> ReadFiles {
        self.places().fold(self.truth.source().inputs(), |inputs, (_, folder)| inputs.run(folder))
    }

    /// What the folders are scored against; maps among them are noted.
    pub(super) fn truth(
        &self,
        sources: &[AttemptSource],
        statement: &Statement,
        session: &Session<'_>,
    ) -> Result<Option<GroundTruth>> {
        if sources.is_empty() {
            return Ok(None);
        }
        let folders = sources.iter().flat_map(|source| &source.folders);
        let masks = folders.map(|folder| folder.predictions(statement.threshold));
        note_maps(&masks.collect::<Vec<_>>(), session);
        self.truth.source().open(session).map(Some)
    }
}

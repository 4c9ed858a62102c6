//! `eps data labels`

use crate::args::DataArgs;
use crate::commands::Exit;
use anyhow::Result;
use eps_data::labels;
use eps_experiment::Session;
use eps_experiment::output::{OutputFiles, write_kept};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data labels --data VOC2012 --labels masks --out labels.csv
  eps data labels --data VOC2012 --out cls_labels.npy";

/// Write the image labels of a list, from whatever source, as a table or for NumPy
///
/// Sources (`--labels`): VOC annotations (difficult objects count), masks, a COCO instances file, a
/// table, a `cls_labels.npy`, a list with numbers of classes. Objects of classes that the data set does
/// not have are left out, and counted in a note.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Labels {
    #[command(flatten)]
    data: DataArgs,
    /// File to write: `.npy`, a dictionary as published code keeps it, or a CSV table [default: a
    /// table to stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file of other content
    #[arg(long, requires = "out")]
    force: bool,
}

impl Labels {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let outputs = OutputFiles::of([&self.out]).reading(self.data.inputs()).check()?;
        let folder = self.data.folder()?;
        let names = folder.class_names()?;
        let list = folder.list(&self.data.list)?;
        let source = match self.data.label_source(&folder) {
            Some(source) => source,
            None => folder.labels_for(&list, &self.data.list)?,
        };
        let (sets, remarks) = source.load(&list, &names)?;
        session.remarks(list.remarks.iter().chain(&remarks));
        match &self.out {
            Some(path) => {
                let bytes = labels::file(path, &list.ids, &sets, &names);
                write_kept(path, &bytes, self.force)?;
            }
            None => print!("{}", labels::table(&list.ids, &sets, &names)),
        }
        outputs.keep(session);
        eprint!("{}", labels::counts_text(&sets, &names));
        Ok(Exit::Done)
    }
}

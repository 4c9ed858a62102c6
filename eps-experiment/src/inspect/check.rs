//! The faults of a data set.

use crate::{DataSource, Session};
use anyhow::Result;
use eps_data::check::{Examination, Report, RunSpace};
use eps_data::{DataSet, Needs};

/// The list that results are scored on where none is named.
const HELD_OUT: &str = "val";

/// A list of a data set, and what a run needs of it.
#[derive(Clone, Debug)]
pub struct DataSetCheck {
    pub data: DataSource,
    /// List that results are scored on, which must share no image [val, where there is one].
    pub held_out: Option<String>,
    /// What every image must have; other maps are checked where their folder exists.
    pub needs: Needs,
    pub space: RunSpace,
    /// Images in the list of those whose saliency and mask overlap least.
    pub worst: usize,
}

impl DataSetCheck {
    /// Decodes every file of the list once.
    ///
    /// # Errors
    ///
    /// If there is no such list, or the class names cannot be read; faults are in the report.
    pub fn run(self, session: &Session<'_>) -> Result<Report> {
        let begun = self.examination().begin()?;
        session.observer.begin("checking", begun.images(), 0);
        let report = begun.finish(session.observer);
        session.observer.end();
        Ok(report)
    }

    fn examination(self) -> Examination {
        let DataSource { folder, list, labels, saliency_fit } = self.data;
        Examination {
            held_out: self.held_out.or_else(|| held_out(&folder, &list)),
            labels,
            needs: Needs { saliency_fit, ..self.needs },
            space: Some(self.space),
            worst: self.worst,
            folder,
            list,
        }
    }
}

/// The usual list of the folder, unless it is the one that is checked.
fn held_out(folder: &DataSet, list: &str) -> Option<String> {
    let is_there = folder.lists.join(HELD_OUT).with_extension("txt").is_file();
    let trains = list.contains("train") && !list.contains(HELD_OUT);
    (is_there && trains).then(|| HELD_OUT.into())
}

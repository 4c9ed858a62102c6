//! A data set of which a command reads one folder, which a flag may replace.

use anyhow::{Result, ensure};
use eps_data::DataSet;
use eps_experiment::MissingInput;
use std::path::{Path, PathBuf};

/// A folder of the data set that `--data` names, as the list of the call has it: each split of COCO has its own.
pub(crate) struct DataFolder<'a> {
    pub(crate) data: &'a Option<PathBuf>,
    pub(crate) list: &'a Option<PathBuf>,
}

impl DataFolder<'_> {
    /// The data set, if it has the folder that is chosen of it; `lacking` says what is needed, and `flag` names
    /// the folder otherwise.
    pub(crate) fn with(
        &self,
        choose: fn(&DataSet) -> &Path,
        lacking: &str,
        flag: &str,
    ) -> Result<DataSet> {
        let Some(data) = self.data else { return Err(MissingInput::error(lacking)) };
        let list = self.list.as_ref().map_or("train".into(), |list| list.to_string_lossy());
        let folder = DataSet::open(data, &list)?;
        let chosen = choose(&folder);
        ensure!(
            chosen.is_dir(),
            "{}: is no folder, expected one of --data; {flag} names another, and a --list called as a split of \
             COCO, such as train2014.txt, has the folders of that split",
            chosen.display()
        );
        Ok(folder)
    }

    /// The folder of images that a flag names, else that of the data set.
    pub(crate) fn images(&self, flag: &Option<PathBuf>, lacking: &str) -> Result<PathBuf> {
        match flag {
            Some(images) => Ok(images.clone()),
            None => Ok(self.with(|data| &data.images, lacking, "--images")?.images),
        }
    }
}

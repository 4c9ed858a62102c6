//! Folders of a data set that a flag may replace.

use super::missing;
use eps_data::VocFolder;
use std::path::PathBuf;

/// The folder that a flag names, else the one that is chosen of the data set; `lacking` says which flags give
/// one.
pub(crate) fn data_folder(
    flag: &Option<PathBuf>,
    data: &Option<PathBuf>,
    choose: fn(VocFolder) -> PathBuf,
    lacking: &str,
) -> anyhow::Result<PathBuf> {
    match (flag, data) {
        (Some(folder), _) => Ok(folder.clone()),
        (None, Some(data)) => Ok(choose(VocFolder::open(data, "train")?)),
        (None, None) => Err(missing(lacking)),
    }
}

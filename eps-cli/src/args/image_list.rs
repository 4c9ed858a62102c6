//! A list of images in a file.

use eps_data::ImageList;
use eps_experiment::Session;
use std::path::PathBuf;

/// Reads a list if one is named, and notes what its lines have besides ids.
pub(crate) fn read_list(
    path: &Option<PathBuf>,
    session: &Session<'_>,
) -> anyhow::Result<Option<ImageList>> {
    let list = path.as_deref().map(ImageList::read).transpose()?;
    session.remarks(list.iter().flat_map(|list| &list.remarks));
    Ok(list)
}

//! Masks that are asked for, before anything of them is looked for.

use super::{SaliencyMasks, SaliencyTruth, SaliencyTruthOptions, reading};
use crate::output::ReadFiles;
use crate::{MissingInput, Session};
use anyhow::Result;
use eps_data::DataSet;
use eps_eval::saliency::TruthKind;
use std::path::PathBuf;

/// Masks of a data set, of a folder, or of a folder in the place of a data set's.
#[derive(Clone, Debug, Default)]
pub struct SaliencyTruthRequest {
    /// Root of the data set.
    pub data: Option<PathBuf>,
    /// Folder of masks [that of the data set].
    pub truth: Option<PathBuf>,
    /// What the masks hold [classes in a data set, grey values in a folder].
    pub kind: Option<TruthKind>,
    /// File or name of a list [train of a data set, every mask of a folder].
    pub list: Option<String>,
    /// Between image id and ending of the masks' names [that of the data set, else nothing].
    pub mask_suffix: Option<String>,
}

impl SaliencyTruthRequest {
    /// The masks, what they hold, and the images that count.
    ///
    /// # Errors
    ///
    /// [`MissingInput`] if neither a data set nor a folder is named; if the data set or the list cannot be read, or
    /// there is no mask.
    pub fn open(&self, session: &Session<'_>) -> Result<SaliencyTruth> {
        let masks = match (self.truth.clone(), self.data_set()?) {
            (Some(folder), list_of) => SaliencyMasks::In { folder, list_of },
            (None, Some(data)) => SaliencyMasks::OfData(data),
            (None, None) => {
                let lacking = "no masks, expected --data ROOT or --truth DIR";
                return Err(MissingInput::error(lacking));
            }
        };
        let options = SaliencyTruthOptions {
            kind: self.kind,
            list: self.list.clone(),
            suffix: self.mask_suffix.clone().unwrap_or_default(),
        };
        SaliencyTruth::open(masks, &options, session)
    }

    /// The files that are read, which no output may replace.
    pub fn inputs(&self) -> ReadFiles {
        let masks = self.data_set().ok().flatten().map(|data| [data.masks, data.saliency]);
        let folders = masks.into_iter().flatten().chain(self.truth.clone());
        let inputs = folders.fold(ReadFiles::default(), |inputs, folder| reading(inputs, &folder));
        self.list.iter().fold(inputs, |inputs, list| inputs.file(list))
    }

    fn data_set(&self) -> Result<Option<DataSet>> {
        let list = self.list.as_deref().unwrap_or("train");
        let Some(root) = &self.data else { return Ok(None) };
        let mut data = DataSet::open(root, list)?;
        data.check_root()?;
        if let Some(suffix) = &self.mask_suffix {
            data.mask_suffix.clone_from(suffix);
        }
        Ok(Some(data))
    }
}

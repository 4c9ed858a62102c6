//! A data set, a list of it, and how it is read.

use crate::Session;
use anyhow::Result;
use eps_data::labels::LabelSource;
use eps_data::{DataSet, Needs, SaliencyFit, Split};

/// A data set and a list of its images, before any file of them is looked for.
#[derive(Clone, Debug)]
pub struct DataSource {
    pub folder: DataSet,
    pub list: String,
    /// Where image labels come from [what the folder has].
    pub labels: Option<LabelSource>,
    pub saliency_fit: SaliencyFit,
}

impl DataSource {
    /// The split, its files checked to be there.
    ///
    /// # Errors
    ///
    /// If the list, a label or a file that is needed is missing.
    pub fn open(&self, needs: Needs, session: &Session<'_>) -> Result<Split> {
        let needs = Needs { saliency_fit: self.saliency_fit, ..needs };
        let split = Split::open(&self.folder, &self.list, self.labels.clone(), needs)?;
        session.remarks(&split.remarks);
        Ok(split)
    }
    /// The split, with the masks and the saliency maps of which the data set has a folder.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and if something else is in the place of a folder.
    pub fn open_with_maps(&self, session: &Session<'_>) -> Result<Split> {
        let (saliency, masks) = (self.folder.has_saliency()?, self.folder.has_masks()?);
        self.open(Needs { saliency, masks, ..Needs::default() }, session)
    }
}

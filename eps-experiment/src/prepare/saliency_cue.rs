//! Saliency maps that cut class maps after training, as many methods do.

use crate::output::origin;
use anyhow::Result;
use eps_data::{DataError, ImageList, SaliencyFit, SaliencyMap, Size, saliency_in};
use std::path::PathBuf;

/// The saliency maps by which maps are cut, of the same sizes.
#[derive(Clone, Debug)]
pub struct SaliencyCue {
    pub maps: PathBuf,
    /// What the names of the maps have between id and ending.
    pub suffix: String,
}

impl SaliencyCue {
    /// The folder of the maps and their suffix, as the origin of results has it.
    pub(super) fn name(&self) -> Result<String> {
        let names = if self.suffix.is_empty() { "" } else { "/*" };
        Ok(format!("{}{names}{}", origin::whole_path(&self.maps)?, self.suffix))
    }

    /// The saliency map of the image whose class maps are of this size.
    pub(super) fn read(&self, id: &str, size: Size) -> Result<SaliencyMap> {
        let path = saliency_in(&self.maps, &format!("{id}{}", self.suffix));
        if !path.is_file() {
            let maps = ImageList::new("of class maps", vec![id.into()]);
            return Err(maps.explain(DataError::missing(path, "saliency map")).into());
        }
        Ok(SaliencyFit::Exact.read(&path, size)?)
    }
}

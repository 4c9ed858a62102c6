//! Saliency maps that cut class maps.

use super::DataFolder;
use clap::Args;
use eps_experiment::prepare::SaliencyCue;
use std::path::PathBuf;

/// Where the saliency maps are that cut class maps.
#[derive(Args, Clone, Debug)]
pub(crate) struct SaliencyCueArgs {
    /// Folder of the maps of --saliency-cue, `<id>.png`, `.jpg` or `.npy` [default: that of --data]
    #[arg(long, value_name = "DIR", requires = "saliency_cue")]
    saliency: Option<PathBuf>,
    /// What the names of these maps have between id and ending, such as `_sal_fuse`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, requires = "saliency_cue")]
    saliency_suffix: Option<String>,
}

impl SaliencyCueArgs {
    /// The maps that the flags name, else those of `data`.
    pub(crate) fn of(&self, data: &DataFolder<'_>) -> anyhow::Result<SaliencyCue> {
        let lacking = "--saliency-cue needs maps, expected --saliency or --data";
        let (maps, suffix) = match &self.saliency {
            Some(folder) => (folder.clone(), String::new()),
            None => {
                let data = data.with(|data| &data.saliency, lacking, "--saliency")?;
                (data.saliency, data.saliency_suffix)
            }
        };
        Ok(SaliencyCue { maps, suffix: self.saliency_suffix.clone().unwrap_or(suffix) })
    }
}

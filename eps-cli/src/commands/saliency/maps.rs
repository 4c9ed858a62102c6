//! The saliency maps that are scored.

use crate::args::{named_folder, named_path};
use anyhow::Result;
use eps_data::SaliencyFit;
use eps_eval::saliency::Stretch;
use eps_experiment::MissingInput;
use eps_experiment::output::ReadFiles;
use eps_experiment::saliency::{SaliencyEvaluation, SaliencySource, SaliencyTruth, reading};

/// Folders of saliency maps, and how they are read.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct SaliencyMapArgs {
    /// Folder of saliency maps, a PNG, JPEG or NumPy array for each image id; once for each source, as NAME=DIR
    /// to name it [default: the maps of --data]
    #[arg(long, value_name = "[NAME=]DIR", value_parser = source)]
    pub(super) predictions: Vec<SaliencySource>,
    /// What the names of saliency maps have between id and ending, such as `_sal_fuse` [default: that of
    /// --data, else nothing]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    saliency_suffix: Option<String>,
    /// Resize maps that are not as large as their masks; otherwise they are errors
    #[arg(long)]
    resize: bool,
    /// Compare grey values as they are; otherwise each map is stretched from 0 to 1
    #[arg(long)]
    no_stretch: bool,
    /// Name everything that is wrong, not only the first
    #[arg(long)]
    keep_going: bool,
}

impl SaliencyMapArgs {
    /// The files that are read, which no output may replace: these, and those of the masks.
    pub(super) fn inputs(&self, inputs: ReadFiles) -> ReadFiles {
        let folders = self.predictions.iter().map(|source| &source.folder);
        folders.fold(inputs, |inputs, folder| reading(inputs, folder))
    }

    /// The maps and the masks that they are scored against.
    pub(super) fn evaluation<'a>(
        &'a self,
        truth: &'a SaliencyTruth,
    ) -> Result<SaliencyEvaluation<'a>> {
        Ok(SaliencyEvaluation {
            sources: self.sources(truth)?,
            truth,
            suffix: self.saliency_suffix.as_deref(),
            stretch: if self.no_stretch { Stretch::Nothing } else { Stretch::WholeRange },
            fit: if self.resize { SaliencyFit::Resized } else { SaliencyFit::Exact },
            keep_going: self.keep_going,
        })
    }

    /// The sources that were named, else the maps of the data set.
    fn sources(&self, truth: &SaliencyTruth) -> Result<Vec<SaliencySource>> {
        if !self.predictions.is_empty() {
            return Ok(self.predictions.clone());
        }
        let lacking = "no saliency maps, expected --predictions DIR, or --data with maps";
        Ok(vec![truth.maps().ok_or_else(|| MissingInput::error(lacking))?])
    }
}

/// `NAME=DIR`, or a folder that gives its own name; a folder with `=` in its name is found.
fn source(text: &str) -> Result<SaliencySource, &'static str> {
    named_path(text)?;
    let (name, folder) = named_folder(text);
    Ok(SaliencySource::new(name, folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_source_has_a_given_name_or_that_of_its_folder() {
        let source = |text: &str| source(text).expect("a path is a source");
        assert_eq!(source("PFAN=maps/a"), SaliencySource::new(Some("PFAN"), Path::new("maps/a")));
        assert_eq!(source("maps/u2net").name, "u2net");
        assert_eq!(source("=maps").folder, Path::new("=maps"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let strange = folder.path().join("a=b");
        std::fs::create_dir(&strange).expect("a writable folder");
        assert_eq!(source(&strange.display().to_string()).name, "a=b");
    }
}

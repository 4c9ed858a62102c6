//! A data set and a list of its images, whose labels are not asked for.

use super::data::DATA;
use clap::Args;
use eps_data::{DataSet, LabelSource, SaliencyFit};
use eps_experiment::DataSource;
use std::path::PathBuf;

/// A data set and a list of its images, which need no labels.
#[derive(Args, Clone, Debug)]
pub(crate) struct ImageSetArgs {
    /// Data set folder, as `eps train` takes it; gives the names of the classes too
    #[arg(long, value_name = "ROOT", env = DATA)]
    data: PathBuf,
    /// Name of a split in `ImageSets/Segmentation` or of an instances file, `all` images, or a file with an
    /// image id or a picture's path in each line
    #[arg(long, default_value = "train", value_parser = crate::args::not_empty)]
    list: String,
    /// Folder of images [default: ROOT/JPEGImages]
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
}

impl ImageSetArgs {
    /// The folders of the data set, with the flags' replacements.
    pub(crate) fn folder(&self) -> anyhow::Result<DataSet> {
        let mut folder = DataSet::open(&self.data, &self.list)?;
        if let Some(images) = &self.images {
            folder.images.clone_from(images);
        }
        folder.check_root()?;
        Ok(folder)
    }

    /// The list of a data set with these folders.
    pub(crate) fn source(&self, folder: DataSet) -> DataSource {
        let (list, labels) = (self.list.clone(), Some(LabelSource::Predicted));
        DataSource { folder, list, labels, saliency_fit: SaliencyFit::Exact }
    }
}

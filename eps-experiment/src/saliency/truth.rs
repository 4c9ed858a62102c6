//! The masks that saliency maps are scored against.

use super::SaliencySource;
use crate::{Session, folder_of};
use anyhow::{Result, ensure};
use eps_data::{DataSet, ImageList, picture_in, pictures_of};
use eps_eval::saliency::TruthKind;
use std::path::{Path, PathBuf};

/// Where masks are: in a data set, or in a folder, or in one that takes the place of a data set's.
#[derive(Clone, Debug)]
pub enum SaliencyMasks {
    OfData(DataSet),
    In { folder: PathBuf, list_of: Option<DataSet> },
}

/// What is said of masks beside their place.
#[derive(Clone, Debug, Default)]
pub struct SaliencyTruthOptions {
    /// What they hold [classes in a data set, grey values in a folder].
    pub kind: Option<TruthKind>,
    /// File or name of a list [train of a data set, every mask of a folder].
    pub list: Option<String>,
    /// Between image id and ending, of masks in a folder.
    pub suffix: String,
}

/// Masks and the images that count.
#[derive(Clone, Debug)]
pub struct SaliencyTruth {
    masks: SaliencyMasks,
    suffix: String,
    pub kind: TruthKind,
    pub list: ImageList,
}

impl SaliencyMasks {
    fn folder(&self) -> &Path {
        match self {
            Self::OfData(data) => &data.masks,
            Self::In { folder, .. } => folder,
        }
    }

    fn data(&self) -> Option<&DataSet> {
        match self {
            Self::OfData(data) => Some(data),
            Self::In { list_of, .. } => list_of.as_ref(),
        }
    }
}

impl SaliencyTruth {
    /// The masks, what they hold, and the images that count.
    ///
    /// # Errors
    ///
    /// If the list cannot be read, or there is no mask.
    pub fn open(
        masks: SaliencyMasks,
        options: &SaliencyTruthOptions,
        session: &Session<'_>,
    ) -> Result<Self> {
        let list = read_list(&masks, options)?;
        session.remarks(&list.remarks);
        let default = match masks {
            SaliencyMasks::OfData(_) => TruthKind::Classes,
            SaliencyMasks::In { .. } => TruthKind::Grey,
        };
        let (kind, suffix) = (options.kind.unwrap_or(default), options.suffix.clone());
        Ok(Self { masks, suffix, kind, list })
    }

    /// The mask of an image.
    pub fn mask_of(&self, id: &str) -> PathBuf {
        match &self.masks {
            SaliencyMasks::OfData(data) => data.mask_of(id),
            SaliencyMasks::In { folder, .. } => picture_in(folder, &format!("{id}{}", self.suffix)),
        }
    }

    /// The saliency maps of the data set, if it has a folder of them.
    pub fn maps(&self) -> Option<SaliencySource> {
        let data = self.masks.data().filter(|data| data.saliency.is_dir());
        data.map(SaliencySource::of_data)
    }
}

fn read_list(masks: &SaliencyMasks, options: &SaliencyTruthOptions) -> Result<ImageList> {
    let folder = masks.folder();
    Ok(match (&options.list, masks.data()) {
        (Some(list), Some(data)) => data.list(list)?,
        (Some(list), None) => DataSet::voc(folder_of(folder)).list(list)?,
        (None, Some(data)) => data.list("train")?,
        (None, None) => {
            let suffix = &options.suffix;
            let names = pictures_of(folder)?.into_keys();
            let ids = names.filter_map(|name| Some(name.strip_suffix(suffix.as_str())?.to_owned()));
            let ids: Vec<String> = ids.collect();
            let folder = folder.display();
            ensure!(
                !ids.is_empty(),
                "{folder}: no mask in it, expected PNG or JPEG files <id>{suffix}"
            );
            ImageList::new("all", ids)
        }
    })
}

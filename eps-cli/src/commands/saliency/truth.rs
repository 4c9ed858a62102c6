//! The masks that saliency maps are scored against.

use super::source::Source;
use crate::args::{DATA, folder_of, missing, not_empty};
use crate::outputs::Inputs;
use anyhow::{Result, ensure};
use eps_data::{DataSet, ImageList, picture_in, pictures_of};
use eps_eval::saliency::TruthKind;
use eps_experiment::Session;
use std::path::{Path, PathBuf};

/// Masks of a data set, or of a folder.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct SaliencyTruthArgs {
    /// Data set folder, as `eps train` takes it: gives masks, which hold classes, their list, and the saliency
    /// maps unless --predictions names others [default: `EPS_DATA`, unless --truth is given]
    #[arg(long, value_name = "ROOT")]
    data: Option<PathBuf>,
    /// Folder of masks, a PNG or JPEG for each image id [default: that of --data]
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// What the masks hold: `grey`, where objects are above 128, or `classes`, where every class but
    /// background is an object and 255 is not counted [default: classes for --data, grey for --truth]
    #[arg(long, value_name = "KIND", value_parser = truth_kind)]
    truth_as: Option<TruthKind>,
    /// File with one image id a line, or the name of a split of --data or beside the masks' folder
    /// [default: train of --data, every mask of --truth]
    #[arg(long, value_parser = not_empty)]
    list: Option<String>,
    /// What the names of masks have between id and ending, such as `_mask` [default: that of --data, else
    /// nothing]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    mask_suffix: Option<String>,
}

/// Masks and the images that count.
pub(super) struct SaliencyTruth {
    /// The data set that has the masks; absent where a folder of them was named.
    data: Option<DataSet>,
    folder: PathBuf,
    /// Of masks in a folder.
    suffix: String,
    pub(super) kind: TruthKind,
    pub(super) list: ImageList,
    /// The saliency maps of the data set, if it has a folder of them.
    maps: Option<Source>,
}

fn truth_kind(text: &str) -> Result<TruthKind, String> {
    match text {
        "grey" => Ok(TruthKind::Grey),
        "classes" => Ok(TruthKind::Classes),
        _ => Err("expected `grey` or `classes`".into()),
    }
}

impl SaliencyTruthArgs {
    fn root(&self) -> Option<PathBuf> {
        let of_environment = || std::env::var_os(DATA).filter(|root| !root.is_empty());
        let default = if self.truth.is_none() { of_environment() } else { None };
        self.data.clone().or_else(|| default.map(PathBuf::from))
    }

    /// The data set, where one is given.
    fn data(&self) -> Result<Option<DataSet>> {
        let list = self.list.as_deref().unwrap_or("train");
        let Some(root) = self.root() else { return Ok(None) };
        let mut data = DataSet::open(&root, list)?;
        data.check_root()?;
        if let Some(suffix) = &self.mask_suffix {
            data.mask_suffix.clone_from(suffix);
        }
        Ok(Some(data))
    }

    /// The masks, what they hold, and the images that count.
    ///
    /// # Errors
    ///
    /// If neither a data set nor a folder is given, or the list cannot be read.
    pub(super) fn open(&self, session: &Session<'_>) -> Result<SaliencyTruth> {
        let data = self.data()?;
        let folder = match (&self.truth, &data) {
            (Some(folder), _) => folder.clone(),
            (None, Some(data)) => data.masks.clone(),
            (None, None) => return Err(missing("no masks, expected --data ROOT or --truth DIR")),
        };
        let list = self.read_list(data.as_ref(), &folder, session)?;
        let maps = data.as_ref().filter(|data| data.saliency.is_dir()).map(Source::of_data);
        let data = data.filter(|_| self.truth.is_none());
        let default = if data.is_some() { TruthKind::Classes } else { TruthKind::Grey };
        let (kind, suffix) = (self.truth_as.unwrap_or(default), self.suffix().into());
        Ok(SaliencyTruth { data, folder, suffix, kind, list, maps })
    }

    fn suffix(&self) -> &str {
        self.mask_suffix.as_deref().unwrap_or("")
    }

    fn read_list(
        &self,
        data: Option<&DataSet>,
        masks: &Path,
        session: &Session<'_>,
    ) -> Result<ImageList> {
        let beside = || DataSet::voc(folder_of(masks));
        let list = match (&self.list, data) {
            (Some(list), Some(data)) => data.list(list)?,
            (Some(list), None) => beside().list(list)?,
            (None, Some(data)) => data.list("train")?,
            (None, None) => {
                let names = pictures_of(masks)?.into_keys();
                let ids: Vec<String> = names
                    .filter_map(|name| Some(name.strip_suffix(self.suffix())?.to_owned()))
                    .collect();
                let (folder, suffix) = (masks.display(), self.suffix());
                ensure!(
                    !ids.is_empty(),
                    "{folder}: no mask in it, expected PNG or JPEG files <id>{suffix}"
                );
                ImageList::new("all", ids)
            }
        };
        session.remarks(&list.remarks);
        Ok(list)
    }

    /// The files that are read, which no output may replace.
    pub(super) fn inputs(&self) -> Inputs {
        let masks = self.data().ok().flatten().map(|data| [data.masks, data.saliency]);
        let folders = masks.into_iter().flatten().chain(self.truth.clone());
        let inputs = folders.fold(Inputs::default(), |inputs, folder| {
            inputs.folder(folder, super::source::PICTURES)
        });
        self.list.iter().fold(inputs, |inputs, list| inputs.file(list))
    }
}

impl SaliencyTruth {
    /// The mask of an image.
    pub(super) fn mask_of(&self, id: &str) -> PathBuf {
        let in_folder = || picture_in(&self.folder, &format!("{id}{}", self.suffix));
        self.data.as_ref().map_or_else(in_folder, |data| data.mask_of(id))
    }

    /// The sources that were named, else the maps of the data set.
    ///
    /// # Errors
    ///
    /// If none was named and the data set has none.
    pub(super) fn sources(&self, named: &[Source]) -> Result<Vec<Source>> {
        match (named, &self.maps) {
            ([], Some(maps)) => Ok(vec![maps.clone()]),
            ([], None) => {
                Err(missing("no saliency maps, expected --predictions DIR, or --data with maps"))
            }
            (named, _) => Ok(named.to_vec()),
        }
    }
}

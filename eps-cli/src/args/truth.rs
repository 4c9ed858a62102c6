//! Ground-truth masks.

use super::data::{DATA, label_source};
use clap::{Args, CommandFactory as _};
use eps_data::{ClassNames, DataSet};
use eps_experiment::output::ReadFiles;
use eps_experiment::{GroundTruth, Session, folder_of};
use std::path::{Path, PathBuf};

/// Ground-truth masks and the images that count: those of a data set, or a folder of masks.
#[derive(Args, Clone, Debug)]
pub(crate) struct TruthArgs {
    /// Data set folder, as `eps train` takes it: gives ground truth, classes and images [default:
    /// `EPS_DATA`, unless --truth is given]
    #[arg(long, value_name = "ROOT")]
    data: Option<PathBuf>,
    /// Folder of ground-truth masks, `<id>.png` [default: SegmentationClassAug, else SegmentationClass, of
    /// --data]
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// What the names of ground-truth masks have between id and ending, such as `_mask`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    mask_suffix: Option<String>,
    /// Name of a split, of --data or beside the masks' folder, or a file with one image id a line
    /// [default: train of --data]
    #[arg(long, value_parser = crate::args::not_empty)]
    list: Option<String>,
    /// Text file with one object class a line, numbered or not, or CVAT's labelmap.txt [default:
    /// classes.txt in the masks' folder, else beside it, else the data set's, else VOC's]
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
}

/// Where the ground truth is, as flags and environment say it.
struct Place {
    folder: DataSet,
    list: String,
}

impl TruthArgs {
    /// Whether a flag or the environment says where the ground truth is.
    pub(crate) fn is_given(&self) -> bool {
        self.truth.is_some() || self.root().is_some()
    }

    /// The same with a list where no flag names one.
    pub(crate) fn or_list(&self, list: &Path) -> Self {
        let default = || list.to_string_lossy().into_owned();
        Self { list: Some(self.list.clone().unwrap_or_else(default)), ..self.clone() }
    }

    /// The list, its items with their masks, and the names of their classes.
    pub(crate) fn open(&self, session: &Session<'_>) -> anyhow::Result<GroundTruth> {
        self.open_at(self.place()?, session)
    }

    fn open_at(&self, place: Place, session: &Session<'_>) -> anyhow::Result<GroundTruth> {
        let Place { folder, list } = place;
        let (names, place_of_names) = match &self.classes {
            Some(path) => (ClassNames::read(path)?, path.display().to_string()),
            None => (folder.class_names_of_masks()?, folder.place_of_class_names()),
        };
        let list = folder.list(&list)?;
        session.remarks(&list.remarks);
        let items = folder.items_with_masks(&list.ids);
        Ok(GroundTruth {
            list,
            items,
            names,
            place_of_names,
            folder: name_of(&folder.masks),
            images: folder.images,
        })
    }

    fn root(&self) -> Option<PathBuf> {
        let of_environment = || std::env::var_os(DATA).filter(|root| !root.is_empty());
        let default = if self.truth.is_none() { of_environment() } else { None };
        self.data.clone().or_else(|| default.map(PathBuf::from))
    }

    fn place(&self) -> anyhow::Result<Place> {
        let (folder, list) = match (self.root(), &self.truth) {
            (Some(root), _) => {
                let list = self.list.clone().unwrap_or_else(|| "train".into());
                let folder = DataSet::open(&root, &list)?;
                folder.check_root()?;
                (folder, Some(list))
            }
            (None, Some(truth)) => (DataSet::voc(folder_of(truth)), self.list.clone()),
            (None, None) => {
                return Err(missing("no ground truth, expected --data ROOT or --truth DIR"));
            }
        };
        let list =
            list.ok_or_else(|| missing("no list of images, expected --list beside --truth"))?;
        let masks = self.truth.clone().unwrap_or_else(|| folder.masks.clone());
        let mask_suffix = self.mask_suffix.clone().unwrap_or_else(|| folder.mask_suffix.clone());
        Ok(Place { folder: DataSet { masks, mask_suffix, ..folder }, list })
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> ReadFiles {
        let Ok(Place { folder, list }) = self.place() else { return ReadFiles::default() };
        let tables = ["cls_labels.csv", "cls_labels.npy"].map(|name| folder.root.join(name));
        let files = [PathBuf::from(list)].into_iter().chain(self.classes.clone());
        files.chain(tables).fold(ReadFiles::default(), ReadFiles::file).data_set(&folder)
    }

    /// Name of the masks' folder, and what its list is called on the command line.
    pub(crate) fn names(&self) -> anyhow::Result<(String, String)> {
        let Place { folder, list } = self.place()?;
        Ok((name_of(&folder.masks), list))
    }

    /// As [`open`](Self::open), with the image labels of a source as `--labels` names it.
    pub(crate) fn open_with_labels(
        &self,
        source: &str,
        session: &Session<'_>,
    ) -> anyhow::Result<GroundTruth> {
        let place = self.place()?;
        let source = label_source(source, &place.folder.masks);
        let mut truth = self.open_at(place, session)?;
        let (labels, remarks) = source.load(&truth.list, &truth.names)?;
        session.remarks(&remarks);
        for (item, classes) in truth.items.iter_mut().zip(labels) {
            item.classes = classes;
        }
        Ok(truth)
    }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned()
}

/// An error of usage, as clap's own.
pub(crate) fn missing(text: &str) -> anyhow::Error {
    let kind = clap::error::ErrorKind::MissingRequiredArgument;
    crate::cli::Cli::command().error(kind, text).into()
}

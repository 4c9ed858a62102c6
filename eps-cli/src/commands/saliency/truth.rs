//! The masks that saliency maps are scored against.

use crate::args::{DATA, missing, not_empty};
use anyhow::Result;
use eps_data::DataSet;
use eps_eval::saliency::TruthKind;
use eps_experiment::Session;
use eps_experiment::output::ReadFiles;
use eps_experiment::saliency::{SaliencyMasks, SaliencyTruth, SaliencyTruthOptions, reading};
use std::path::PathBuf;

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
    pub(super) fn open(&self, session: &Session<'_>) -> Result<SaliencyTruth> {
        let masks = match (self.truth.clone(), self.data()?) {
            (Some(folder), list_of) => SaliencyMasks::In { folder, list_of },
            (None, Some(data)) => SaliencyMasks::OfData(data),
            (None, None) => return Err(missing("no masks, expected --data ROOT or --truth DIR")),
        };
        let options = SaliencyTruthOptions {
            kind: self.truth_as,
            list: self.list.clone(),
            suffix: self.mask_suffix.clone().unwrap_or_default(),
        };
        SaliencyTruth::open(masks, &options, session)
    }

    /// The files that are read, which no output may replace.
    pub(super) fn inputs(&self) -> ReadFiles {
        let masks = self.data().ok().flatten().map(|data| [data.masks, data.saliency]);
        let folders = masks.into_iter().flatten().chain(self.truth.clone());
        let inputs = folders.fold(ReadFiles::default(), |inputs, folder| reading(inputs, &folder));
        self.list.iter().fold(inputs, |inputs, list| inputs.file(list))
    }
}

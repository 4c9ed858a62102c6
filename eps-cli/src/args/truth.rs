//! Ground-truth masks, and predicted ones.

use super::data::label_source;
use crate::outputs::Inputs;
use clap::Args;
use eps_data::codec::is_named;
use eps_data::{ClassNames, Item, Shard, VocFolder};
use eps_eval::MaskFolder;
use eps_experiment::{GroundTruth, Session};
use std::path::{Path, PathBuf};

/// Ground-truth masks and the images that count.
#[derive(Args, Clone, Debug)]
pub(crate) struct TruthArgs {
    /// Folder of ground-truth masks, `<id>.png`
    #[arg(long, value_name = "DIR")]
    truth: PathBuf,
    /// File with one image id a line, or the name of a split beside the masks' folder
    #[arg(long)]
    list: String,
    /// Text file with one object class a line, numbered or not, or CVAT's labelmap.txt [default:
    /// classes.txt in the masks' folder, else beside it, else VOC's]
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
}

impl TruthArgs {
    /// The arguments of a command in which they are optional.
    pub(crate) fn new(truth: &Path, list: &str, classes: Option<&Path>) -> Self {
        let classes = classes.map(Path::to_owned);
        Self { truth: truth.into(), list: list.into(), classes }
    }

    /// The list, its items with their masks, and the names of their classes.
    ///
    /// No file of an item is looked for: a photograph that is no JPEG has another path.
    pub(crate) fn open(&self, session: &Session<'_>) -> anyhow::Result<GroundTruth> {
        let data = self.data_set();
        let beside_masks = Some(self.truth.join("classes.txt")).filter(|path| is_named(path));
        let names = match self.classes.clone().or(beside_masks) {
            Some(path) => ClassNames::read(&path)?,
            None => data.class_names()?,
        };
        let list = data.list(&self.list)?;
        session.remarks(&list.remarks);
        let item = |id: &String| Item {
            id: id.clone(),
            image: data.images.join(format!("{id}.jpg")),
            saliency: None,
            mask: Some(data.mask_of(id)),
            classes: Default::default(),
        };
        let items = list.ids.iter().map(item).collect();
        Ok(GroundTruth { list, items, names, folder: self.folder_name() })
    }

    /// The data set that has the masks' folder.
    fn data_set(&self) -> VocFolder {
        let root = self.truth.parent().unwrap_or(Path::new("."));
        VocFolder { masks: self.truth.clone(), ..VocFolder::at(root) }
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> Inputs {
        let folder = self.data_set();
        let classes = [self.truth.join("classes.txt"), folder.root.join("classes.txt")];
        let files = [PathBuf::from(&self.list)].into_iter().chain(classes);
        files
            .chain(self.classes.clone())
            .fold(Inputs::default(), Inputs::file)
            .folder(&self.truth, &["png"])
            .folder(&folder.lists, &["txt"])
    }

    /// Folder of the photographs of the masks, if it is named as VOC's.
    pub(crate) fn photographs(&self) -> PathBuf {
        self.data_set().images
    }

    /// Name of the masks' folder.
    pub(crate) fn folder_name(&self) -> String {
        let name = self.truth.file_name().unwrap_or(self.truth.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// As [`open`](Self::open), with the image labels of a source as `--labels` names it.
    pub(crate) fn open_with_labels(
        &self,
        source: &str,
        session: &Session<'_>,
    ) -> anyhow::Result<GroundTruth> {
        let mut truth = self.open(session)?;
        let source = label_source(source, &self.truth);
        let (labels, remarks) = source.load(&truth.list.ids, &truth.names)?;
        session.remarks(&remarks);
        for (item, classes) in truth.items.iter_mut().zip(labels) {
            item.classes = classes;
        }
        Ok(truth)
    }
}

/// Predicted masks and what they are counted against.
#[derive(Args, Clone, Debug)]
pub(crate) struct PredictionArgs {
    #[command(flatten)]
    pub(crate) truth: TruthArgs,
    /// Folder of predicted masks, `<id>.png`
    #[arg(long, value_name = "DIR")]
    pub(crate) predictions: PathBuf,
}

impl PredictionArgs {
    /// The masks of a part of the list, or of all of it.
    pub(crate) fn folder<'a>(
        &'a self,
        truth: &'a GroundTruth,
        shard: Option<Shard>,
    ) -> MaskFolder<'a> {
        let GroundTruth { list, items, names, .. } = truth;
        MaskFolder { list, items, predictions: &self.predictions, names, shard }
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> Inputs {
        self.truth.inputs().folder(&self.predictions, &["png"])
    }
}

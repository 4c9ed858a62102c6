//! A data set and a list of its images.

use anyhow::{anyhow, ensure};
use clap::Args;
use eps_data::{DataSet, LabelSource, Needs, SaliencyFit, Split};
use eps_experiment::output::ReadFiles;
use eps_experiment::{DataSource, Session};
use std::path::PathBuf;

/// The variable of the environment that names the data set where no flag does.
pub(crate) const DATA: &str = "EPS_DATA";

/// A data set and a list of its images.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataArgs {
    /// Data set folder: in VOC layout (`JPEGImages`, `SegmentationClass`, `SALImages`, ..), in COCO's
    /// (`annotations/instances_<split>.json`, `<split>`), or as its `dataset.toml` says
    #[arg(long, value_name = "ROOT", env = DATA)]
    pub(crate) data: PathBuf,
    /// Name of a split in `ImageSets/Segmentation` or of an instances file, `all` photographs, or a
    /// file with an image id or a picture's path in each line
    #[arg(long, default_value = "train", value_parser = crate::args::not_empty)]
    pub(crate) list: String,
    /// Folder of photographs [default: ROOT/JPEGImages]
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,
    /// Folder of saliency maps [default: ROOT/SALImages]
    #[arg(long, value_name = "DIR")]
    pub(crate) saliency: Option<PathBuf>,
    /// Resize saliency maps that are not as large as their photographs; otherwise they are errors
    #[arg(long)]
    pub(crate) resize_saliency: bool,
    /// Folder of ground-truth masks [default: ROOT/SegmentationClassAug, else SegmentationClass]
    #[arg(long, visible_alias = "truth", value_name = "DIR")]
    pub(crate) masks: Option<PathBuf>,
    /// What the names of masks have between id and ending, such as `_mask`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) mask_suffix: Option<String>,
    /// What the names of saliency maps have between id and ending, such as `_sal_fuse`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) saliency_suffix: Option<String>,
    /// Image labels: a CSV table, a `cls_labels.npy`, a list with numbers of classes (`train_cls.txt`),
    /// a COCO instances file (.json), a folder of VOC annotations, `masks`, or `predicted` of `eps infer`, whose
    /// network finds the classes [default:
    /// `cls_labels.csv` of ROOT, else its `cls_labels.npy`, else its instances file, else its
    /// Annotations, else the numbers in the list]
    #[arg(long, value_name = "FILE|DIR|masks|predicted", value_parser = crate::args::not_empty)]
    pub(crate) labels: Option<String>,
}

impl DataArgs {
    /// The folders of the data set, with the flags' replacements.
    pub(crate) fn folder(&self) -> anyhow::Result<DataSet> {
        let mut folder = DataSet::open(&self.data, &self.list)?;
        replace(&mut folder.images, &self.images);
        replace(&mut folder.saliency, &self.saliency);
        replace(&mut folder.masks, &self.masks);
        replace(&mut folder.mask_suffix, &self.mask_suffix);
        replace(&mut folder.saliency_suffix, &self.saliency_suffix);
        folder.check_root()?;
        Ok(folder)
    }

    /// Where image labels come from, if a flag says it.
    pub(crate) fn label_source(&self, folder: &DataSet) -> Option<LabelSource> {
        self.labels.as_ref().map(|source| LabelSource::named(source, &folder.masks))
    }

    /// Whether a network finds the classes of images.
    pub(crate) fn labels_are_predicted(&self) -> bool {
        self.labels.as_deref() == Some(LabelSource::PREDICTED)
    }

    /// The data set and the list, with what the flags say of them.
    pub(crate) fn source(&self) -> anyhow::Result<DataSource> {
        ensure!(
            !self.labels_are_predicted(),
            "--labels predicted: is for `eps infer` alone, which has a network to find the classes"
        );
        self.source_of_images()
    }

    /// As [`source`](Self::source), for a command that can do without labels.
    pub(crate) fn source_of_images(&self) -> anyhow::Result<DataSource> {
        let folder = self.folder()?;
        let labels = self.label_source(&folder);
        let (list, saliency_fit) = (self.list.clone(), self.saliency_fit());
        Ok(DataSource { folder, list, labels, saliency_fit })
    }

    /// The split, its files checked to be there.
    pub(crate) fn open(&self, needs: Needs, session: &Session<'_>) -> anyhow::Result<Split> {
        self.source()?.open(needs, session)
    }

    /// The split for a network that finds the classes of images where no labels are there.
    pub(crate) fn open_for_network(&self, session: &Session<'_>) -> anyhow::Result<Split> {
        let split = self.source_of_images()?.open(Needs::default(), session);
        split.map_err(|error| match error.to_string() {
            text if text.contains("no image labels") => anyhow!(
                "{text}, or `--labels predicted`, which takes the classes that the network finds"
            ),
            _ => error,
        })
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> ReadFiles {
        let Ok(folder) = self.folder() else { return ReadFiles::default() };
        // The tables of the root are read where no other labels are named.
        let tables = ["cls_labels.csv", "cls_labels.npy"].map(|name| self.data.join(name));
        let tables = tables.into_iter().filter(|_| self.labels.is_none());
        let labels = self.labels.iter().map(PathBuf::from).chain(folder.labels.clone());
        let files = [PathBuf::from(&self.list)].into_iter().chain(tables).chain(labels);
        files.fold(ReadFiles::default(), ReadFiles::file).data_set(&folder)
    }

    /// What happens to saliency maps of another size.
    pub(crate) fn saliency_fit(&self) -> SaliencyFit {
        match self.resize_saliency {
            true => SaliencyFit::Resized,
            false => SaliencyFit::Exact,
        }
    }
}

/// The data set that a flag names, else the one of the environment, unless another flag takes its place.
pub(crate) fn root_unless(other: &Option<PathBuf>, data: &Option<PathBuf>) -> Option<PathBuf> {
    let of_environment = || std::env::var_os(DATA).filter(|root| !root.is_empty());
    let default = if other.is_none() { of_environment() } else { None };
    data.clone().or_else(|| default.map(PathBuf::from))
}

fn replace<T: Clone>(value: &mut T, flag: &Option<T>) {
    if let Some(flag) = flag {
        value.clone_from(flag);
    }
}

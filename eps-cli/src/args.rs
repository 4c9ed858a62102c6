//! Flags that commands share.

use crate::device::DeviceName;
use crate::notes;
use crate::outputs::Inputs;
use clap::Args;
use eps_data::codec::is_named;
use eps_data::labels::LabelSource;
use eps_data::{ClassNames, ImageList, Item, Needs, SaliencyFit, Shard, Split, VocFolder};
use eps_eval::MaskFolder;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A data set and a list of its images.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataArgs {
    /// Data set folder: in VOC layout (`JPEGImages`, `SegmentationClass`, `SALImages`, ..), in COCO's
    /// (`annotations/instances_<split>.json`, `<split>`), or as its `dataset.toml` says
    #[arg(long, value_name = "ROOT")]
    pub(crate) data: PathBuf,
    /// Name of a split in `ImageSets/Segmentation` or of an instances file, `all` photographs, or a
    /// file with an image id or a picture's path in each line
    #[arg(long, default_value = "train")]
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
    #[arg(long, value_name = "DIR")]
    pub(crate) masks: Option<PathBuf>,
    /// What the names of masks have between id and ending, such as `_mask`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) mask_suffix: Option<String>,
    /// What the names of saliency maps have between id and ending, such as `_sal_fuse`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) saliency_suffix: Option<String>,
    /// Image labels: a CSV table, a `cls_labels.npy`, a list with numbers of classes (`train_cls.txt`),
    /// a COCO instances file (.json), a folder of VOC annotations, or `masks` [default:
    /// `cls_labels.csv` of ROOT, else its `cls_labels.npy`, else its instances file, else its
    /// Annotations, else the numbers in the list]
    #[arg(long, value_name = "FILE|DIR|masks")]
    pub(crate) labels: Option<String>,
}

impl DataArgs {
    /// The folders of the data set, with the flags' replacements.
    pub(crate) fn folder(&self) -> anyhow::Result<VocFolder> {
        let mut folder = VocFolder::open(&self.data, &self.list)?;
        let replace = |own: &mut PathBuf, flag: &Option<PathBuf>| {
            if let Some(flag) = flag {
                own.clone_from(flag);
            }
        };
        replace(&mut folder.images, &self.images);
        replace(&mut folder.saliency, &self.saliency);
        replace(&mut folder.masks, &self.masks);
        let name = |own: &mut String, flag: &Option<String>| {
            if let Some(flag) = flag {
                own.clone_from(flag);
            }
        };
        name(&mut folder.mask_suffix, &self.mask_suffix);
        name(&mut folder.saliency_suffix, &self.saliency_suffix);
        folder.check_root()?;
        Ok(folder)
    }

    /// Where image labels come from, if a flag says it.
    pub(crate) fn label_source(&self, folder: &VocFolder) -> Option<LabelSource> {
        self.labels.as_ref().map(|source| label_source(source, &folder.masks))
    }

    /// The split, its files checked to be there.
    pub(crate) fn open(&self, needs: Needs) -> anyhow::Result<Split> {
        let folder = self.folder()?;
        let labels = self.label_source(&folder);
        let needs = Needs { saliency_fit: self.saliency_fit(), ..needs };
        let split = Split::open(&folder, &self.list, labels, needs)?;
        notes::say(&split.remarks);
        Ok(split)
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> Inputs {
        let Ok(folder) = self.folder() else { return Inputs::default() };
        let in_root = |name: &str| self.data.join(name);
        let names = ["classes.txt", "dataset.toml"].map(in_root);
        // The tables of the root are read where no other labels are named.
        let tables = ["cls_labels.csv", "cls_labels.npy"].map(in_root);
        let tables = names.into_iter().chain(tables.into_iter().filter(|_| self.labels.is_none()));
        let labels = self.labels.iter().map(PathBuf::from).chain(folder.labels.clone());
        let instances = folder.instances.as_ref().map(|own| own.path().to_owned());
        let files = [PathBuf::from(&self.list)].into_iter().chain(tables).chain(labels);
        files
            .chain(instances)
            .fold(Inputs::default(), Inputs::file)
            .folder(&folder.images, &["jpg", "jpeg", "png"])
            .folder(&folder.masks, &["png"])
            .folder(&folder.saliency, &["jpg", "jpeg", "png"])
            .folder(&folder.annotations, &["xml"])
            .folder(&folder.lists, &["txt"])
    }

    /// What happens to saliency maps of another size.
    pub(crate) fn saliency_fit(&self) -> SaliencyFit {
        match self.resize_saliency {
            true => SaliencyFit::Resized,
            false => SaliencyFit::Exact,
        }
    }
}

/// What `--labels` names.
fn label_source(source: &str, masks: &Path) -> LabelSource {
    match source {
        "masks" => LabelSource::Masks(masks.into()),
        path if Path::new(path).is_dir() => LabelSource::Annotations(path.into()),
        path => LabelSource::of_file(Path::new(path)),
    }
}

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
    pub(crate) fn open(&self) -> anyhow::Result<(ImageList, Vec<Item>, ClassNames)> {
        let folder = self.data_set();
        let own = Some(self.truth.join("classes.txt")).filter(|path| is_named(path));
        let names = match self.classes.clone().or(own) {
            Some(path) => ClassNames::read(&path)?,
            None => folder.class_names()?,
        };
        let list = folder.list(&self.list)?;
        notes::say(&list.remarks);
        let item = |id: &String| Item {
            id: id.clone(),
            image: folder.images.join(format!("{id}.jpg")),
            saliency: None,
            mask: Some(folder.mask_of(id)),
            classes: Default::default(),
        };
        let items = list.ids.iter().map(item).collect();
        Ok((list, items, names))
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
    ) -> anyhow::Result<(ImageList, Vec<Item>, ClassNames)> {
        let (list, mut items, names) = self.open()?;
        let (labels, remarks) = label_source(source, &self.truth).load(&list.ids, &names)?;
        notes::say(&remarks);
        for (item, classes) in items.iter_mut().zip(labels) {
            item.classes = classes;
        }
        Ok((list, items, names))
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
    pub(crate) fn open(&self) -> anyhow::Result<OpenedMasks<'_>> {
        let (list, items, names) = self.truth.open()?;
        Ok(OpenedMasks { list, items, names, predictions: &self.predictions })
    }

    /// The files that are read, which no output may replace.
    pub(crate) fn inputs(&self) -> Inputs {
        self.truth.inputs().folder(&self.predictions, &["png"])
    }
}

/// What [`PredictionArgs`] name.
pub(crate) struct OpenedMasks<'a> {
    list: ImageList,
    pub(crate) items: Vec<Item>,
    names: ClassNames,
    predictions: &'a Path,
}

impl OpenedMasks<'_> {
    /// The masks of a part of the list, or of all of it.
    pub(crate) fn folder(&self, shard: Option<Shard>) -> MaskFolder<'_> {
        let Self { list, items, names, predictions } = self;
        MaskFolder { list, items, predictions, names, shard }
    }
}

/// Files of a result that are written if they were asked for.
#[derive(Args, Clone, Debug)]
pub(crate) struct ResultFiles {
    /// Write everything as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the numbers as CSV, with all digits
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the tables as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}

impl ResultFiles {
    pub(crate) fn paths(&self) -> [&Option<PathBuf>; 3] {
        [&self.json, &self.csv, &self.markdown]
    }
}

/// The name and the folder of `NAME=DIR`, or of a folder alone, which may have `=` in its path.
pub(crate) fn named_folder(argument: &str) -> (Option<&str>, &Path) {
    match argument.split_once('=') {
        Some((name, folder)) if !name.is_empty() && !Path::new(argument).is_dir() => {
            (Some(name), Path::new(folder))
        }
        _ => (None, Path::new(argument)),
    }
}

/// A number of things of which there must be one: updates, images, pixels.
pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("expected a whole number above 0".into()),
    }
}

/// A power of the background: a number above 0.
pub(crate) fn power(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(power) if power > 0.0 && power.is_finite() => Ok(power),
        _ => Err("expected a number above 0".into()),
    }
}

/// A fraction in `0..=1`.
pub(crate) fn fraction(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(fraction) if (0.0..=1.0).contains(&fraction) => Ok(fraction),
        _ => Err("expected a fraction in 0..=1".into()),
    }
}

/// A time such as `90s`, `15m` or `2h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let units = [('s', 1), ('m', 60), ('h', 3600)];
    let parsed = units.into_iter().find_map(|(unit, seconds)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(seconds).filter(|seconds| *seconds > 0)
    });
    parsed
        .map(Duration::from_secs)
        .ok_or_else(|| "expected a time above 0 in s, m or h, such as 15m".into())
}

/// What answers a flag that has another name since.
#[derive(Args, Clone, Debug)]
pub(crate) struct RenamedArgs {
    #[arg(long = "things", hide = true, value_name = "DIR", value_parser = called_stuff)]
    _things: Option<Infallible>,
}

fn called_stuff(_: &str) -> Result<Infallible, &'static str> {
    Err("this flag is now called --stuff")
}

/// Where tensors live.
#[derive(Args, Clone, Debug)]
pub(crate) struct DeviceArgs {
    /// auto, cpu, torch, torch:cuda:N, cuda:N or wgpu; `eps devices` lists what works here
    #[arg(long, default_value = "auto", value_name = "DEVICE")]
    pub(crate) device: DeviceName,
}

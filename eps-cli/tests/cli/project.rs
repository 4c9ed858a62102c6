//! A folder with a data set, recipes and runs, as a user has it.

use crate::call::{Call, eps};
use eps_data::codec::write_jpeg;
use eps_data::scenes::{scene_id, write_voc_folder};
use eps_data::{RgbImage, Size};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Of the scenes.
pub(crate) const SIZE: Size = Size::new(64, 56);

/// A temporary folder: rendered scenes in `data`, and whatever calls leave beside it.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    pub(crate) fn with_scenes(count: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_voc_folder(&folder.path().join("data"), 7, count, SIZE).expect("scenes are written");
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn image(&self, index: usize) -> PathBuf {
        self.data().join("JPEGImages").join(scene_id(index) + ".jpg")
    }

    pub(crate) fn mask(&self, index: usize) -> PathBuf {
        self.data().join("SegmentationClass").join(scene_id(index) + ".png")
    }

    pub(crate) fn saliency(&self, index: usize) -> PathBuf {
        self.data().join("SALImages").join(scene_id(index) + ".png")
    }

    /// Writes a file of this name.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file is written");
        path
    }

    /// Training with `recipe` into the run folder `run`.
    pub(crate) fn train(&self, run: &str, recipe: &str) -> Call {
        let recipe = self.write(&format!("{run}.toml"), recipe);
        eps("train")
            .with("--recipe", recipe)
            .with("--data", self.data())
            .with("--out", self.path(run))
    }

    /// Maps and masks of a run.
    pub(crate) fn infer(&self, run: &str) -> Call {
        eps("infer").and(self.path(run)).with("--data", self.data())
    }

    /// Scores of a folder of masks.
    pub(crate) fn evaluate(&self, predictions: impl AsRef<Path>) -> Call {
        eps("evaluate")
            .with("--truth", self.data().join("SegmentationClass"))
            .with("--predictions", predictions.as_ref())
            .with("--list", "train")
    }

    /// Scores of a folder of masks under every protocol.
    pub(crate) fn audit(&self, predictions: impl AsRef<Path>) -> Call {
        eps("audit")
            .with("--truth", self.data().join("SegmentationClass"))
            .with("--predictions", predictions.as_ref())
            .with("--list", "train")
    }

    /// Scores of the maps of a run at every threshold.
    pub(crate) fn sweep(&self, run: &str) -> Call {
        eps("sweep")
            .with("--truth", self.data().join("SegmentationClass"))
            .with("--cams", self.path(run).join("cams"))
            .with("--list", "train")
    }

    /// A page on some runs, in `report`.
    pub(crate) fn report(&self, runs: &[&str]) -> Call {
        let call = eps("report").with("--data", self.data()).with("--out", self.path("report"));
        runs.iter().fold(call, |call, run| call.and(self.path(run)))
    }
}

/// A COCO root of three images, the last without annotation.
pub(crate) fn write_coco(root: &Path) {
    fs::create_dir_all(root.join("annotations")).unwrap();
    let id = |number: usize| format!("COCO_train2014_{number:012}");
    for number in 1..=3 {
        let image = RgbImage::from_fn(64, 56, |x, y| [x as u8, y as u8, number as u8].into());
        write_jpeg(&root.join("train2014").join(id(number) + ".jpg"), &image, 90).unwrap();
    }
    let image = |number: usize| {
        let name = id(number);
        format!(r#"{{"id": {number}, "file_name": "{name}.jpg", "width": 64, "height": 56}}"#)
    };
    let annotation = |number: usize, category: usize| {
        format!(
            r#"{{"id": {number}, "image_id": {number}, "category_id": {category}, "iscrowd": 0,
            "area": 4, "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]}}"#
        )
    };
    let text = format!(
        r#"{{"images": [{}, {}, {}], "annotations": [{}, {}],
        "categories": [{{"id": 90, "name": "stop sign"}}, {{"id": 3, "name": "car"}}]}}"#,
        image(2),
        image(1),
        image(3),
        annotation(1, 90),
        annotation(2, 3)
    );
    fs::write(root.join("annotations/instances_train2014.json"), text).unwrap();
}

/// Every file below a folder, by its path in it.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder is there") {
            let path = entry.expect("an entry of it").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below the folder").to_owned();
                found.insert(name, fs::read(&path).expect("a file can be read"));
            }
        }
    }
    found
}

/// Cuts a file off after half of its bytes.
pub(crate) fn truncate(path: &Path) {
    let bytes = fs::read(path).expect("a file to cut");
    fs::write(path, &bytes[..bytes.len() / 2]).expect("a file is written");
}

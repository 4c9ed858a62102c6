//! Data sets in the folder layout of COCO.

use super::DataSet;
use crate::DataError;
use crate::coco::InstancesFile;
use crate::codec::{is_named, read_text};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of a split, where `root` has its instances file.
///
/// The file is `instances_<split>.json` in the root or its `annotations`; photographs are in
/// `<split>`, `images/<split>` or `images`, masks and saliency maps in the folders of VOC's layout or
/// one named as the split in these. `list` is a split, or a file of ids of one.
pub(super) fn layout(root: &Path, list: &str) -> Result<Option<DataSet>, DataError> {
    Ok(split(root, list).map(|(split, instances)| of_split(root, &split, &instances)))
}

fn of_split(root: &Path, split: &str, instances: &Path) -> DataSet {
    let voc = DataSet::voc(root);
    DataSet {
        images: first_folder(&[
            root.join(split),
            root.join("images").join(split),
            root.join("images"),
        ]),
        masks: first_folder(&[voc.masks.join(split), voc.masks.clone()]),
        saliency: first_folder(&[voc.saliency.join(split), voc.saliency.clone()]),
        instances: Some(InstancesFile::at(instances)),
        ..voc
    }
}

/// The first that is there, or the first.
fn first_folder(folders: &[PathBuf]) -> PathBuf {
    folders.iter().find(|folder| folder.is_dir()).unwrap_or(&folders[0]).clone()
}

/// Name and instances file of the split that a list is, or whose images it names.
fn split(root: &Path, list: &str) -> Option<(String, PathBuf)> {
    // The name of the list first: it is that of a split, or of a file that is called as one.
    let list = Path::new(list);
    let stem = list.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| named(root, stem))
        .or_else(|| named(root, &split_of_ids(list)?))
        .or_else(|| only(root))
}

/// The split of this name, if the root has its instances file.
fn named(root: &Path, split: &str) -> Option<(String, PathBuf)> {
    let file = format!("instances_{split}.json");
    let paths = [root.join("annotations").join(&file), root.join(file)];
    Some((split.to_owned(), paths.into_iter().find(|path| is_named(path))?))
}

/// The split that the first id of a list names, as `COCO_train2014_000000000009` does.
fn split_of_ids(list: &Path) -> Option<String> {
    let text = read_text(list).ok()?;
    let (split, _) = text.trim_start().strip_prefix("COCO_")?.split_once('_')?;
    Some(split.to_owned())
}

/// The split of a root that has one.
fn only(root: &Path) -> Option<(String, PathBuf)> {
    let mut splits = [root.join("annotations"), root.to_owned()].into_iter().flat_map(|folder| {
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        files.filter_map(|file| {
            let name = file.file_name().into_string().ok()?;
            let split = name.strip_prefix("instances_")?.strip_suffix(".json")?;
            Some((split.to_owned(), file.path()))
        })
    });
    let first = splits.next()?;
    splits.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root with instances files and folders of these names.
    fn root(files: &[&str], folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for file in files {
            fs::write(root.path().join(file), "").unwrap();
        }
        root
    }

    #[test]
    fn a_split_has_its_own_folders_where_there_are_such() {
        let root = root(
            &["annotations/instances_train2014.json", "annotations/instances_val2014.json"],
            &["annotations", "train2014", "SegmentationClass/train2014", "SALImages", "val2014"],
        );
        let train = layout(root.path(), "train2014").unwrap().unwrap();
        assert!(train.images.ends_with("train2014"));
        assert!(train.masks.ends_with("SegmentationClass/train2014"));
        assert!(train.saliency.ends_with("SALImages"));
        assert!(train.instances.unwrap().path().ends_with("annotations/instances_train2014.json"));
        let ids = root.path().join("mine.txt");
        fs::write(&ids, "COCO_val2014_000000000042\n").unwrap();
        let mine = layout(root.path(), ids.to_str().unwrap()).unwrap().unwrap();
        assert!(mine.images.ends_with("val2014"));
        assert_eq!(layout(root.path(), "train").unwrap(), None);
    }

    #[test]
    fn one_instances_file_serves_every_list() {
        let root = root(&["instances_val2017.json"], &["images"]);
        let data = layout(root.path(), "some.txt").unwrap().unwrap();
        assert!(data.images.ends_with("images"));
        assert!(data.instances.unwrap().path().ends_with("instances_val2017.json"));
        assert_eq!(layout(&root.path().join("images"), "val2017").unwrap(), None);
    }
}

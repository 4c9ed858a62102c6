//! A list of images whose files were checked to exist and to fit together.

use crate::{
    ClassId, ClassNames, ClassSet, DataError, DataSet, ImageList, Item, LabelSource, Remark,
    SaliencyFit, Size,
    codec::{saliency_size_of, size_of},
    in_order, remark,
};
use rayon::prelude::*;
use std::path::Path;

/// Which files of each image a split must have, besides the photograph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub saliency: bool,
    pub masks: bool,
    /// Whether saliency maps may differ in size from their photographs.
    pub saliency_fit: SaliencyFit,
}

/// The images of a list, with their labels.
#[derive(Clone, Debug)]
pub struct Split {
    pub list: ImageList,
    /// In the order of the list.
    pub items: Vec<Item>,
    pub names: ClassNames,
    /// What readers do with saliency maps of another size.
    pub saliency_fit: SaliencyFit,
    /// What was left out of the list and the labels, or read otherwise than it is written.
    pub remarks: Vec<Remark>,
}

impl Split {
    /// Opens a split by name or list file; labels are the folder's own unless given.
    ///
    /// # Errors
    ///
    /// [`DataError::Missing`] names the first file that is not there and counts the others;
    /// [`DataError::SizeMismatch`] names the first map that does not fit its photograph. Both are
    /// first in the order of the list.
    pub fn open(
        folder: &DataSet,
        list: &str,
        labels: Option<LabelSource>,
        needs: Needs,
    ) -> Result<Self, DataError> {
        let names = folder.class_names()?;
        let (list, list_name) = (folder.list(list)?, list);
        let mut items: Vec<_> = list.ids.iter().map(|id| item(folder, id, needs)).collect();
        check_existence(&items).map_err(|error| list.explain(error))?;
        let labels = match labels {
            Some(labels) => labels,
            None => folder.labels_for(&list, list_name)?,
        };
        let (labels, of_labels) = labels.load(&list, &names)?;
        for (item, classes) in items.iter_mut().zip(labels) {
            item.classes = classes;
        }
        check_sizes(&items, needs.saliency_fit)?;
        let remarks = remark::together(&list.remarks, of_labels);
        Ok(Self { list, items, names, saliency_fit: needs.saliency_fit, remarks })
    }

    /// Ids of the images that no class is in.
    pub fn unlabelled(&self) -> Vec<&str> {
        let without = self.items.iter().filter(|item| item.classes.is_empty());
        without.map(|item| item.id.as_str()).collect()
    }

    /// Number of images that `class` is in.
    pub fn images_with(&self, class: ClassId) -> usize {
        self.items.iter().filter(|item| item.classes.contains(class)).count()
    }

    /// Number of images of each class, by mask index; background is never listed and has none.
    pub fn positives(&self) -> Vec<usize> {
        (0..self.names.len()).map(|class| self.images_with(class as ClassId)).collect()
    }
}

fn item(folder: &DataSet, id: &str, needs: Needs) -> Item {
    Item {
        id: id.into(),
        image: folder.image_of(id),
        saliency: needs.saliency.then(|| folder.saliency_of(id)),
        mask: needs.masks.then(|| folder.mask_of(id)),
        classes: ClassSet::default(),
    }
}

/// The files of an item, and what they are.
fn files(item: &Item) -> impl Iterator<Item = (&'static str, &Path)> {
    let image = Some(("image", item.image.as_path()));
    image.into_iter().chain(maps(item))
}

/// The maps of an item.
fn maps(item: &Item) -> impl Iterator<Item = (&'static str, &Path)> {
    let saliency = item.saliency.as_deref().map(|path| ("saliency map", path));
    let mask = item.mask.as_deref().map(|path| ("mask", path));
    saliency.into_iter().chain(mask)
}

/// The maps of an item that must be as large as its photograph.
fn exact_maps(item: &Item, fit: SaliencyFit) -> impl Iterator<Item = (&'static str, &Path)> {
    maps(item).filter(move |(_, path)| {
        fit == SaliencyFit::Exact || item.saliency.as_deref() != Some(path)
    })
}

fn check_existence(items: &[Item]) -> Result<(), DataError> {
    let mut missing = items.iter().flat_map(files).filter(|(_, path)| !path.is_file());
    match missing.next() {
        Some((kind, path)) => {
            let (path, more) = (path.into(), missing.count());
            Err(DataError::Missing { path, kind, more, hint: String::new() })
        }
        None => Ok(()),
    }
}

fn check_sizes(items: &[Item], fit: SaliencyFit) -> Result<(), DataError> {
    in_order(items.par_iter().map(|item| check_sizes_of(item, fit))).map(drop)
}

fn check_sizes_of(item: &Item, fit: SaliencyFit) -> Result<(), DataError> {
    let mut maps = exact_maps(item, fit).peekable();
    if maps.peek().is_none() {
        return Ok(());
    }
    let expected = size_of(&item.image)?;
    maps.try_for_each(|(kind, path)| {
        let is_saliency = item.saliency.as_deref() == Some(path);
        let found = if is_saliency { saliency_size_of(path)? } else { size_of(path)? };
        check_size(kind, path, found, expected)
    })
}

/// Refuses a map that is not as large as its photograph.
pub(crate) fn check_size(
    kind: &'static str,
    path: &Path,
    found: Size,
    expected: Size,
) -> Result<(), DataError> {
    if found == expected {
        Ok(())
    } else {
        Err(DataError::SizeMismatch { path: path.into(), kind, found, expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        LabelMap, RgbImage, SaliencyMap,
        codec::{write_jpeg, write_mask, write_saliency},
    };
    use std::fs;

    const IDS: [&str; 3] = ["a", "b", "c"];
    const SIZE: Size = Size::new(6, 4);
    const BOTH: Needs = Needs { saliency: true, masks: true, saliency_fit: SaliencyFit::Exact };

    /// Three images of 6×4 pixels with maps, masks and labels.
    fn write_data(root: &Path) -> DataSet {
        let folder = DataSet::voc(root);
        fs::create_dir_all(&folder.lists).unwrap();
        fs::write(folder.lists.join("train.txt"), IDS.join("\n")).unwrap();
        fs::write(root.join("classes.txt"), "boat\ncow\n").unwrap();
        fs::write(root.join("cls_labels.csv"), "id,boat,cow\na,1,0\nb,1,1\nc,0,0\n").unwrap();
        for id in IDS {
            write_jpeg(&folder.image_of(id), &RgbImage::new(6, 4), 90).unwrap();
            write_mask(&folder.mask_of(id), &LabelMap::new(SIZE, vec![1; 24])).unwrap();
            write_saliency(&folder.saliency_of(id), &SaliencyMap::new(SIZE, vec![0; 24])).unwrap();
        }
        folder
    }

    /// The message of a split that cannot be opened, without the folder that a test made.
    fn refusal(folder: &DataSet, needs: Needs) -> String {
        let message = Split::open(folder, "train", None, needs).unwrap_err().to_string();
        message.replace(&format!("{}/", folder.root.display()), "")
    }

    #[test]
    fn items_are_in_the_order_of_the_list_with_their_labels() {
        let root = tempfile::tempdir().unwrap();
        let folder = write_data(root.path());
        let split = Split::open(&folder, "train", None, Needs::default()).unwrap();
        assert_eq!(split.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), IDS);
        assert!(split.items.iter().all(|item| item.saliency.is_none() && item.mask.is_none()));
        assert_eq!(split.unlabelled(), ["c"]);
        assert_eq!(split.positives(), [0, 2, 1]);
        assert_eq!((split.images_with(1), split.images_with(2)), (2, 1));
        assert_eq!((split.list.name.as_str(), split.names.len()), ("train", 3));
    }

    #[test]
    fn labels_can_come_from_masks() {
        let root = tempfile::tempdir().unwrap();
        let folder = write_data(root.path());
        let masks = LabelSource::Masks(folder.masks.clone());
        let split = Split::open(&folder, "train", Some(masks), BOTH).unwrap();
        assert_eq!(split.positives(), [0, 3, 0]);
    }

    #[test]
    fn the_first_missing_file_is_named_and_the_others_counted() {
        let root = tempfile::tempdir().unwrap();
        let folder = write_data(root.path());
        fs::remove_file(folder.image_of("c")).unwrap();
        fs::remove_file(folder.mask_of("b")).unwrap();
        fs::remove_file(folder.saliency_of("b")).unwrap();
        let expected = "SALImages/b.png: saliency map is missing (and 2 more files)";
        let found = refusal(&folder, BOTH);
        assert!(
            found.starts_with(&format!("{expected}, expected one for `b`, image 2 of ")),
            "{found}"
        );
        let found = refusal(&folder, Needs::default());
        assert!(found.starts_with("JPEGImages/c.jpg: image is missing, "), "{found}");
        assert!(found.ends_with("train.txt"), "{found}");
    }

    #[test]
    fn the_first_map_of_another_size_is_named() {
        let root = tempfile::tempdir().unwrap();
        let folder = write_data(root.path());
        let turned = Size::new(4, 6);
        write_mask(&folder.mask_of("b"), &LabelMap::new(turned, vec![1; 24])).unwrap();
        write_saliency(&folder.saliency_of("c"), &SaliencyMap::new(turned, vec![1; 24])).unwrap();
        let expected = "SegmentationClass/b.png: mask is 4×6, its image is 6×4";
        assert_eq!(refusal(&folder, BOTH), expected);
        let needs = Needs { masks: false, ..BOTH };
        let expected = "SALImages/c.png: saliency map is 4×6, its image is 6×4";
        assert_eq!(refusal(&folder, needs), expected);
        let needs = Needs { saliency_fit: SaliencyFit::Resized, ..needs };
        assert!(Split::open(&folder, "train", None, needs).is_ok());
    }

    #[test]
    #[ignore = "needs photographs in ../shared/data beside the workspace"]
    fn real_photographs_open_with_every_kind_of_labels() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
        let mini = DataSet::voc(&data.join("voc-mini"));
        let annotations = LabelSource::Annotations(mini.annotations.clone());
        let objects = Split::open(&mini, "trainval", Some(annotations), BOTH).unwrap();
        let pickled = LabelSource::Npy(data.join("voc-mini/cls_labels.npy"));
        let pickled = Split::open(&mini, "trainval", Some(pickled), BOTH).unwrap();
        assert_eq!(pickled.items, objects.items);
        let masks = LabelSource::Masks(mini.masks.clone());
        let pixels = Split::open(&mini, "trainval", Some(masks), BOTH).unwrap();
        assert_eq!((objects.items.len(), pixels.items.len()), (38, 38));
        assert!(objects.unlabelled().is_empty());
        for (object, pixel) in objects.items.iter().zip(&pixels.items) {
            // An object may have no pixel; a pixel always has an object.
            assert!(pixel.classes.iter().all(|class| object.classes.contains(class)));
        }
        let large = DataSet::voc(&data.join("voc-train-464"));
        let split = Split::open(&large, "train", None, BOTH).unwrap();
        assert_eq!(split.items.len(), 464);
        let pickled = LabelSource::Npy(data.join("voc-train-464/cls_labels.npy"));
        let pickled = Split::open(&large, "train", Some(pickled), BOTH).unwrap();
        assert_eq!(pickled.items, split.items);
        let image = &split.items[0].image;
        assert!(crate::codec::read_rgb(image).is_ok());
    }
}

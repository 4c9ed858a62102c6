//! Scenes written as a folder in the layout of PASCAL VOC.

use super::{
    Scene,
    scene::render,
    scene_class::{class_ids, class_names},
};
use crate::{
    DataError, Size,
    codec::{write_atomically, write_jpeg, write_mask, write_saliency},
    in_order,
};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// JPEG quality of the photographs.
const QUALITY: u8 = 95;

/// Folder of the masks that say where each class's stuff is visible.
pub const STUFF_FOLDER: &str = "Stuff";

/// Renders scenes `0..count` into `root`, which is created where it is missing.
///
/// Per scene: `JPEGImages/<id>.jpg`, `SegmentationClass/<id>.png`, `SALImages/<id>.png` and
/// `Stuff/<id>.png` with ids such as `scene_0001`. Once:
/// `ImageSets/Segmentation/train.txt`, `cls_labels.csv` (`id` and a column of 0 and 1 for each
/// class) and `classes.txt`. Files of the same names are replaced; others are left alone.
///
/// # Errors
///
/// [`DataError::Write`] for a folder or file that cannot be written.
pub fn write_voc_folder(root: &Path, seed: u64, count: usize, size: Size) -> Result<(), DataError> {
    let labels = (0..count).into_par_iter().map(|index| {
        let scene = render(seed, index, size);
        write_scene(root, &scene_id(index), &scene)?;
        Ok::<_, DataError>(label_line(index, &scene))
    });
    write_lists(root, count, &in_order(labels)?)
}

/// The image id of a scene; ids count from 1.
pub fn scene_id(index: usize) -> String {
    format!("scene_{:04}", index + 1)
}

fn write_scene(root: &Path, id: &str, scene: &Scene) -> Result<(), DataError> {
    let file = |folder: &str, kind: &str| root.join(folder).join(format!("{id}.{kind}"));
    write_jpeg(&file("JPEGImages", "jpg"), &scene.image, QUALITY)?;
    write_mask(&file("SegmentationClass", "png"), &scene.mask)?;
    write_mask(&file(STUFF_FOLDER, "png"), &scene.stuff)?;
    write_saliency(&file("SALImages", "png"), &scene.saliency)
}

fn label_line(index: usize, scene: &Scene) -> String {
    let flags = class_ids().map(|class| if scene.classes.contains(class) { ",1" } else { ",0" });
    scene_id(index) + &flags.concat()
}

fn write_lists(root: &Path, count: usize, labels: &[String]) -> Result<(), DataError> {
    let names = class_names();
    let objects: Vec<_> = names.iter().skip(1).map(String::from).collect();
    let header = format!("id,{}", objects.join(","));
    let ids: Vec<_> = (0..count).map(scene_id).collect();
    write_lines(root.join("ImageSets/Segmentation/train.txt"), &ids)?;
    write_lines(root.join("cls_labels.csv"), &[&[header], labels].concat())?;
    write_lines(root.join("classes.txt"), &objects)
}

fn write_lines(path: PathBuf, lines: &[String]) -> Result<(), DataError> {
    write_atomically(&path, |file| lines.iter().try_for_each(|line| writeln!(file, "{line}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ClassNames, ClassSet, class_of,
        codec::{read_mask, read_rgb, read_saliency},
    };
    use std::fs;

    const SIZE: Size = Size::new(40, 30);

    #[test]
    fn files_hold_what_was_rendered() {
        let root = tempfile::tempdir().unwrap();
        write_voc_folder(root.path(), 5, 3, SIZE).unwrap();
        for index in 0..3 {
            let (scene, id) = (render(5, index, SIZE), scene_id(index));
            let png = |folder: &str| root.path().join(folder).join(format!("{id}.png"));
            assert_eq!(read_mask(&png("SegmentationClass"), 7).unwrap(), scene.mask);
            assert_eq!(read_mask(&png(STUFF_FOLDER), 7).unwrap(), scene.stuff);
            assert_eq!(read_saliency(&png("SALImages")).unwrap(), scene.saliency);
            let photograph = read_rgb(&root.path().join(format!("JPEGImages/{id}.jpg"))).unwrap();
            assert_eq!(photograph.dimensions(), (40, 30));
        }
    }

    #[test]
    fn lists_name_every_scene_and_class() {
        let root = tempfile::tempdir().unwrap();
        write_voc_folder(root.path(), 5, 2, SIZE).unwrap();
        let text = |name: &str| fs::read_to_string(root.path().join(name)).unwrap();
        assert_eq!(text("ImageSets/Segmentation/train.txt"), "scene_0001\nscene_0002\n");
        assert_eq!(ClassNames::read(&root.path().join("classes.txt")).unwrap(), class_names());
        let labels = text("cls_labels.csv");
        let lines: Vec<_> = labels.lines().collect();
        assert_eq!(lines[0], "id,train,boat,aeroplane,car,cow,bird");
        assert_eq!(lines.len(), 3);
        for (index, line) in lines[1..].iter().enumerate() {
            let classes = render(5, index, SIZE).classes;
            let flags = line.split(',').skip(1).enumerate().filter(|(_, flag)| *flag == "1");
            assert!(line.starts_with(&scene_id(index)));
            assert_eq!(flags.map(|(channel, _)| class_of(channel)).collect::<ClassSet>(), classes);
        }
    }

    #[test]
    fn one_thread_and_many_write_the_same_bytes() {
        let written = |threads| {
            let root = tempfile::tempdir().unwrap();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| write_voc_folder(root.path(), 9, 6, SIZE)).unwrap();
            let file = |index| format!("JPEGImages/{}.jpg", scene_id(index));
            let names = (0..6).map(file).chain(["cls_labels.csv".to_owned()]);
            names.map(|name| fs::read(root.path().join(name)).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(written(1), written(4));
    }
}

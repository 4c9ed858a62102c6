//! The folder in which a reader calls the commands of the documentation, at the size of a test.

use crate::call::{Call, eps};
use crate::project::{SIZE, write_coco};
use crate::recipe::with;
use eps_data::codec::{read_mask, voc_palette, write_jpeg, write_mask, write_saliency};
use eps_data::scenes::{class_names, scene_id, write_voc_folder};
use eps_data::{ClassId, ClassNames, LabelMap, RgbImage, SaliencyMap, Size};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Scenes of the lists `train` and `val`.
const TRAIN: usize = 10;
const VAL: usize = 4;

/// What makes a recipe of the repository one of a moment, and is in all of them.
const SHORTER: [&str; 5] =
    ["updates = 2", "batch = 2", "crop = 48", "longer_side = [48, 64]", "scales = [1.0]"];

/// What makes ResNet38d small; nothing to another backbone.
const SMALLER: &str = "width = 0.03125\ndepth = 0.0\n";

/// VOC2012, COCO, SBD, a data set of one's own, saliency maps, recipes and weights. The folder lies with
/// what is built: tests that share it leave it behind.
pub(super) fn world() -> TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let root = folder.path();
    write_voc(&root.join("VOC2012"));
    write_sbd(&root.join("benchmark_RELEASE/dataset"), &root.join("VOC2012"));
    write_coco(&root.join("COCO"));
    write_voc_folder(&root.join("mine"), 8, 8, SIZE).expect("scenes are written");
    write_recipes(&root.join("recipes"));
    copy_folder(&root.join("VOC2012/SALImages"), &root.join("maps/u2net"));
    for folder in ["cvat/SegmentationClass", "coloured", "deep"] {
        copy_folder(&root.join("VOC2012/SegmentationClass"), &root.join(folder));
    }
    write_label_map(&root.join("cvat/labelmap.txt"));
    fs::create_dir(root.join("weights")).expect("a folder");
    let lite0 = "weights/efficientnet-lite0-57934424.pth";
    write_weights(root, "train", "recipes/laptop-cls.toml", lite0);
    write_weights(root, "train", "recipes/voc12-cls.toml", "ilsvrc.params");
    let deeplab = "recipes/voc12-deeplab-v2-r101.toml";
    write_weights(root, "segment train", deeplab, "deeplabv2-voc12.pth");
    fs::copy(root.join("ilsvrc.params"), root.join("weights/ilsvrc.params")).expect("a copy");
    folder
}

/// Scenes as VOC has photographs: its twenty classes, and the lists `train` and `val`.
fn write_voc(root: &Path) {
    write_voc_folder(root, 7, TRAIN + VAL, SIZE).expect("scenes are written");
    fs::remove_file(root.join("classes.txt")).expect("the names of the scenes' classes");
    let (scenes, voc) = (class_names(), ClassNames::voc());
    let index = |class: ClassId| match class {
        255 => 255,
        class => voc.index(scenes.name(class)).expect("a class of VOC"),
    };
    let ids: Vec<String> = (0..TRAIN + VAL).map(scene_id).collect();
    let mut labels = header(&voc);
    for id in &ids {
        let path = root.join("SegmentationClass").join(format!("{id}.png"));
        let scene_mask = read_mask(&path, scenes.len()).expect("a mask");
        let classes = scene_mask.classes().iter().map(|&class| index(class)).collect();
        let mask = LabelMap::new(SIZE, classes);
        write_mask(&path, &mask).expect("a mask is written");
        labels += &label_line(id, &mask, &voc);
    }
    write(&root.join("cls_labels.csv"), &labels);
    let list = |ids: &[String]| ids.join("\n") + "\n";
    write(&root.join("ImageSets/Segmentation/train.txt"), &list(&ids[..TRAIN]));
    write(&root.join("ImageSets/Segmentation/val.txt"), &list(&ids[TRAIN..]));
}

/// The Semantic Boundaries Dataset: one scene of VOC, and a picture that VOC's lists do not have.
fn write_sbd(root: &Path, voc: &Path) {
    let (known, new) = (scene_id(0), "2008_000001");
    let classes = eps_testkit::fixture("sbd/classes.mat");
    fs::create_dir_all(root.join("cls")).expect("a folder");
    for id in [&known, new] {
        fs::copy(&classes, root.join("cls").join(format!("{id}.mat"))).expect("a copy");
    }
    write(&root.join("train.txt"), &format!("{known}\n{new}\n"));
    write(&root.join("val.txt"), &(scene_id(TRAIN) + "\n"));
    // The picture of the fixture, whose pixels have these classes.
    let size = Size::new(4, 3);
    let mask = LabelMap::new(size, vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20]);
    let image = RgbImage::from_fn(4, 3, |x, y| [60 * x as u8, 80 * y as u8, 90].into());
    let path = |folder: &str, kind: &str| voc.join(folder).join(format!("{new}.{kind}"));
    write_jpeg(&path("JPEGImages", "jpg"), &image, 95).expect("a picture is written");
    let objects = mask.classes().iter().map(|&class| if class == 0 { 0 } else { 255 }).collect();
    let saliency = SaliencyMap::new(size, objects);
    write_saliency(&path("SALImages", "png"), &saliency).expect("a map is written");
    let labels = fs::read_to_string(voc.join("cls_labels.csv")).expect("the labels");
    write(&voc.join("cls_labels.csv"), &(labels + &label_line(new, &mask, &ClassNames::voc())));
}

/// VOC's colours as CVAT lists them.
fn write_label_map(path: &Path) {
    let line =
        |(name, [red, green, blue]): (&str, [u8; 3])| format!("{name}:{red},{green},{blue}::\n");
    let lines: String = ClassNames::voc().iter().zip(voc_palette()).map(line).collect();
    write(path, &("# label:color_rgb:parts:actions\n".to_owned() + &lines));
}

fn header(names: &ClassNames) -> String {
    let names: Vec<&str> = names.iter().skip(1).collect();
    format!("id,{}\n", names.join(","))
}

fn label_line(id: &str, mask: &LabelMap, names: &ClassNames) -> String {
    let present = mask.present();
    let flag = |class| if present.contains(class as ClassId) { ",1" } else { ",0" };
    let flags: String = (1..names.len()).map(flag).collect();
    format!("{id}{flags}\n")
}

/// The recipes of the repository, for networks that train in a moment.
fn write_recipes(folder: &Path) {
    let recipes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes");
    for entry in fs::read_dir(recipes).expect("the recipes") {
        let path = entry.expect("a recipe").path();
        let recipe = fs::read_to_string(&path).expect("a recipe");
        let is_kept = |line: &&str| !line.starts_with("width =") && !line.starts_with("depth =");
        let kept: String = recipe.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
        let small = kept.replace("[network]\n", &format!("[network]\n{SMALLER}"));
        // Recipes of segmentation networks have no longer side.
        let key = |line: &str| line.split('=').next().expect("a key").to_owned();
        let is_set =
            |line: &&&str| small.lines().any(|recipe_line| recipe_line.starts_with(&key(line)));
        let lines: Vec<&&str> = SHORTER.iter().filter(is_set).collect();
        let short = lines.into_iter().fold(small, |recipe, line| with(&recipe, line));
        write(&folder.join(path.file_name().expect("a name")), &short);
    }
}

/// Weights of a network that was hardly trained, in the place of those of ImageNet.
fn write_weights(root: &Path, command: &str, recipe: &str, name: &str) {
    let (run, exported) = (root.join("any").join(name), root.join("any.safetensors"));
    Call::of(command.split(' '))
        .with("--recipe", root.join(recipe))
        .with("--data", root.join("VOC2012"))
        .with("--updates", "1")
        .and("--from-scratch")
        .with("--out", &run)
        .succeeds();
    eps("weights").and("convert").and(run).and(&exported).succeeds();
    fs::rename(exported, root.join(name)).expect("weights are moved");
}

/// Copies a folder with everything in it.
pub(super) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let copy = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).expect("a copy");
        }
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file is written");
}

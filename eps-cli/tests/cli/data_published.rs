//! `eps data list` and `labels` on the whole of VOC 2012 and SBD

use crate::call::{Call, eps};
use std::path::{Path, PathBuf};

fn data(command: &str) -> Call {
    eps("data").and(command)
}

fn root(variable: &str) -> PathBuf {
    std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} names no folder")).into()
}

/// Images with each class, and with one class, two, .. in a table of image labels.
fn counts(table: &str) -> (Vec<usize>, Vec<usize>) {
    let rows: Vec<Vec<usize>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let of_class = (0..20).map(|class| rows.iter().map(|row| row[class]).sum()).collect();
    let labels: Vec<usize> = rows.iter().map(|row| row.iter().sum()).collect();
    let most = labels.iter().copied().max().unwrap_or(0);
    let with = |count| labels.iter().filter(|&&of_image| of_image == count).count();
    (of_class, (1..=most).map(with).collect())
}

/// The counts of the labels that published code trains on.
#[rustfmt::skip]
const PUBLISHED: [(&str, usize, [usize; 20], &[usize]); 3] = [
    ("train", 1464,
        [88, 65, 105, 78, 87, 78, 128, 131, 148, 64, 82, 121, 68, 81, 442, 82, 63, 93, 83, 84],
        &[933, 382, 125, 21, 3]),
    ("val", 1449,
        [90, 79, 103, 72, 96, 74, 127, 119, 123, 71, 75, 128, 79, 76, 445, 85, 57, 90, 84, 74],
        &[927, 375, 121, 23, 3]),
    ("train_aug", 10_582,
        [590, 504, 705, 468, 714, 393, 1150, 1005, 1228, 267, 613, 1188, 445, 492, 4155, 522, 300,
         649, 503, 567],
        &[6249, 3104, 969, 210, 46, 4]),
];

#[test]
#[ignore = "needs VOC 2012 and SBD: VOC_ROOT=VOCdevkit/VOC2012 SBD_ROOT=benchmark_RELEASE/dataset"]
fn lists_and_labels_have_the_published_counts() {
    let (voc, sbd) = (root("VOC_ROOT"), root("SBD_ROOT"));
    let folder = tempfile::tempdir().unwrap();
    let augmented = folder.path().join("train_aug.txt");
    let call = data("list").with("--data", &voc).with("--sbd", &sbd).with("--without", "val");
    call.with("--out", &augmented).succeeds();
    for (list, images, of_class, with) in PUBLISHED {
        let file = if list == "train_aug" { &augmented } else { Path::new(list) };
        let call = data("labels").with("--data", &voc).with("--list", file);
        let table = call.with("--labels", voc.join("Annotations")).succeeds().stdout;
        assert_eq!(table.lines().count(), images + 1, "{list}");
        assert_eq!(counts(&table), (of_class.to_vec(), with.to_vec()), "{list}");
    }
}

#[test]
#[ignore = "needs VOC 2012 and SBD: VOC_ROOT=VOCdevkit/VOC2012 SBD_ROOT=benchmark_RELEASE/dataset"]
fn the_augmented_masks_are_12031() {
    let folder = tempfile::tempdir().unwrap();
    data("masks")
        .with("--sbd", root("SBD_ROOT"))
        .with("--voc", root("VOC_ROOT").join("SegmentationClass"))
        .with("--out", folder.path())
        .succeeds();
    let is_mask = |name: &str| name.ends_with(".png");
    let files = std::fs::read_dir(folder.path()).unwrap();
    let masks =
        files.filter(|entry| is_mask(entry.as_ref().unwrap().file_name().to_str().unwrap()));
    assert_eq!(masks.count(), 12_031);
}

#[test]
fn the_published_counts_are_of_as_many_images_as_the_lists_have() {
    for (list, images, of_class, with) in PUBLISHED {
        let labels: usize = with.iter().zip(1..).map(|(images, labels)| images * labels).sum();
        assert_eq!((with.iter().sum(), of_class.iter().sum()), (images, labels), "{list}");
    }
}

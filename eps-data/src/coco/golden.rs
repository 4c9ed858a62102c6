//! Agreement with pycocotools, bit for bit: `scripts/make-coco-fixtures.py` wrote what is expected.

use super::region::Region;
use super::{Crowd, Drawing, Instances, Order, Overlap};
use crate::{ClassId, LabelMap, Size, sha256};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/golden/coco").join(name)
}

/// The first 16 digits of the hash of a mask's bytes.
fn digest(classes: impl AsRef<[u8]>) -> String {
    sha256(classes)[..16].to_owned()
}

/// Rows of a table by their first cell.
fn table(name: &str) -> HashMap<String, Vec<String>> {
    let text = fs::read_to_string(golden(name)).unwrap();
    let row = |line: &str| {
        let mut cells = line.split(',').map(str::to_owned);
        (cells.next().unwrap(), cells.collect())
    };
    text.lines().skip(1).map(row).collect()
}

/// Compares areas and pixels of every annotation, and the masks of every rule.
fn agrees(path: &Path) {
    let file = Instances::open(path).unwrap();
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let mut expected = table(&format!("{stem}.annotations.csv"));
    assert!(!expected.is_empty());
    for image in file.images() {
        for annotation in file.annotations(image) {
            let own = expected.remove(&annotation.id.to_string()).unwrap();
            let pixels = file.pixels(image, annotation).unwrap();
            let mask = file.mask_of(image, annotation).unwrap();
            let bits: Vec<ClassId> = mask.classes().iter().map(|&own| own.min(1)).collect();
            assert_eq!(own, [pixels.to_string(), digest(bits)], "{annotation:?}");
        }
    }
    assert!(expected.is_empty(), "{expected:?}");
    let expected = table(&format!("{stem}.masks.csv"));
    assert_eq!(expected.len(), 36);
    for drawing in rules() {
        let digests: Vec<String> = file
            .images()
            .iter()
            .map(|image| digest(file.mask(image, drawing).unwrap().classes()))
            .collect();
        let name = name(drawing);
        assert_eq!(expected[&name], [digest(digests.join(","))], "{stem} {name}");
    }
}

fn rules() -> Vec<Drawing> {
    let mut rules = Vec::new();
    for order in [Order::Area, Order::File, Order::Id, Order::Class] {
        for overlap in [Overlap::Last, Overlap::First, Overlap::Ignore] {
            for crowd in [Crowd::Draw, Crowd::Ignore, Crowd::Skip] {
                rules.push(Drawing { order, overlap, crowd });
            }
        }
    }
    rules
}

fn name(drawing: Drawing) -> String {
    let Drawing { order, overlap, crowd } = drawing;
    format!("{order:?}-{overlap:?}-{crowd:?}").to_lowercase()
}

#[test]
fn synthetic_annotations_of_every_kind_equal_pycocotools() {
    agrees(&golden("synthetic.json"));
}

#[test]
#[ignore = "needs COCO's annotations in ../shared/data/coco beside the workspace"]
fn every_annotation_of_photographs_equals_pycocotools() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/coco");
    agrees(&data.join("val2014-100/instances_val2014_100.json"));
    agrees(&data.join("val2017-50/instances_val2017.json"));
    results(&data.join("val2014-100/instances_val2014_fakesegm100_results.json"));
}

/// Compares the masks of detections.
fn results(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let results: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let expected = table("instances_val2014_fakesegm100_results.results.csv");
    assert_eq!(results.len(), expected.len());
    for (index, result) in results.iter().enumerate() {
        let segmentation = &result["segmentation"];
        let side = |index: usize| segmentation["size"][index].as_u64().unwrap() as usize;
        let size = Size::new(side(1), side(0));
        let region = Region::parse(segmentation.to_string().as_bytes(), size).unwrap();
        let mut bits = vec![0; size.pixels()];
        for pixel in region.stretches().flatten() {
            bits[pixel % size.height * size.width + pixel / size.height] = 1;
        }
        let found = [region.pixels().to_string(), digest(&bits)];
        assert_eq!(expected[&index.to_string()], found, "detection {index}");
    }
}

/// A file of one image of 4×3 pixels with these annotations.
fn file(annotations: &str) -> Result<Instances, String> {
    let text = format!(
        r#"{{"images": [{{"id": 5, "file_name": "a.jpg", "width": 4, "height": 3}}],
            "categories": [{{"id": 9, "name": "stop sign"}}, {{"id": 2, "name": "car"}}],
            "annotations": [{annotations}]}}"#
    );
    Instances::parse(Path::new("a.json"), text.into_bytes()).map_err(message)
}

fn message(error: crate::DataError) -> String {
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    [Some(error.to_string()), cause].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

#[test]
fn pixels_counted_by_hand() {
    // Two columns and two rows from the corner; then runs down the columns: 1 out, 2 in, 9 out.
    let file = file(
        r#"{"id": 1, "image_id": 5, "category_id": 9, "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]},
           {"id": 2, "image_id": 5, "category_id": 2, "iscrowd": 1, "area": 2.0,
            "segmentation": {"size": [3, 4], "counts": [1, 2, 9]}},
           {"id": 3, "image_id": 5, "category_id": 2, "segmentation": []}"#,
    )
    .unwrap();
    let image = &file.images()[0];
    assert_eq!(file.names().iter().collect::<Vec<_>>(), ["background", "car", "stop_sign"]);
    let mask = |order, overlap, crowd| {
        file.mask(image, Drawing { order, overlap, crowd }).unwrap().classes().to_vec()
    };
    let sign_over_car = [2, 2, 0, 0, 2, 2, 0, 0, 1, 0, 0, 0];
    let car_over_sign = [2, 2, 0, 0, 1, 2, 0, 0, 1, 0, 0, 0];
    // The sign has 4 pixels and no area of its own, the car 2.
    assert_eq!(mask(Order::Area, Overlap::Last, Crowd::Draw), car_over_sign);
    assert_eq!(mask(Order::Area, Overlap::First, Crowd::Draw), sign_over_car);
    assert_eq!(mask(Order::File, Overlap::Last, Crowd::Draw), car_over_sign);
    assert_eq!(mask(Order::Class, Overlap::Last, Crowd::Draw), sign_over_car);
    let contested = [2, 2, 0, 0, 255, 2, 0, 0, 1, 0, 0, 0];
    assert_eq!(mask(Order::Id, Overlap::Ignore, Crowd::Draw), contested);
    let crowd = [2, 2, 0, 0, 2, 2, 0, 0, 255, 0, 0, 0];
    assert_eq!(mask(Order::File, Overlap::Last, Crowd::Ignore), crowd);
    let skipped = [2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0];
    assert_eq!(mask(Order::File, Overlap::Last, Crowd::Skip), skipped);
}

#[test]
fn what_cannot_be_indexed_is_named() {
    let refuse = |annotations: &str| file(annotations).err().unwrap();
    assert!(
        refuse("{").starts_with("a.json: not a COCO instances file (JSON) that can be decoded: ")
    );
    let annotation = |image: u64, category: u64| {
        format!(r#"{{"id": 1, "image_id": {image}, "category_id": {category}}}"#)
    };
    assert_eq!(
        refuse(&annotation(6, 9)),
        "a.json: annotation 1 of image 6, expected an image of the file"
    );
    assert_eq!(
        refuse(&annotation(5, 3)),
        "a.json: annotation 1 of category 3, expected a category of the file"
    );
}

#[test]
fn a_segmentation_that_cannot_be_drawn_is_named() {
    let refuse = |segmentation: &str| {
        let annotation = format!(
            r#"{{"id": 7, "image_id": 5, "category_id": 9, "segmentation": {segmentation}}}"#
        );
        let file = file(&annotation).unwrap();
        let error = file.mask(&file.images()[0], Drawing::default()).unwrap_err();
        message(error).strip_prefix("a.json: annotation 7 of a: ").unwrap().to_owned()
    };
    let points = "a polygon of 3 numbers, expected x and y of three points or more";
    assert_eq!(refuse("[[1, 2, 3]]"), points);
    let size = "a mask of 3×4 pixels, expected the image's 4×3";
    assert_eq!(refuse(r#"{"size": [4, 3], "counts": [12]}"#), size);
    for segmentation in [
        r#"{"size": [3, 4], "counts": [1, 12]}"#,
        r#"{"size": [3, 4], "counts": "~~~"}"#,
        r#"{"size": [3, 4], "counts": {}}"#,
        r#"{"counts": [1]}"#,
        "[1, 2, 3, 4, 5, 6]",
        "7",
    ] {
        assert!(refuse(segmentation).contains(", expected "), "{segmentation}");
    }
}

#[test]
fn an_image_without_annotations_is_background() {
    let file = file("").unwrap();
    let mask = file.mask(&file.images()[0], Drawing::default()).unwrap();
    assert_eq!(mask, LabelMap::new(Size::new(4, 3), vec![0; 12]));
    assert!(file.annotations(&file.images()[0]).is_empty());
}

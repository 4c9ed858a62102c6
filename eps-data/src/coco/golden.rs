//! Agreement with pycocotools, bit for bit: `scripts/make-coco-fixtures.py` wrote what is expected.

use super::region::Region;
use super::{Crowd, Drawing, Instances, Order, Overlap};
use crate::{ClassId, LabelMap, Size, sha256};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    eps_testkit::fixture("golden/coco").join(name)
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
            let row = expected.remove(&annotation.id.to_string()).unwrap();
            let pixels = file.pixels(image, annotation).unwrap();
            let mask = file.mask_of(image, annotation).unwrap();
            let bits: Vec<ClassId> = mask.classes().iter().map(|&pixel| pixel.min(1)).collect();
            assert_eq!(row, [pixels.to_string(), digest(bits)], "{annotation:?}");
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
        refuse(&annotation(5, 3)),
        "a.json: annotation 1 of category 3, expected a category of the file"
    );
}

/// A file of two images of 40×30 pixels, `a` with a cat and `b` with a dog, as cases of other programs
/// have it; pycocotools 2.0.11 draws 225 pixels of each.
const USUAL: &str = r#"{"images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30},
        {"id": 2, "file_name": "b.jpg", "width": 40, "height": 30}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "area": 225.0, "iscrowd": 0,
            "segmentation": [[5, 5, 20, 5, 20, 20, 5, 20]]},
        {"id": 2, "image_id": 2, "category_id": 2, "area": 225.0, "iscrowd": 0,
            "segmentation": [[5, 5, 20, 5, 20, 20, 5, 20]]}],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}"#;

/// The file after some of its text was put otherwise.
fn usual(changes: &[(&str, &str)]) -> Result<Instances, String> {
    let text = changes.iter().fold(USUAL.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    Instances::parse(Path::new("a.json"), text.into_bytes()).map_err(message)
}

/// Pixels of the classes in the masks of a file, image by image.
fn counts(file: &Instances) -> Vec<(ClassId, usize)> {
    let count = |image| {
        let mask = file.mask(image, Drawing::default()).unwrap();
        let object = mask.classes().iter().copied().find(|&class| class != 0).unwrap_or(0);
        (object, mask.classes().iter().filter(|&&class| class == object).count())
    };
    file.images().iter().map(count).collect()
}

#[test]
fn dialects_that_pycocotools_reads_give_the_same_masks() {
    let orphan = r#""annotations": [{"id": 3, "image_id": 99, "category_id": 1}, "#;
    let texts = [
        ("\"id\": 1", "\"id\": \"1\""),
        ("\"image_id\": 1", "\"image_id\": \"1\""),
        ("\"category_id\": 1", "\"category_id\": \"1\""),
    ];
    #[rustfmt::skip]
    let dialects: [&[(&str, &str)]; 11] = [
        &[],
        &[("{\"images", "\u{feff}{\"images")],
        &[("\"iscrowd\": 0", "\"iscrowd\": false")],
        &[("\"iscrowd\": 0", "\"iscrowd\": null")],
        &[("\"area\": 225.0", "\"area\": NaN")],
        &[("{\"id\": 1, \"image_id\"", "{\"id\": -1, \"image_id\"")],
        &[("\"annotations\": [", orphan)],
        &texts,
        &[("a.jpg", "images\\\\a.jpg"), ("b.jpg", "cam1/day 2/b.jpg")],
        &[("[[5, 5, 20, 5, 20, 20, 5, 20]]", "[[5, 5, 20, 5, 20, 20, 5, 20], []]")],
        &[("\"category_id\": 1", "\"category_id\": 1.0")],
    ];
    for changes in dialects {
        let file = usual(changes).unwrap();
        assert_eq!(counts(&file), [(1, 225), (2, 225)], "{changes:?}");
        let ids: Vec<&str> = file.images().iter().map(|image| &*image.id).collect();
        assert_eq!(ids, ["a", "b"]);
        let said: Vec<String> = file.remarks().iter().map(ToString::to_string).collect();
        let orphans =
            "a.json: 1 annotation of 1 image that the file does not list, first image 99: left out";
        let expected: &[&str] =
            if changes.iter().any(|change| change.1 == orphan) { &[orphans] } else { &[] };
        assert_eq!(said, expected);
    }
}

#[test]
fn background_of_the_first_category_is_class_0_and_its_annotations_are_left_out() {
    let background = [
        ("\"categories\": [", "\"categories\": [{\"id\": 0, \"name\": \"background\"}, "),
        ("\"category_id\": 1", "\"category_id\": 0"),
    ];
    let file = usual(&background).unwrap();
    assert_eq!(file.names().iter().collect::<Vec<_>>(), ["background", "cat", "dog"]);
    assert_eq!(counts(&file), [(0, 1200), (2, 225)]);
    let said = file.remarks()[0].to_string();
    assert_eq!(said, "a.json: 1 annotation of the background, first 1: left out");
}

#[test]
fn ids_that_would_be_the_same_or_none_are_refused_with_their_file_names() {
    let same = usual(&[("a.jpg", "cam1/1.jpg"), ("b.jpg", "cam2/1.jpg")]).err().unwrap();
    let expected = "a.json: file names `cam1/1.jpg` and `cam2/1.jpg`, expected names that differ without folder and ending: `1` is the id of both";
    assert_eq!(same, expected);
    let blank = usual(&[("a.jpg", "my photo (1).jpg")]).err().unwrap();
    let expected = "a.json: file name `my photo (1).jpg`, which has a blank in it, expected an image id as the name of the file";
    assert_eq!(blank, expected);
}

#[test]
fn objects_without_a_mask_are_counted_and_a_file_of_boxes_is_refused() {
    let polygon = "\"segmentation\": [[5, 5, 20, 5, 20, 20, 5, 20]]";
    let boxes =
        ["\"segmentation\": []", "\"segmentation\": [[5, 5, 15, 10]]", "\"bbox\": [5, 5, 15, 10]"];
    for none in boxes {
        let file = usual(&[(polygon, none)]).unwrap();
        let images: Vec<_> = file.images().iter().collect();
        let refused = message(file.unmasked(&images).unwrap_err());
        let expected = "a.json: no mask of any of 2 objects, first annotation 1 of a, expected polygons or run lengths as their segmentations, not boxes alone";
        assert_eq!(refused, expected);
        let text = USUAL.replacen(polygon, none, 1).into_bytes();
        let file = Instances::parse(Path::new("a.json"), text).unwrap();
        let images: Vec<_> = file.images().iter().collect();
        let said = file.unmasked(&images).unwrap().unwrap();
        let expected = "a.json: 1 of 2 objects without polygons or run lengths, first annotation 1 of a: background in the masks";
        assert_eq!((said.to_string().as_str(), said.count), (expected, 1));
        assert_eq!(counts(&file), [(0, 1200), (2, 225)]);
    }
    let file = usual(&[]).unwrap();
    assert_eq!(file.unmasked(&file.images().iter().collect::<Vec<_>>()).unwrap(), None);
    let none = usual(&[("\"annotations\"", "\"others\"")]).unwrap();
    assert_eq!(none.unmasked(&none.images().iter().collect::<Vec<_>>()).unwrap(), None);
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

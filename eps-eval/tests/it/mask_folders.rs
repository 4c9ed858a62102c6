//! Folders of masks under the protocols, and their shards.

use crate::folders::{PREDICTED, TRUTH, folder, write_mask};
use eps_data::{ClassNames, ImageList, Item, LabelMap, Shard, Silent, Size, codec};
use eps_eval::report::export;
use eps_eval::{ConfusionMatrix, Counts, EvalError, ImageCounts, MaskFolder, Protocol, merge};
use proptest::prelude::*;
use std::{fs, path::Path};

fn names() -> ClassNames {
    ClassNames::of_objects(["cat", "dog"])
}

fn list(items: &[Item]) -> ImageList {
    ImageList::new("val", items.iter().map(|item| item.id.clone()).collect())
}

fn count_shard(
    items: &[Item],
    folder: &Path,
    protocol: Protocol,
    shard: Option<Shard>,
) -> Result<Counts, EvalError> {
    let (list, names) = (list(items), names());
    let predictions = &folder.into();
    let folder = MaskFolder { list: &list, items, predictions, names: &names, shard };
    folder.count(protocol, &Silent)
}

fn count(items: &[Item], folder: &Path) -> Result<Counts, EvalError> {
    count_shard(items, folder, Protocol::Voc, None)
}

#[test]
fn all_images_are_counted_one_by_one_and_together() {
    let (folder, items) = folder();
    write_mask(&folder.path().join("b.png"), Size::new(3, 2), &[0; 6]);
    let counts = count(&items, folder.path()).expect("complete predictions");
    let matrices = [PREDICTED, [0; 6]].map(|predicted| ConfusionMatrix::of(3, &TRUTH, &predicted));
    let images = ["a", "b"].into_iter().zip(&matrices);
    let images: Vec<_> = images.map(|(id, matrix)| ImageCounts::of_matrix(id, matrix)).collect();
    assert_eq!(counts.images, images);
    let [a, b] = matrices;
    assert_eq!(counts.matrix, a.merge(&b));
    assert_eq!(counts.totals(), counts.matrix.totals());
    assert!(counts.is_complete());
    assert_eq!(counts.scores().miou, counts.matrix.mean_iou());
}

#[test]
fn missing_predictions_are_named_before_a_truth_that_cannot_be_read() {
    let (folder, items) = folder();
    fs::write(folder.path().join("a-truth.png"), "no picture").expect("a writable folder");
    fs::remove_file(folder.path().join("a.png")).expect("a file");
    fs::remove_file(folder.path().join("b.png")).expect("a file");
    let message = count(&items, folder.path()).expect_err("nothing to score").to_string();
    assert!(message.ends_with("a.png: prediction is missing (and 1 more file)"), "{message}");
}

#[test]
fn a_missing_prediction_is_named_before_a_refused_one() {
    let (folder, items) = folder();
    write_mask(&folder.path().join("a.png"), Size::new(3, 2), &[0, 0, 0, 0, 3, 0]);
    fs::remove_file(folder.path().join("b.png")).expect("a file");
    let message = count(&items, folder.path()).expect_err("nothing to score").to_string();
    assert!(message.ends_with("b.png: prediction is missing"), "{message}");
}

#[test]
fn wrong_predictions_are_named() {
    let cases = [
        (Size::new(2, 3), [0; 6], "b.png: prediction is 2×3, its image is 3×2"),
        (Size::new(3, 2), [0, 0, 0, 0, 255, 0], "b.png: predicted class 255, expected 0..=2"),
        (Size::new(3, 2), [0, 0, 0, 0, 3, 0], "b.png: predicted class 3, expected 0..=2"),
    ];
    for (size, classes, expected) in cases {
        let (folder, items) = folder();
        write_mask(&folder.path().join("b.png"), size, &classes);
        let message = count(&items, folder.path()).expect_err("wrong").to_string();
        assert!(message.ends_with(expected), "{message}");
    }
}

#[test]
fn a_pair_without_cell_ends_deeplab_and_is_named() {
    let (folder, items) = folder();
    write_mask(&folder.path().join("b.png"), Size::new(3, 2), &[0, 0, 255, 0, 0, 0]);
    let refused = count_shard(&items, folder.path(), Protocol::Deeplab, None);
    let message = refused.expect_err("no such cell").to_string();
    let expected = "b.png: prediction 255 at truth 2 is cell 261, expected below 9";
    assert!(message.ends_with(expected), "{message}");
}

#[test]
fn an_item_without_a_mask_is_named_by_its_image() {
    let (folder, mut items) = folder();
    items[1].mask = None;
    let message = count(&items, folder.path()).expect_err("no truth").to_string();
    assert!(message.ends_with("b.jpg: mask is missing"), "{message}");
}

#[test]
fn every_fault_is_found_in_the_order_of_the_list() {
    let (folder, items) = folder();
    fs::write(folder.path().join("a.png"), "no picture").expect("a writable folder");
    fs::remove_file(folder.path().join("b.png")).expect("a file");
    fs::remove_file(folder.path().join("b-truth.png")).expect("a file");
    let (list, names) = (list(&items), names());
    let folder = MaskFolder {
        list: &list,
        items: &items,
        predictions: &folder.path().into(),
        names: &names,
        shard: None,
    };
    let faults = folder.count_all(Protocol::Voc, &Silent).expect_err("three faults");
    let expected = [
        "a.png: not a PNG that can be decoded",
        "b-truth.png: mask is missing",
        "b.png: prediction is missing",
    ];
    assert_eq!(faults.len(), expected.len());
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.to_string().ends_with(expected), "{fault}");
    }
}

#[test]
fn sizes_are_fitted_as_the_evaluators_do() {
    let (folder, items) = folder();
    // The first row loses a column, the second is background: truth 0 1 2 / 2 255 1.
    write_mask(&folder.path().join("b.png"), Size::new(2, 1), &[0, 1]);
    let counts = count_shard(&items[1..], folder.path(), Protocol::Eps, None).expect("cropped");
    let cropped = ConfusionMatrix::of(3, &TRUTH, &[0, 1, 0, 0, 0, 0]);
    assert_eq!((&counts.matrix, counts.oddities.resized_images), (&cropped, 1));
    assert!(count_shard(&items, folder.path(), Protocol::Toco, None).is_err());
    write_mask(&folder.path().join("b.png"), Size::new(6, 1), &PREDICTED);
    let counts = count_shard(&items[1..], folder.path(), Protocol::Toco, None).expect("flattened");
    assert_eq!(counts.matrix, ConfusionMatrix::of(3, &TRUTH, &PREDICTED));
    assert!(count_shard(&items, folder.path(), Protocol::Irn, None).is_err());
}

/// Images with truth and predictions of classes 0 to 2, some of them 255, in a folder.
fn write_images(folder: &Path, images: &[Vec<(u8, u8)>]) -> Vec<Item> {
    let write = |(index, pixels): (usize, &Vec<(u8, u8)>)| {
        let (truth, predicted): (Vec<u8>, Vec<u8>) = pixels.iter().copied().unzip();
        let size = Size::new(pixels.len(), 1);
        let mask = folder.join(format!("{index}-truth.png"));
        for (path, classes) in [(&mask, truth), (&folder.join(format!("{index}.png")), predicted)] {
            codec::write_mask(path, &LabelMap::new(size, classes)).expect("a writable folder");
        }
        let image = folder.join(format!("{index}.jpg"));
        let classes = Default::default();
        Item { id: index.to_string(), image, saliency: None, mask: Some(mask), classes }
    };
    images.iter().enumerate().map(write).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_split_gives_the_same_bits(
        images in prop::collection::vec(
            prop::collection::vec(
                (prop_oneof![0..3_u8, Just(255)], prop_oneof![0..3_u8, Just(255)]), 1..12,
            ),
            1..40,
        ),
        parts in 1..6_usize,
        rotation in 0..6_usize,
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let items = write_images(folder.path(), &images);
        for protocol in [Protocol::Eps, Protocol::Seam, Protocol::Irn, Protocol::Mmseg] {
            let whole = count_shard(&items, folder.path(), protocol, None).expect("masks");
            let part = |index: usize| {
                let shard = format!("{}/{parts}", index + 1).parse().expect("a shard");
                let path = folder.path().join(format!("{index}.json"));
                let counts = count_shard(&items, folder.path(), protocol, Some(shard));
                counts.expect("masks").write(&path).expect("a writable folder");
                let counts = Counts::read(&path).expect("counts");
                (path, counts)
            };
            let mut files: Vec<_> = (0..parts).map(part).collect();
            files.rotate_left(rotation % parts);
            let merged = merge(files).expect("every part");
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(export::json(&merged.scores()), export::json(&whole.scores()));
        }
    }
}

/// Two parts of a list of two images.
fn parts() -> [Counts; 2] {
    let (folder, items) = folder();
    let whole = count(&items, folder.path()).expect("complete predictions");
    [0, 1].map(|index| {
        let matrix = ConfusionMatrix::of(3, &TRUTH, &PREDICTED);
        let images = vec![whole.images[index].clone()];
        Counts { matrix, images, positions: vec![index], ..whole.clone() }
    })
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let [first, second] = parts();
    let refusal = |second: Counts| {
        let parts = [("1.json", first.clone()), ("2.json", second)];
        let parts = parts.map(|(path, part)| (path.into(), part)).to_vec();
        merge(parts).expect_err("parts that do not fit").to_string()
    };
    let other = Counts { protocol: Protocol::Irn, ..second.clone() };
    assert_eq!(refusal(other), "2.json: protocol irn, expected protocol voc as in 1.json");
    let mut other = second.clone();
    other.list.name = "train".into();
    let message = refusal(other);
    assert!(message.starts_with("2.json: list train of 2 images ("), "{message}");
    let mut other = second.clone();
    other.classes[2] = "cow".into();
    assert_eq!(refusal(other), "2.json: other classes, expected the same as in 1.json");
    let overlap = "2.json: image a, expected none that is in 1.json too";
    assert_eq!(refusal(first.clone()), overlap);
    let gap = merge(vec![("2.json".into(), second)]).expect_err("a gap").to_string();
    assert_eq!(
        gap,
        "list `val`: 1 of 2 images counted, expected the counts of every part: image 1 is in none"
    );
    assert_eq!(merge(Vec::new()).expect_err("no parts").to_string(), "no counts to merge");
}

#[test]
fn files_that_contradict_themselves_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("counts.json");
    let [good, _] = parts();
    let text = serde_json::to_string(&good).expect("plain data");
    let cases = [
        ("\"positions\":[0]", "\"positions\":[2]", "an image at position 2, expected below 2"),
        ("\"positions\":[0]", "\"positions\":[0,1]", "1 images at 2 positions, expected as many"),
        ("\"voc\"", "\"devkit\"", "not the counts of an evaluation"),
        ("[[1,0,0],", "[[1,0],", "not the counts of an evaluation"),
        ("[[1,0,0],", "[[0,0,0],", "other pixels than the images, expected the same"),
        ("[[1,0,0],", "[[1,9,0],", "other pixels than the images, expected the same"),
        ("[[1,0,0],", "[[1,18446744073709551615,0],", "a matrix of 2^64 pixels, expected fewer"),
        (
            "\"predicted_255\":0",
            "\"predicted_255\":18446744073709551615",
            "18446744073709551615 pixels predicted as 255, expected no more than 1 images have",
        ),
        (
            "\"resized_images\":0",
            "\"resized_images\":2",
            "2 resized images, expected no more than 1 images have",
        ),
        ("[2,1,2,1]", "[3,1,2,1]", "an image with class 3, expected below 3"),
        ("\"dog\"", "\"dog\",\"cow\"", "a matrix of 3 classes, expected 4, as there are names"),
    ];
    for (from, to, expected) in cases {
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&path, text.replacen(from, to, 1)).expect("a writable folder");
        let message = Counts::read(&path).expect_err(expected).to_string();
        assert!(message.contains("counts.json: ") && message.ends_with(expected), "{message}");
    }
}

#[test]
fn changed_and_cut_files_give_an_error_or_counts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("counts.json");
    let [good, _] = parts();
    let bytes = serde_json::to_vec(&good).expect("plain data");
    for at in 0..bytes.len() {
        for changed in [b'9', b'"', b']'] {
            let mut bytes = bytes.clone();
            bytes[at] = changed;
            fs::write(&path, &bytes).expect("a writable folder");
            if let Ok(counts) = Counts::read(&path) {
                drop(counts.scores());
            }
        }
        fs::write(&path, &bytes[..at]).expect("a writable folder");
        assert!(Counts::read(&path).is_err(), "cut at {at}");
    }
}

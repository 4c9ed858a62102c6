//! Agreement with NumPy, byte for byte: `scripts/make-label-fixtures.py` wrote what is expected.

use super::{LabelSource, save, table};
use crate::{ClassNames, ClassSet, ImageList, sha256};
use std::fs;

const ONE: &[u8] = include_bytes!("../../../fixtures/golden/labels/one.npy");
const THREE: &[u8] = include_bytes!("../../../fixtures/golden/labels/three.npy");
const KEYS: &[u8] = include_bytes!("../../../fixtures/golden/labels/keys.npy");
const HASHES: &str = include_str!("../../../fixtures/golden/labels/sha256.txt");

/// Ids and labels of `count` images: image `n` has the classes of the low bits of `7 n`.
fn labels(count: usize) -> (Vec<String>, Vec<ClassSet>) {
    let set = |number: usize| -> ClassSet {
        (1..=20).filter(|class| ((7 * number) >> (class - 1)) & 1 == 1).collect()
    };
    (0..count).map(|number| (format!("2007_{number:06}"), set(number))).unzip()
}

#[test]
fn a_written_dictionary_is_numpys_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cls_labels.npy");
    let written = |count: usize, names: &ClassNames| {
        let (ids, sets) = labels(count);
        save(&path, &ids, &sets, names).unwrap();
        fs::read(&path).unwrap()
    };
    assert_eq!(written(1, &ClassNames::voc()), ONE);
    assert_eq!(written(3, &ClassNames::voc()), THREE);
    let eighty = ClassNames::of_objects((0..80).map(|class| class.to_string()));
    for line in HASHES.lines() {
        let [classes, count, hash] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let names = if classes == "80" { &eighty } else { &ClassNames::voc() };
        assert_eq!(sha256(written(count.parse().unwrap(), names)), hash, "{line}");
    }
}

#[test]
fn keys_of_numpys_numbers_and_texts_are_ids() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cls_labels.npy");
    fs::write(&path, KEYS).unwrap();
    let ids = ["2007_000032", "2007_000039", "2011_003276"].map(String::from);
    let (sets, _) = LabelSource::of_file(&path)
        .load(&ImageList::new("train", ids.to_vec()), &ClassNames::voc())
        .unwrap();
    assert_eq!(sets, labels(3).1);
}

#[test]
fn labels_come_back_from_both_formats() {
    let folder = tempfile::tempdir().unwrap();
    let (names, (ids, sets)) = (ClassNames::voc(), labels(1200));
    let list = ImageList::new("train", ids.clone());
    for name in ["a.npy", "a.csv"] {
        let path = folder.path().join(name);
        save(&path, &ids, &sets, &names).unwrap();
        assert_eq!(
            LabelSource::of_file(&path).load(&list, &names).unwrap(),
            (sets.clone(), vec![])
        );
    }
    let two = ClassNames::of_objects(["boat", "cow"]);
    let sets = [[2].into_iter().collect(), ClassSet::default()];
    assert_eq!(table(&ids[..2], &sets, &two), "id,boat,cow\n2007_000000,0,1\n2007_000001,0,0\n");
}

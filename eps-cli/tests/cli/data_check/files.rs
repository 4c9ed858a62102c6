//! Files that are missing, damaged, misnamed or unusual.

use super::{check, finds, names};
use crate::project::{Project, truncate};
use image::{ImageBuffer, Luma, Rgb};
use std::fs;

/// A JPEG with an EXIF entry that turns it by 90 degrees.
fn turned(jpeg: &[u8]) -> Vec<u8> {
    #[rustfmt::skip]
    let tiff = [
        b'I', b'I', 42, 0, 8, 0, 0, 0,
        1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0,
        0, 0, 0, 0,
    ];
    let length = (2 + 6 + tiff.len()) as u16;
    let segment = [&[0xFF, 0xE1][..], &length.to_be_bytes(), b"Exif\0\0", &tiff].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

#[test]
fn missing_files_and_folders() {
    finds(
        |project| fs::remove_file(project.image(1)).unwrap(),
        "missing",
        &["JPEGImages/scene_0002.jpg: missing"],
    );
    let project = Project::with_scenes(6);
    fs::remove_file(project.mask(2)).unwrap();
    let needed = check(&project).with("--need", "masks");
    names(&project, needed, "missing", &["SegmentationClass/scene_0003.png: missing"]);
    finds(
        |project| fs::remove_file(project.saliency(0)).unwrap(),
        "missing",
        &["SALImages/scene_0001.png: missing"],
    );
    finds(
        |project| fs::remove_dir_all(project.data().join("JPEGImages")).unwrap(),
        "no-folder",
        &["JPEGImages: no such folder"],
    );
}

#[test]
fn a_folder_of_maps_is_only_missed_where_it_is_needed() {
    let project = Project::with_scenes(6);
    fs::remove_dir_all(project.data().join("SALImages")).unwrap();
    let ended = check(&project).succeeds();
    assert!(ended.stdout.contains("note: ") && ended.stdout.contains("SALImages: no such folder"));
    let needed = check(&project).with("--need", "saliency,masks");
    names(&project, needed, "no-folder", &["SALImages: no such folder"]);
}

#[test]
fn masks_of_some_images_only_are_one_note() {
    let project = Project::with_scenes(6);
    [1, 3, 4].iter().for_each(|&index| fs::remove_file(project.mask(index)).unwrap());
    fs::write(project.mask(1).with_file_name("._scene_0002.png"), "resource fork").unwrap();
    let ended = check(&project).succeeds();
    let note = "SegmentationClass: 3 images have no mask, `scene_0002` first";
    assert!(ended.stdout.contains(note), "{}", ended.stdout);
    assert_eq!(ended.stdout.matches("no mask").count(), 1, "{}", ended.stdout);
}

#[test]
fn maps_whose_names_have_a_suffix() {
    let project = Project::with_scenes(3);
    for index in 0..3 {
        let map = project.saliency(index);
        let name = map.file_stem().unwrap().to_str().unwrap().to_owned() + "_sal_fuse.png";
        fs::rename(&map, map.with_file_name(name)).unwrap();
    }
    let parts = ["scene_0001.png: not there, but scene_0001_sal_fuse.png is"];
    names(&project, check(&project), "suffixed", &parts);
    let hint = "  fix: say what follows the id: --saliency-suffix=_sal_fuse";
    assert!(check(&project).run().stdout.contains(hint));
    check(&project).with("--saliency-suffix", "_sal_fuse").succeeds();
}

#[test]
fn a_photograph_that_was_cut_and_closed_with_an_end_marker() {
    let cut = |project: &Project| {
        let bytes = fs::read(project.image(2)).unwrap();
        let half = [&bytes[..bytes.len() * 3 / 4], &[0xFF, 0xD9]].concat();
        fs::write(project.image(2), half).unwrap();
    };
    finds(cut, "damaged", &["JPEGImages/scene_0003.jpg: ", "its data ends after"]);
}

#[test]
fn what_is_there_in_the_place_of_a_picture() {
    let project = Project::with_scenes(6);
    fs::copy(project.image(0), project.mask(0)).unwrap();
    fs::write(project.saliency(1), "version https://git-lfs.github.com/spec/v1\n").unwrap();
    let parts = ["SegmentationClass/scene_0001.png: a JPEG, expected a PNG with a class"];
    names(&project, check(&project), "unreadable", &parts);
    let printed = check(&project).run().stdout;
    assert!(printed.contains("fix: JPEG changes values"), "{printed}");
    assert!(printed.contains("SALImages/scene_0002.png: a Git LFS pointer"), "{printed}");
    assert!(printed.contains("fix: fetch the file itself: git lfs pull"), "{printed}");
}

#[test]
fn unreadable_truncated_and_damaged_files() {
    finds(
        |project| fs::write(project.image(3), "<html>").unwrap(),
        "unreadable",
        &["JPEGImages/scene_0004.jpg: an HTML page, expected a JPEG or PNG"],
    );
    finds(
        |project| fs::write(project.mask(3), "").unwrap(),
        "truncated",
        &["SegmentationClass/scene_0004.png: an empty file"],
    );
    finds(
        |project| truncate(&project.image(1)),
        "truncated",
        &["JPEGImages/scene_0002.jpg: not a JPEG", "its data ends after", "of 56 blocks"],
    );
    finds(
        |project| truncate(&project.mask(1)),
        "truncated",
        &["SegmentationClass/scene_0002.png: not a PNG"],
    );
    finds(
        |project| truncate(&project.saliency(1)),
        "truncated",
        &["SALImages/scene_0002.png: not a JPEG or PNG"],
    );
    let damaged = |project: &Project| {
        let mut bytes = fs::read(project.mask(0)).unwrap();
        let data = bytes.windows(4).position(|window| window == b"IDAT").unwrap() + 8;
        bytes[data..data + 4].fill(0xAA);
        fs::write(project.mask(0), bytes).unwrap();
    };
    finds(damaged, "damaged", &["SegmentationClass/scene_0001.png: not a PNG that can be decoded"]);
}

#[test]
fn names_in_another_case_or_with_another_ending() {
    let rename = |from: std::path::PathBuf, name: &str| {
        fs::rename(&from, from.with_file_name(name)).unwrap();
    };
    finds(
        |project| rename(project.image(0), "Scene_0001.jpg"),
        "wrong-case",
        &["JPEGImages/scene_0001.jpg: not there, but Scene_0001.jpg is"],
    );
    finds(
        |project| rename(project.mask(0), "Scene_0001.png"),
        "wrong-case",
        &["SegmentationClass/scene_0001.png: not there, but Scene_0001.png is"],
    );
    finds(
        |project| rename(project.image(0), "scene_0001.bmp"),
        "wrong-ending",
        &["JPEGImages/scene_0001.jpg: not there, but scene_0001.bmp is"],
    );
    finds(
        |project| rename(project.mask(1), "scene_0002.bmp"),
        "wrong-ending",
        &["scene_0002.png: not there, but scene_0002.bmp is"],
    );
    let project = Project::with_scenes(6);
    rename(project.image(0), "scene_0001.JPG");
    rename(project.image(1), "scene_0002.jpeg");
    check(&project).succeeds();
}

#[test]
fn photographs_that_viewers_turn() {
    let turn = |project: &Project| {
        let bytes = fs::read(project.image(4)).unwrap();
        fs::write(project.image(4), turned(&bytes)).unwrap();
    };
    finds(turn, "rotated", &["JPEGImages/scene_0005.jpg: EXIF orientation 6"]);
}

#[test]
fn cmyk_and_16_bit_photographs() {
    let cmyk = eps_testkit::fixture("codec/cmyk.jpg");
    finds(
        |project| assert!(fs::copy(&cmyk, project.image(2)).unwrap() > 0),
        "cmyk",
        &["JPEGImages/scene_0003.jpg: CMYK colours"],
    );
    let deep = |project: &Project| {
        let picture: ImageBuffer<Rgb<u16>, Vec<u16>> =
            ImageBuffer::from_pixel(64, 56, Rgb([9_000_u16, 1, 2]));
        picture.save(project.image(2).with_extension("png")).unwrap();
        fs::remove_file(project.image(2)).unwrap();
    };
    finds(deep, "sixteen-bits", &["JPEGImages/scene_0003.png: 16 bits a channel"]);
    let project = Project::with_scenes(6);
    let map: ImageBuffer<Luma<u16>, Vec<u16>> =
        ImageBuffer::from_fn(64, 56, |x, _| Luma([(x * 1000) as u16]));
    map.save(project.saliency(1)).unwrap();
    let ended = check(&project).run();
    assert!(
        ended.stdout.contains("SALImages/scene_0002.png: 16 bits, expected 8-bit grey"),
        "{}",
        ended.stdout
    );
}

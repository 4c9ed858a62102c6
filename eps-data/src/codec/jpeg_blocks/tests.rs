use super::*;
use crate::codec::write_jpeg;
use image::{Rgb, RgbImage};
use std::{fs, path::Path};

/// Pictures of every coding, each with its name.
fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let picture = RgbImage::from_fn(50, 40, |x, y| Rgb([x as u8 * 5, y as u8 * 6, (x * y) as u8]));
    write_jpeg(&path, &picture, 90).unwrap();
    let fixture = |name: &str| {
        let folder = eps_testkit::fixture("codec");
        fs::read(folder.join(name)).unwrap()
    };
    vec![
        ("sequential", fs::read(path).unwrap()),
        ("progressive", fixture("progressive.jpg")),
        ("restarts", fixture("restarts.jpg")),
        ("cmyk", fixture("cmyk.jpg")),
    ]
}

fn picture(wanted: &str) -> Vec<u8> {
    pictures().into_iter().find(|(name, _)| *name == wanted).unwrap().1
}

/// Where the last marker of this code is.
fn place(bytes: &[u8], code: u8) -> usize {
    bytes.windows(2).rposition(|pair| pair == [0xFF, code]).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    check_blocks(bytes).expect_err("the file is damaged").to_string()
}

#[test]
fn sound_pictures_of_every_coding_are_passed_over_wholly() {
    for (name, bytes) in pictures() {
        assert_eq!(check_blocks(&bytes), Ok(()), "{name}");
        assert_eq!(check_blocks(&[&bytes[..], b"behind"].concat()), Ok(()), "{name}");
    }
}

#[test]
fn a_picture_that_was_cut_anywhere_and_closed_is_found() {
    for (name, bytes) in pictures() {
        let first = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        // The last bytes before the end marker may be bits that fill up a byte.
        for length in first..bytes.len() - 3 {
            let cut = [&bytes[..length], &[0xFF, 0xD9]].concat();
            assert!(check_blocks(&cut).is_err(), "{name}, {length} of {} bytes", bytes.len());
            assert!(check_blocks(&bytes[..length]).is_err(), "{name}, {length}");
        }
    }
}

#[test]
fn a_scan_with_a_hole_is_found() {
    for (name, bytes) in pictures() {
        let start = place(&bytes, 0xDA) + 20;
        let length = (bytes.len() - start) / 2;
        let mut zeros = bytes.clone();
        zeros[start..start + length].fill(0);
        assert!(check_blocks(&zeros).is_err(), "{name} with zeros");
        let gone = [&bytes[..start], &bytes[start + length..]].concat();
        assert!(check_blocks(&gone).is_err(), "{name} without them");
    }
}

#[test]
fn lost_and_renumbered_restart_markers_are_named() {
    let bytes = picture("restarts");
    let third = bytes.windows(2).position(|pair| pair == [0xFF, 0xD2]).unwrap();
    let mut renumbered = bytes.clone();
    renumbered[third + 1] = 0xD5;
    // Units of 16×16 pixels: 8×6 of them, with a marker after every two.
    assert_eq!(refusal(&renumbered), "restart marker 5 instead of 2 after block 6 of 48");
    let lost = [&bytes[..third], &bytes[third + 2..]].concat();
    assert_eq!(refusal(&lost), "more data than the 48 blocks need after block 6");
    let fourth = bytes.windows(2).position(|pair| pair == [0xFF, 0xD3]).unwrap();
    let gone = [&bytes[..third], &bytes[fourth..]].concat();
    assert_eq!(refusal(&gone), "restart marker 3 instead of 2 after block 6 of 48");
}

#[test]
fn a_header_with_other_rows_than_the_data_is_found() {
    let bytes = picture("restarts");
    let frame = place(&bytes, 0xC0);
    let with_height = |height: u16| {
        let mut bytes = bytes.clone();
        bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        bytes
    };
    assert_eq!(check_blocks(&with_height(96)), Ok(()), "as many units");
    assert_eq!(refusal(&with_height(106)), "its data ends after 48 of 56 blocks");
    assert_eq!(refusal(&with_height(80)), "more data than its blocks need");
}

#[test]
fn scans_that_are_missing_or_doubled_are_found() {
    let bytes = picture("progressive");
    let last = place(&bytes, 0xDA);
    let without = [&bytes[..last], &[0xFF, 0xD9]].concat();
    assert_eq!(refusal(&without), "it ends after 9 of its scans");
    let twice = [&bytes[..bytes.len() - 2], &bytes[last..]].concat();
    assert_eq!(refusal(&twice), "scan 11 does not follow from those before it");
}

#[test]
fn no_bytes_at_all_go_wrong() {
    for (_, bytes) in pictures() {
        for (at, step) in (0..bytes.len()).step_by(7).zip((1..=255).cycle()) {
            let mut changed = bytes.clone();
            changed[at] ^= step;
            let _ = check_blocks(&changed);
        }
    }
    assert_eq!(refusal(&[0xFF, 0xD8]), "it ends before its end marker");
}

#[test]
#[ignore = "needs photographs in ../shared/data/voc-mini beside the workspace"]
fn real_photographs_are_sound() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/voc-mini/JPEGImages");
    for path in fs::read_dir(folder).expect("the photographs").map(|file| file.unwrap().path()) {
        assert_eq!(check_blocks(&fs::read(&path).unwrap()), Ok(()), "{}", path.display());
    }
}

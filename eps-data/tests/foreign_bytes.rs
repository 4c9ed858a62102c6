//! Each fuzz target on its first inputs and on thousands of damaged ones, the same ones each time.
//!
//! The fuzzer (`scripts/fuzz.sh`) finds deeper ways in; here every change of a parser meets what it once got.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::path::{Path, PathBuf};

#[allow(unreachable_pub, reason = "public to the fuzzers, whose library it is")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// Damaged inputs of a target.
const DAMAGED: usize = 20_000;
/// Of a target that takes a hundred times as long for each.
const DAMAGED_SLOW: usize = 2_000;

macro_rules! replays {
    ($($target:ident of $folder:literal, $count:ident;)*) => {$(
        #[test]
        fn $target() {
            replay(targets::$target::run, $folder, $count);
        }
    )*};
}

replays! {
    annotation of "fuzz/corpus/annotation", DAMAGED;
    cam_archive of "fixtures/cams", DAMAGED;
    cam_dictionary of "fixtures/cams", DAMAGED;
    instances of "fuzz/corpus/instances", DAMAGED;
    labels of "fixtures/golden/labels", DAMAGED;
    mxnet_params of "fixtures/mxnet", DAMAGED;
    pickle of "fixtures/pickle", DAMAGED;
    pictures of "fixtures/codec", DAMAGED_SLOW;
    sbd_mask of "fixtures/sbd", DAMAGED_SLOW;
    segmentation of "fuzz/corpus/segmentation", DAMAGED_SLOW;
}

/// Runs a target on the files of a folder, then on `count` damaged copies of them.
fn replay(target: fn(&[u8]), folder: &str, count: usize) {
    let inputs = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder));
    assert!(!inputs.is_empty(), "{folder} has no file");
    inputs.iter().for_each(|input| target(input));
    let mut random = ChaCha8Rng::seed_from_u64(0);
    for _ in 0..count {
        let other = &inputs[random.random_range(0..inputs.len())];
        let mut bytes = inputs[random.random_range(0..inputs.len())].clone();
        for _ in 0..random.random_range(1..=4) {
            damage(&mut bytes, other, &mut random);
        }
        target(&bytes);
    }
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder is in the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().filter(|path| path.is_file()).map(|path| fs::read(path).unwrap()).collect()
}

/// Changes, repeats, removes or cuts off bytes, or goes on with those of another file.
fn damage(bytes: &mut Vec<u8>, other: &[u8], random: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        return bytes.extend(other);
    }
    let start = random.random_range(0..bytes.len());
    let end = bytes.len().min(start + random.random_range(1..=8));
    match random.random_range(0..6) {
        0 => bytes[start] ^= 1 << random.random_range(0..8),
        1 => bytes[start..end].fill([0, 1, 0x7f, 0x80, 0xff][random.random_range(0..5)]),
        2 => drop(bytes.drain(start..end)),
        3 => {
            let repeated = bytes[start..end].to_vec();
            drop(bytes.splice(start..start, repeated));
        }
        4 => bytes.truncate(start),
        _ => {
            bytes.truncate(start);
            bytes.extend(other.iter().skip(random.random_range(0..=other.len())));
        }
    }
}

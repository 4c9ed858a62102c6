//! Maps against those of onnxruntime and Pillow, which `scripts/make-saliency-fixtures.py` froze.

use eps_data::codec::{read_rgb, read_saliency};
use eps_data::{DataError, RgbImage};
use eps_saliency::{SaliencyModel, SaliencyNetwork};
use std::path::{Path, PathBuf};

/// The generated pictures.
const PICTURES: [&str; 3] = ["disc", "pair", "wide"];

fn fixture(name: &str) -> PathBuf {
    eps_testkit::fixture("saliency").join(name)
}

fn picture(name: &str) -> RgbImage {
    read_rgb(&fixture(&format!("{name}.png"))).expect("a picture")
}

/// The tiny network takes pictures of 32 pixels.
fn tiny() -> SaliencyModel {
    SaliencyModel { size: 32, ..SaliencyModel::u2net() }
}

fn load(name: &str, model: SaliencyModel) -> Result<SaliencyNetwork, DataError> {
    SaliencyNetwork::load(&fixture(name), model, 2)
}

/// Levels between two maps: the most, and the share of pixels at which there are more than two.
fn differences(found: &[u8], expected: &[u8]) -> (u8, f64) {
    assert_eq!(found.len(), expected.len());
    let levels = || found.iter().zip(expected).map(|(found, expected)| found.abs_diff(*expected));
    let beyond = levels().filter(|&levels| levels > 2).count();
    (levels().max().unwrap_or(0), beyond as f64 / found.len() as f64)
}

/// Compares the maps of all pictures with the frozen ones.
fn compare(network: &SaliencyNetwork, frozen: &str) {
    for name in PICTURES {
        let map = network.map(&picture(name)).expect("a map");
        let expected = read_saliency(&fixture(&format!("{name}-{frozen}.png"))).expect("a map");
        assert_eq!(map.size(), expected.size());
        let (most, beyond) = differences(map.values(), expected.values());
        assert!(beyond <= 0.001, "{name}: {most} levels, {beyond} of pixels beyond two");
    }
}

#[test]
fn maps_of_the_tiny_network_equal_those_of_onnxruntime() {
    compare(&load("tiny.onnx", tiny()).unwrap(), "tiny");
}

#[test]
fn another_output_is_a_map_by_a_sigmoid() {
    let model = SaliencyModel { output: 1, sigmoid: true, stretch: false, ..tiny() };
    compare(&load("tiny.onnx", model).unwrap(), "tiny-sigmoid");
}

#[test]
fn a_description_that_is_wrong_gives_other_maps() {
    let model = SaliencyModel { mean: [0.0; 3], ..tiny() };
    let map = load("tiny.onnx", model).unwrap().map(&picture("disc")).unwrap();
    let expected = read_saliency(&fixture("disc-tiny.png")).unwrap();
    assert!(differences(map.values(), expected.values()).1 > 0.1);
}

#[test]
fn deep_maps_equal_those_of_onnxruntime() {
    let network = load("tiny.onnx", tiny()).unwrap();
    for name in PICTURES {
        let map = network.deep_map(&picture(name)).unwrap();
        let path = fixture(&format!("{name}-tiny-deep.png"));
        let expected = read_saliency(&path).unwrap();
        assert_eq!(map.size, expected.size());
        let bytes: Vec<u8> =
            map.values.iter().map(|&level| ((u32::from(level) + 128) / 257) as u8).collect();
        let (most, _) = differences(&bytes, expected.values());
        assert!(most <= 1, "{name}: {most} levels");
        assert!(map.values.iter().any(|level| level % 257 != 0), "{name}: 256 levels only");
    }
}

#[test]
fn threads_do_not_change_maps() {
    let model = tiny();
    let maps = [1, 2, 5].map(|threads| {
        let network = SaliencyNetwork::load(&fixture("tiny.onnx"), model.clone(), threads).unwrap();
        network.map(&picture("pair")).unwrap()
    });
    assert!(maps.iter().all(|map| *map == maps[0]));
}

#[test]
#[ignore = "needs u2netp.onnx of scripts/fetch-u2net.sh, named by the variable U2NETP"]
fn maps_of_u2netp_equal_those_of_onnxruntime() {
    let path = std::env::var_os("U2NETP").expect("U2NETP names u2netp.onnx");
    let network = SaliencyNetwork::load(Path::new(&path), SaliencyModel::u2net(), 2).unwrap();
    compare(&network, "u2netp");
}

/// What is said of a network that is refused, from its file's name on.
fn refusal(path: &Path, model: SaliencyModel) -> String {
    let message = SaliencyNetwork::load(path, model, 1).err().expect("a refusal").to_string();
    let name = path.file_name().unwrap().to_str().unwrap();
    message[message.find(name).expect("the file is named")..].to_owned()
}

#[test]
fn networks_that_make_no_map_are_refused_in_a_sentence() {
    let cases = [
        ("rank.onnx", "rank.onnx: an input of 1x3072, expected one input of 1x3x32x32"),
        ("size.onnx", "size.onnx: an input of 1x3x64x64, expected one input of 1x3x32x32"),
        ("two.onnx", "two.onnx: 2 inputs, expected one input of 1x3x32x32"),
        ("output.onnx", "output.onnx: an output of 1x3072, expected a map such as 1x1x32x32"),
        ("infinite.onnx", "infinite.onnx: values that are not finite, expected numbers"),
        ("disc.png", "disc.png: no ONNX network, expected one such as u2netp.onnx, whole"),
        ("none.onnx", "none.onnx: cannot be read"),
    ];
    for (name, expected) in cases {
        assert_eq!(refusal(&fixture(name), tiny()), expected);
    }
    let operator = refusal(&fixture("operator.onnx"), tiny());
    assert!(operator.contains("Unheard"), "{operator}");
    assert!(operator.ends_with(", expected operators that the engine has"), "{operator}");
    let output = refusal(&fixture("tiny.onnx"), SaliencyModel { output: 2, ..tiny() });
    assert_eq!(output, "tiny.onnx: 2 outputs, expected output 2 of the model, counted from 0");
}

#[test]
fn a_network_that_was_cut_off_is_refused() {
    let whole = std::fs::read(fixture("tiny.onnx")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.onnx");
    for length in (0..whole.len()).step_by(97) {
        std::fs::write(&path, &whole[..length]).unwrap();
        let message = refusal(&path, tiny());
        assert!(message.contains(", expected "), "{length} bytes: {message}");
    }
}

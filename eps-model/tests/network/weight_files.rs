//! Weights in the files of other programs: names, loading, and the way back.

use crate::networks::resnet38d;
use crate::weights::parameters;
use burn::store::ModuleSnapshot;
use burn::store::burn_pack::Tensor;
use burn::tensor::TensorData;
use eps_model::ModelError;
use eps_model::network::Network;
use eps_model::recipe::{BackboneName, Method, NetworkRecipe};
use eps_model::weights::{
    Format, Part, Place, WeightsFile, backbone_of, load_weights, place, pytorch_name,
    write_safetensors,
};
use safetensors::tensor::{Dtype, TensorView};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const BACKBONES: &[BackboneName] = BackboneName::ALL;

/// Tensors of a network on each backbone.
const TENSORS: [usize; 4] = [192, 246, 521, 27];

fn network(backbone: BackboneName, seed: u64) -> Network {
    let stride = if backbone == BackboneName::EfficientnetLite0 { 16 } else { 8 };
    let recipe = NetworkRecipe { backbone, stride, ..resnet38d(Method::Eps, 1.0 / 32.0) };
    Network::new(&recipe, 3, seed, &crate::device())
}

/// Tensors of a network by path, without the name of the backbone.
fn tensors(network: &Network) -> BTreeMap<String, TensorData> {
    network
        .collect(None, None, true)
        .into_iter()
        .map(|tensor| (tensor.name.clone(), burn::store::bridge::into_data(tensor).unwrap()))
        .collect()
}

#[test]
fn every_tensor_has_a_pytorch_name_that_leads_back_to_it() {
    assert_eq!(BACKBONES.len(), TENSORS.len());
    for (&backbone, count) in BACKBONES.iter().zip(TENSORS) {
        let paths: Vec<String> = tensors(&network(backbone, 0)).into_keys().collect();
        let names: BTreeSet<String> =
            paths.iter().map(|path| pytorch_name(backbone, path)).collect();
        assert_eq!((paths.len(), names.len()), (count, count), "{backbone}");
        for path in &paths {
            let name = pytorch_name(backbone, path);
            assert_eq!(place(backbone, &name), Place::Tensor(path.clone()), "{name}");
            let parallel = format!("module.{name}");
            assert_eq!(place(backbone, &parallel), Place::Tensor(path.clone()), "{parallel}");
        }
        assert_eq!(backbone_of(names.iter().map(String::as_str)), Some(backbone));
    }
}

#[test]
fn names_of_the_reference_are_those_of_its_modules() {
    let resnet = |path: &str| pytorch_name(BackboneName::Resnet38d, path);
    assert_eq!(resnet("backbone.b2.0.conv_branch1.weight"), "b2.conv_branch1.weight");
    assert_eq!(
        resnet("backbone.Resnet38d.b4.5.bn_branch2b1.norm.gamma"),
        "b4_5.bn_branch2b1.weight"
    );
    assert_eq!(resnet("backbone.b6.conv_branch2b2.weight"), "b6.conv_branch2b2.weight");
    assert_eq!(resnet("backbone.bn7.norm.running_var"), "bn7.running_var");
    let lite = |path: &str| pytorch_name(BackboneName::EfficientnetLite0, path);
    assert_eq!(lite("backbone.blocks.3.bn0.norm.beta"), "_blocks.3._bn0.bias");
    assert_eq!(lite("backbone.stem.conv.weight"), "_conv_stem.weight");
    assert_eq!(lite("fc8.weight"), "fc8.weight");
}

#[test]
fn what_no_network_has_is_unknown_or_left_over() {
    let resnet = |name: &str| place(BackboneName::Resnet38d, name);
    for name in ["arg:linear1000_weight", "arg:linear1000_bias", "bn7.num_batches_tracked"] {
        assert_eq!(resnet(name), Place::Leftover, "{name}");
    }
    for name in
        ["arg:res4x_branch2a_weight", "conv1b.weight", "b4_x.conv_branch1.weight", "weight", ""]
    {
        assert_eq!(resnet(name), Place::Unknown, "{name}");
    }
    assert_eq!(place(BackboneName::EfficientnetLite0, "_fc.weight"), Place::Leftover);
    assert_eq!(place(BackboneName::EfficientnetLite0, "_blocks.x._bn0.weight"), Place::Unknown);
    assert_eq!(backbone_of(["conv1a.weight", "_conv_stem.weight"].into_iter()), None);
}

/// The names of the ImageNet file's 191 arrays that the network uses (method, section 5.2).
fn mxnet_names() -> Vec<String> {
    let mut names = vec!["arg:conv1a_weight".to_owned()];
    let norm = |name: String| {
        let parameters = ["arg:_gamma", "arg:_beta", "aux:_moving_mean", "aux:_moving_var"];
        parameters.map(|kind| format!("{}bn{name}{}", &kind[..4], &kind[4..]))
    };
    let levels = "2a 2b1 2b2 3a 3b1 3b2 4a 4b1 4b2 4b3 4b4 4b5 5a 5b1 5b2 6a 7a";
    for level in levels.split(' ') {
        let branches: &[&str] = match level {
            "6a" | "7a" => &["2a", "2b1", "2b2"],
            _ => &["2a", "2b1"],
        };
        for branch in branches {
            names.push(format!("arg:res{level}_branch{branch}_weight"));
            names.extend(norm(format!("{level}_branch{branch}")));
        }
        if level.ends_with('a') {
            names.push(format!("arg:res{level}_branch1_weight"));
        }
    }
    names.extend(norm("7".to_owned()));
    names
}

/// An MXNet list of version 2 with these arrays of `f32`.
fn mxnet_file(arrays: &[(String, TensorData)]) -> Vec<u8> {
    let mut bytes = [0x112_u64, 0, arrays.len() as u64].map(u64::to_le_bytes).concat();
    for (_, data) in arrays {
        let shape = data.shape();
        bytes.extend(0xF993_FAC9_u32.to_le_bytes());
        bytes.extend(0_i32.to_le_bytes());
        bytes.extend((shape.len() as u32).to_le_bytes());
        shape.iter().for_each(|&side| bytes.extend((side as i64).to_le_bytes()));
        bytes.extend([0; 12]);
        bytes.extend(data.as_bytes());
    }
    bytes.extend((arrays.len() as u64).to_le_bytes());
    for (name, _) in arrays {
        bytes.extend((name.len() as u64).to_le_bytes());
        bytes.extend(name.as_bytes());
    }
    bytes
}

/// The arrays of the ImageNet file as a network has them, with its 1000-way classifier.
fn mxnet_arrays(network: &Network) -> Vec<(String, TensorData)> {
    let tensors = tensors(network);
    let array = |name: String| {
        let Place::Tensor(path) = place(BackboneName::Resnet38d, &name) else {
            panic!("{name} is not known");
        };
        (name, tensors[&path].clone())
    };
    let bias = ("arg:linear1000_bias".to_owned(), TensorData::from([0.0_f32; 4]));
    mxnet_names().into_iter().map(array).chain([bias]).collect()
}

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(bytes: &[u8]) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights");
    std::fs::write(&path, bytes).unwrap();
    File { _folder: folder, path }
}

fn assert_backbones_equal(found: &Network, expected: &Network) {
    let (found, expected) = (parameters(found), parameters(expected));
    for (name, values) in &expected {
        assert_eq!(&found[name] == values, name != "fc8.weight", "{name}");
    }
}

#[test]
fn the_imagenet_file_fills_the_backbone_and_leaves_the_classifier() {
    let (given, other) = (network(BackboneName::Resnet38d, 1), network(BackboneName::Resnet38d, 2));
    assert_eq!(mxnet_names().len(), 191);
    let file = file(&mxnet_file(&mxnet_arrays(&given)));
    let (loaded, import) = load_weights(other.clone(), &file.path, Part::Backbone).unwrap();
    assert_eq!((import.format, import.loaded), (Format::Mxnet, 191));
    assert_eq!(import.leftover, ["arg:linear1000_bias"]);
    assert_eq!(
        import.to_string(),
        "MXNet .params: 191 tensors loaded, 1 unused (arg:linear1000_bias)"
    );
    assert_backbones_equal(&loaded, &given);
    assert_eq!(parameters(&loaded)["fc8.weight"], parameters(&other)["fc8.weight"]);
}

/// Why a list of arrays is refused after a change.
fn refusal(change: impl FnOnce(&mut Vec<(String, TensorData)>), part: Part) -> String {
    let network = network(BackboneName::Resnet38d, 1);
    let mut arrays = mxnet_arrays(&network);
    change(&mut arrays);
    let file = file(&mxnet_file(&arrays));
    match load_weights(network, &file.path, part) {
        Err(error @ ModelError::Weights { .. }) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[test]
fn weights_with_a_surprise_are_refused_by_name() {
    let missing = refusal(|arrays| drop(arrays.remove(0)), Part::Backbone);
    assert!(
        missing.contains("190 tensors loaded, 1 missing (backbone.conv1a.weight)"),
        "{missing}"
    );
    let unknown = refusal(|arrays| arrays[191].0 = "arg:extra_weight".into(), Part::Backbone);
    assert!(unknown.contains("1 unknown (arg:extra_weight)"), "{unknown}");
    let shape = |arrays: &mut Vec<(String, TensorData)>| arrays[0].1 = TensorData::from([1.0_f32]);
    let refused = refusal(shape, Part::Backbone);
    assert!(refused.contains("1 refused") && refused.contains("conv1a.weight"), "{refused}");
    let whole = refusal(|_| {}, Part::Network);
    assert!(whole.contains("1 missing (fc8.weight)"), "{whole}");
}

#[test]
fn weights_that_are_no_numbers_are_refused_with_their_file() {
    for value in [f32::NAN, f32::INFINITY] {
        let given = network(BackboneName::Resnet38d, 1);
        let mut arrays = mxnet_arrays(&given);
        let shape = arrays[0].1.shape().to_vec();
        let mut values = arrays[0].1.try_to_vec::<f32>().unwrap();
        *values.last_mut().unwrap() = value;
        arrays[0].1 = TensorData::new(values, shape);
        let file = file(&mxnet_file(&arrays));
        let refused = load_weights(given, &file.path, Part::Backbone).unwrap_err();
        let expected = format!("{}: has values that are NaN, infinite", file.path.display());
        assert!(refused.to_string().starts_with(&expected), "{refused}");
    }
}

/// Writes tensors as safetensors under their PyTorch names.
fn safetensors_of(network: &Network, path: &Path) {
    let record = path.with_extension("bpk");
    burn::module::Module::into_record(network.clone()).save(path.with_extension("")).unwrap();
    let file = WeightsFile::open(&record).unwrap();
    assert_eq!(file.format, Format::Burnpack);
    let backbone = backbone_of(file.tensors.iter().map(|tensor| tensor.name.as_str())).unwrap();
    let count = write_safetensors(file, backbone, path).unwrap();
    assert_eq!(count, tensors(network).len());
}

#[test]
fn a_network_written_as_safetensors_comes_back_under_pytorch_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.safetensors");
    for &backbone in BACKBONES {
        let given = network(backbone, 1);
        safetensors_of(&given, &path);
        let bytes = std::fs::read(&path).unwrap();
        let names: BTreeSet<String> = safetensors::SafeTensors::deserialize(&bytes)
            .unwrap()
            .names()
            .into_iter()
            .map(ToOwned::to_owned)
            .collect();
        let expected: BTreeSet<String> =
            tensors(&given).keys().map(|path| pytorch_name(backbone, path)).collect();
        assert_eq!(names, expected);
        let (loaded, import) = load_weights(network(backbone, 2), &path, Part::Network).unwrap();
        assert_eq!(import.loaded, expected.len());
        assert!(parameters(&loaded) == parameters(&given), "{backbone}");
    }
}

#[test]
fn half_precision_becomes_single() {
    let given = network(BackboneName::Resnet38d, 1);
    let halves: BTreeMap<String, (Vec<usize>, Vec<u8>)> = tensors(&given)
        .into_iter()
        .map(|(path, data)| {
            let name = pytorch_name(BackboneName::Resnet38d, &path);
            let shape = data.shape().to_vec();
            (name, (shape, data.convert::<half::f16>().as_bytes().to_vec()))
        })
        .collect();
    let views = halves.iter().map(|(name, (shape, bytes))| {
        (name, TensorView::new(Dtype::F16, shape.clone(), bytes).unwrap())
    });
    let file = file(&safetensors::serialize(views, None).unwrap());
    let fresh = network(BackboneName::Resnet38d, 2);
    let (loaded, _) = load_weights(fresh, &file.path, Part::Network).unwrap();
    for (name, values) in parameters(&given) {
        let rounded = values.iter().map(|&value| half::f16::from_f32(value).to_f32());
        assert!(rounded.eq(parameters(&loaded)[&name].iter().copied()), "{name}");
    }
}

#[test]
fn state_dicts_of_both_pytorch_formats_are_opened() {
    for name in ["zip.pth", "legacy.pth"] {
        let path = eps_testkit::fixture("pytorch").join(name);
        let file = WeightsFile::open(&path).unwrap();
        assert_eq!(file.format, Format::Pytorch, "{name}");
        check_state_dict(name, file.tensors);
    }
}

/// Compares the tensors of a file with what `scripts/make-pytorch-fixtures.py` wrote.
fn check_state_dict(name: &str, tensors: Vec<Tensor>) {
    let data =
        |tensor: Tensor| (tensor.name.clone(), burn::store::bridge::into_data(tensor).unwrap());
    let mut found: Vec<_> = tensors.into_iter().map(data).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(found.len(), 2, "{name}");
    assert_eq!(found[0], ("b2_1.bn_branch2a.bias".into(), TensorData::from([0.5_f32, -1.5])));
    let weight = TensorData::new((0..6).map(|value| value as f32 / 4.0).collect(), [1, 3, 1, 2]);
    assert_eq!(found[1], ("conv1a.weight".into(), weight), "{name}");
}

#[test]
fn a_checkpoint_gives_its_network_and_names_the_rest() {
    let momenta = ["optimizer.state.0.momentum_buffer", "optimizer.state.1.momentum_buffer"];
    let average = ["ema.b2_1.bn_branch2a.bias", "ema.conv1a.weight", "scheduler.base_lrs"];
    let cases: [(&str, &[&str]); 4] = [
        ("checkpoint", &momenta),
        ("checkpoint-legacy", &momenta),
        ("data-parallel", &average),
        ("nested", &[]),
    ];
    for (name, expected) in cases {
        let path = eps_testkit::fixture(format!("pytorch/{name}.pth"));
        let file = WeightsFile::open(&path).unwrap();
        let mut others = file.others;
        others.sort();
        assert_eq!(others, expected, "{name}");
        check_state_dict(name, file.tensors);
    }
}

#[test]
fn files_that_hold_no_weights_are_refused() {
    let folder = eps_testkit::fixture("");
    let cut = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        bytes[..bytes.len() / 2].to_vec()
    };
    let cases: [(&str, Vec<u8>); 9] = [
        ("an empty file", vec![]),
        ("an HTML page, expected MXNet .params, a PyTorch state dict", b"<html>".to_vec()),
        ("not a weights file", b"PNG".to_vec()),
        ("MXNet .params: ends at byte", cut("mxnet/version2.params")),
        ("PyTorch:", cut("pytorch/zip.pth")),
        ("PyTorch:", cut("pytorch/legacy.pth")),
        ("safetensors:", b"\xff\xff\xff\xff\xff\xff\xff\x7f{}".to_vec()),
        ("safetensors:", b"\x02\0\0\0\0\0\0\0{]".to_vec()),
        ("burnpack:", b"NRUB\x01\0\xff\xff\xff\xff".to_vec()),
    ];
    for (expected, bytes) in cases {
        let file = file(&bytes);
        let Err(error) = WeightsFile::open(&file.path) else { panic!("{expected} was accepted") };
        let message = error.to_string();
        assert!(message.contains(expected), "{message}, expected {expected}");
    }
    let error = WeightsFile::open(&folder.join("nowhere.pth")).err().unwrap();
    assert!(matches!(error, ModelError::Data(_)), "{error}");
}

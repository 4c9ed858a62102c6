//! Segmentation networks against PyTorch: outputs, losses and four updates, parameters and sizes.

use crate::golden::{
    self, Arrays, hash, json, largest_distance, number, numbers, statistics, tensor, to_vec,
    uniform, uniform_tensor,
};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use eps_data::{ClassId, ClassNames, IGNORE};
use eps_model::backbone::layer::Pass;
use eps_model::loss::pixel_cross_entropy;
use eps_model::recipe::{BackboneName, SegmentationRecipe, TrainingRecipe as _};
use eps_model::segmentation::SegmentationNetwork;
use eps_model::task::Batch;
use eps_model::train::{optimiser, schedule};
use eps_model::weights::{Part, WeightsFile, load_part, pytorch_name, write_safetensors};
use std::collections::BTreeMap;
use std::path::PathBuf;

const V2: &str = include_str!("../../../recipes/voc12-deeplab-v2-r101.toml");
const V1: &str = include_str!("../../../recipes/voc12-deeplab-v1-vgg16.toml");
pub(crate) const LAPTOP: &str = include_str!("../../../recipes/laptop-segment.toml");

/// Side of the recorded images.
const SIDE: usize = 65;

/// The recipe of one of the recorded networks.
fn recorded_recipe(case: &str) -> SegmentationRecipe {
    let parse = |text| SegmentationRecipe::parse(text).unwrap();
    let (v2, v1) = (parse(V2), parse(V1));
    let mut recipe = match case {
        "v2-resnet101" => v2,
        "v1-vgg16" => v1,
        // The backbone of one with the head of the other.
        "v1-resnet101" => {
            let mut recipe = SegmentationRecipe { head: v1.head, ..v2 };
            recipe.head.average_pool = false;
            recipe
        }
        "v2-vgg16" => {
            let mut recipe = SegmentationRecipe { network: v1.network, ..v2 };
            (recipe.head.hidden, recipe.head.scales) = (1024, vec![]);
            recipe
        }
        other => panic!("no case {other}"),
    };
    recipe.network.dropout = false;
    recipe.augmentation.crop = SIDE;
    recipe
}

/// A network for VOC's classes.
fn network(recipe: &SegmentationRecipe, device: &Device) -> SegmentationNetwork {
    recipe.network(20, device)
}

/// The path of the parameter at which a walk is.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    backbone: Option<BackboneName>,
}

impl Walk {
    fn of(network: &SegmentationNetwork) -> Self {
        Self { path: vec![], backbone: Some(network.backbone()) }
    }

    /// The name that public state dicts have for the parameter.
    fn name(&self) -> String {
        pytorch_name(self.backbone.unwrap(), &self.path.join("."))
    }
}

/// The hashed values of a tensor, as `fixtures/golden/segmentation/make.py` fills it.
fn hashed(name: &str, shape: &[usize]) -> Vec<f32> {
    let count = shape.iter().product();
    if let [_, inputs, height, width] = *shape {
        let is_residual = name.contains(".conv.") && !name.starts_with("head");
        let gain = if is_residual { 0.5 } else { 1.0 };
        let bound = gain * (6.0 / (inputs * height * width) as f64).sqrt();
        uniform(name, count, -bound, bound)
    } else if name.ends_with(".bn.weight") || name.ends_with("running_var") {
        uniform(name, count, 0.5, 1.5)
    } else {
        uniform(name, count, -0.1, 0.1)
    }
}

struct Filler(Walk);

impl ModuleMapper for Filler {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.0.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.0.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.0.name();
        parameter.map(|old| {
            let shape: [usize; D] = old.dims();
            let filled = tensor(hashed(&name, &shape), shape, &old.device());
            filled.set_require_grad(old.is_require_grad())
        })
    }
}

struct Collector(Walk, BTreeMap<String, Vec<f32>>);

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.0.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.0.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.1.insert(self.0.name(), to_vec(parameter.val()));
    }
}

fn filled(network: SegmentationNetwork) -> SegmentationNetwork {
    let walk = Walk::of(&network);
    network.map(&mut Filler(walk))
}

/// Parameters and statistics by their public names.
pub(crate) fn parameters(network: &SegmentationNetwork) -> BTreeMap<String, Vec<f32>> {
    let mut collector = Collector(Walk::of(network), BTreeMap::new());
    network.visit(&mut collector);
    collector.1
}

fn check_maps(case: &str) {
    let _alone = crate::weights::full_network();
    let device = crate::device();
    let network = filled(network(&recorded_recipe(case), &device));
    let images = uniform_tensor("input", [1, 3, SIDE, SIDE], [-2.0, 2.0], &device);
    let maps = network.forward_training(images.clone(), &mut Pass::inference());
    let path = golden::folder("segmentation").join(format!("{case}.npz"));
    let mut recorded = Arrays::open(&path);
    for (index, found) in maps.iter().enumerate() {
        let (shape, expected) = recorded.get::<f32>(&format!("map{index}"));
        assert_eq!(found.dims()[..], shape, "{case}, map {index}");
        let distance = largest_distance(&to_vec(found.clone()), &expected);
        let tolerance = 1e-4 * statistics(&expected)[1];
        assert!(distance < tolerance, "{case}, map {index}: {distance}, {tolerance}");
    }
    assert_eq!(to_vec(network.logits(images)), to_vec(maps.last().unwrap().clone()));
}

#[test]
fn maps_of_deeplab_v2_on_resnet101_are_pytorchs_at_every_size() {
    check_maps("v2-resnet101");
}

#[test]
fn maps_of_largefov_on_resnet101_are_pytorchs() {
    check_maps("v1-resnet101");
}

#[test]
fn maps_of_deeplab_v2_on_vgg16_are_pytorchs() {
    check_maps("v2-vgg16");
}

#[test]
fn maps_of_largefov_on_vgg16_are_pytorchs() {
    check_maps("v1-vgg16");
}

/// A file of the small network's tensors under other names.
fn renamed_file(
    network: &SegmentationNetwork,
    rename: impl Fn(&str) -> String,
) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("network");
    network.clone().into_record().save(&record).unwrap();
    let file = WeightsFile::open(&record.with_extension("bpk")).unwrap();
    let path = folder.path().join("network.safetensors");
    write_safetensors(file, network.backbone(), &path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let renamed = tensors.tensors().into_iter().map(|(name, view)| (rename(&name), view));
    let renamed = safetensors::serialize(renamed, None).unwrap();
    std::fs::write(&path, renamed).unwrap();
    (folder, path)
}

/// A ResNet101 that is small in each direction, with DeepLab-V2's head.
fn small_deeplab(seed: u64) -> SegmentationNetwork {
    let mut recipe = recorded_recipe("v2-resnet101");
    (recipe.network.width, recipe.network.depth) = (1.0 / 32.0, 0.1);
    recipe.optimiser.seed = seed;
    recipe.network(20, &crate::device())
}

#[test]
fn state_dicts_of_deeplab_pytorch_are_loaded_whatever_wraps_them() {
    let given = small_deeplab(1);
    for prefix in ["", "base.", "scale.base.", "scale.", "module.scale.base.", "module.base."] {
        let (_folder, path) = renamed_file(&given, |name| format!("{prefix}{name}"));
        let fresh = small_deeplab(2);
        let (loaded, import) =
            load_part(fresh, BackboneName::Resnet101, &path, Part::Network).unwrap();
        assert!(parameters(&loaded) == parameters(&given), "{prefix}");
        assert_eq!(import.leftover, [""; 0], "{prefix}");
    }
}

/// torchvision's name of a tensor of ResNet101 that deeplab-pytorch calls `name`.
fn torchvision_name(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match parts[..] {
        ["layer1", "conv1", "conv", parameter] => format!("conv1.{parameter}"),
        ["layer1", "conv1", "bn", parameter] => format!("bn1.{parameter}"),
        [level, block, layer, kind, parameter] => {
            let number = |text: &str, word: &str| {
                text.strip_prefix(word).unwrap().parse::<usize>().unwrap() - 1
            };
            let place = format!("layer{}.{}", number(level, "layer"), number(block, "block"));
            match layer {
                "shortcut" => {
                    format!("{place}.downsample.{}.{parameter}", u8::from(kind == "bn"))
                }
                _ => {
                    let layers = ["reduce", "conv3x3", "increase"];
                    let index =
                        layers.iter().position(|candidate| *candidate == layer).unwrap() + 1;
                    format!("{place}.{kind}{index}.{parameter}")
                }
            }
        }
        // torchvision's classifier in the place of a branch of the head.
        ["aspp", "c0", parameter] => format!("fc.{parameter}"),
        _ => name.to_owned(),
    }
}

#[test]
fn torchvisions_resnet101_fills_the_backbone_and_leaves_the_head() {
    let (given, fresh) = (small_deeplab(1), small_deeplab(2));
    let (_folder, path) = renamed_file(&given, torchvision_name);
    let (loaded, import) =
        load_part(fresh.clone(), BackboneName::Resnet101, &path, Part::Backbone).unwrap();
    assert!(import.leftover.contains(&"fc.weight".to_owned()), "{:?}", import.leftover);
    let [loaded, given, fresh] = [&loaded, &given, &fresh].map(parameters);
    for (name, values) in &loaded {
        let expected = if name.starts_with("aspp.") { &fresh[name] } else { &given[name] };
        assert!(values == expected, "{name}");
    }
}

#[test]
fn a_head_of_another_number_of_classes_is_refused_by_name() {
    let (_folder, path) = renamed_file(&small_deeplab(1), str::to_owned);
    let mut recipe = recorded_recipe("v2-resnet101");
    (recipe.network.width, recipe.network.depth) = (1.0 / 32.0, 0.1);
    let other = recipe.network(80, &crate::device());
    let Err(error) = load_part(other, BackboneName::Resnet101, &path, Part::Network) else {
        panic!("21 classes were loaded as 81");
    };
    let error = error.to_string();
    assert!(error.contains("8 refused") && error.contains("head.branches.0"), "{error}");
}

/// Images and masks of a recorded update: classes of cells of 5×5 pixels.
fn recorded_batch(step: usize, device: &Device) -> Batch {
    let images =
        uniform_tensor(&format!("train.input.{step}"), [2, 3, SIDE, SIDE], [-2.0, 2.0], device);
    let (name, cells) = (format!("train.mask.{step}"), SIDE / 5);
    let label = |pixel: usize| {
        let (image, row, column) =
            (pixel / (SIDE * SIDE), pixel / SIDE % SIDE / 5, pixel % SIDE / 5);
        let value = hash(&name, (image * cells + row) * cells + column) as f32 * 23.0;
        if value < 21.0 { value as ClassId } else { IGNORE }
    };
    let masks = (0..2 * SIDE * SIDE).map(label).collect();
    let labels = tensor(vec![0.0; 40], [2, 20], device);
    Batch { images, saliency: None, masks: Some(masks), labels }
}

fn check_updates(case: &str) {
    let _alone = crate::weights::full_network();
    let recorded = &json(&golden::folder("segmentation").join("training.json"))[case];
    let device = crate::device().autodiff();
    let mut recipe = recorded_recipe(case);
    recipe.optimiser.learning_rate = number(recorded, "learning_rate");
    recipe.optimiser.updates = number(recorded, "updates") as usize;
    recipe.optimiser.rate_every = number(recorded, "rate_every") as usize;
    let task = recipe.task(&ClassNames::voc()).unwrap();
    let groups = task.parameter_groups();
    let mut network = groups.freeze(filled(network(&recipe, &device)));
    let mut optimiser = optimiser(&recipe.optimiser, &groups);
    let mut schedule = schedule(&recipe.optimiser, &groups, 0);
    for (step, expected) in recorded["steps"].as_array().unwrap().iter().enumerate() {
        let mut pass = Pass::training_without_dropout(false);
        let losses = task.losses(&network, recorded_batch(step, &device), step, &mut pass);
        let loss = f64::from(losses.classification.clone().into_scalar::<f32>());
        let tolerance = if step == 0 { 1e-5 } else { 1e-3 };
        let of_loss = number(expected, "loss");
        assert!((loss / of_loss - 1.0).abs() < tolerance, "{case} {step}: {loss}, {of_loss}");
        let rates = schedule.step();
        let rate = |path: &str| rates.lr_from_param(ParamId::new(), Some(path));
        let factors = [
            (rates.base(), 1.0),
            (rate("backbone.Vgg16.convs.0.bias"), 2.0),
            (rate("head.branches.0.score.conv.weight"), 10.0),
            (rate("head.branches.0.score.bias"), 20.0),
        ];
        for (found, factor) in factors {
            let expected = factor * number(expected, "lr");
            assert!((found / expected - 1.0).abs() < 1e-12, "{case} {step}: {found}, {expected}");
        }
        let gradients = GradientsParams::from_grads(losses.classification.backward(), &network);
        network = optimiser.step(rates, network, gradients);
    }
    let found = parameters(&network);
    for (name, expected) in recorded["after"].as_object().unwrap() {
        let values = &found[name];
        let tolerance = 1e-4 * number(expected, "std");
        let [mean, deviation, norm] = statistics(values);
        assert!((mean - number(expected, "mean")).abs() < tolerance, "{name}: mean {mean}");
        assert!((deviation - number(expected, "std")).abs() < tolerance, "{name}: {deviation}");
        assert!((norm / number(expected, "l2") - 1.0).abs() < 1e-4, "{name}: norm {norm}");
        for (part, key) in [(&values[..8], "first"), (&values[values.len() - 8..], "last")] {
            let distance = largest_distance(part, &numbers(&expected[key]));
            assert!(distance < tolerance, "{name} {key}: {distance} apart");
        }
    }
}

#[test]
fn four_updates_of_deeplab_v2_on_resnet101_are_pytorchs() {
    check_updates("v2-resnet101");
}

#[test]
fn four_updates_of_largefov_on_vgg16_are_pytorchs() {
    check_updates("v1-vgg16");
}

#[test]
fn published_networks_have_as_many_parameters_as_published() {
    let _alone = crate::weights::full_network();
    let count = |case: &str, objects: usize| {
        let network = recorded_recipe(case).network(objects, &crate::device());
        let is_statistic = |name: &str| name.contains(".running_");
        let parameters = parameters(&network).into_iter();
        let learned = parameters.filter(|(name, _)| !is_statistic(name));
        learned.map(|(_, values)| values.len()).sum::<usize>()
    };
    assert_eq!(count("v2-resnet101", 20), 44_048_532);
    assert_eq!(count("v2-resnet101", 80), 48_472_452);
    assert_eq!(count("v1-vgg16", 20), 20_505_429);
    assert_eq!(count("v2-vgg16", 20), 37_877_652);
}

#[test]
fn the_head_of_the_laptop_has_the_size_that_its_recipe_states() {
    let recipe = SegmentationRecipe::parse(LAPTOP).unwrap();
    let head = parameters(&network(&recipe, &crate::device()));
    let head = head.iter().filter(|(name, _)| name.starts_with("aspp."));
    assert_eq!(head.map(|(_, values)| values.len()).sum::<usize>(), 967_764);
    assert!(LAPTOP.contains("967,764"));
}

#[test]
fn maps_of_a_crop_of_321_have_the_published_sizes() {
    let mut recipe = recorded_recipe("v2-resnet101");
    (recipe.network.width, recipe.network.depth) = (1.0 / 16.0, 0.0);
    let network = recipe.network(2, &crate::device());
    let images = Tensor::<4>::zeros([1, 3, 321, 321], &crate::device());
    let maps = network.forward_training(images, &mut Pass::inference());
    let sizes: Vec<_> = maps.iter().map(|map| map.dims()).collect();
    assert_eq!(sizes, [41, 21, 31, 41].map(|side| [1, 3, side, side]));
}

#[test]
fn every_backbone_segments_and_its_first_logits_are_small() {
    for backbone in BackboneName::ALL {
        let mut recipe = SegmentationRecipe::parse(LAPTOP).unwrap();
        recipe.network.backbone = *backbone;
        recipe.network.stride = backbone.facts().strides[0];
        if backbone.facts().is_scalable {
            (recipe.network.width, recipe.network.depth) = (1.0 / 32.0, 0.0);
        }
        let network = recipe.network(3, &crate::device());
        let images = uniform_tensor("input", [2, 3, 33, 41], [-1.0, 1.0], &crate::device());
        let logits = network.logits(images);
        assert_eq!(logits.dims(), [2, 4, 5, 6], "{backbone}");
        assert!(to_vec(logits).iter().all(|logit| logit.is_finite()), "{backbone}");
    }
}

#[test]
fn the_loss_of_two_pixels_is_that_worked_out_by_hand() {
    let device = crate::device();
    // Two classes at three pixels: differences 0, ln 3 and 7, the last of them ignored.
    let logits = || tensor(vec![0.0, 3.0_f32.ln(), 7.0, 0.0, 0.0, 0.0], [1, 2, 1, 3], &device);
    let loss = |labels: [u8; 3]| pixel_cross_entropy(logits(), &labels).into_scalar::<f32>();
    let expected = (2.0_f32.ln() + 4.0_f32.ln()) / 2.0;
    assert!((loss([1, 1, IGNORE]) - expected).abs() < 1e-6);
    // Nothing is known of any pixel.
    assert_eq!(loss([IGNORE; 3]), 0.0);
}

#[test]
fn ignored_pixels_have_no_gradient() {
    let device = crate::device().autodiff();
    let logits = uniform_tensor("logits", [1, 3, 2, 2], [-1.0, 1.0], &device).require_grad();
    let loss = pixel_cross_entropy(logits.clone(), &[0, IGNORE, 2, IGNORE]);
    let gradient = to_vec(logits.grad(&loss.backward()).unwrap());
    for (index, value) in gradient.iter().enumerate() {
        assert_eq!(*value == 0.0, index % 2 == 1, "{gradient:?}");
    }
}

//! Training: four updates of the reference, and runs that stop and go on.

use crate::golden::{
    self, json, largest_distance, number, numbers, statistics, tensor, to_vec, uniform,
    uniform_tensor,
};
use crate::networks::{recorded_network, resnet38d};
use crate::weights::{self, full_network, parameters};
use burn::module::ParamId;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use eps_data::scenes::write_voc_folder;
use eps_data::{DataSet, Needs, Size, Split};
use eps_model::ModelError;
use eps_model::backbone::layer::Pass;
use eps_model::loss::{MapSelection, saliency_loss, soft_margin};
use eps_model::network::Network;
use eps_model::recipe::{
    AugmentationRecipe, BackboneName, Background, InferenceRecipe, Method, NetworkRecipe, Norms,
    OptimiserRecipe, Recipe, SaliencyRecipe, SelectionRule,
};
use eps_model::train::{Event, Job, Outcome, Step, load_network, read_steps};
use eps_model::train::{optimiser, schedule};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The published optimiser with a schedule of `updates`.
fn published(updates: usize) -> OptimiserRecipe {
    OptimiserRecipe {
        updates,
        batch: 2,
        parts: 1,
        learning_rate: 0.01,
        classifier_factor: 10.0,
        weight_decay: 5e-4,
        momentum: 5e-4,
        power: 0.9,
        rate_every: 1,
        seed: 0,
        checkpoint_every: updates,
    }
}

/// Images, saliency and labels of one recorded update.
fn recorded_batch(step: usize, device: &Device) -> (Tensor<4>, Tensor<4>, Tensor<2>) {
    let name = |kind: &str| format!("train.{kind}.{step}");
    let images = uniform_tensor(&name("input"), [2, 3, 64, 64], [-2.0, 2.0], device);
    let small = uniform(&name("saliency"), 2 * 8 * 8, 0.0, 1.0);
    let cell = |pixel: usize| pixel / 4096 * 64 + pixel % 4096 / 64 / 8 * 8 + pixel % 64 / 8;
    let large = (0..2 * 64 * 64).map(|pixel| small[cell(pixel)]).collect();
    let mut labels = vec![0.0; 2 * 20];
    for index in [step, step + 7, 20 + step + 3] {
        labels[index] = 1.0;
    }
    (images, tensor(large, [2, 1, 64, 64], device), tensor(labels, [2, 20], device))
}

/// Both losses of one recorded update, classification first.
fn recorded_losses(network: &Network, step: usize, device: &Device) -> [Tensor<1>; 2] {
    let (images, saliency, labels) = recorded_batch(step, device);
    let predictions = network.forward_training(images, &mut Pass::training_without_dropout(false));
    let maps = predictions.maps.unwrap();
    let saliency =
        saliency_loss(maps, saliency, labels.clone(), &MapSelection::Overlap { tau: 0.4 }, 0.5);
    [soft_margin(predictions.logits, labels), saliency]
}

#[test]
fn four_updates_are_the_references() {
    let _alone = full_network();
    let recorded = &json(&golden::folder("training").join("four_steps.json"))["published"];
    let device = crate::device().autodiff();
    let recipe = published(10);
    let groups = Network::parameter_groups(&resnet38d(Method::Eps, 1.0));
    let mut network = groups.freeze(recorded_network(Method::Eps, &device));
    let mut optimiser = optimiser(&recipe, &groups);
    let mut schedule = schedule(&recipe, &groups, 0);
    for (step, expected) in recorded["steps"].as_array().unwrap().iter().enumerate() {
        let losses = recorded_losses(&network, step, &device);
        let tolerance = if step == 0 { 1e-5 } else { 1e-3 };
        for (loss, key) in losses.iter().zip(["loss_cls", "loss_sal"]) {
            let loss = f64::from(loss.clone().into_scalar::<f32>());
            let expected = number(expected, key);
            assert!((loss / expected - 1.0).abs() < tolerance, "{step} {key}: {loss}, {expected}");
        }
        let rates = schedule.step();
        let lr = expected["lr"].as_array().unwrap();
        let classifier = rates.lr_from_param(ParamId::new(), Some("fc8.weight"));
        for (found, index) in [(rates.base(), 0), (classifier, 2)] {
            assert!((found / lr[index].as_f64().unwrap() - 1.0).abs() < 1e-12, "{step}: {found}");
        }
        let [classification, saliency] = losses;
        let gradients = (classification + saliency).backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        network = optimiser.step(rates, network, gradients);
    }
    check_parameters(&parameters(&network), &recorded["after"]);
}

/// Parameters after the last recorded update, by what was recorded of them.
fn check_parameters(found: &BTreeMap<String, Vec<f32>>, after: &serde_json::Value) {
    for (name, expected) in after.as_object().unwrap() {
        let values = &found[name];
        let [mean, deviation, norm] = statistics(values);
        // A share of the deviation, as the tolerance of network outputs.
        let tolerance = 1e-4 * number(expected, "std");
        assert!((mean - number(expected, "mean")).abs() < tolerance, "{name}: mean {mean}");
        assert!((deviation - number(expected, "std")).abs() < tolerance, "{name}: {deviation}");
        assert!((norm / number(expected, "l2") - 1.0).abs() < 1e-4, "{name}: norm {norm}");
        for (part, key) in [(&values[..8], "first"), (&values[values.len() - 8..], "last")] {
            let distance = largest_distance(part, &numbers(&expected[key]));
            assert!(distance < tolerance, "{name} {key}: {distance} apart");
        }
    }
}

/// Whether the reference freezes this parameter's convolution.
fn is_first_level(name: &str) -> bool {
    ["conv1a.", "b2.", "b2_1.", "b2_2."].iter().any(|level| name.starts_with(level))
}

#[test]
fn only_what_the_published_recipe_trains_has_gradients() {
    let device = crate::device().autodiff();
    let recipe = resnet38d(Method::Eps, 1.0 / 32.0);
    let before = Network::new(&recipe, 20, 0, &device);
    let groups = Network::parameter_groups(&recipe);
    let network = groups.freeze(before.clone());
    let [classification, saliency] = recorded_losses(&network, 0, &device);
    let gradients = (classification + saliency).backward();
    let gradients = GradientsParams::from_grads(gradients, &network);
    // 43 convolutions and the classifier, but for 8 of conv1a, b2, b2_1 and b2_2.
    assert_eq!(gradients.len(), 36);
    let recipe = published(10);
    let rates = schedule(&recipe, &groups, 0).step();
    let after = optimiser(&recipe, &groups).step(rates, network, gradients);
    let (before, after) = (parameters(&before), parameters(&after));
    for (name, values) in &before {
        let frozen = name.contains("bn") || is_first_level(name);
        assert_eq!(values == &after[name], frozen, "{name}");
    }
}

#[test]
fn steps_of_one_weight_are_those_worked_out_by_hand() {
    // Method, section 16.4: gradients 0.5, -0.25 and 0.1, to which the decay is added.
    let device = crate::device().autodiff();
    let hand = OptimiserRecipe { classifier_factor: 1.0, ..published(10) };
    let free = OptimiserRecipe { weight_decay: 0.0, ..hand };
    let distance = largest_distance(
        &steps_of_one_weight(&hand, &device),
        &[0.994_995, 0.997_262, 0.996_440_9],
    );
    assert!(distance < 1e-6, "{distance}");
    assert_eq!(steps_of_one_weight(&free, &device)[0], 0.995);
}

/// A weight of fc8 that starts at 1 after each of three updates.
fn steps_of_one_weight(recipe: &OptimiserRecipe, device: &Device) -> [f32; 3] {
    let of_network = resnet38d(Method::Eps, 1.0 / 32.0);
    let groups = Network::parameter_groups(&of_network);
    let mut network = Network::new(&of_network, 1, 0, device);
    network = weights::with_classifier_of_ones(network);
    let (mut optimiser, mut schedule) = (optimiser(recipe, &groups), schedule(recipe, &groups, 0));
    [0.5, -0.25, 0.1].map(|gradient| {
        let loss = (weights::classifier(&network) * gradient).sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimiser.step(schedule.step(), network.clone(), gradients);
        to_vec(weights::classifier(&network))[0]
    })
}

/// A small data set and the folder it is in.
struct Scenes {
    folder: tempfile::TempDir,
    split: Split,
}

impl Scenes {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_voc_folder(&folder.path().join("scenes"), 4, 24, Size::new(56, 48)).unwrap();
        let voc = DataSet::voc(&folder.path().join("scenes"));
        let needs = Needs { saliency: true, ..Needs::default() };
        let split = Split::open(&voc, "train", None, needs).unwrap();
        Self { folder, split }
    }

    fn job<'a>(&'a self, run: &str, recipe: &'a Recipe) -> Job<'a> {
        let run = self.folder.path().join(run);
        std::fs::create_dir_all(&run).unwrap();
        Job { recipe, split: &self.split, run, weights: None, resume: false }
    }
}

/// Six updates of a small network from scratch, with everything random switched on.
pub(crate) fn small_recipe() -> Recipe {
    Recipe {
        network: NetworkRecipe {
            norms: Norms::Learned,
            freeze_first_levels: false,
            ..resnet38d(Method::Eps, 1.0 / 32.0)
        },
        augmentation: AugmentationRecipe {
            longer_side: [40, 64],
            crop: 48,
            flip: true,
            jitter: true,
        },
        optimiser: OptimiserRecipe {
            updates: 6,
            batch: 4,
            learning_rate: 0.02,
            momentum: 0.9,
            checkpoint_every: 2,
            ..published(6)
        },
        saliency: Some(SaliencyRecipe {
            selection: SelectionRule::Overlap,
            tau: 0.4,
            lambda: 0.5,
            classifier_updates: 1,
            background_classes: vec![],
        }),
        inference: InferenceRecipe {
            scales: vec![1.0],
            flip: false,
            threshold: 0.2,
            background: Background::Constant,
        },
    }
}

/// A finished run: its weights and statistics, and its steps without their speed.
type Finished = (BTreeMap<String, Vec<f32>>, Vec<Step>);

fn finish(job: &Job<'_>) -> Finished {
    let Outcome::Finished(network) =
        job.run(&crate::device(), |_| ControlFlow::Continue(())).unwrap()
    else {
        panic!("nobody stopped it");
    };
    (parameters(&network), steps(&job.run))
}

fn steps(run: &Path) -> Vec<Step> {
    let steps = read_steps(&run.join("steps.csv")).unwrap();
    steps.into_iter().map(|step| Step { images_per_second: 0.0, ..step }).collect()
}

/// Breaks off after `updates` updates.
fn until(updates: usize) -> impl FnMut(Event<'_>) -> ControlFlow<()> {
    move |event| match event {
        Event::Updated(step) if step.step + 1 == updates => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    }
}

fn assert_same(found: &Finished, expected: &Finished) {
    assert_eq!(found.1, expected.1);
    for (name, values) in &expected.0 {
        assert!(values == &found.0[name], "{name} differs");
    }
}

#[test]
fn a_stopped_run_ends_as_one_that_was_not() {
    let (scenes, recipe) = (Scenes::new(), small_recipe());
    let whole = finish(&scenes.job("whole", &recipe));
    assert_eq!(whole.1.len(), 6);
    assert!(whole.1[0].loss_sal.is_none() && whole.1[1].loss_sal.is_some());
    let stopped = scenes.job("stopped", &recipe);
    let outcome = stopped.run(&crate::device(), until(3)).unwrap();
    assert!(matches!(outcome, Outcome::Stopped { updates: 3 }));
    assert_eq!(steps(&stopped.run), whole.1[..3]);
    assert_same(&finish(&Job { resume: true, ..stopped }), &whole);
}

#[test]
fn a_killed_run_goes_on_from_its_last_checkpoint() {
    let (scenes, recipe) = (Scenes::new(), small_recipe());
    let whole = finish(&scenes.job("whole", &recipe));
    let killed = scenes.job("killed", &recipe);
    let killing = |event: Event<'_>| match event {
        Event::Updated(step) if step.step == 4 => panic!("killed"),
        _ => ControlFlow::Continue(()),
    };
    let run = || killed.run(&crate::device(), killing).map(|_| ());
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    // Five rows, but the last checkpoint has four updates.
    assert_eq!(steps(&killed.run), whole.1[..5]);
    assert_same(&finish(&Job { resume: true, ..killed }), &whole);
}

/// A run in a pool of `threads` threads; only the loader has threads of its own.
fn finish_with(threads: usize, scenes: &Scenes, recipe: &Recipe) -> Finished {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| finish(&scenes.job(&format!("{threads}-threads"), recipe)))
}

#[test]
fn runs_are_bit_equal_for_any_number_of_threads() {
    let (scenes, recipe) = (Scenes::new(), small_recipe());
    assert_same(&finish_with(3, &scenes, &recipe), &finish_with(1, &scenes, &recipe));
}

#[test]
fn efficientnet_runs_are_bit_equal_too_and_can_be_stopped() {
    let scenes = Scenes::new();
    let mut recipe = small_recipe();
    recipe.network.backbone = BackboneName::EfficientnetLite0;
    let whole = finish_with(1, &scenes, &recipe);
    assert_same(&finish_with(3, &scenes, &recipe), &whole);
    let stopped = scenes.job("stopped", &recipe);
    stopped.run(&crate::device(), until(3)).unwrap();
    assert_same(&finish(&Job { resume: true, ..stopped }), &whole);
}

#[test]
fn the_network_of_a_run_is_its_last_checkpoints() {
    let (scenes, recipe) = (Scenes::new(), small_recipe());
    let job = scenes.job("run", &recipe);
    let (trained, _) = finish(&job);
    let loaded = load_network(&job.run, &recipe, &crate::device()).unwrap();
    // Burn reads some files only when they are first used: a record must not depend on them.
    std::fs::remove_dir_all(job.run.join("checkpoints")).unwrap();
    assert!(parameters(&loaded) == trained);
    let message = load_network(&job.run, &recipe, &crate::device()).unwrap_err().to_string();
    assert!(message.contains("no checkpoint"), "{message}");
}

#[test]
fn frozen_norms_and_first_levels_stay_as_they_are() {
    let scenes = Scenes::new();
    let mut recipe = small_recipe();
    recipe.network.norms = Norms::Frozen;
    recipe.network.freeze_first_levels = true;
    // Without stored statistics activations grow with each block.
    recipe.optimiser.learning_rate = 1e-6;
    let first = Network::new(&recipe.network, scenes.split.names.objects(), 0, &crate::device());
    let (after, _) = finish(&scenes.job("frozen", &recipe));
    for (name, values) in parameters(&first) {
        let frozen = name.contains("bn") || is_first_level(&name);
        assert_eq!(values == after[&name], frozen, "{name}");
    }
}

#[test]
fn an_update_in_parts_is_the_update_of_all_its_images() {
    let scenes = Scenes::new();
    let mut recipe = small_recipe();
    recipe.network.norms = Norms::Frozen;
    recipe.network.dropout = false;
    recipe.optimiser.updates = 2;
    // Without stored statistics activations grow with each block.
    recipe.optimiser.learning_rate = 1e-4;
    let whole = finish(&scenes.job("whole", &recipe));
    recipe.optimiser.parts = 2;
    let parts = finish(&scenes.job("parts", &recipe));
    for (found, expected) in parts.1.iter().zip(&whole.1) {
        assert!((found.loss / expected.loss - 1.0).abs() < 1e-5, "{found:?}, {expected:?}");
    }
    for (name, values) in &whole.0 {
        let distance = largest_distance(&parts.0[name], values);
        assert!(distance < 1e-6, "{name}: {distance}");
    }
}

#[test]
fn a_background_class_that_the_data_set_lacks_is_refused() {
    let scenes = Scenes::new();
    let mut recipe = small_recipe();
    let saliency = recipe.saliency.as_mut().unwrap();
    saliency.selection = SelectionRule::Predefined;
    saliency.background_classes = vec!["sofa".into()];
    let Err(error) =
        scenes.job("run", &recipe).run(&crate::device(), |_| ControlFlow::Continue(()))
    else {
        panic!("a class that is not there was accepted");
    };
    assert!(error.to_string().contains("`sofa`"), "{error}");
}

#[test]
fn a_run_on_another_list_is_not_continued() {
    let (scenes, recipe) = (Scenes::new(), small_recipe());
    let job = scenes.job("run", &recipe);
    job.run(&crate::device(), until(1)).unwrap();
    let mut other = scenes.split.clone();
    other.list.sha256 = "0".repeat(64);
    let job = Job { split: &other, resume: true, ..job };
    let Err(error) = job.run(&crate::device(), |_| ControlFlow::Continue(())) else {
        panic!("another list was accepted");
    };
    assert!(matches!(error, ModelError::Checkpoint { .. }), "{error}");
    assert!(error.to_string().contains("the same list"), "{error}");
}

#[test]
fn a_checkpoint_that_was_cut_off_is_refused() {
    let (scenes, recipe) = (Scenes::new(), small_recipe());
    for file in ["network.bpk", "optimiser.bpk", "state.json"] {
        let job = scenes.job(file, &recipe);
        job.run(&crate::device(), until(1)).unwrap();
        let path: PathBuf = job.run.join("checkpoints/update-0000001").join(file);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let result =
            Job { resume: true, ..job }.run(&crate::device(), |_| ControlFlow::Continue(()));
        let Err(error) = result else { panic!("half of {file} was accepted") };
        assert!(error.to_string().contains(file), "{error}");
    }
}

#[test]
fn a_network_of_another_width_is_refused() {
    let (scenes, recipe) = (Scenes::new(), small_recipe());
    let job = scenes.job("run", &recipe);
    job.run(&crate::device(), until(1)).unwrap();
    let mut wider = recipe.clone();
    wider.network.width = 1.0 / 16.0;
    let loaded = catch_unwind(|| load_network(&job.run, &wider, &crate::device()).map(|_| ()));
    assert!(matches!(loaded, Ok(Err(ModelError::Checkpoint { .. }))), "{loaded:?}");
}

#[test]
fn a_loss_that_is_not_a_number_ends_the_run() {
    let scenes = Scenes::new();
    let mut recipe = small_recipe();
    // Ten times this, the classifier's rate, is infinite in single precision, and so are its weights.
    recipe.optimiser.learning_rate = 1e38;
    // A checkpoint before the next loss would find the weights first.
    for (every, is_loss) in [(1000, true), (1, false)] {
        recipe.optimiser.checkpoint_every = every;
        let job = scenes.job(&format!("run-{every}"), &recipe);
        let Err(error) = job.run(&crate::device(), |_| ControlFlow::Continue(())) else {
            panic!("a rate of 1e38 trained");
        };
        assert_eq!(matches!(error, ModelError::Diverged { .. }), is_loss, "{error}");
        assert_eq!(matches!(error, ModelError::NotFinite { .. }), !is_loss, "{error}");
    }
}

/// A small recipe that several devices can share: constant normalisations, and dropout.
fn shared_recipe(method: Method) -> Recipe {
    let mut recipe = small_recipe();
    recipe.network.norms = Norms::Frozen;
    recipe.network.method = method;
    if method == Method::Cam {
        recipe.saliency = None;
    }
    // Without stored statistics activations grow with each block.
    recipe.optimiser.learning_rate = 1e-4;
    recipe.optimiser.parts = 4;
    recipe
}

fn on_devices(count: usize, job: &Job<'_>) -> Result<Outcome<Network>, ModelError> {
    job.run_on(&vec![crate::device(); count], |_| ControlFlow::Continue(()))
}

#[test]
fn several_devices_find_the_bits_of_as_many_parts_on_one() {
    let scenes = Scenes::new();
    for method in [Method::Cam, Method::Eps] {
        let recipe = shared_recipe(method);
        let name = |run: &str| format!("{method:?}-{run}");
        let alone = finish(&scenes.job(&name("1"), &recipe));
        // Two parts each; one has two parts and two have one.
        for devices in [2, 3] {
            let job = scenes.job(&name(&devices.to_string()), &recipe);
            let Outcome::Finished(network) = on_devices(devices, &job).unwrap() else {
                panic!("nobody stopped it");
            };
            assert_same(&(parameters(&network), steps(&job.run)), &alone);
        }
        let stopped = scenes.job(&name("stopped"), &recipe);
        stopped.run_on(&vec![crate::device(); 2], until(3)).unwrap();
        assert_same(&finish(&Job { resume: true, ..stopped }), &alone);
    }
}

#[test]
fn a_loss_that_is_not_a_number_on_any_device_ends_the_run_on_all() {
    let scenes = Scenes::new();
    let mut recipe = shared_recipe(Method::Cam);
    recipe.optimiser.learning_rate = 1e38;
    recipe.optimiser.checkpoint_every = 1000;
    let error = on_devices(2, &scenes.job("run", &recipe)).err().unwrap();
    assert!(matches!(error, ModelError::Diverged { update: 1, .. }), "{error}");
}

#[test]
fn norms_that_learn_and_more_devices_than_parts_are_refused() {
    let scenes = Scenes::new();
    let mut recipe = shared_recipe(Method::Cam);
    let error = on_devices(5, &scenes.job("parts", &recipe)).err().unwrap();
    assert!(matches!(error, ModelError::DevicesAndParts { devices: 5, parts: 4, .. }), "{error}");
    recipe.network.norms = Norms::Learned;
    let error = on_devices(2, &scenes.job("norms", &recipe)).err().unwrap();
    assert!(matches!(error, ModelError::DevicesAndNorms { devices: 2 }), "{error}");
}

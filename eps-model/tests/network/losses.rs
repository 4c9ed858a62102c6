//! The losses against vectors worked out by hand and numbers of the reference.

use crate::golden::{self, Arrays, largest_distance, relative_distance, tensor, to_vec};
use burn::tensor::{Device, Tensor, activation::softmax};
use eps_model::loss::{
    MapSelection, Selection, at_map_size, estimate_saliency, saliency_loss, soft_margin,
};
use std::fs;

/// Rounding of some ten operations in `f32`.
const TOLERANCE: f64 = 1e-6;

/// A batch whose probabilities were chosen by hand; its logits are their logarithms.
struct Example {
    /// Batch, channels with background, height and width.
    shape: [usize; 4],
    probabilities: Vec<f32>,
    saliency: Vec<f32>,
    /// Height and width of the saliency map.
    saliency_size: [usize; 2],
    labels: Vec<f32>,
    lambda: f64,
}

/// What the losses of an example are.
struct Outcome {
    loss: f64,
    estimate: Vec<f32>,
    foreground: Vec<f32>,
    gradient: Vec<f32>,
}

impl Example {
    fn tensors(&self, device: &Device) -> (Tensor<4>, Tensor<4>, Tensor<2>) {
        let [batch, channels, _, _] = self.shape;
        let [height, width] = self.saliency_size;
        let logits = self.probabilities.iter().map(|probability| probability.ln()).collect();
        (
            tensor(logits, self.shape, device).require_grad(),
            tensor(self.saliency.clone(), [batch, 1, height, width], device),
            tensor(self.labels.clone(), [batch, channels - 1], device),
        )
    }

    fn run(&self) -> Outcome {
        self.run_with(&MapSelection::Overlap { tau: 0.4 })
    }

    fn run_with(&self, rule: &MapSelection) -> Outcome {
        let device = crate::device().autodiff();
        let (logits, saliency, labels) = self.tensors(&device);
        let [_, channels, height, width] = self.shape;
        let probabilities = softmax(logits.clone(), 1);
        let small = at_map_size(saliency.clone(), [height, width]);
        let objects = probabilities.clone().narrow(1, 0, channels - 1);
        let selection = rule.select(objects, small, labels.clone());
        let foreground = to_vec(selection.foreground.clone());
        let estimate = to_vec(estimate_saliency(probabilities, selection, self.lambda));
        let loss = saliency_loss(logits.clone(), saliency, labels, rule, self.lambda);
        let gradients = loss.backward();
        let gradient = to_vec(logits.grad(&gradients).unwrap());
        Outcome { loss: loss.into_scalar::<f32>().into(), estimate, foreground, gradient }
    }
}

fn assert_close(found: &[f32], expected: &[f32]) {
    let distance = largest_distance(found, expected);
    assert!(distance < TOLERANCE, "{found:?}, expected {expected:?}");
}

fn assert_loss(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-5, "{found}, expected {expected}");
}

/// Two classes and background on a map of two by two pixels.
fn example_a() -> Example {
    Example {
        shape: [1, 3, 2, 2],
        probabilities: vec![0.8, 0.6, 0.1, 0.1, 0.1, 0.1, 0.2, 0.7, 0.1, 0.3, 0.7, 0.2],
        saliency: vec![1.0, 1.0, 0.0, 0.0],
        saliency_size: [2, 2],
        labels: vec![1.0, 1.0],
        lambda: 0.5,
    }
}

#[test]
fn a_class_outside_the_salient_region_joins_the_background() {
    let result = example_a().run();
    assert_eq!(result.foreground, [1.0, 0.0]);
    assert_close(&result.estimate, &[0.8, 0.6, 0.1, 0.1]);
    assert_loss(result.loss, 0.055);
    let gradient = [
        -0.016, -0.048, 0.0045, 0.0045, 0.008, 0.012, -0.001, -0.0035, 0.008, 0.036, -0.0035,
        -0.001,
    ];
    assert_close(&result.gradient, &gradient);
}

#[test]
fn the_naive_rule_takes_every_labelled_class_for_an_object() {
    let result = example_a().run_with(&MapSelection::Naive);
    assert_eq!(result.foreground, [1.0, 1.0]);
    assert_close(&result.estimate, &[0.9, 0.7, 0.3, 0.8]);
    // (0.01 + 0.09 + 0.09 + 0.64) / 4
    assert_loss(result.loss, 0.2075);
    let one = Example { labels: vec![0.0, 1.0], ..example_a() }.run_with(&MapSelection::Naive);
    assert_eq!(one.foreground, [0.0, 1.0], "a class absent from the labels");
}

#[test]
fn the_predefined_rule_puts_its_classes_on_the_backgrounds_side() {
    let result = example_a().run_with(&MapSelection::Predefined { background: vec![0] });
    assert_eq!(result.foreground, [0.0, 1.0]);
    assert_close(&result.estimate, &[0.1, 0.1, 0.2, 0.7]);
    // (0.81 + 0.81 + 0.04 + 0.49) / 4
    assert_loss(result.loss, 0.5375);
}

#[test]
fn lambda_is_without_effect_where_every_class_is_labelled() {
    let result = Example { lambda: 0.9, ..example_a() }.run();
    assert_loss(result.loss, 0.055);
}

#[test]
fn a_class_absent_from_the_labels_is_in_neither_set() {
    let result = Example { labels: vec![1.0, 0.0], ..example_a() }.run();
    assert_close(&result.estimate, &[0.85, 0.65, 0.2, 0.45]);
    assert_loss(result.loss, 0.096875);
    let gradient = [
        -0.009, -0.03675, 0.008, 0.012375, 0.002625, 0.002625, 0.006, 0.007875, 0.006375, 0.034125,
        -0.014, -0.02025,
    ];
    assert_close(&result.gradient, &gradient);
}

#[test]
fn saliency_is_cut_at_one_half_for_the_sets_and_grey_in_the_loss() {
    let saliency = [200.0, 128.0, 127.0, 64.0].map(|grey| grey / 255.0).to_vec();
    let result = Example { saliency, ..example_a() }.run();
    assert_eq!(result.foreground, [1.0, 0.0]);
    assert_loss(result.loss, 0.047_772_010_8);
}

#[test]
fn saliency_is_sampled_at_the_top_left_of_each_cell() {
    let saliency = (0..16).map(|index| index as f32 / 15.0).collect();
    let result = Example { saliency, saliency_size: [4, 4], ..example_a() }.run();
    assert_eq!(result.foreground, [0.0, 1.0]);
    assert_close(&result.estimate, &[0.1, 0.1, 0.2, 0.7]);
    assert_loss(result.loss, 0.030_833_333_3);
}

/// One class, confident on five of ten pixels, of which `salient` are salient.
fn example_e(salient: usize) -> Outcome {
    let object = |index| if index < 5 { 0.9 } else { 0.1 };
    let probabilities: Vec<f32> = (0..10).map(object).collect();
    let background = probabilities.iter().map(|probability| 1.0 - probability);
    Example {
        shape: [1, 2, 1, 10],
        probabilities: probabilities.iter().copied().chain(background).collect(),
        saliency: (0..10).map(|index| if index < salient { 1.0 } else { 0.0 }).collect(),
        saliency_size: [1, 10],
        labels: vec![1.0],
        lambda: 0.5,
    }
    .run()
}

#[test]
fn the_area_grows_by_a_little_for_each_pixel_and_the_share_must_exceed_tau() {
    let below = example_e(2);
    assert_eq!(below.foreground, [0.0]);
    assert_close(&below.estimate, &[0.0; 10]);
    assert_loss(below.loss, 0.2);
    assert_close(&below.gradient, &[0.0; 20]);
    let above = example_e(3);
    assert_eq!(above.foreground, [1.0]);
    assert_loss(above.loss, 0.17);
}

/// Two images of three classes and background on maps of two by three pixels.
fn example_f(lambda: f64) -> Example {
    let first = [
        [0.60, 0.60, 0.20, 0.55, 0.20, 0.10],
        [0.10, 0.10, 0.60, 0.05, 0.10, 0.10],
        [0.10; 6],
        [0.20, 0.20, 0.10, 0.30, 0.60, 0.70],
    ];
    let second = [
        [0.10; 6],
        [0.10; 6],
        [0.30, 0.40, 0.45, 0.70, 0.60, 0.20],
        [0.50, 0.40, 0.35, 0.10, 0.20, 0.60],
    ];
    let saliency = [[1.0, 1.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]];
    Example {
        shape: [2, 4, 2, 3],
        probabilities: [first, second].concat().concat(),
        saliency: saliency.concat(),
        saliency_size: [2, 3],
        labels: vec![1.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        lambda,
    }
}

#[test]
fn each_image_of_a_batch_has_its_own_sets() {
    let result = example_f(0.5).run();
    let estimate = [0.65, 0.65, 0.25, 0.60, 0.25, 0.15, 0.40, 0.50, 0.55, 0.80, 0.70, 0.30];
    assert_close(&result.estimate, &estimate);
    assert_loss(result.loss, 0.12375);
    let pixel = |image: usize, pixel: usize| -> Vec<f32> {
        (0..4).map(|channel| result.gradient[(image * 4 + channel) * 6 + pixel]).collect()
    };
    assert_close(&pixel(0, 2), &[0.00625, -0.00625, 0.001_041_667, -0.001_041_667]);
    assert_close(&pixel(1, 3), &[0.001, 0.001, -0.004_666_667, 0.002_666_667]);
    assert_loss(example_f(0.9).run().loss, 0.114_083_333);
}

#[test]
fn classification_reads_spatial_means_of_the_object_logits() {
    let (logits, _, labels) = example_f(0.5).tensors(&crate::device().autodiff());
    assert_loss(number(classification(logits, labels)), 0.869_199_819_0);
}

fn number(loss: Tensor<1>) -> f64 {
    loss.into_scalar::<f32>().into()
}

/// The classification loss on the spatial means of the object channels.
fn classification(logits: Tensor<4>, labels: Tensor<2>) -> Tensor<1> {
    let [batch, channels, _, _] = logits.dims();
    let means = logits.mean_dim(2).mean_dim(3).reshape([batch, channels]);
    soft_margin(means.narrow(1, 0, channels - 1), labels)
}

#[test]
fn soft_margin_is_the_mean_of_logistic_losses() {
    let device = crate::device().autodiff();
    let logits = Tensor::<2>::from_floats([[2.0, -1.0, 0.5]], &device).require_grad();
    let labels = Tensor::<2>::from_floats([[1.0, 0.0, 0.0]], &device);
    let loss = soft_margin(logits.clone(), labels);
    let gradients = loss.backward();
    assert_loss(loss.into_scalar::<f32>().into(), 0.471_422_227_6);
    let gradient = to_vec(logits.grad(&gradients).unwrap());
    assert_close(&gradient, &[-0.039_734_31, 0.089_647_14, 0.207_486_44]);
}

#[test]
fn soft_margin_of_extreme_logits_is_finite() {
    let device = crate::device().autodiff();
    let logits = Tensor::<2>::from_floats([[300.0, -300.0]], &device).require_grad();
    let labels = Tensor::<2>::from_floats([[0.0, 1.0]], &device);
    let loss = soft_margin(logits.clone(), labels);
    let gradients = loss.backward();
    assert_eq!(loss.into_scalar::<f32>(), 300.0);
    assert_close(&to_vec(logits.grad(&gradients).unwrap()), &[0.5, -0.5]);
}

/// The columns that a map of `to` cells reads of a row of `from` pixels.
fn columns(from: usize, to: usize) -> Vec<f32> {
    let device = crate::device();
    let values = (0..from).map(|index| index as f32).collect();
    let row = tensor(values, [1, 1, 1, from], &device);
    let column = row.clone().reshape([1, 1, from, 1]);
    let found = to_vec(at_map_size(row, [1, to]));
    assert_eq!(to_vec(at_map_size(column, [to, 1])), found);
    found
}

#[test]
fn saliency_indices_are_the_references() {
    let eighth: Vec<f32> = (0..56).map(|index| index as f32 * 8.0).collect();
    assert_eq!(columns(448, 56), eighth);
    let coco = [
        0, 7, 15, 23, 31, 39, 46, 54, 62, 70, 78, 86, 93, 101, 109, 117, 125, 133, 140, 148, 156,
        164, 172, 180, 187, 195, 203, 211, 219, 227, 234, 242, 250, 258, 266, 274, 281, 289, 297,
        305, 313,
    ];
    assert_eq!(columns(321, 41), coco.map(|index| index as f32));
    assert_eq!(columns(3, 3), [0.0, 1.0, 2.0]);
    assert_eq!(columns(2, 4), [0.0, 0.0, 1.0, 1.0]);
}

/// What the reference recorded of one batch.
struct Recorded {
    arrays: Arrays,
    logits: Tensor<4>,
    saliency: Tensor<4>,
    labels: Tensor<2>,
    tau: f64,
    lambda: f64,
}

impl Recorded {
    fn open(path: &std::path::Path) -> Self {
        let device = crate::device().autodiff();
        let mut arrays = Arrays::open(path);
        let (shape, grey) = arrays.get::<u8>("saliency_u8");
        let saliency = grey.into_iter().map(|grey| f32::from(grey) / 255.0).collect();
        Self {
            logits: arrays.tensor::<4>("logits", &device).require_grad(),
            saliency: tensor(saliency, shape.try_into().unwrap(), &device),
            labels: arrays.tensor("label", &device),
            tau: arrays.scalar("tau"),
            lambda: arrays.scalar("lam"),
            arrays,
        }
    }

    fn loss(&self) -> Tensor<1> {
        let Self { logits, saliency, labels, tau, lambda, .. } = self;
        saliency_loss(
            logits.clone(),
            saliency.clone(),
            labels.clone(),
            &MapSelection::Overlap { tau: *tau },
            *lambda,
        )
    }

    /// The estimate with a given lambda: 1 gives the foreground, 0 the inverted background.
    fn estimate(&self, lambda: f64) -> Vec<f32> {
        let [_, channels, height, width] = self.logits.dims();
        let probabilities = softmax(self.logits.clone(), 1);
        let objects = probabilities.clone().narrow(1, 0, channels - 1);
        let small = at_map_size(self.saliency.clone(), [height, width]);
        let selection: Selection =
            MapSelection::Overlap { tau: self.tau }.select(objects, small, self.labels.clone());
        to_vec(estimate_saliency(probabilities, selection, lambda))
    }

    fn check_maps(&mut self) {
        let maps = [("fg_map", 1.0), ("one_minus_bg", 0.0), ("estimated_saliency", self.lambda)];
        for (name, lambda) in maps {
            assert_close(&self.estimate(lambda), &self.arrays.get::<f32>(name).1);
        }
    }

    fn classification(&self) -> Tensor<1> {
        classification(self.logits.clone(), self.labels.clone())
    }

    fn check_losses_and_gradients(&mut self) {
        assert_loss(number(self.loss()), self.arrays.scalar("loss_sal"));
        assert_loss(number(self.classification()), self.arrays.scalar("loss_cls"));
        self.check_gradient(self.loss(), "grad_sal");
        self.check_gradient(self.loss() + self.classification(), "grad_total");
    }

    fn check_gradient(&mut self, loss: Tensor<1>, name: &str) {
        let gradient = to_vec(self.logits.grad(&loss.backward()).unwrap());
        let distance = relative_distance(&gradient, &self.arrays.get::<f32>(name).1);
        assert!(distance < 1e-4, "{name}: {distance}");
    }
}

#[test]
fn recorded_losses_maps_and_gradients_are_ours() {
    let entries = fs::read_dir(golden::folder("eps_loss")).unwrap();
    let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    let recorded: Vec<_> =
        paths.iter().filter(|path| path.extension().is_some_and(|kind| kind == "npz")).collect();
    assert!(!recorded.is_empty());
    for path in recorded {
        let mut recorded = Recorded::open(path);
        recorded.check_maps();
        recorded.check_losses_and_gradients();
    }
}

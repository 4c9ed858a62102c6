//! Estimated saliency and its squared error.

use super::map_selection::{MapSelection, Selection};
use burn::tensor::{Device, Int, Tensor, TensorData, activation::softmax};

/// Samples saliency at map size: nearest, from the top left corner of each cell.
///
/// Source index `min(floor(target * (input / output)), input - 1)` in `f32`, as the reference.
pub fn at_map_size(saliency: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let [_, _, rows, columns] = saliency.dims();
    let device = saliency.device();
    let of_rows = saliency.select(2, nearest(rows, height, &device));
    of_rows.select(3, nearest(columns, width, &device))
}

/// The index of the source of each of `to` values, in a line of `from`.
fn nearest(from: usize, to: usize, device: &Device) -> Tensor<1, Int> {
    // In f32: of 62 values in 14 the eighth is number 30, where exact arithmetic gives 31.
    let step = from as f32 / to as f32;
    let indices: Vec<i64> =
        (0..to).map(|target| ((target as f32 * step) as i64).min(from as i64 - 1)).collect();
    Tensor::from_data(TensorData::new(indices, [to]), device)
}

/// Estimated saliency, `λ · foreground + (1 − λ) · (1 − background)`.
///
/// # Shapes
///
/// - `probabilities`: `[batch, classes + 1, height, width]`, background last
/// - output: `[batch, 1, height, width]`
pub fn estimate_saliency(probabilities: Tensor<4>, selection: Selection, lambda: f64) -> Tensor<4> {
    let classes = probabilities.dims()[1] - 1;
    let objects = probabilities.clone().narrow(1, 0, classes);
    let foreground = sum_over(objects.clone(), selection.foreground);
    let background = sum_over(objects, selection.background) + probabilities.narrow(1, classes, 1);
    // With the probability `absent` of classes that the image does not have, this is
    // foreground + (1 - λ) absent: λ weighs nothing else, and nothing where all classes are labelled.
    foreground * lambda + (background.neg() + 1.0) * (1.0 - lambda)
}

/// The summed maps of a set of classes, `[batch, 1, height, width]`.
fn sum_over(objects: Tensor<4>, set: Tensor<2>) -> Tensor<4> {
    let [batch, classes] = set.dims();
    (objects * set.reshape([batch, classes, 1, 1])).sum_dim(1)
}

/// Mean squared difference of estimated saliency and saliency.
///
/// # Shapes
///
/// - `logits`: `[batch, classes + 1, height, width]`, background last
/// - `saliency`: `[batch, 1, any, any]` in `0..=1`
/// - `labels`: `[batch, classes]`, 0 or 1
pub fn saliency_loss(
    logits: Tensor<4>,
    saliency: Tensor<4>,
    labels: Tensor<2>,
    rule: &MapSelection,
    lambda: f64,
) -> Tensor<1> {
    let [_, channels, height, width] = logits.dims();
    let saliency = at_map_size(saliency, [height, width]);
    let probabilities = softmax(logits, 1);
    let objects = probabilities.clone().narrow(1, 0, channels - 1);
    let selection = rule.select(objects, saliency.clone(), labels);
    let difference = estimate_saliency(probabilities, selection, lambda) - saliency;
    (difference.clone() * difference).mean()
}

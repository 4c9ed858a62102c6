//! Multi-label soft margin.

use burn::tensor::{Tensor, activation::log_sigmoid};

/// Mean over images and object classes of `-(y log σ(x) + (1 - y) log σ(-x))`.
///
/// # Shapes
///
/// - `logits`, `labels`: `[batch, classes]`, labels 0 or 1
pub fn soft_margin(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    // In one step: the logarithm of a σ that was rounded to 0 would be infinite.
    let present = labels.clone() * log_sigmoid(logits.clone());
    let absent = (labels.neg() + 1.0) * log_sigmoid(logits.neg());
    (present + absent).mean().neg()
}

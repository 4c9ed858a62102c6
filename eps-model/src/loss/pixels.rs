//! Cross-entropy of every pixel that has a class.

use burn::tensor::{Tensor, TensorData, activation::log_softmax};
use eps_data::{ClassId, IGNORE};

/// Mean of `-log softmax(logits)[label]` over the pixels that are not ignored; 0 where all are.
///
/// # Shapes
///
/// - `logits`: `[batch, classes, height, width]`
/// - `labels`: `[batch, height, width]`, below `classes` or 255
///
/// # Panics
///
/// If there is not one label for each pixel, or a label has no logits.
pub fn pixel_cross_entropy(logits: Tensor<4>, labels: &[ClassId]) -> Tensor<1> {
    let [batch, classes, height, width] = logits.dims();
    let (pixels, device) = (height * width, logits.device());
    assert_eq!(labels.len(), batch * pixels, "one label for each pixel");
    let mut chosen = vec![0.0_f32; batch * classes * pixels];
    let mut counted = 0_usize;
    for (index, &label) in labels.iter().enumerate().filter(|(_, label)| **label != IGNORE) {
        let (image, pixel) = (index / pixels, index % pixels);
        assert!(usize::from(label) < classes, "label {label} of {classes} classes");
        chosen[(image * classes + usize::from(label)) * pixels + pixel] = 1.0;
        counted += 1;
    }
    let chosen = TensorData::new(chosen, [batch, classes, height, width]);
    let chosen = Tensor::<4>::from_data(chosen, &device);
    let sum = (log_softmax(logits, 1) * chosen).sum();
    sum.neg() / counted.max(1) as f64
}

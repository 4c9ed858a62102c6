//! Which labelled classes explain the salient region, and which the background.

use burn::tensor::Tensor;

/// Added to the denominator for each pixel of the map.
// Reference: inside the sum, so that it scales with the map.
const AREA_EPSILON: f64 = 1e-4;

/// Foreground and background sets of each image as 0 or 1, `[batch, classes]`.
pub struct Selection {
    pub foreground: Tensor<2>,
    /// Labelled classes that are not in the foreground; the background channel always belongs to it.
    pub background: Tensor<2>,
}

/// Puts a labelled class in the foreground if more than `tau` of its confident area is salient.
///
/// Confident and salient both mean above one half. Classes absent from the labels are in neither
/// set. Source: method, section 6.2.
///
/// # Shapes
///
/// - `probabilities`: `[batch, classes, height, width]`, object classes only
/// - `saliency`: `[batch, 1, height, width]` in `0..=1`
/// - `labels`: `[batch, classes]`, 0 or 1
pub fn select_maps(
    probabilities: Tensor<4>,
    saliency: Tensor<4>,
    labels: Tensor<2>,
    tau: f64,
) -> Selection {
    let [batch, classes, height, width] = probabilities.dims();
    let confident = probabilities.detach().greater_elem(0.5).float();
    let salient = saliency.greater_elem(0.5).float();
    let sum = |maps: Tensor<4>| -> Tensor<2> {
        maps.reshape([batch, classes, height * width]).sum_dim(2).reshape([batch, classes])
    };
    let inside = sum(confident.clone() * salient);
    let area = sum(confident) + AREA_EPSILON * (height * width) as f64;
    let valid = (inside / area).greater_elem(tau).float();
    let foreground = labels.clone() * valid;
    Selection { background: labels - foreground.clone(), foreground }
}

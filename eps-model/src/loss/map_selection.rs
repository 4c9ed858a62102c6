//! Which labelled classes explain the salient region, and which the background.

use burn::tensor::{Tensor, TensorData};

/// Added to the denominator for each pixel of the map.
// Reference: inside the sum, so that it scales with the map.
const AREA_EPSILON: f64 = 1e-4;

/// Foreground and background sets of each image as 0 or 1, `[batch, classes]`.
pub struct Selection {
    pub foreground: Tensor<2>,
    /// Labelled classes that are not in the foreground; the background channel always belongs to it.
    pub background: Tensor<2>,
}

/// A rule that puts each labelled class on the side of the objects or of the background.
///
/// Classes absent from the labels are on neither side.
#[derive(Clone, Debug, PartialEq)]
pub enum MapSelection {
    /// Foreground if more than `tau` of a class's confident area is salient, both above one half.
    /// Source: method, section 6.2.
    Overlap { tau: f64 },
    /// All in the foreground.
    Naive,
    /// All in the foreground but the classes with these channels.
    Predefined { background: Vec<usize> },
}

impl MapSelection {
    /// Divides the labelled classes of each image.
    ///
    /// # Shapes
    ///
    /// - `probabilities`: `[batch, classes, height, width]`, object classes only
    /// - `saliency`: `[batch, 1, height, width]` in `0..=1`
    /// - `labels`: `[batch, classes]`, 0 or 1
    pub fn select(
        &self,
        probabilities: Tensor<4>,
        saliency: Tensor<4>,
        labels: Tensor<2>,
    ) -> Selection {
        let foreground = match self {
            Self::Overlap { tau } => {
                labels.clone() * overlap(probabilities, saliency).greater_elem(*tau).float()
            }
            Self::Naive => labels.clone(),
            Self::Predefined { background } => {
                let [_, classes] = labels.dims();
                let kept: Vec<f32> =
                    (0..classes).map(|channel| f32::from(!background.contains(&channel))).collect();
                let kept =
                    Tensor::<2>::from_data(TensorData::new(kept, [1, classes]), &labels.device());
                labels.clone() * kept
            }
        };
        Selection { background: labels - foreground.clone(), foreground }
    }
}

/// Share of each class's confident area that is salient, `[batch, classes]`, without a gradient.
fn overlap(probabilities: Tensor<4>, saliency: Tensor<4>) -> Tensor<2> {
    let [_, _, height, width] = probabilities.dims();
    // Strictly above one half: the reference rounds half to even, which makes 0.5 a 0.
    let confident = probabilities.detach().greater_elem(0.5).float();
    let salient = saliency.greater_elem(0.5).float();
    let inside = spatial_sum(confident.clone() * salient);
    let area = spatial_sum(confident) + AREA_EPSILON * (height * width) as f64;
    inside / area
}

/// `[batch, classes, height, width]` to `[batch, classes]`.
fn spatial_sum(maps: Tensor<4>) -> Tensor<2> {
    let [batch, classes, height, width] = maps.dims();
    maps.reshape([batch, classes, height * width]).sum_dim(2).reshape([batch, classes])
}

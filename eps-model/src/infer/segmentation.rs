//! Images to the probability of each class at every pixel, over several scales, mirrored and not.

use super::upsample::add_resized;
use super::values;
use crate::recipe::SegmentationRecipe;
use crate::segmentation::SegmentationNetwork;
use burn::tensor::{Device, Tensor, TensorData};
use eps_data::{ClassId, LabelMap, RgbImage, ScoreMap, Size};
use rayon::prelude::*;

/// The probability of each class at every pixel of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassProbabilities {
    size: Size,
    /// `[classes, height, width]`, background first.
    values: Vec<f32>,
}

/// Runs the views of an image. The logits of a view are enlarged to the image before their softmax, and the
/// probabilities of all views averaged. Source: method, section 13.1.
///
/// # Panics
///
/// If the image has no pixels.
pub fn class_probabilities(
    network: &SegmentationNetwork,
    recipe: &SegmentationRecipe,
    image: &RgbImage,
    device: &Device,
) -> ClassProbabilities {
    let size = Size::new(image.width() as usize, image.height() as usize);
    let mut sum = vec![0.0; network.classes() * size.pixels()];
    let mirrored = if recipe.inference.flip { &[false, true][..] } else { &[false] };
    for &scale in &recipe.inference.scales {
        let scaled = size.scaled(scale);
        let planes = recipe.network.input.planes(image, scaled);
        let shape = [1, 3, scaled.height, scaled.width];
        let straight = Tensor::<4>::from_data(TensorData::new(planes, shape), device);
        for &is_mirrored in mirrored {
            let images = if is_mirrored { straight.clone().flip([3]) } else { straight.clone() };
            let logits = network.logits(images);
            let [_, _, height, width] = logits.dims();
            add_view(&values(logits), [height, width], &mut sum, size, is_mirrored);
        }
    }
    let views = (recipe.inference.scales.len() * mirrored.len()) as f32;
    sum.iter_mut().for_each(|value| *value /= views);
    ClassProbabilities { size, values: sum }
}

/// Adds the softmax of enlarged logits.
fn add_view(logits: &[f32], from: [usize; 2], sum: &mut [f32], size: Size, mirrored: bool) {
    let pixels = size.pixels();
    let mut view = vec![0.0; sum.len()];
    let planes = view.par_chunks_exact_mut(pixels).zip(logits.par_chunks_exact(from[0] * from[1]));
    planes.for_each(|(plane, map)| {
        add_resized(map, from, plane, [size.height, size.width], mirrored);
    });
    // The largest logit is subtracted, so that no exponential overflows.
    let largest: Vec<f32> = (0..pixels)
        .into_par_iter()
        .map(|pixel| scores_of(&view, pixels, pixel).fold(f32::NEG_INFINITY, f32::max))
        .collect();
    view.par_chunks_exact_mut(pixels).for_each(|plane| {
        for (logit, largest) in plane.iter_mut().zip(&largest) {
            *logit = (*logit - largest).exp();
        }
    });
    let totals: Vec<f32> =
        (0..pixels).into_par_iter().map(|pixel| scores_of(&view, pixels, pixel).sum()).collect();
    sum.par_chunks_exact_mut(pixels).zip(view.par_chunks_exact(pixels)).for_each(|(sum, plane)| {
        for ((sum, value), total) in sum.iter_mut().zip(plane).zip(&totals) {
            *sum += value / total;
        }
    });
}

/// The scores of a pixel, one of each plane of `pixels` values.
fn scores_of(view: &[f32], pixels: usize, pixel: usize) -> impl Iterator<Item = f32> {
    view[pixel..].iter().step_by(pixels).copied()
}

impl ClassProbabilities {
    pub fn size(&self) -> Size {
        self.size
    }

    /// `[classes, height, width]`, background first.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Whether no value is infinite or NaN, as those of a network whose values are not.
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }

    /// The most probable class of each pixel; the lower class wins a tie.
    pub fn labels(&self) -> LabelMap {
        let pixels = self.size.pixels();
        let mut best = vec![(f32::NEG_INFINITY, 0); pixels];
        for (class, plane) in self.values.chunks_exact(pixels).enumerate() {
            for (best, &value) in best.iter_mut().zip(plane) {
                if value > best.0 {
                    *best = (value, class as ClassId);
                }
            }
        }
        LabelMap::new(self.size, best.into_iter().map(|(_, class)| class).collect())
    }

    /// The probabilities of the object classes; what they leave of 1 is background.
    pub fn score_map(&self) -> ScoreMap {
        let pixels = self.size.pixels();
        let objects = self.values.len() / pixels - 1;
        let classes = (1..=objects).map(|class| class as ClassId).collect();
        ScoreMap::new(self.size, classes, self.values[pixels..].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probabilities of one view of logits of one pixel, at two pixels.
    fn view(logits: &[f32], mirrored: bool) -> ClassProbabilities {
        let size = Size::new(2, 1);
        let mut values = vec![0.0; logits.len() / 2 * 2];
        add_view(logits, [1, 2], &mut values, size, mirrored);
        ClassProbabilities { size, values }
    }

    #[test]
    fn logits_become_probabilities_that_sum_to_one() {
        // Two classes at two pixels: differences ln 3 and 0.
        let found = view(&[0.0, 1.0, 3.0_f32.ln(), 1.0], false);
        let expected = [0.25, 0.5, 0.75, 0.5];
        assert!(found.values().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6));
        // Background wins the tie.
        assert_eq!(found.labels().classes(), [1, 0]);
        assert_eq!(view(&[0.0, 1.0, 3.0_f32.ln(), 1.0], true).labels().classes(), [0, 1]);
        let map = found.score_map();
        assert_eq!((map.classes(), map.scores().len()), (&[1][..], 2));
    }
}

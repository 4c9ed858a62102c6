//! The output of a network as a map of the photograph's size.

use crate::SaliencyModel;
use eps_data::transform::{Filter, resize_saliency_by, resize_values};
use eps_data::{SaliencyMap, Size};

/// A map of 65,536 levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeepMap {
    pub size: Size,
    /// Row by row, as many as the size has pixels.
    pub values: Vec<u16>,
}

/// Makes fractions in `0..=1` of what a network said.
pub(crate) fn fractions(model: &SaliencyModel, mut values: Vec<f32>) -> Vec<f32> {
    if model.sigmoid {
        values.iter_mut().for_each(|value| *value = 1.0 / (1.0 + (-*value).exp()));
    }
    if model.stretch {
        let least = values.iter().copied().fold(f32::INFINITY, f32::min);
        let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if most > least {
            values.iter_mut().for_each(|value| *value = (*value - least) / (most - least));
        } else {
            // Nothing stands out.
            values.fill(0.0);
        }
    }
    values.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
    values
}

/// The map at another size, of 256 levels: cut to levels first, then resized, as rembg does.
pub(crate) fn grey(fractions: &[f32], from: Size, to: Size) -> SaliencyMap {
    let levels = fractions.iter().map(|value| (value * 255.0) as u8).collect();
    resize_saliency_by(Filter::Lanczos, &SaliencyMap::new(from, levels), to)
}

/// The map at another size, of 65,536 levels: resized first, then rounded.
pub(crate) fn deep(fractions: &[f32], from: Size, to: Size) -> DeepMap {
    let resized = resize_values(fractions, from, to, Filter::Lanczos);
    let levels = resized.iter().map(|value| (value.clamp(0.0, 1.0) * 65535.0).round() as u16);
    DeepMap { size: to, values: levels.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(sigmoid: bool, stretch: bool, values: &[f32]) -> Vec<f32> {
        fractions(&SaliencyModel { sigmoid, stretch, ..SaliencyModel::u2net() }, values.to_vec())
    }

    #[test]
    fn outputs_become_fractions_by_sigmoid_and_stretching() {
        assert_eq!(made(false, true, &[0.25, 0.5, 0.75]), [0.0, 0.5, 1.0]);
        assert_eq!(made(false, false, &[-1.0, 0.5, 7.0]), [0.0, 0.5, 1.0]);
        assert_eq!(made(true, false, &[0.0, 200.0, -200.0]), [0.5, 1.0, 0.0]);
        assert_eq!(made(true, true, &[0.0, 1e4, -1e4]), [0.5, 1.0, 0.0]);
    }

    #[test]
    fn a_constant_output_is_an_empty_map() {
        assert_eq!(made(false, true, &[0.7; 3]), [0.0; 3]);
    }

    #[test]
    fn levels_are_cut_in_a_map_of_bytes_and_rounded_in_a_deep_one() {
        let (values, size) = ([0.0, 0.5, 0.999, 1.0], Size::new(2, 2));
        assert_eq!(grey(&values, size, size).values(), [0, 127, 254, 255]);
        assert_eq!(deep(&values, size, size).values, [0, 32768, 65469, 65535]);
    }
}

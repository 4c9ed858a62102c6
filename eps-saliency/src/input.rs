//! A photograph as a network takes it.

use crate::SaliencyModel;
use eps_data::transform::{Filter, resize_rgb_by};
use eps_data::{RgbImage, Size};

/// What a photograph without light is divided by, as in rembg.
const SMALLEST: f64 = 1e-6;

/// Red, green and blue of the resized photograph, normalised: `[3, size, size]`.
pub(crate) fn normalised(model: &SaliencyModel, picture: &RgbImage) -> Vec<f32> {
    let size = Size::new(model.size, model.size);
    let planes = resize_rgb_by(Filter::Lanczos, picture, size);
    let largest = planes.channels().iter().flatten().copied().max().unwrap_or(0);
    let divisor = if model.by_maximum { f64::from(largest).max(SMALLEST) } else { 255.0 };
    let mut values = Vec::with_capacity(3 * size.pixels());
    let scales = model.mean.iter().zip(&model.deviation);
    for (channel, (mean, deviation)) in planes.channels().iter().zip(scales) {
        // In doubles, as NumPy divides bytes: singles differ in the last bit.
        let table: [f32; 256] =
            std::array::from_fn(|value| ((value as f64 / divisor - mean) / deviation) as f32);
        values.extend(channel.iter().map(|&value| table[usize::from(value)]));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_colour(colour: [u8; 3], by_maximum: bool) -> Vec<f32> {
        let picture = RgbImage::from_pixel(5, 3, colour.into());
        let model = SaliencyModel { size: 2, by_maximum, ..SaliencyModel::u2net() };
        normalised(&model, &picture)
    }

    #[test]
    fn values_are_divided_by_the_largest_or_by_255() {
        let red = of_colour([100, 0, 50], true);
        assert_eq!(red[0], ((1.0 - 0.485) / 0.229) as f32);
        assert_eq!(red[4], (-0.456 / 0.224) as f32);
        assert_eq!(red[8], ((0.5 - 0.406) / 0.225) as f32);
        let red = of_colour([51, 0, 0], false);
        assert_eq!(red[..4], [((51.0 / 255.0 - 0.485) / 0.229) as f32; 4]);
        assert_eq!(red.len(), 12);
    }

    #[test]
    fn a_black_photograph_has_numbers() {
        assert_eq!(of_colour([0; 3], true)[..4], [(-0.485 / 0.229) as f32; 4]);
    }
}

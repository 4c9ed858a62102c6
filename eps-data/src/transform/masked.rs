//! Images with their masks as samples: resized, padded, cropped and flipped.

use super::{InputForm, Sample, nearest::resize_labels, picture_size};
use crate::{ClassSet, IGNORE, LabelMap, Size};
use image::RgbImage;
use rand::{Rng, RngExt};

/// What may happen to a training image and its mask.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedAugmentation {
    /// Factors on the size of the image, each as likely.
    pub scales: Vec<f64>,
    /// Side of the square that is cut out; smaller images are padded to it at bottom and right.
    pub crop: usize,
    /// Mirror half of the images.
    pub flip: bool,
    pub input: InputForm,
}

/// The random decisions of one sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MaskedDraw {
    scale: f64,
    /// In `0..1`: horizontally, vertically.
    position: [f64; 2],
    flip: bool,
}

impl MaskedAugmentation {
    /// Draws from the choices; each takes its random numbers whether it is switched on or not.
    ///
    /// # Panics
    ///
    /// If there are no scales.
    pub(crate) fn draw(&self, random: &mut impl Rng) -> MaskedDraw {
        assert!(!self.scales.is_empty(), "one scale at least");
        let scale = self.scales[random.random_range(0..self.scales.len() as u64) as usize];
        let position = [random.random(), random.random()];
        let flip = random.random::<f64>() > 0.5;
        MaskedDraw { scale, position, flip: self.flip && flip }
    }

    /// Applies a draw to an image and its mask.
    ///
    /// # Panics
    ///
    /// If the mask is not as large as the image.
    pub(crate) fn apply(
        &self,
        image: &RgbImage,
        mask: &LabelMap,
        classes: ClassSet,
        draw: &MaskedDraw,
    ) -> Sample {
        let from = picture_size(image);
        assert_eq!(mask.size(), from, "the mask must be as large as its image");
        let [width, height] =
            [from.width, from.height].map(|pixels| ((pixels as f64 * draw.scale) as usize).max(1));
        let size = Size::new(width, height);
        let planes = self.input.planes(image, size);
        let labels =
            resize_labels(mask.classes(), [from.width, from.height], [size.width, size.height]);
        let window = Window::new(size, self.crop, draw);
        let image = planes.chunks_exact(size.pixels()).flat_map(|plane| window.of(plane, 0.0));
        let image = image.collect();
        Sample { image, saliency: None, mask: Some(window.of(&labels, IGNORE)), classes }
    }
}

/// The part of an image that a square shows, and whether mirrored.
struct Window {
    width: usize,
    side: usize,
    left: usize,
    top: usize,
    /// Pixels of the image in the square: across, down.
    shown: [usize; 2],
    flip: bool,
}

impl Window {
    fn new(size: Size, side: usize, draw: &MaskedDraw) -> Self {
        Self {
            width: size.width,
            side,
            left: start(size.width, side, draw.position[0]),
            top: start(size.height, side, draw.position[1]),
            shown: [size.width.min(side), size.height.min(side)],
            flip: draw.flip,
        }
    }

    /// The square of a plane; `outside` is what lies beside the image.
    fn of<T: Copy>(&self, plane: &[T], outside: T) -> Vec<T> {
        let mut square = vec![outside; self.side * self.side];
        let rows = square.chunks_exact_mut(self.side).take(self.shown[1]);
        for (row, target) in rows.enumerate() {
            let from = (self.top + row) * self.width + self.left;
            target[..self.shown[0]].copy_from_slice(&plane[from..][..self.shown[0]]);
            // Turned with its padding, so that a small image lies at the right.
            if self.flip {
                target.reverse();
            }
        }
        square
    }
}

/// Where a square begins along an axis: each place as likely for a uniform position in `0..1`.
fn start(pixels: usize, side: usize, position: f64) -> usize {
    // An image that is smaller has one place, at the upper left.
    let places = pixels.saturating_sub(side) + 1;
    ((position * places as f64) as usize).min(places - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn augmentation(crop: usize) -> MaskedAugmentation {
        MaskedAugmentation {
            scales: vec![0.5, 1.0, 1.5],
            crop,
            flip: true,
            input: InputForm::Caffe,
        }
    }

    fn picture(width: u32, height: u32) -> (RgbImage, LabelMap) {
        let image =
            RgbImage::from_fn(width, height, |x, y| image::Rgb([(y * width + x) as u8, 0, 0]));
        let classes = (0..width * height).map(|pixel| pixel as u8).collect();
        (image, LabelMap::new(Size::new(width as usize, height as usize), classes))
    }

    #[test]
    fn a_small_image_is_padded_at_bottom_and_right_and_then_mirrored() {
        let (image, mask) = picture(2, 1);
        let of = |flip| {
            let draw = MaskedDraw { scale: 1.0, position: [0.9, 0.9], flip };
            augmentation(3).apply(&image, &mask, ClassSet::default(), &draw)
        };
        let (plain, mirrored) = (of(false), of(true));
        let ignored = [IGNORE; 6];
        assert_eq!(plain.mask.unwrap(), [&[0, 1, IGNORE], &ignored[..]].concat());
        assert_eq!(mirrored.mask.unwrap(), [&[IGNORE, 1, 0], &ignored[..]].concat());
        // Red is the last of Caffe's planes; the mean lies outside.
        assert_eq!(plain.image[18..21], [-122.675, 1.0 - 122.675, 0.0]);
    }

    #[test]
    fn the_crop_of_image_and_mask_is_of_one_place() {
        let (image, mask) = picture(6, 5);
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let plain = MaskedAugmentation { scales: vec![1.0], ..augmentation(3) };
        for _ in 0..50 {
            let draw = plain.draw(&mut random);
            let sample = plain.apply(&image, &mask, ClassSet::default(), &draw);
            let labels = sample.mask.unwrap();
            for (&label, &red) in labels.iter().zip(&sample.image[18..]) {
                assert!((f64::from(red) + 122.675 - f64::from(label)).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn every_scale_and_flip_is_drawn_and_sizes_are_truncated() {
        let (image, mask) = picture(5, 5);
        let augmentation = augmentation(8);
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut sides = [0; 8];
        let mut flips = 0;
        for _ in 0..600 {
            let draw = augmentation.draw(&mut random);
            flips += usize::from(draw.flip);
            let sample = augmentation.apply(&image, &mask, ClassSet::default(), &draw);
            let labels = sample.mask.unwrap();
            sides[labels[..8].iter().filter(|&&label| label != IGNORE).count()] += 1;
        }
        // 5 × 0.5, 5 × 1 and 5 × 1.5, each a third of 600; five standard deviations are 58.
        assert!([2, 5, 7].iter().all(|&side| 200_usize.abs_diff(sides[side]) < 58), "{sides:?}");
        assert!(flips.abs_diff(300) < 62, "{flips}");
    }
}

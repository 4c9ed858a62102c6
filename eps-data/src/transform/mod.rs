//! The training transforms, and the order they are applied in.
//!
//! Resize to a drawn side, flip, colour jitter, normalise, crop. Everything random is drawn before,
//! as a [`Draw`]: the same draw gives the same sample anywhere.

mod bilinear;
mod byte;
mod crop;
mod draw;
mod flip;
#[cfg(test)]
mod golden;
mod hsv;
mod input;
mod jitter;
mod masked;
mod nearest;
mod normalize;
mod planes;
mod resize;
mod resize_values;
mod taps;

pub use bilinear::{BilinearTap, bilinear_taps};
pub use crop::Crop;
pub use draw::Draw;
pub use flip::flip_saliency;
pub use input::InputForm;
pub use jitter::{Adjustment, Jitter};
pub use masked::MaskedAugmentation;
pub use nearest::resize_labels;
pub use normalize::{MEAN, STANDARD_DEVIATION};
use normalize::{fractions, normalized};
pub use planes::Planes;
pub use resize::{resize_rgb, resize_rgb_by, resize_saliency, resize_saliency_by};
pub use resize_values::resize_values;
pub use taps::Filter;

use crate::{ClassId, ClassSet, SaliencyMap, Size};
use image::RgbImage;

/// What may happen to a training image.
#[derive(Clone, Debug, PartialEq)]
pub struct Augmentation {
    /// Smallest and largest longer side after resizing, both possible.
    pub longer_side: (usize, usize),
    /// Side of the square that is cut out or padded to.
    pub crop: usize,
    /// Mirror half of the images.
    pub flip: bool,
    /// Vary brightness, contrast and saturation by up to 0.3, and hue by up to 0.1 of its circle.
    pub jitter: bool,
}

/// One training image as the network takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// `[3, crop, crop]`, in the form that the network takes; 0 outside the image.
    pub image: Vec<f32>,
    /// `[crop, crop]` in `0..=1`, 0 outside the image; absent where the item has no map.
    pub saliency: Option<Vec<f32>>,
    /// `[crop, crop]`, 255 outside the image; absent where a task trains on labels alone.
    pub mask: Option<Vec<ClassId>>,
    pub classes: ClassSet,
}

impl Augmentation {
    /// Applies a draw to an image and its saliency map.
    ///
    /// # Panics
    ///
    /// If the map is not as large as the image.
    pub fn apply(
        &self,
        image: &RgbImage,
        saliency: Option<&SaliencyMap>,
        classes: ClassSet,
        draw: &Draw,
    ) -> Sample {
        let (picture, map) = draw.apply(image, saliency);
        let crop = Crop::new(picture.size(), self.crop, draw.position);
        let pixels = self.crop * self.crop;
        let mut image = Vec::with_capacity(3 * pixels);
        for (channel, table) in picture.channels().iter().zip(normalized()) {
            crop.push(channel, table, &mut image);
        }
        let saliency = map.map(|map| {
            let mut square = Vec::with_capacity(pixels);
            crop.push(map.values(), fractions(), &mut square);
            square
        });
        Sample { image, saliency, mask: None, classes }
    }
}

/// Width and height of a picture.
pub(crate) fn picture_size(picture: &RgbImage) -> Size {
    Size::new(picture.width() as usize, picture.height() as usize)
}

//! The random decisions of one sample.

use super::{Adjustment, Augmentation, Jitter, Planes, flip, picture_size, resize};
use crate::SaliencyMap;
use image::RgbImage;
use rand::{Rng, RngExt, seq::SliceRandom};

/// Largest change of the brightness, contrast and saturation factors from 1.
const STRENGTH: f32 = 0.3;

/// Largest shift of the hue, as a fraction of its circle.
const HUE_STRENGTH: f32 = 0.1;

/// Every random decision of one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Longer side after resizing.
    pub longer_side: usize,
    pub flip: bool,
    /// Colour changes; `None` leaves the colours.
    pub jitter: Option<Jitter>,
    /// Where the crop is between its first and last place, in `0..1`: horizontally, vertically.
    pub position: [f64; 2],
}

impl Draw {
    /// Draws from the choices of `augmentation`.
    ///
    /// Every decision takes its random numbers whether it is switched on or not, so that switching
    /// one off leaves the others as they were.
    ///
    /// # Panics
    ///
    /// If the smallest longer side is above the largest, or 0.
    pub fn new(augmentation: &Augmentation, random: &mut impl Rng) -> Self {
        let (smallest, largest) = augmentation.longer_side;
        assert!(smallest > 0, "the longer side of an image is at least one pixel");
        let longer_side = random.random_range(smallest as u64..=largest as u64) as usize;
        let flip = random.random::<f64>() > 0.5;
        let jitter = jitter(random);
        let position = [random.random(), random.random()];
        Self {
            longer_side,
            flip: augmentation.flip && flip,
            jitter: augmentation.jitter.then_some(jitter),
            position,
        }
    }

    /// Resizes, flips and changes colours; the map is resized and flipped alike.
    ///
    /// # Panics
    ///
    /// If the map is not as large as the image.
    pub fn apply(
        &self,
        image: &RgbImage,
        saliency: Option<&SaliencyMap>,
    ) -> (Planes, Option<SaliencyMap>) {
        let before = picture_size(image);
        let size = before.with_longer_side(self.longer_side);
        let mut picture = resize::resize_rgb(image, size);
        let mut map = saliency.map(|map| {
            assert_eq!(map.size(), before, "the saliency map must be as large as its image");
            resize::resize_saliency(map, size)
        });
        if self.flip {
            picture.flip();
            map.iter_mut().for_each(flip::flip_saliency);
        }
        if let Some(jitter) = &self.jitter {
            jitter.apply(&mut picture);
        }
        (picture, map)
    }
}

fn jitter(random: &mut impl Rng) -> Jitter {
    let mut factor = || random.random_range(1.0 - STRENGTH..=1.0 + STRENGTH);
    let (brightness, contrast, saturation) = (factor(), factor(), factor());
    let hue = random.random_range(-HUE_STRENGTH..=HUE_STRENGTH);
    let mut order = [
        Adjustment::Brightness(brightness),
        Adjustment::Contrast(contrast),
        Adjustment::Saturation(saturation),
        Adjustment::Hue(hue),
    ];
    // Adjustments do not commute, and torchvision draws their order as well.
    order.shuffle(random);
    Jitter(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn draws(augmentation: &Augmentation) -> Vec<Draw> {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        (0..2000).map(|_| Draw::new(augmentation, &mut random)).collect()
    }

    fn augmentation() -> Augmentation {
        Augmentation { longer_side: (256, 260), crop: 10, flip: true, jitter: true }
    }

    #[test]
    fn every_side_order_and_flip_is_drawn_and_factors_stay_in_range() {
        let draws = draws(&augmentation());
        let mut orders = Vec::new();
        for side in 256..=260 {
            let hits = draws.iter().filter(|draw| draw.longer_side == side).count();
            // 400 expected; five standard deviations are 90.
            assert!(hits.abs_diff(400) < 90, "{side}: {hits}");
        }
        let flips = draws.iter().filter(|draw| draw.flip).count();
        assert!(flips.abs_diff(1000) < 112, "{flips}");
        for Jitter(adjustments) in draws.iter().map(|draw| draw.jitter.unwrap()) {
            orders.push(adjustments.each_ref().map(std::mem::discriminant));
            for adjustment in adjustments {
                match adjustment {
                    Adjustment::Hue(shift) => assert!(shift.abs() <= 0.1),
                    Adjustment::Brightness(factor)
                    | Adjustment::Contrast(factor)
                    | Adjustment::Saturation(factor) => assert!((0.7..=1.3).contains(&factor)),
                }
            }
        }
        let distinct =
            orders.iter().enumerate().filter(|(at, order)| !orders[..*at].contains(order));
        assert_eq!(distinct.count(), 24);
    }

    #[test]
    fn switching_a_decision_off_leaves_the_others() {
        let plain = Augmentation { flip: false, jitter: false, ..augmentation() };
        for (full, plain) in draws(&augmentation()).iter().zip(draws(&plain)) {
            assert_eq!(plain, Draw { flip: false, jitter: None, ..full.clone() });
        }
    }
}

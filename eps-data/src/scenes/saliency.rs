//! What a saliency detector would make of a scene: right about most of it, certain of nothing.

use super::{
    canvas::Owner,
    dice::Dice,
    shape::Point,
    texture::{Noise, step},
};
use crate::{SaliencyMap, Size};
use std::ops::Range;

/// Share of images in which the detector misses one object.
const MISSED_OBJECT: f32 = 0.08;

/// Share of images in which a patch of the surroundings stands out as well.
const FALSE_PATCH: f32 = 0.1;

/// Renders the saliency map of pixels with the given owners, which show `figures` objects.
pub(super) fn saliency(
    owners: &[Owner],
    size: Size,
    figures: usize,
    dice: &mut Dice,
) -> SaliencyMap {
    let mut strengths: Vec<_> = (0..figures).map(|_| dice.between(0.75, 1.0)).collect();
    if dice.chance(MISSED_OBJECT) && figures > 0 {
        strengths[dice.below(figures)] = dice.between(0.0, 0.15);
    }
    let sharp = owners.iter().map(|&owner| match owner {
        Owner::Object { figure, .. } => strengths[figure],
        Owner::Ground | Owner::Stuff(_) => 0.0,
    });
    let sharp: Vec<f32> = sharp.collect();
    let mut values = wobbled(&sharp, size, dice);
    if dice.chance(FALSE_PATCH) {
        add_patch(&mut values, size, dice);
    }
    let radius = (size.width as f32 * dice.between(0.006, 0.022)).round() as usize;
    // Two boxes make a tent, whose slopes are softer than a box's.
    for _ in 0..2 {
        values = blurred(&values, size, radius);
    }
    SaliencyMap::new(size, with_noise(&values, size, dice))
}

fn place(index: usize, size: Size) -> Point {
    let (x, y) = (index % size.width, index / size.width);
    Point::new(x as f32 / size.width as f32, y as f32 / size.width as f32)
}

/// `values` read a little beside each pixel, so that edges are not where the object's are.
fn wobbled(values: &[f32], size: Size, dice: &mut Dice) -> Vec<f32> {
    let (across, down) = (Noise::new(dice), Noise::new(dice));
    let reach = size.width as f32 * 0.045;
    (0..values.len())
        .map(|index| {
            let p = place(index, size);
            let [right, lower] =
                [across, down].map(|noise| ((noise.at(p, 16.0) - 0.5) * reach).round() as isize);
            let x = (index % size.width).saturating_add_signed(right).min(size.width - 1);
            let y = (index / size.width).saturating_add_signed(lower).min(size.height - 1);
            values[y * size.width + x]
        })
        .collect()
}

/// Lifts a round patch anywhere in the picture to a middling strength.
fn add_patch(values: &mut [f32], size: Size, dice: &mut Dice) {
    let height = size.height as f32 / size.width as f32;
    let centre = Point::new(dice.between(0.1, 0.9), dice.between(0.15, 0.85) * height);
    let (radius, strength) = (dice.between(0.08, 0.16), dice.between(0.4, 0.8));
    let noise = Noise::new(dice);
    for (index, value) in values.iter_mut().enumerate() {
        let p = place(index, size);
        let (x, y) = ((p.x - centre.x) / radius, (p.y - centre.y) / radius);
        let distance = x * x + y * y + noise.at(p, 14.0) - 0.5;
        *value = value.max(strength * step(1.1, 0.7, distance));
    }
}

/// The mean over a square of the given radius in pixels, cut at the border.
fn blurred(values: &[f32], size: Size, radius: usize) -> Vec<f32> {
    // Summed anew for each pixel: a running sum would carry rounding along the row.
    (0..values.len())
        .map(|index| {
            let columns = window(index % size.width, radius, size.width);
            let rows = window(index / size.width, radius, size.height);
            let count = (columns.len() * rows.len()) as f32;
            let rows = rows.flat_map(|y| values[y * size.width..][columns.clone()].iter());
            rows.sum::<f32>() / count
        })
        .collect()
}

fn window(at: usize, radius: usize, end: usize) -> Range<usize> {
    at.saturating_sub(radius)..(at + radius + 1).min(end)
}

fn with_noise(values: &[f32], size: Size, dice: &mut Dice) -> Vec<u8> {
    let (mottle, grain) = (Noise::new(dice), Noise::new(dice));
    let floor = dice.between(0.0, 0.04);
    let bytes = values.iter().enumerate().map(|(index, &value)| {
        let mottled = 0.12 * (mottle.at(place(index, size), 9.0) - 0.5) * (0.3 + value);
        let grained = 0.04 * (grain.value(index as i32, 0) - 0.5);
        ((value + floor + mottled + grained).clamp(0.0, 1.0) * 255.0).round() as u8
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blurring_counts_only_pixels_inside() {
        let values = [9.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(blurred(&values, Size::new(3, 2), 1), [2.25, 1.5, 0.0, 2.25, 1.5, 0.0]);
        assert_eq!(blurred(&values, Size::new(3, 2), 0), values);
    }
}

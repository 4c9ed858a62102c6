//! Places and colours in the scale of a lattice.

use super::simplex::{BLOCK, Lanes, scale_factors};
use crate::{Bilateral, Picture};

/// Scaled features of every column, every row, and every value of each colour channel.
pub(super) struct Features {
    pub(super) columns: Vec<f32>,
    pub(super) rows: Vec<f32>,
    channels: [Vec<f32>; 3],
}

impl Features {
    /// Features of places with a standard deviation.
    pub(super) fn of_places(picture: &Picture<'_>, deviation: f32) -> Self {
        let factors = scale_factors::<2>();
        Self {
            columns: scaled(picture.width(), deviation, factors[0]),
            rows: scaled(picture.height(), deviation, factors[1]),
            channels: [const { Vec::new() }; 3],
        }
    }

    /// Features of places and colours with their standard deviations.
    pub(super) fn of_points(picture: &Picture<'_>, deviations: &Bilateral) -> Self {
        let factors = scale_factors::<5>();
        Self {
            columns: scaled(picture.width(), deviations.place, factors[0]),
            rows: scaled(picture.height(), deviations.place, factors[1]),
            channels: std::array::from_fn(|channel| {
                scaled(256, deviations.colour, factors[2 + channel])
            }),
        }
    }

    /// The least and greatest of each feature of some colours at any place.
    pub(super) fn ranges(&self, colours: &[[u8; 3]]) -> [(f32, f32); 5] {
        let [red, green, blue] = [0, 1, 2].map(|channel| self.range(channel, colours));
        [ends(&self.columns), ends(&self.rows), red, green, blue]
    }

    /// The least and greatest feature of a channel of some colours.
    fn range(&self, channel: usize, colours: &[[u8; 3]]) -> (f32, f32) {
        let (mut least, mut greatest) = (u8::MAX, u8::MIN);
        for colour in colours {
            (least, greatest) = (least.min(colour[channel]), greatest.max(colour[channel]));
        }
        let values = &self.channels[channel];
        (values[usize::from(least)], values[usize::from(greatest)])
    }

    /// Features of the places of up to eight neighbours of a row, from column `first` on.
    #[inline(always)]
    pub(super) fn places(&self, first: usize, row: usize) -> [Lanes; 2] {
        let mut columns = [0.0; BLOCK];
        columns.iter_mut().zip(&self.columns[first..]).for_each(|(lane, &column)| *lane = column);
        [columns, [self.rows[row]; BLOCK]]
    }

    /// Features of up to eight colours.
    #[inline(always)]
    pub(super) fn colours(&self, colours: &[[u8; 3]]) -> [Lanes; 3] {
        let mut block = [[0.0; BLOCK]; 3];
        for (lane, colour) in colours.iter().enumerate().take(BLOCK) {
            for channel in 0..3 {
                block[channel][lane] = self.channels[channel][usize::from(colour[channel])];
            }
        }
        block
    }
}

/// The first and the last of ascending values.
fn ends(values: &[f32]) -> (f32, f32) {
    let last = values.last().copied().unwrap_or_default();
    (values.first().copied().unwrap_or_default(), last)
}

/// The numbers from 0, divided by a deviation and multiplied by a factor.
fn scaled(count: usize, deviation: f32, factor: f32) -> Vec<f32> {
    (0..count).map(|number| number as f32 / deviation * factor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;

    #[test]
    fn features_of_a_pixel_by_hand() {
        let channels = [0, 10, 20, 40, 50, 60];
        let picture = Picture::new(1, 2, &channels).unwrap();
        let Bilateral { place, colour, .. } = Preset::Psa.kernels().bilateral;
        let features = Features::of_points(&picture, &Preset::Psa.kernels().bilateral);
        let [x, y] = features.places(0, 1).map(|lanes| lanes[0]);
        let [red, green, blue] = features.colours(&picture.colours()[1..]).map(|lanes| lanes[0]);
        let factors = scale_factors::<5>();
        let expected = [0.0, 1.0 / place, 40.0 / colour, 50.0 / colour, 60.0 / colour];
        for (axis, found) in [x, y, red, green, blue].into_iter().enumerate() {
            assert_eq!(found, expected[axis] * factors[axis]);
        }
        let ranges = features.ranges(picture.colours());
        assert_eq!(ranges[1], (0.0, y));
        assert_eq!(ranges[3], (10.0 / colour * factors[3], green));
    }
}

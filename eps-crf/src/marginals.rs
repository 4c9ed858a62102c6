//! What a field says of each pixel.

use crate::pages::Pages;
use crate::square::Plane;

/// Probability of each label at each pixel; a pixel's sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginals {
    pixels: usize,
    /// `[labels, pixels]`
    probabilities: Pages<f32>,
}

impl Marginals {
    /// Of any value, to be set.
    pub(crate) fn unset(labels: usize, pixels: usize) -> Self {
        Self { pixels, probabilities: Pages::unset(labels * pixels) }
    }

    /// Sets the probabilities of up to as many neighbouring pixels as a plane has, from `first` on.
    #[inline(always)]
    pub(crate) fn set(&mut self, first: usize, count: usize, planes: &[Plane]) {
        for (map, plane) in self.probabilities.chunks_exact_mut(self.pixels).zip(planes) {
            let pixels = &mut map[first..][..count];
            // A whole plane is two stores of a known length.
            match pixels.as_chunks_mut().0 {
                [first, second] => [*first, *second] = *plane,
                _ => set_last(pixels, plane),
            }
        }
    }

    /// These as the labels `kept` of more labels, of which the others have probability 0.
    pub(crate) fn spread(self, labels: usize, kept: &[usize]) -> Self {
        if kept.len() == labels {
            return self;
        }
        let probabilities = Pages::zeros(labels * self.pixels);
        let mut spread = Self { pixels: self.pixels, probabilities };
        for (probabilities, label) in self.probabilities.chunks_exact(self.pixels).zip(kept) {
            spread.probabilities[label * self.pixels..][..self.pixels]
                .copy_from_slice(probabilities);
        }
        spread
    }

    /// The greatest probability of each pixel.
    pub(crate) fn greatest(&self) -> Vec<f32> {
        self.best().0
    }

    /// Probabilities as `[labels, pixels]`.
    pub fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    pub(crate) fn probabilities_mut(&mut self) -> &mut [f32] {
        &mut self.probabilities
    }

    /// Probabilities of one label.
    ///
    /// # Panics
    ///
    /// If there is no such label.
    pub fn of(&self, label: usize) -> &[f32] {
        &self.probabilities[label * self.pixels..][..self.pixels]
    }

    /// The most probable label of each pixel; the first of several.
    pub fn labels(&self) -> Vec<u8> {
        self.best().1
    }

    fn best(&self) -> (Vec<f32>, Vec<u8>) {
        let mut labels = vec![0; self.pixels];
        let mut greatest = self.of(0).to_vec();
        let others = self.probabilities.chunks_exact(self.pixels).zip(0_u8..).skip(1);
        for (probabilities, label) in others {
            let pixels = greatest.iter_mut().zip(&mut labels).zip(probabilities);
            for ((greatest, best), &probability) in pixels {
                // Not `>=`: of several the first label stays.
                if probability > *greatest {
                    (*greatest, *best) = (probability, label);
                }
            }
        }
        (greatest, labels)
    }
}

/// Kept apart, so that the other planes are not copied by a function that takes any length.
#[cold]
#[inline(never)]
fn set_last(pixels: &mut [f32], plane: &Plane) {
    pixels.copy_from_slice(&plane.as_flattened()[..pixels.len()]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Row as _;

    #[test]
    fn the_first_of_the_most_probable_labels_wins() {
        let mut marginals = Marginals::unset(3, 2);
        let pixels = [[0.2, 0.3], [0.4, 0.1], [0.4, 0.6]];
        let planes = pixels.map(|[first, second]| {
            let mut plane = Plane::filled(second);
            plane.set_lane(0, first);
            plane
        });
        marginals.set(0, 2, &planes);
        assert_eq!(marginals.probabilities(), [0.2, 0.3, 0.4, 0.1, 0.4, 0.6]);
        assert_eq!(marginals.of(2), [0.4, 0.6]);
        assert_eq!(marginals.labels(), [1, 2]);
    }
}

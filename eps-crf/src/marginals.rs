//! What a field says of each pixel.

use crate::row::Row;

/// Probability of each label at each pixel; a pixel's sum to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginals {
    pixels: usize,
    /// `[labels, pixels]`
    probabilities: Vec<f32>,
}

impl Marginals {
    pub(crate) fn zeros(labels: usize, pixels: usize) -> Self {
        Self { pixels, probabilities: vec![0.0; labels * pixels] }
    }

    /// Sets the probabilities of neighbouring pixels from `first` on.
    #[inline(always)]
    pub(crate) fn set<R: Row>(&mut self, first: usize, rows: &[R]) {
        for (label, map) in self.probabilities.chunks_exact_mut(self.pixels).enumerate() {
            let own = map[first..].iter_mut().zip(rows);
            own.for_each(|(own, row)| *own = row.lane(label));
        }
    }

    /// These as the labels `own` of more labels, of which the others have probability 0.
    pub(crate) fn spread(self, labels: usize, own: &[usize]) -> Self {
        if own.len() == labels {
            return self;
        }
        let mut spread = Self::zeros(labels, self.pixels);
        for (probabilities, label) in self.probabilities.chunks_exact(self.pixels).zip(own) {
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

    /// Probabilities as `[labels, pixels]`.
    pub fn into_probabilities(self) -> Vec<f32> {
        self.probabilities
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
        let mut best = self.of(0).to_vec();
        let others = self.probabilities.chunks_exact(self.pixels).zip(0_u8..).skip(1);
        for (probabilities, label) in others {
            for ((best, own), &probability) in best.iter_mut().zip(&mut labels).zip(probabilities) {
                if probability > *best {
                    (*best, *own) = (probability, label);
                }
            }
        }
        (best, labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_most_probable_labels_wins() {
        let mut marginals = Marginals::zeros(3, 2);
        marginals.set(0, &[[0.2, 0.4, 0.4, 0.0], [0.3, 0.1, 0.6, 0.0]]);
        assert_eq!(marginals.probabilities(), [0.2, 0.3, 0.4, 0.1, 0.4, 0.6]);
        assert_eq!(marginals.of(2), [0.4, 0.6]);
        assert_eq!(marginals.labels(), [1, 2]);
    }
}

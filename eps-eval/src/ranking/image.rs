//! A classifier's scores of whole images against their labels.

use super::average_precision;
use eps_data::{ClassId, ClassSet};

/// Scores of every object class for each image, and the classes that are in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageRanking {
    objects: usize,
    /// `[image, object class]`, class 1 first.
    scores: Vec<f32>,
    labels: Vec<ClassSet>,
}

impl ImageRanking {
    /// A ranking by `objects` object classes, without images.
    pub fn new(objects: usize) -> Self {
        Self { objects, ..Self::default() }
    }

    /// Adds an image with its scores, class 1 first.
    ///
    /// # Panics
    ///
    /// If there is not one score for each object class.
    pub fn add(&mut self, scores: &[f32], labels: ClassSet) {
        assert_eq!(scores.len(), self.objects, "one score for each object class");
        self.scores.extend(scores);
        self.labels.push(labels);
    }

    /// Number of images.
    pub fn images(&self) -> usize {
        self.labels.len()
    }

    /// Average precision of a class over the images; equal scores are one step. `None` if no image
    /// has the class.
    pub fn average_precision(&self, class: ClassId) -> Option<f64> {
        let column = usize::from(class).checked_sub(1).filter(|&column| column < self.objects)?;
        let scores = self.scores.iter().skip(column).step_by(self.objects);
        let mut ranked: Vec<(f32, bool)> =
            scores.copied().zip(self.labels.iter().map(|labels| labels.contains(class))).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let groups = ranked.chunk_by(|a, b| a.0 == b.0);
        average_precision(groups.map(|group| {
            (group.len() as u64, group.iter().filter(|(_, positive)| *positive).count() as u64)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_of_three_images_by_hand() {
        let mut ranking = ImageRanking::new(3);
        let labels = |classes: &[ClassId]| classes.iter().copied().collect::<ClassSet>();
        ranking.add(&[0.9, 0.5, 0.0], labels(&[1]));
        ranking.add(&[0.8, 0.5, 0.0], labels(&[2]));
        ranking.add(&[0.7, 0.1, 0.0], labels(&[1]));
        assert_eq!(ranking.images(), 3);
        assert_eq!(ranking.average_precision(1), Some((1.0 + 2.0 / 3.0) / 2.0));
        assert_eq!(ranking.average_precision(2), Some(0.5));
        assert_eq!((ranking.average_precision(3), ranking.average_precision(0)), (None, None));
    }
}

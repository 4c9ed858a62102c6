//! Scores of the classes that are in an image, and the mask they make.

use crate::transform::{BilinearTap, bilinear_taps};
use crate::{BACKGROUND, ClassId, LabelMap, SaliencyMap, Size};

/// Added to a class's maximum before dividing by it, as the reference does.
const NORMALISATION_EPSILON: f32 = 1e-5;

/// A score in `0..=1` for each present class and pixel: the class activation maps of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreMap {
    size: Size,
    classes: Vec<ClassId>,
    scores: Vec<f32>,
}

impl ScoreMap {
    /// `scores` is `[classes, height, width]`; `classes` are ascending object classes.
    ///
    /// # Panics
    ///
    /// If lengths do not agree, or the classes are not ascending.
    pub fn new(size: Size, classes: Vec<ClassId>, scores: Vec<f32>) -> Self {
        assert_eq!(scores.len(), classes.len() * size.pixels(), "one score a class and pixel");
        assert!(classes.is_sorted_by(|a, b| a < b), "classes must be ascending");
        Self { size, classes, scores }
    }

    /// Divides the maps of each class by their maximum plus 1e-5.
    ///
    /// Source: the reference's inference (method, section 9, step 4).
    pub fn normalised(mut self) -> Self {
        for map in self.scores.chunks_mut(self.size.pixels().max(1)) {
            let maximum = map.iter().copied().fold(0.0_f32, f32::max) + NORMALISATION_EPSILON;
            map.iter_mut().for_each(|score| *score /= maximum);
        }
        self
    }

    /// Turns each score `p` into `p / (p + background)`: above one half where the class is more
    /// probable than the background, 0 where both are 0.
    ///
    /// # Panics
    ///
    /// If `background` has not one value a pixel.
    pub fn against(mut self, background: &[f32]) -> Self {
        assert_eq!(background.len(), self.size.pixels(), "one background value a pixel");
        for map in self.scores.chunks_mut(self.size.pixels().max(1)) {
            for (score, background) in map.iter_mut().zip(background) {
                let sum = *score + background;
                *score = if sum > 0.0 { *score / sum } else { 0.0 };
            }
        }
        self
    }

    /// The best class of each pixel alone, with the saliency there, in `0..=1`, as its score.
    ///
    /// At a threshold `t` these maps give the best class where the saliency is above `t`, and background elsewhere: the
    /// cut by saliency that many methods make after training.
    ///
    /// # Panics
    ///
    /// If the saliency map is of another size.
    pub fn cued_by(&self, saliency: &SaliencyMap) -> Self {
        assert_eq!(saliency.size(), self.size, "both maps must have the same size");
        let pixels = self.size.pixels();
        let mut scores = vec![0.0; self.scores.len()];
        for (pixel, ((best, _), &value)) in self.best().zip(saliency.values()).enumerate() {
            if let Some(index) = self.classes.iter().position(|&class| class == best) {
                scores[index * pixels + pixel] = f32::from(value) / 255.0;
            }
        }
        Self { size: self.size, classes: self.classes.clone(), scores }
    }

    /// The maps of those classes for which `is_kept` holds.
    pub fn only(&self, is_kept: impl Fn(ClassId) -> bool) -> Self {
        let maps = self.scores.chunks_exact(self.size.pixels().max(1));
        let kept = self.classes.iter().copied().zip(maps).filter(|(class, _)| is_kept(*class));
        let (classes, maps): (Vec<ClassId>, Vec<&[f32]>) = kept.unzip();
        Self { size: self.size, classes, scores: maps.concat() }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// Present object classes, ascending.
    pub fn classes(&self) -> &[ClassId] {
        &self.classes
    }

    /// Scores as `[classes, height, width]`.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// Scores of one class, row by row.
    pub fn of(&self, class: ClassId) -> Option<&[f32]> {
        let index = self.classes.iter().position(|&candidate| candidate == class)?;
        Some(&self.scores[index * self.size.pixels()..][..self.size.pixels()])
    }

    /// The best class of each pixel and its score; the lower class wins a tie.
    ///
    /// A map without classes gives background with score 0 everywhere.
    pub fn best(&self) -> impl Iterator<Item = (ClassId, f32)> + '_ {
        let pixels = self.size.pixels();
        (0..pixels).map(move |pixel| {
            let mut best = (BACKGROUND, f32::NEG_INFINITY);
            for (index, &class) in self.classes.iter().enumerate() {
                let score = self.scores[index * pixels + pixel];
                // Not `>=`: classes ascend, and the lower wins a tie.
                if score > best.1 {
                    best = (class, score);
                }
            }
            if best.0 == BACKGROUND { (BACKGROUND, 0.0) } else { best }
        })
    }

    /// The maps at another size, by bilinear interpolation between the centres of pixels.
    ///
    /// A map of every k-th pixel, such as IRN's of a quarter, is enlarged k times and cut to the size;
    /// any other is stretched to it.
    ///
    /// Source: `interpolate` of PyTorch with `align_corners=False`, and IRN's `make_sem_seg_labels.py`.
    pub fn resized(&self, size: Size) -> Self {
        if size == self.size {
            return self.clone();
        }
        let factor = self.factor(size);
        let sides = [(self.size.width, size.width), (self.size.height, size.height)];
        let [columns, rows] = sides.map(|(from, to)| {
            let step = factor.map_or(from as f32 / to as f32, |factor| 1.0 / factor as f32);
            bilinear_taps(from, to, step)
        });
        let mut scores = Vec::with_capacity(self.classes.len() * size.pixels());
        for map in self.scores.chunks_exact(self.size.pixels().max(1)) {
            for &BilinearTap { first: top, second: bottom, share: down } in &rows {
                let [top, bottom] =
                    [top, bottom].map(|row| &map[row * self.size.width..][..self.size.width]);
                for &BilinearTap { first: left, second: right, share: across } in &columns {
                    let upper = top[left] * (1.0 - across) + top[right] * across;
                    let lower = bottom[left] * (1.0 - across) + bottom[right] * across;
                    scores.push(upper * (1.0 - down) + lower * down);
                }
            }
        }
        Self { size, classes: self.classes.clone(), scores }
    }

    /// The whole number of which this is the map of every so many pixels, if there is one.
    fn factor(&self, size: Size) -> Option<usize> {
        // A map of every k-th pixel has the first of each started k, in both directions.
        let factor = size.width.div_ceil(self.size.width.max(1));
        let is_strided = factor > 1
            && size.width.div_ceil(factor) == self.size.width
            && size.height.div_ceil(factor) == self.size.height;
        is_strided.then_some(factor)
    }

    /// The mask that a constant background score of `threshold` leaves: a class must exceed it.
    pub fn to_labels(&self, threshold: f32) -> LabelMap {
        let classes =
            self.best().map(|(class, score)| if score > threshold { class } else { BACKGROUND });
        LabelMap::new(self.size, classes.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_classes() -> ScoreMap {
        ScoreMap::new(Size::new(2, 2), vec![3, 9], vec![0.2, 0.5, 0.1, 0.9, 0.1, 0.5, 0.3, 0.1])
    }

    #[test]
    fn a_cue_scores_the_best_class_of_each_pixel_by_its_saliency() {
        let size = Size::new(3, 1);
        let map = ScoreMap::new(size, vec![2, 5], vec![0.9, 0.1, 0.0, 0.3, 0.4, 0.0]);
        let cued = map.cued_by(&SaliencyMap::new(size, vec![51, 255, 0]));
        assert_eq!(cued.scores(), [0.2, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let best: Vec<_> = cued.best().collect();
        assert_eq!(best, [(2, 0.2), (5, 1.0), (2, 0.0)]);
        let none = ScoreMap::new(size, vec![], vec![]);
        assert_eq!(none.cued_by(&SaliencyMap::new(size, vec![255; 3])), none);
    }

    #[test]
    fn background_wins_a_tie_and_so_does_the_lower_class() {
        assert_eq!(two_classes().to_labels(0.2).classes(), [0, 3, 9, 3]);
    }

    #[test]
    fn each_class_is_divided_by_its_own_maximum() {
        let map = two_classes().normalised();
        assert_eq!(map.of(3).unwrap()[3], 0.9 / (0.9 + 1e-5));
        assert_eq!(map.of(9).unwrap()[1], 0.5 / (0.5 + 1e-5));
        assert_eq!(map.of(4), None);
    }

    #[test]
    fn a_class_as_probable_as_the_background_scores_one_half() {
        let map = two_classes().against(&[0.6, 0.5, 0.5, 0.0]);
        assert_eq!(map.of(3).unwrap(), [0.25, 0.5, 0.1 / 0.6, 1.0]);
        assert_eq!(map.to_labels(0.5).classes(), [0, 0, 0, 3]);
        let nothing = ScoreMap::new(Size::new(1, 1), vec![3], vec![0.0]).against(&[0.0]);
        assert_eq!(nothing.scores(), [0.0]);
    }

    #[test]
    fn lines_are_enlarged_as_pytorch_enlarges_them() {
        let line = ScoreMap::new(Size::new(2, 1), vec![3], vec![0.0, 1.0]);
        assert_eq!(line.resized(Size::new(4, 1)).scores(), [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(line.resized(Size::new(2, 1)), line);
        let column = ScoreMap::new(Size::new(1, 2), vec![3], vec![0.0, 1.0]);
        assert_eq!(column.resized(Size::new(1, 4)).scores(), [0.0, 0.25, 0.75, 1.0]);
    }

    #[test]
    fn a_map_of_every_second_pixel_is_enlarged_twice_and_cut() {
        let strided = ScoreMap::new(Size::new(2, 1), vec![3], vec![0.0, 1.0]);
        assert_eq!(strided.resized(Size::new(3, 1)).scores(), [0.0, 0.25, 0.75]);
        // Three of four pixels are not every k-th: they are stretched.
        let stretched = ScoreMap::new(Size::new(3, 1), vec![3], vec![0.0, 0.5, 1.0]);
        let stretched = stretched.resized(Size::new(4, 1));
        assert_eq!(stretched.scores(), [0.0, 0.3125, 0.6875, 1.0]);
    }

    #[test]
    fn classes_are_left_out_with_their_maps() {
        let only = two_classes().only(|class| class == 9);
        assert_eq!(only, ScoreMap::new(Size::new(2, 2), vec![9], vec![0.1, 0.5, 0.3, 0.1]));
        assert_eq!(two_classes().only(|_| false).classes(), [0_u8; 0]);
    }

    #[test]
    fn no_class_leaves_background() {
        let map = ScoreMap::new(Size::new(1, 2), vec![], vec![]);
        assert_eq!(map.to_labels(0.0).classes(), [0, 0]);
    }
}

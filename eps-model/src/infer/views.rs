//! The views of one image, and the score map they make together.

use super::upsample::add_resized;
use eps_data::{ClassSet, ScoreMap, Size};

/// Maps of one image at several scales, mirrored and not, of the image's own classes.
#[derive(Clone, Debug)]
pub struct Views {
    size: Size,
    classes: ClassSet,
    /// Whether a map of the background follows those of the classes.
    with_background: bool,
    views: Vec<View>,
    /// Sums over the views, by object class.
    logits: Vec<f32>,
}

/// One view, `[maps, height, width]`.
#[derive(Clone, Debug)]
struct View {
    maps: Vec<f32>,
    size: [usize; 2],
    mirrored: bool,
}

impl Views {
    pub(super) fn new(size: Size, classes: ClassSet, with_background: bool) -> Self {
        Self { size, classes, with_background, views: Vec::new(), logits: Vec::new() }
    }

    pub(super) fn push(
        &mut self,
        maps: Vec<f32>,
        size: [usize; 2],
        mirrored: bool,
        logits: &[f32],
    ) {
        self.views.push(View { maps, size, mirrored });
        self.logits.resize(logits.len(), 0.0);
        self.logits.iter_mut().zip(logits).for_each(|(sum, logit)| *sum += logit);
    }

    /// Whether no score is infinite or NaN, as those of a network whose values are not.
    pub fn is_finite(&self) -> bool {
        let maps = self.views.iter().flat_map(|view| &view.maps);
        maps.chain(&self.logits).all(|score| score.is_finite())
    }

    /// Image-level logits of every object class, whatever the image's labels: means over the views.
    pub fn logits(&self) -> Vec<f32> {
        self.logits.iter().map(|sum| sum / self.views.len() as f32).collect()
    }

    /// The views resized to the image and summed; each class divided by its own maximum, or by
    /// itself and the background where that was learned.
    pub fn score_map(self) -> ScoreMap {
        let pixels = self.size.pixels();
        let maps = self.classes.len() + usize::from(self.with_background);
        let mut sums = vec![0.0; maps * pixels];
        for View { maps, size, mirrored } in &self.views {
            let pairs = sums.chunks_exact_mut(pixels).zip(maps.chunks_exact(size[0] * size[1]));
            for (sum, map) in pairs {
                add_resized(map, *size, sum, [self.size.height, self.size.width], *mirrored);
            }
        }
        // The map of the background is the last of the sums; without one nothing is left to split off.
        let background = sums.split_off(self.classes.len() * pixels);
        let map = ScoreMap::new(self.size, self.classes.iter().collect(), sums);
        if self.with_background { map.against(&background) } else { map.normalised() }
    }
}

//! Which images one method gets better than another.

use super::MethodRuns;
use crate::confusion::mean;
use serde::Serialize;

/// One image under two methods. Each value is the mean IoU over the classes that occur in the image's
/// truth or prediction, then the mean over the runs of a method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageDifference {
    pub id: String,
    pub baseline: f64,
    pub method: f64,
    /// `method - baseline`
    pub difference: f64,
}

/// All images that have a pixel that counts, the largest gain first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageDifferences {
    /// Images that the method gets better than the baseline.
    pub wins: usize,
    /// Images that it gets worse.
    pub losses: usize,
    /// Images of equal mean IoU.
    pub ties: usize,
    /// Mean over the images.
    pub mean_difference: Option<f64>,
    pub images: Vec<ImageDifference>,
}

impl ImageDifferences {
    /// Compares two methods image by image.
    pub(super) fn of(baseline: &MethodRuns, method: &MethodRuns) -> Self {
        let images = baseline.runs.first().map_or(&[][..], Vec::as_slice);
        let differences = images.iter().enumerate().filter_map(|(index, image)| {
            let [baseline, method] = [baseline, method].map(|runs| mean_iou(runs, index));
            let (id, baseline, method) = (image.id.clone(), baseline?, method?);
            Some(ImageDifference { id, baseline, method, difference: method - baseline })
        });
        Self::sorted(differences.collect())
    }

    fn sorted(mut images: Vec<ImageDifference>) -> Self {
        // Equal differences by id, whatever the order of the list.
        images.sort_by(|a, b| b.difference.total_cmp(&a.difference).then_with(|| a.id.cmp(&b.id)));
        Self {
            wins: images.iter().filter(|image| image.difference > 0.0).count(),
            losses: images.iter().filter(|image| image.difference < 0.0).count(),
            ties: images.iter().filter(|image| image.difference == 0.0).count(),
            mean_difference: mean(images.iter().map(|image| Some(image.difference))),
            images,
        }
    }
}

fn mean_iou(method: &MethodRuns, image: usize) -> Option<f64> {
    mean(method.runs.iter().map(|run| mean(run[image].classes().map(|(_, counts)| counts.iou()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassCounts, ImageCounts};

    fn method(intersections: [u64; 4]) -> MethodRuns {
        let counts = |intersection| ClassCounts { intersection, truth: 4, predicted: 4 };
        let image = |(id, intersection): (&str, u64)| match intersection {
            // Nothing that counts.
            9 => ImageCounts::new(id, []),
            intersection => ImageCounts::new(id, [(0, counts(4)), (1, counts(intersection))]),
        };
        let run = ["a", "b", "c", "d"].into_iter().zip(intersections).map(image).collect();
        MethodRuns { name: "m".into(), runs: vec![run] }
    }

    #[test]
    fn wins_losses_and_ties_are_counted_and_the_largest_gain_comes_first() {
        let found = ImageDifferences::of(&method([0, 4, 2, 9]), &method([4, 0, 2, 9]));
        assert_eq!((found.wins, found.losses, found.ties), (1, 1, 1));
        assert_eq!(found.mean_difference, Some(0.0));
        let ids: Vec<_> = found.images.iter().map(|image| image.id.as_str()).collect();
        assert_eq!(ids, ["a", "c", "b"]);
        // IoU of background 1, of the object 0 or 1.
        let first = ImageDifference { id: "a".into(), baseline: 0.5, method: 1.0, difference: 0.5 };
        assert_eq!(found.images[0], first);
    }
}

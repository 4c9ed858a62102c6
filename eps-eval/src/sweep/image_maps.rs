//! The pixels of each class in every image, where single images must be kept.

use super::folder::read_pair;
use crate::{ConfusionMatrix, EvalError, ImageCounts, files::Prediction, fold::Fold};
use eps_data::{Item, Observer};
use std::path::Path;

/// Counts the class maps `<id>.npz` of a folder at each of some constant thresholds:
/// `[threshold][image]`, images in the order of the items; each is a step of the observer.
///
/// # Errors
///
/// As [`sweep_folder`](crate::sweep_folder).
pub fn count_maps(
    items: &[Item],
    cams: &Path,
    classes: usize,
    thresholds: &[f32],
    observer: &dyn Observer,
) -> Result<Vec<Vec<ImageCounts>>, EvalError> {
    let files = Prediction::ClassMap.complete_files(items, cams)?;
    let images = Fold::over(&files, observer).each(|image| {
        let (truth, scores) = read_pair(image, classes)?;
        let at = |&threshold: &f32| {
            let mut matrix = ConfusionMatrix::new(classes);
            matrix.add(&truth, &scores.to_labels(threshold));
            ImageCounts::of_matrix(&image.item.id, &matrix)
        };
        Ok::<Vec<ImageCounts>, EvalError>(thresholds.iter().map(at).collect())
    })?;
    let mut by_threshold = vec![Vec::with_capacity(items.len()); thresholds.len()];
    for image in images {
        by_threshold.iter_mut().zip(image).for_each(|(counts, image)| counts.push(image));
    }
    Ok(by_threshold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClassCounts;
    use eps_data::codec::{ScoreFormat, write_mask, write_scores};
    use eps_data::{ClassSet, LabelMap, ScoreMap, Size};

    #[test]
    fn every_image_is_counted_at_every_threshold_by_hand() {
        let folder = tempfile::tempdir().unwrap();
        let size = Size::new(3, 1);
        let item = |id: &str| Item {
            id: id.into(),
            image: folder.path().join("none"),
            saliency: None,
            mask: Some(folder.path().join(format!("{id}.png"))),
            classes: ClassSet::default(),
        };
        let items = [item("a"), item("b")];
        for (item, scores) in items.iter().zip([vec![0.1, 0.5, 0.9], vec![0.0, 0.0, 0.4]]) {
            let truth = LabelMap::new(size, vec![0, 1, 1]);
            write_mask(item.mask.as_ref().unwrap(), &truth).unwrap();
            let map = ScoreMap::new(size, vec![1], scores);
            let path = folder.path().join(format!("{}.npz", item.id));
            write_scores(&path, &map, ScoreFormat::F32).unwrap();
        }
        let found = count_maps(&items, folder.path(), 2, &[0.05, 0.45], &eps_data::Silent).unwrap();
        let object = |threshold: usize, image: usize| found[threshold][image].class(1);
        let counts = |intersection, predicted| ClassCounts { intersection, truth: 2, predicted };
        assert_eq!([object(0, 0), object(1, 0)], [counts(2, 3), counts(2, 2)]);
        assert_eq!([object(0, 1), object(1, 1)], [counts(1, 1), counts(0, 0)]);
        assert_eq!(found[1][1].id, "b");
    }
}

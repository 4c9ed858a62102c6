//! The pixels of each class in every image, where single images must be kept.

use super::folder::read_pair;
use super::masks::MakeMasks;
use crate::files::{ImageFiles, Prediction};
use crate::fit::check_mask;
use crate::{ConfusionMatrix, EvalError, ImageCounts, fold::Fold};
use eps_data::{Item, LabelMap, Observer, codec};
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
        let masks = thresholds.iter().map(|&threshold| scores.to_labels(threshold));
        Ok::<_, EvalError>(counts(&image.item.id, &truth, masks, classes))
    })?;
    Ok(by_mask(images, thresholds.len()))
}

/// Counts the masks that `masks` makes of an item and its class map `<id>.npz`, `count` of them for each item:
/// `[mask][image]`, images in the order of the items; each is a step of the observer.
///
/// # Errors
///
/// As [`sweep_masks`](crate::sweep_masks).
///
/// # Panics
///
/// If `masks` makes another number of them.
pub fn count_masks<E: From<EvalError> + Send>(
    items: &[Item],
    cams: &Path,
    classes: usize,
    count: usize,
    masks: &MakeMasks<'_, E>,
    observer: &dyn Observer,
) -> Result<Vec<Vec<ImageCounts>>, E> {
    let files = Prediction::ClassMap.complete_files(items, cams).map_err(EvalError::from)?;
    let images = Fold::over(&files, observer).each(|image| {
        let masks = masks(image.item, &image.prediction)?;
        Ok::<_, E>(checked_counts(image, masks, classes)?)
    })?;
    Ok(by_mask(images, count))
}

/// The counts of each mask of an image, if they fit it.
fn checked_counts(
    image: &ImageFiles<'_>,
    masks: Vec<LabelMap>,
    classes: usize,
) -> Result<Vec<ImageCounts>, EvalError> {
    let truth = codec::read_mask(image.mask()?, classes)?;
    for mask in &masks {
        check_mask(&truth, mask, &image.prediction, classes)?;
    }
    Ok(counts(&image.item.id, &truth, masks.into_iter(), classes))
}

/// The counts of each mask of an image.
fn counts(
    id: &str,
    truth: &LabelMap,
    masks: impl Iterator<Item = LabelMap>,
    classes: usize,
) -> Vec<ImageCounts> {
    let counts = masks.map(|mask| {
        let mut matrix = ConfusionMatrix::new(classes);
        matrix.add(truth, &mask);
        ImageCounts::of_matrix(id, &matrix)
    });
    counts.collect()
}

/// From `[image][mask]` to `[mask][image]`.
fn by_mask(images: Vec<Vec<ImageCounts>>, masks: usize) -> Vec<Vec<ImageCounts>> {
    let mut by_mask = vec![Vec::with_capacity(images.len()); masks];
    for image in images {
        assert_eq!(image.len(), masks, "each image has as many masks");
        by_mask.iter_mut().zip(image).for_each(|(counts, image)| counts.push(image));
    }
    by_mask
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
        let as_masks = |_: &Item, cam: &Path| {
            let scores = codec::read_class_map(cam).map_err(EvalError::from)?;
            Ok([0.05, 0.45].map(|threshold| scores.to_labels(threshold)).to_vec())
        };
        let silent = &eps_data::Silent;
        let made = count_masks::<EvalError>(&items, folder.path(), 2, 2, &as_masks, silent);
        assert_eq!(made.unwrap(), found);
    }
}

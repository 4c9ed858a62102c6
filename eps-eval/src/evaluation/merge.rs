//! One evaluation from the counts of its shards.

// Images of the parts are put in the order of their positions in the list:
//
//   part a    0   2     5
//   part b      1   3 4       a position twice is an image in two parts, one that is left out is in none

use super::Counts;
use crate::{EvalError, ImageCounts, ListId};
use eps_data::DataError;
use std::path::{Path, PathBuf};

/// Counts of the whole list from those of its parts, which may come in any order.
///
/// # Errors
///
/// If the parts are of different protocols, lists or classes, if two of them have an image in
/// common, or if an image of the list is in none.
pub fn merge(parts: Vec<(PathBuf, Counts)>) -> Result<Counts, EvalError> {
    let mut parts = parts.into_iter();
    let Some((first, mut merged)) = parts.next() else { return Err(EvalError::NoParts) };
    let mut images: Vec<(usize, PathBuf, ImageCounts)> = images_of(&first, &mut merged);
    for (path, mut part) in parts {
        check_likeness(&first, &merged, &path, &part)?;
        images.append(&mut images_of(&path, &mut part));
        merged.matrix.add_matrix(&part.matrix);
        merged.oddities += part.oddities;
    }
    // By path where two parts have one image, so that the error names them in the same order always.
    images.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    check_overlap(&images)?;
    check_gaps(&merged, &images)?;
    (merged.positions, merged.images) =
        images.into_iter().map(|(position, _, image)| (position, image)).unzip();
    Ok(merged)
}

fn images_of(path: &Path, part: &mut Counts) -> Vec<(usize, PathBuf, ImageCounts)> {
    let images = part.images.drain(..).zip(part.positions.drain(..));
    images.map(|(image, position)| (position, path.to_owned(), image)).collect()
}

fn check_likeness(
    first: &Path,
    expected: &Counts,
    path: &Path,
    found: &Counts,
) -> Result<(), DataError> {
    let [found, expected] = if found.protocol != expected.protocol {
        [found, expected].map(|counts| format!("protocol {}", counts.protocol))
    } else if found.list != expected.list {
        [found, expected].map(|counts| list_in_words(&counts.list))
    } else if found.classes != expected.classes {
        ["other classes".into(), "the same".into()]
    } else {
        return Ok(());
    };
    let expected = format!("{expected} as in {}", first.display());
    Err(DataError::Content { path: path.into(), found, expected })
}

fn list_in_words(list: &ListId) -> String {
    let hash: String = list.sha256.chars().take(12).collect();
    format!("list {} of {} images ({hash}..)", list.name, list.images)
}

fn check_overlap(images: &[(usize, PathBuf, ImageCounts)]) -> Result<(), DataError> {
    match images.array_windows().find(|[left, right]| left.0 == right.0) {
        Some([(_, first, _), (_, path, image)]) => Err(DataError::Content {
            path: path.clone(),
            found: format!("image {}", image.id),
            expected: format!("none that is in {} too", first.display()),
        }),
        None => Ok(()),
    }
}

fn check_gaps(counts: &Counts, images: &[(usize, PathBuf, ImageCounts)]) -> Result<(), EvalError> {
    // Positions are below the length of the list and no two are equal by now, so as many images as the
    // list has leave no gap.
    let (found, expected) = (images.len(), counts.list.images);
    if found == expected {
        return Ok(());
    }
    let first = (0..).zip(images).find(|(index, image)| *index != image.0);
    let first = first.map_or(found, |(index, _)| index);
    Err(EvalError::MissingParts {
        list: counts.list.name.clone(),
        found,
        expected,
        // Positions begin at 0, images in messages at 1.
        first: first + 1,
    })
}

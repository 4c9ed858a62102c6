//! The images of a comparison with the masks of every method.

use super::{MethodMasks, runs::truth};
use anyhow::{Context as _, Result};
use eps_data::codec::read_rgb;
use eps_data::{DataError, Item, LabelMap, Observer, Size};
use eps_eval::Fold;
use eps_eval::report::page::{Gallery, GalleryImage};

/// Reads all images again, shrinks them and scores each; of a method with several runs the first is shown.
///
/// Photographs are left out unless all items have one. `band` is the width of the boundary band in pixels.
///
/// # Errors
///
/// If a file can no longer be read, or a mask no longer fits its ground truth.
pub(super) fn gallery(
    methods: &[MethodMasks],
    items: &[Item],
    (classes, band): (usize, u32),
    observer: &dyn Observer,
) -> Result<Gallery> {
    let without: Vec<&Item> = items.iter().filter(|item| !item.image.is_file()).collect();
    let has_photographs = without.is_empty();
    if let Some(first) = without.first().filter(|_| without.len() < items.len()) {
        observer.note(&format!(
            "no photograph of {} of {} images, such as {}: the page shows masks alone",
            without.len(),
            items.len(),
            first.image.display()
        ));
    }
    observer.begin("thumbnails", items.len(), 0);
    let images = Fold::over(items, observer).each(|item| -> Result<GalleryImage> {
        let truth = truth(item, classes)?;
        let masks = methods.iter().map(|method| mask(method, item, classes, truth.size()));
        let masks: Vec<LabelMap> = masks.collect::<Result<_>>()?;
        let photograph = if has_photographs { Some(read_rgb(&item.image)?) } else { None };
        let labels = if item.classes.is_empty() { truth.present() } else { item.classes };
        let photograph = photograph.as_ref();
        Ok(GalleryImage::new(&item.id, photograph, &truth, &masks, labels, (classes, band))?)
    })?;
    observer.end();
    Ok(Gallery { has_photographs, images })
}

/// The mask of an image of this size by a method.
fn mask(method: &MethodMasks, item: &Item, classes: usize, expected: Size) -> Result<LabelMap> {
    let folder = method.folders.first().context("a method without masks")?;
    let mask = folder.read(&item.id, classes)?;
    let found = mask.size();
    if found != expected {
        let (kind, path) = ("prediction", folder.file(&item.id));
        return Err(DataError::SizeMismatch { path, kind, found, expected }.into());
    }
    Ok(mask)
}

//! Decoded images that are kept for the next epoch.

use crate::{
    DataError, Item, LabelMap, SaliencyFit, SaliencyMap,
    codec::{read_mask, read_rgb},
    split::check_size,
    transform::picture_size,
};
use image::RgbImage;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

/// Which files are read beside an image.
#[derive(Clone, Copy, Debug)]
pub(super) enum Files {
    /// The saliency map, if the item has one.
    Saliency(SaliencyFit),
    /// The mask, of so many classes with background.
    Mask(usize),
}

/// An image and its maps as their files hold them.
pub(super) struct Decoded {
    pub(super) image: RgbImage,
    pub(super) saliency: Option<SaliencyMap>,
    pub(super) mask: Option<LabelMap>,
}

impl Decoded {
    fn read(item: &Item, files: Files) -> Result<Self, DataError> {
        let image = read_rgb(&item.image)?;
        let size = picture_size(&image);
        let (mut saliency, mut mask) = (None, None);
        match files {
            Files::Saliency(fit) => {
                saliency = item.saliency.as_ref().map(|path| fit.read(path, size)).transpose()?;
            }
            Files::Mask(classes) => {
                let path = item.mask.as_ref();
                let path =
                    path.ok_or_else(|| DataError::missing(&item.image, "mask of the image"))?;
                let read = read_mask(path, classes)?;
                check_size("mask", path, read.size(), size)?;
                mask = Some(read);
            }
        }
        Ok(Self { image, saliency, mask })
    }

    fn bytes(&self) -> usize {
        self.image.len()
            + self.saliency.as_ref().map_or(0, |map| map.values().len())
            + self.mask.as_ref().map_or(0, |map| map.classes().len())
    }
}

/// Decoded images, kept while they stay under a limit together.
///
/// What is kept never leaves: an epoch asks for each image once, so that replacing one by another
/// would gain nothing.
pub(super) struct Cache {
    kept: Vec<OnceLock<Arc<Decoded>>>,
    free: AtomicUsize,
}

impl Cache {
    /// Room for `bytes` of decoded pixels.
    pub(super) fn new(items: usize, bytes: usize) -> Self {
        Self { kept: (0..items).map(|_| OnceLock::new()).collect(), free: AtomicUsize::new(bytes) }
    }

    /// The decoded files of an item, from memory where they are kept.
    pub(super) fn decoded(
        &self,
        index: usize,
        item: &Item,
        files: Files,
    ) -> Result<Arc<Decoded>, DataError> {
        if let Some(kept) = self.kept[index].get() {
            return Ok(Arc::clone(kept));
        }
        // Decoded without a lock: two threads that ask for one image do the work twice, but no one waits.
        let decoded = Arc::new(Decoded::read(item, files)?);
        if self.take(decoded.bytes()) && self.kept[index].set(Arc::clone(&decoded)).is_err() {
            // Another thread was first with the same image.
            self.free.fetch_add(decoded.bytes(), Ordering::Relaxed);
        }
        Ok(decoded)
    }

    fn take(&self, bytes: usize) -> bool {
        let taken = self
            .free
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |free| free.checked_sub(bytes));
        taken.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassSet, codec::write_rgb_png};
    use std::fs;

    #[test]
    fn images_are_kept_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let items = ["a", "b", "c"].map(|id| Item {
            id: id.into(),
            image: folder.path().join(format!("{id}.png")),
            saliency: None,
            mask: None,
            classes: ClassSet::default(),
        });
        items.iter().for_each(|item| {
            write_rgb_png(&item.image, &RgbImage::new(4, 2)).unwrap();
        });
        // Room for two images of 24 bytes.
        let cache = Cache::new(3, 60);
        for (index, item) in items.iter().enumerate() {
            cache.decoded(index, item, Files::Saliency(SaliencyFit::Exact)).unwrap();
            fs::remove_file(&item.image).unwrap();
        }
        let files = Files::Saliency(SaliencyFit::Exact);
        let kept = |index: usize| cache.decoded(index, &items[index], files).is_ok();
        assert_eq!([0, 1, 2].map(kept), [true, true, false], "the file of the last is gone");
    }
}

//! Reading an archive, and scoring it again.

use super::archive::unpack;
use super::{COUNTS, FrozenImage, MANIFEST, Manifest, list_file};
use crate::GroundTruth;
use anyhow::{Context as _, Result, ensure};
use eps_data::codec::{read_bytes, sha256_of_file};
use eps_data::{ImageList, in_order};
use eps_eval::Counts;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;

/// An archive, unpacked and found to be as it was written; it leaves with this value.
#[derive(Debug)]
pub struct FrozenResult {
    folder: TempDir,
    /// What tables call the masks.
    pub name: String,
    /// As they were when the masks were frozen.
    pub counts: Counts,
    images: Vec<FrozenImage>,
}

/// How counts are not those that were frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Images with other counts, in the order of the list.
    pub images: Vec<String>,
    /// Images among them whose ground truth is another file.
    pub with_other_truth: usize,
}

impl FrozenResult {
    /// Unpacks an archive, and checks every file by its hash.
    ///
    /// # Errors
    ///
    /// If it is no archive of `eps freeze`, or a file in it is not the one that was packed.
    pub fn open(path: &Path) -> Result<Self> {
        let folder =
            TempDir::with_prefix("eps-frozen-").context("no folder for temporary files")?;
        unpack(path, folder.path())?;
        Self::read(folder).with_context(|| format!("{}", path.display()))
    }

    fn read(folder: TempDir) -> Result<Self> {
        let root = folder.path();
        let manifest =
            read_bytes(&root.join(MANIFEST)).with_context(|| format!("{MANIFEST} is not in it"))?;
        let Manifest { name, counts: hash, images, .. } = serde_json::from_slice(&manifest)
            .with_context(|| format!("{MANIFEST} cannot be read"))?;
        let file_of_counts = root.join(COUNTS);
        let found =
            sha256_of_file(&file_of_counts).with_context(|| format!("{COUNTS} is not in it"))?;
        // Before it is parsed, so that a damaged file is called that, not one that cannot be read.
        ensure!(found == hash, "{COUNTS} is not the file that was packed");
        let counts =
            Counts::read(&file_of_counts).with_context(|| format!("{COUNTS} cannot be read"))?;
        // The list has no hash of its own: its ids must be those of the counts, which have one.
        // Anybody may have written the archive, and the name becomes a path.
        ensure!(is_plain(&counts.list.name), "{COUNTS} has a list called `{}`", counts.list.name);
        let list = ImageList::read(&root.join(list_file(&counts)))
            .with_context(|| format!("{} is not in it", list_file(&counts)))?;
        ensure!(
            list.ids.iter().eq(images.iter().map(|image| &image.id))
                && list.ids.iter().eq(counts.images.iter().map(|image| &image.id)),
            "the list, {COUNTS} and {MANIFEST} have other images, expected the same in each"
        );
        let frozen = Self { folder, name, counts, images };
        in_order(frozen.images.par_iter().map(|image| frozen.check(image)))?;
        Ok(frozen)
    }

    fn check(&self, image: &FrozenImage) -> Result<()> {
        let id = &image.id;
        let found = sha256_of_file(&self.masks().join(format!("{id}.png")))
            .with_context(|| format!("masks/{id}.png is not in it"))?;
        ensure!(found == image.mask, "masks/{id}.png is not the file that was packed");
        Ok(())
    }

    /// Folder of the masks, `<id>.png`.
    pub fn masks(&self) -> PathBuf {
        self.folder.path().join("masks")
    }

    /// File with the ids of the images.
    pub fn list(&self) -> PathBuf {
        self.folder.path().join(list_file(&self.counts))
    }

    /// How other counts of these masks differ from those that were frozen; `None` if they do not.
    ///
    /// # Errors
    ///
    /// If a ground-truth mask cannot be read.
    pub fn difference(&self, counts: &Counts, truth: &GroundTruth) -> Result<Option<Difference>> {
        let frozen: BTreeMap<&str, _> =
            self.counts.images.iter().map(|image| (&*image.id, image)).collect();
        let images: Vec<String> = counts
            .images
            .iter()
            .filter(|image| frozen.get(&*image.id).is_none_or(|frozen| frozen != image))
            .map(|image| image.id.clone())
            .collect();
        if images.is_empty() {
            return Ok(None);
        }
        let with_other_truth = self.with_other_truth(&images, truth)?;
        Ok(Some(Difference { images, with_other_truth }))
    }

    fn with_other_truth(&self, ids: &[String], truth: &GroundTruth) -> Result<usize> {
        let hashes: BTreeMap<&str, &str> =
            self.images.iter().map(|image| (&*image.id, &*image.ground_truth)).collect();
        let masks: BTreeMap<&str, &PathBuf> =
            truth.items.iter().filter_map(|item| Some((&*item.id, item.mask.as_ref()?))).collect();
        let mut others = 0;
        for id in ids {
            if let (Some(hash), Some(mask)) = (hashes.get(&**id), masks.get(&**id)) {
                others += usize::from(sha256_of_file(mask)? != **hash);
            }
        }
        Ok(others)
    }
}

/// Whether a name is that of a file in a folder.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_list_is_that_of_a_file_and_leads_nowhere_else() {
        assert!(is_plain("train") && is_plain("val 2.1"));
        for name in ["", ".", "..", "../train", "a/b", "/etc/passwd", "a/../../b"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}

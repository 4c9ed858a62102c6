//! Masks of SBD, and VOC's own in their place.

use super::MaskOutput;
use super::origin::Origin;
use crate::folder::files_by_id;
use crate::{End, Session};
use anyhow::{Result, bail, ensure};
use eps_data::codec::{read_mask, read_sbd_mask};
use eps_data::{ClassNames, IGNORE, LabelMap, sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files of masks by image id.
type Sources = BTreeMap<String, PathBuf>;

impl MaskOutput<'_> {
    /// Writes the masks of SBD's folder `dataset`; VOC's own masks, of the folder `voc`, take their place.
    ///
    /// # Errors
    ///
    /// If a mask is damaged, or the folder has masks of another source.
    pub fn of_sbd(&self, sbd: &Path, voc: Option<&Path>, session: &Session<'_>) -> Result<End> {
        let folder = sbd.join("cls");
        let mut masks = sources(&folder, "mat")?;
        let voc = voc.map(|voc| sources(voc, "png")).transpose()?;
        let origin = Origin::Converted { sbd: digest(&masks), voc: voc.as_ref().map(digest) };
        masks.extend(voc.into_iter().flatten());
        let chosen = self.images(&folder, masks.into_iter().collect(), |(id, _)| id)?;
        let lock = origin.take(self.out, session)?;
        self.write(lock, &chosen, |(id, _)| id, |(_, path)| mask(path), session)
    }
}

/// The files of a folder with this ending.
fn sources(folder: &Path, ending: &str) -> Result<Sources> {
    let sources = files_by_id(folder, ending)?;
    ensure!(!sources.is_empty(), "{}: no .{ending} in it", folder.display());
    Ok(sources)
}

/// Hash of the ids.
fn digest(sources: &Sources) -> String {
    sha256(sources.keys().map(String::as_str).collect::<Vec<_>>().join("\n"))
}

/// The mask in a file of SBD or VOC, whose classes are those of VOC.
fn mask(path: &Path) -> Result<LabelMap> {
    let classes = ClassNames::voc().len();
    if path.extension().is_some_and(|ending| ending == "png") {
        return Ok(read_mask(path, classes)?);
    }
    let mask = read_sbd_mask(path)?;
    let mut unknown =
        mask.classes().iter().filter(|&&class| usize::from(class) >= classes && class != IGNORE);
    match unknown.next() {
        Some(class) => bail!("{}: class {class}, expected 0..=20 or 255", path.display()),
        None => Ok(mask),
    }
}

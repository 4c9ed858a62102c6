//! Masks as palette PNGs, of COCO's annotations, SBD's MATLAB files or pictures in another form.

mod converted;
mod drawn;
pub(super) mod origin;
mod sbd;

pub use converted::Colours;

use crate::output::FolderLock;
use crate::resumed::Missing;
use crate::{End, Session};
use anyhow::{Result, anyhow};
use eps_data::codec::{is_whole, write_mask};
use eps_data::{ImageList, LabelMap, counted};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Where masks go, and of which images they are made.
#[derive(Clone, Copy, Debug)]
pub struct MaskOutput<'a> {
    pub out: &'a Path,
    /// The images [all of the source].
    pub list: Option<&'a ImageList>,
}

impl MaskOutput<'_> {
    /// The images to make, each of the list among them; `source` has all.
    fn images<T>(&self, source: &Path, all: Vec<T>, id: impl Fn(&T) -> &str) -> Result<Vec<T>> {
        self.chosen(all, id).map_err(|missing| {
            anyhow!("{}: no image `{missing}`, expected each of the list", source.display())
        })
    }

    /// Those of the list, or all; else the id of one that is missing.
    pub(super) fn chosen<T>(
        &self,
        all: Vec<T>,
        id: impl Fn(&T) -> &str,
    ) -> std::result::Result<Vec<T>, String> {
        let Some(list) = self.list else { return Ok(all) };
        let mut wanted: HashSet<&str> = list.ids.iter().map(String::as_str).collect();
        let chosen = all.into_iter().filter(|image| wanted.remove(id(image))).collect();
        match wanted.iter().min() {
            Some(&missing) => Err(missing.into()),
            None => Ok(chosen),
        }
    }

    fn file_of(&self, id: &str) -> PathBuf {
        self.out.join(format!("{id}.png"))
    }

    /// Writes the masks that are not there yet.
    pub(super) fn write<T: Sync>(
        &self,
        lock: FolderLock,
        images: &[T],
        id: impl Fn(&T) -> &str + Sync,
        mask: impl Fn(&T) -> Result<LabelMap> + Sync,
        session: &Session<'_>,
    ) -> Result<End> {
        let (stage, locks) = ("masks", &[lock]);
        let missing = Missing { session, stage, results: "masks", locks, at_once: None };
        let end = missing.make(
            images,
            |image| is_whole(&self.file_of(id(image))),
            |image| Ok(write_mask(&self.file_of(id(image)), &mask(image)?)?),
        )?;
        if end == End::Done {
            let text = format!("{} in {}", counted(images.len(), "mask"), self.out.display());
            session.observer.say(&text);
        }
        Ok(end)
    }
}

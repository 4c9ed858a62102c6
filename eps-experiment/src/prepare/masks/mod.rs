//! Masks as palette PNGs, of COCO's annotations, SBD's MATLAB files or pictures in another form.

mod converted;
mod drawn;
mod origin;
mod sbd;

pub use converted::Colours;

use crate::output::FolderLock;
use crate::{End, Session, parallel};
use anyhow::{Result, bail};
use eps_data::codec::{is_whole, write_mask};
use eps_data::{ImageList, LabelMap};
use std::collections::HashSet;
use std::path::Path;

/// Where masks go, and of which images they are made.
#[derive(Clone, Copy, Debug)]
pub struct MaskOutput<'a> {
    pub out: &'a Path,
    /// The images [all of the source].
    pub list: Option<&'a ImageList>,
}

impl MaskOutput<'_> {
    /// The images to make, each of the list among them; `source` has all.
    fn chosen<T>(&self, source: &Path, all: Vec<T>, id: impl Fn(&T) -> &str) -> Result<Vec<T>> {
        let Some(list) = self.list else { return Ok(all) };
        let mut wanted: HashSet<&str> = list.ids.iter().map(String::as_str).collect();
        let chosen = all.into_iter().filter(|image| wanted.remove(id(image))).collect();
        match wanted.iter().min() {
            Some(missing) => {
                bail!("{}: no image `{missing}`, expected each of the list", source.display())
            }
            None => Ok(chosen),
        }
    }

    /// Writes the masks that are not there yet.
    fn write<T: Sync>(
        &self,
        lock: &FolderLock,
        images: &[T],
        id: impl Fn(&T) -> &str + Sync,
        mask: impl Fn(&T) -> Result<LabelMap> + Sync,
        session: &Session<'_>,
    ) -> Result<End> {
        let observer = session.observer;
        let path = |image: &T| self.out.join(format!("{}.png", id(image)));
        let left: Vec<&T> = images.iter().filter(|image| !is_whole(&path(image))).collect();
        if left.len() < images.len() {
            let there = images.len() - left.len();
            observer.say(&format!("{there} of {} masks are there already", images.len()));
        }
        let end = parallel::each(session, "masks", &left, |image| {
            lock.check()?;
            Ok(write_mask(&path(image), &mask(image)?)?)
        })?;
        lock.check()?;
        match end {
            End::Interrupted => {
                observer.say("finished masks are kept; run the same command again to resume");
            }
            End::Done => {
                observer.say(&format!("{} masks in {}", images.len(), self.out.display()));
            }
        }
        Ok(end)
    }
}

//! Lists of images put together from splits, and kept to those that are as wanted.

use crate::{Session, parallel};
use anyhow::{Result, bail};
use eps_data::{Condition, DataSet, ImageList, SaliencyFit, counted};
use std::collections::BTreeSet;
use std::path::Path;

/// The images of a list, and what is added to them and taken away.
#[derive(Clone, Debug)]
pub struct ImageIds<'a> {
    pub data: &'a DataSet,
    /// A split, `all`, or a file.
    pub list: &'a str,
    /// Splits or files whose images are added.
    pub with: &'a [String],
    /// A folder of SBD, of which both lists are added.
    pub sbd: Option<&'a Path>,
    /// Splits or files whose images are taken away.
    pub without: &'a [String],
    /// Only images that have a mask stay.
    pub with_masks: bool,
    /// Only images stay for which all of these hold.
    pub conditions: &'a [Condition],
    pub saliency_fit: SaliencyFit,
}

impl ImageIds<'_> {
    /// The ids, ascending; `None` if the observer stops before all are known.
    ///
    /// # Errors
    ///
    /// If a list or a file that a condition needs cannot be read, or no image is left.
    pub fn collect(&self, session: &Session<'_>) -> Result<Option<Vec<String>>> {
        let mut ids: BTreeSet<String> =
            noted(self.data.list(self.list)?, session).into_iter().collect();
        for list in self.with {
            ids.extend(self.other(list, session)?);
        }
        let lists =
            self.sbd.iter().flat_map(|sbd| ["train.txt", "val.txt"].map(|name| sbd.join(name)));
        for list in lists {
            ids.extend(noted(ImageList::read(&list)?, session));
        }
        for list in self.without {
            for id in self.other(list, session)? {
                ids.remove(&id);
            }
        }
        if self.with_masks {
            self.retain_with_masks(&mut ids, session);
        }
        let mut ids: Vec<String> = ids.into_iter().collect();
        if !self.conditions.is_empty() {
            let Some(wanted) = self.as_wanted(ids, session)? else { return Ok(None) };
            ids = wanted;
        }
        if ids.is_empty() {
            bail!(
                "--list {}: no image id is left{}, expected at least one",
                self.list,
                self.lacking()
            );
        }
        Ok(Some(ids))
    }

    /// What no image had.
    fn lacking(&self) -> String {
        let conditions: Vec<String> = self.conditions.iter().map(Condition::to_string).collect();
        match (self.with_masks, &conditions[..]) {
            (_, [_, ..]) => format!(" where {}", conditions.join(" and ")),
            (true, []) => format!(" with a mask in {}", self.data.masks.display()),
            (false, []) => String::new(),
        }
    }

    /// The ids of another list of the same data set, which may be a split of COCO of its own.
    fn other(&self, list: &str, session: &Session<'_>) -> Result<Vec<String>> {
        Ok(noted(DataSet::open(&self.data.root, list)?.list(list)?, session))
    }

    /// Leaves out the images that have no mask, and notes those in whose masks' place something else is.
    fn retain_with_masks(&self, ids: &mut BTreeSet<String>, session: &Session<'_>) {
        let mut others = Vec::new();
        ids.retain(|id| {
            let mask = self.data.mask_of(id);
            let is_mask = mask.is_file();
            if !is_mask && mask.symlink_metadata().is_ok() {
                others.push(mask);
            }
            is_mask
        });
        if let [first, ..] = &others[..] {
            session.observer.note(&format!(
                "{}: is no file, expected a mask; {} of this kind left out",
                first.display(),
                counted(others.len(), "image")
            ));
        }
    }

    /// The images for which every condition holds; `None` if the observer stops.
    fn as_wanted(&self, ids: Vec<String>, session: &Session<'_>) -> Result<Option<Vec<String>>> {
        let hold = parallel::results(session, "images", &ids, |id| {
            for condition in self.conditions {
                if !condition.holds(self.data, id, self.saliency_fit)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })?;
        let Some(hold) = hold else { return Ok(None) };
        let pairs = ids.into_iter().zip(hold);
        Ok(Some(pairs.filter_map(|(id, holds)| holds.then_some(id)).collect()))
    }
}

/// The ids of a list, once it is noted what its lines have besides.
fn noted(list: ImageList, session: &Session<'_>) -> Vec<String> {
    session.remarks(&list.remarks);
    list.ids
}

//! Images of a data set beside their masks and saliency maps.

use crate::output::FolderLock;
use crate::{DataSource, Session};
use anyhow::{Result, bail};
use eps_data::codec::{read_mask, read_rgb, read_saliency};
use eps_data::{Item, Split, in_order};
use eps_eval::report::page::{ContactSheet, ContactSheetEntry};
use rayon::prelude::*;
use std::path::Path;

/// Images on a page where nothing chooses.
const DEFAULT: usize = 24;

/// The images of a page, in the order of the list unless ids name another, and how large they are.
#[derive(Clone, Debug)]
pub struct ImagePage<'a> {
    /// These images; the rest is about images that are not named.
    pub ids: &'a [String],
    /// Only images labelled with this class.
    pub class: Option<&'a str>,
    /// The first of the list [24 of them].
    pub first: Option<usize>,
    /// So many, drawn at random.
    pub random: Option<usize>,
    /// Seed of the draw.
    pub seed: u64,
    /// Longer side of each picture in pixels.
    pub side: usize,
}

impl ImagePage<'_> {
    /// Writes `index.html` and `contact-sheet.png` into a folder.
    ///
    /// # Errors
    ///
    /// If there is no image of an id or a class, a file cannot be read, or another call writes to the folder.
    pub fn write(&self, data: &DataSource, out: &Path, session: &Session<'_>) -> Result<()> {
        let lock = FolderLock::take_for_results(out, session)?;
        let split = data.open_with_maps(session)?;
        let chosen = self.chosen(&split)?;
        let entries = chosen.par_iter().map(|item| entry(item, &split, self.side));
        let sheet = ContactSheet {
            title: format!("{} images of list {}", chosen.len(), split.list.name),
            entries: in_order(entries)?,
            names: &split.names,
        };
        sheet.write(out)?;
        lock.finish()
    }

    fn chosen<'a>(&self, split: &'a Split) -> Result<Vec<&'a Item>> {
        if !self.ids.is_empty() {
            return self.ids.iter().map(|id| of_id(split, id)).collect();
        }
        let mut items: Vec<&Item> = split.items.iter().collect();
        if let Some(name) = self.class {
            let Some(class) = split.names.index(name).filter(|&class| class != 0) else {
                let names: Vec<&str> = split.names.iter().skip(1).collect();
                bail!("--class: `{name}`, expected one of {}", names.join(", "));
            };
            items.retain(|item| item.classes.contains(class));
            if items.is_empty() {
                bail!("--class: no image of `{}` is labelled `{name}`", split.list.name);
            }
        }
        Ok(match self.random {
            Some(count) => eps_data::sample(&items, count, self.seed),
            None => items.into_iter().take(self.first.unwrap_or(DEFAULT)).collect(),
        })
    }
}

fn of_id<'a>(split: &'a Split, id: &str) -> Result<&'a Item> {
    match split.items.iter().find(|item| item.id == id) {
        Some(item) => Ok(item),
        None => bail!("--ids: `{id}` is not in the list `{}`", split.list.name),
    }
}

/// The pictures of an image, made small at once.
fn entry(item: &Item, split: &Split, side: usize) -> Result<ContactSheetEntry> {
    let image = read_rgb(&item.image)?;
    let mask = item.mask.as_deref().map(|path| read_mask(path, split.names.len())).transpose()?;
    let saliency = item.saliency.as_deref().map(read_saliency).transpose()?;
    let labels = item.classes.iter().map(|class| split.names.name(class).to_owned()).collect();
    Ok(ContactSheetEntry::new(&item.id, labels, &image, mask.as_ref(), saliency.as_ref(), side))
}

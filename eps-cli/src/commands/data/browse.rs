//! `eps data browse`

use crate::args::{self, DataArgs};
use crate::commands::Exit;
use anyhow::{Result, bail};
use eps_data::codec::{read_mask, read_rgb, read_saliency};
use eps_data::{Item, Needs, Split};
use eps_eval::report::page::{ContactSheet, ContactSheetEntry};
use eps_experiment::Session;
use eps_experiment::output::FolderLock;
use rayon::prelude::*;
use std::path::PathBuf;

/// Images on a sheet where no flag chooses.
const DEFAULT: usize = 24;

const EXAMPLES: &str = "\
Examples:
  eps data browse --data VOC2012 --class train --first 6 --out pages/trains
  eps data browse --data VOC2012 --random 6 --seed 2 --out pages/look";

/// Show images beside their masks and saliency maps, with ids and labels, for a look before training
///
/// Writes `index.html`, which needs no other file, and `contact-sheet.png`. Masks and saliency maps
/// are shown where their folders exist.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Browse {
    #[command(flatten)]
    data: DataArgs,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Show these images
    #[arg(long, value_name = "ID", num_args = 1.., group = "choice")]
    ids: Vec<String>,
    /// Show the first N images of the list [default: 24]
    #[arg(long, value_name = "N", group = "choice", value_parser = args::positive)]
    first: Option<usize>,
    /// Show N images drawn at random
    #[arg(long, value_name = "N", group = "choice", value_parser = args::positive)]
    random: Option<usize>,
    /// Seed of the draw
    #[arg(long, default_value_t = 0, requires = "random")]
    seed: u64,
    /// Only images labelled with this class
    #[arg(long, value_name = "NAME", conflicts_with = "ids")]
    class: Option<String>,
    /// Longer side of each picture in pixels
    #[arg(long, default_value_t = 200, value_name = "PIXELS", value_parser = args::positive)]
    side: usize,
}

impl Browse {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let lock = FolderLock::take_for_results(&self.out, session)?;
        let folder = self.data.folder()?;
        let needs = Needs {
            saliency: folder.has_saliency()?,
            masks: folder.has_masks()?,
            ..Needs::default()
        };
        let split = self.data.open(needs, session)?;
        let chosen = self.chosen(&split)?;
        let entries: Result<Vec<_>> =
            chosen.par_iter().map(|item| entry(item, &split, self.side)).collect();
        let sheet = ContactSheet {
            title: format!("{} images of list {}", chosen.len(), split.list.name),
            entries: entries?,
            names: &split.names,
        };
        sheet.write(&self.out)?;
        lock.finish()?;
        session.observer.say(&format!("look at {}", self.out.join("index.html").display()));
        Ok(Exit::Done)
    }

    /// The images to show; in the order of the list unless ids name another.
    fn chosen<'a>(&self, split: &'a Split) -> Result<Vec<&'a Item>> {
        if !self.ids.is_empty() {
            return self.ids.iter().map(|id| of_id(split, id)).collect();
        }
        let mut items: Vec<&Item> = split.items.iter().collect();
        if let Some(name) = &self.class {
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

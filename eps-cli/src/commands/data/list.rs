//! `eps data list`

use crate::args::DataArgs;
use crate::commands::Exit;
use anyhow::{Result, bail};
use eps_data::{DataSet, ImageList, counted};
use eps_experiment::Session;
use eps_experiment::output::{OutputFiles, ReadFiles, write_kept};
use std::collections::BTreeSet;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data list --data VOC2012 --list val --out held-out.txt
  eps data list --data VOC2012 --list train --sbd benchmark_RELEASE/dataset --without val";

/// Write a list of image ids: of a split, or put together from several
///
/// The ids are ascending. The images of a COCO split (`--list train2014`) are those with at least
/// one annotation; `--list all` is every photograph. VOC's `train_aug` is
/// `--list train --sbd SBD/dataset --without val`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct List {
    #[command(flatten)]
    data: DataArgs,
    /// Add the ids of another split or file
    #[arg(long = "with", value_name = "LIST", value_parser = crate::args::not_empty)]
    with: Vec<String>,
    /// Add both lists of SBD: `train.txt` and `val.txt` of this folder
    #[arg(long, value_name = "DIR")]
    sbd: Option<PathBuf>,
    /// Take away the ids of another split or file
    #[arg(long = "without", value_name = "LIST", value_parser = crate::args::not_empty)]
    without: Vec<String>,
    /// Keep the ids that have a mask in the folder of masks
    #[arg(long)]
    with_masks: bool,
    /// File to write [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file of other content
    #[arg(long, requires = "out")]
    force: bool,
}

impl List {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let outputs = OutputFiles::of([&self.out]).reading(self.inputs()).check()?;
        let folder = self.data.folder()?;
        let mut ids: BTreeSet<String> =
            noted(folder.list(&self.data.list)?, session).into_iter().collect();
        for list in &self.with {
            ids.extend(other(&folder, list, session)?);
        }
        for list in
            self.sbd.iter().flat_map(|sbd| ["train.txt", "val.txt"].map(|name| sbd.join(name)))
        {
            ids.extend(noted(ImageList::read(&list)?, session));
        }
        for list in &self.without {
            for id in other(&folder, list, session)? {
                ids.remove(&id);
            }
        }
        if self.with_masks {
            retain_with_masks(&mut ids, &folder, session);
        }
        if ids.is_empty() {
            let lacking = match self.with_masks {
                true => format!(" with a mask in {}", folder.masks.display()),
                false => String::new(),
            };
            bail!("--list {}: no image id is left{lacking}, expected at least one", self.data.list);
        }
        let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
        match &self.out {
            Some(path) => write_kept(path, text.as_bytes(), self.force)?,
            None => print!("{text}"),
        }
        outputs.keep(session);
        eprintln!("{} images", ids.len());
        Ok(Exit::Done)
    }
}

impl List {
    fn inputs(&self) -> ReadFiles {
        let lists = self.with.iter().chain(&self.without);
        let inputs = lists.fold(self.data.inputs(), |inputs, list| inputs.file(list));
        self.sbd.iter().fold(inputs, |inputs, folder| inputs.folder(folder, &["txt"]))
    }
}

/// Leaves out the images that have no mask, and notes those in whose masks' place something else is.
fn retain_with_masks(ids: &mut BTreeSet<String>, folder: &DataSet, session: &Session<'_>) {
    let mut others = Vec::new();
    ids.retain(|id| {
        let mask = folder.mask_of(id);
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

/// The ids of another list of the same data set, which may be a split of COCO of its own.
fn other(folder: &DataSet, list: &str, session: &Session<'_>) -> Result<Vec<String>> {
    Ok(noted(DataSet::open(&folder.root, list)?.list(list)?, session))
}

/// The ids of a list, once it is noted what its lines have besides.
fn noted(list: ImageList, session: &Session<'_>) -> Vec<String> {
    session.remarks(&list.remarks);
    list.ids
}

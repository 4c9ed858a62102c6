//! `eps data list`

use crate::args::DataArgs;
use crate::commands::Exit;
use crate::interrupt;
use anyhow::Result;
use eps_data::Condition;
use eps_experiment::output::{OutputFiles, ReadFiles, write_kept};
use eps_experiment::prepare::ImageIds;
use eps_experiment::{End, Session};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data list --data VOC2012 --list val --out held-out.txt
  eps data list --data VOC2012 --list train --sbd benchmark_RELEASE/dataset --without val
  eps data list --data VOC2012 --list train --where 'overlap>=0.5' --out map-holds.txt";

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
    /// Keep the images where this holds of their masks, without ignored pixels: `overlap` (intersection over
    /// union of objects and salient pixels), `objects` (their share of the image) or `classes` (their number),
    /// then <, <=, > or >=, and a number; several must all hold
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<Condition>,
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
        let ids = ImageIds {
            data: &self.data.folder()?,
            list: &self.data.list,
            with: &self.with,
            sbd: self.sbd.as_deref(),
            without: &self.without,
            with_masks: self.with_masks,
            conditions: &self.conditions,
            saliency_fit: self.data.saliency_fit(),
        };
        interrupt::install()?;
        let Some(ids) = ids.collect(session)? else { return Ok(End::Interrupted.into()) };
        let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
        match &self.out {
            Some(path) => write_kept(path, text.as_bytes(), self.force)?,
            None => print!("{text}"),
        }
        outputs.keep(session);
        eprintln!("{} images", ids.len());
        Ok(Exit::Done)
    }

    fn inputs(&self) -> ReadFiles {
        let lists = self.with.iter().chain(&self.without);
        let inputs = lists.fold(self.data.inputs(), |inputs, list| inputs.file(list));
        self.sbd.iter().fold(inputs, |inputs, folder| inputs.folder(folder, &["txt"]))
    }
}

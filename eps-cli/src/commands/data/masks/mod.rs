//! `eps data masks`

mod drawn;
mod origin;
mod sbd;

use crate::commands::End;
use crate::{interrupt, notes, parallel};
use anyhow::{Result, bail};
use clap::ArgGroup;
use drawn::DrawingArgs;
use eps_data::codec::write_mask;
use eps_data::{ImageList, LabelMap};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Make masks as palette PNGs, `<id>.png`, of COCO's annotations or of SBD's MATLAB files
///
/// Masks that are there already are kept, so an interrupted call goes on.
///
/// --instances: the file's categories become classes 1, 2, .. in the order of their ids (1 to 80 for
/// COCO), a first one that is background class 0; their names go to classes.txt of the output folder.
/// Objects without polygons or run lengths, which have boxes alone, are counted in a note.
///
/// --sbd: each mask of SBD's folder `cls`; with --voc, the masks of that folder take their place and
/// join them, which makes the 12,031 of SegmentationClassAug.
#[derive(clap::Args)]
#[group(skip)]
#[command(group = ArgGroup::new("source").required(true).args(["instances", "sbd"]))]
pub(crate) struct Masks {
    /// COCO's instances file (JSON)
    #[arg(long, value_name = "FILE")]
    instances: Option<PathBuf>,
    /// SBD's folder `dataset`, with `cls` in it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["order", "overlap", "crowd"])]
    sbd: Option<PathBuf>,
    /// VOC's own masks, SegmentationClass, which are finer than SBD's and hold 255 on borders
    #[arg(long, value_name = "DIR", requires = "sbd")]
    voc: Option<PathBuf>,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    drawing: DrawingArgs,
    /// Make the masks of this list only [default: every image]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
}

impl Masks {
    pub(super) fn run(self) -> Result<End> {
        match (&self.instances, &self.sbd) {
            (Some(instances), _) => self.draw(instances),
            (None, Some(sbd)) => self.convert(sbd),
            (None, None) => unreachable!("one of both is required"),
        }
    }

    /// The images to make, each of the list among them; `source` has all.
    fn chosen<T>(&self, source: &Path, all: Vec<T>, id: impl Fn(&T) -> &str) -> Result<Vec<T>> {
        let Some(list) = &self.list else { return Ok(all) };
        let list = ImageList::read(list)?;
        notes::say(&list.remarks);
        let mut wanted: HashSet<String> = list.ids.into_iter().collect();
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
        images: &[T],
        id: impl Fn(&T) -> &str + Sync,
        mask: impl Fn(&T) -> Result<LabelMap> + Sync,
    ) -> Result<End> {
        let path = |image: &T| self.out.join(format!("{}.png", id(image)));
        let left: Vec<&T> = images.iter().filter(|own| !path(own).exists()).collect();
        if left.len() < images.len() {
            eprintln!("{} of {} masks are there already", images.len() - left.len(), images.len());
        }
        interrupt::install()?;
        let end =
            parallel::each("masks", &left, |image| Ok(write_mask(&path(image), &mask(image)?)?))?;
        match end {
            End::Interrupted => eprintln!("finished masks are kept: the same command goes on"),
            _ => eprintln!("{} masks in {}", images.len(), self.out.display()),
        }
        Ok(end)
    }
}

//! `eps data masks`

mod converted;
mod drawn;
mod origin;
mod sbd;

use crate::commands::End;
use crate::folder_lock::FolderLock;
use crate::{interrupt, notes, parallel};
use anyhow::{Result, bail};
use clap::ArgGroup;
use converted::Colours;
use drawn::DrawingArgs;
use eps_data::codec::{is_whole, write_mask};
use eps_data::{ImageList, LabelMap};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Make masks as palette PNGs, `<id>.png`, of COCO's annotations, SBD's MATLAB files or other pictures
///
/// Masks that are there already are kept, so an interrupted call goes on.
///
/// --instances: the file's categories become classes 1, 2, .. in the order of their ids (1 to 80 for
/// COCO), a first one that is background class 0; their names go to classes.txt of the output folder.
/// Objects without polygons or run lengths, which have boxes alone, are counted in a note.
///
/// --sbd: each mask of SBD's folder `cls`; with --voc, the masks of that folder take their place and
/// join them, which makes the 12,031 of SegmentationClassAug.
///
/// --pictures: masks in another form, with the meaning of their pixels by --colours: a label map (CVAT's
/// labelmap.txt, or lines of a name and three numbers; objects become classes 1, 2, .. in their order,
/// and their names go to classes.txt), `voc` for VOC's colours, or `indices` for one number a pixel: 16
/// bits, three equal channels, grey with opaque alpha, or a palette whose colours are wrong.
#[derive(clap::Args)]
#[group(skip)]
#[command(group = ArgGroup::new("source").required(true).args(["instances", "sbd", "pictures"]))]
pub(crate) struct Masks {
    /// COCO's instances file (JSON)
    #[arg(long, value_name = "FILE")]
    instances: Option<PathBuf>,
    /// SBD's folder `dataset`, with `cls` in it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["order", "overlap", "crowd"])]
    sbd: Option<PathBuf>,
    /// Folder of masks in colours, or of one number a pixel in another form than an index
    #[arg(
        long, value_name = "DIR", requires = "colours",
        conflicts_with_all = ["order", "overlap", "crowd"]
    )]
    pictures: Option<PathBuf>,
    /// What the pixels of --pictures mean: a label map, `voc` or `indices`
    #[arg(long, value_name = "FILE|voc|indices", requires = "pictures")]
    colours: Option<Colours>,
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
        match (&self.instances, &self.sbd, &self.pictures, &self.colours) {
            (Some(instances), ..) => self.draw(instances),
            (_, Some(sbd), ..) => self.convert(sbd),
            (.., Some(pictures), Some(colours)) => self.index(pictures, colours),
            _ => unreachable!("one source is required, and pictures need colours"),
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
        lock: &FolderLock,
        images: &[T],
        id: impl Fn(&T) -> &str + Sync,
        mask: impl Fn(&T) -> Result<LabelMap> + Sync,
    ) -> Result<End> {
        let path = |image: &T| self.out.join(format!("{}.png", id(image)));
        let left: Vec<&T> = images.iter().filter(|own| !is_whole(&path(own))).collect();
        if left.len() < images.len() {
            eprintln!("{} of {} masks are there already", images.len() - left.len(), images.len());
        }
        interrupt::install()?;
        let end = parallel::each("masks", &left, |image| {
            lock.check()?;
            Ok(write_mask(&path(image), &mask(image)?)?)
        })?;
        lock.check()?;
        match end {
            End::Interrupted => {
                eprintln!("finished masks are kept; run the same command again to resume");
            }
            _ => eprintln!("{} masks in {}", images.len(), self.out.display()),
        }
        Ok(end)
    }
}

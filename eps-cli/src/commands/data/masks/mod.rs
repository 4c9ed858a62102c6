//! `eps data masks`

mod drawing;

use crate::args::read_list;
use crate::commands::Exit;
use crate::interrupt;
use anyhow::Result;
use clap::ArgGroup;
use drawing::DrawingArgs;
use eps_experiment::Session;
use eps_experiment::prepare::{Colours, MaskOutput};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  eps data masks --instances COCO/annotations/instances_train2014.json --out coco-masks
  eps data masks --pictures cvat/SegmentationClass --colours cvat/labelmap.txt --out cvat-masks";

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
#[command(after_help = EXAMPLES)]
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
    pub(super) fn run(self, session: &Session<'_>) -> Result<Exit> {
        let list = read_list(&self.list, session)?;
        let output = MaskOutput { out: &self.out, list: list.as_ref() };
        interrupt::install()?;
        let end = match (&self.instances, &self.sbd, &self.pictures, &self.colours) {
            (Some(instances), ..) => {
                output.of_instances(instances, self.drawing.drawing(), session)
            }
            (_, Some(sbd), ..) => output.of_sbd(sbd, self.voc.as_deref(), session),
            (.., Some(pictures), Some(colours)) => output.of_pictures(pictures, colours, session),
            _ => unreachable!("one source is required, and pictures need colours"),
        };
        Ok(end?.into())
    }
}

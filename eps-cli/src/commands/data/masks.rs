//! `eps data masks`

use crate::commands::End;
use crate::interrupt;
use crate::progress::Progress;
use crate::run_folder::write_text;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use eps_data::coco::{self, CocoImage, Drawing, Instances};
use eps_data::codec::write_mask;
use eps_data::{ImageList, sha256};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Draw the masks of a COCO instances file as palette PNGs, `<id>.png`
///
/// Masks that are there already are kept, so an interrupted call goes on. The file's categories become
/// classes 1, 2, .. in the order of their ids (1 to 80 for COCO); their names go to classes.txt of
/// the output folder.
#[derive(clap::Args)]
pub(crate) struct Masks {
    /// Instances file (JSON)
    #[arg(long, value_name = "FILE")]
    instances: PathBuf,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Which annotation is drawn first
    #[arg(long, value_enum, default_value = "area")]
    order: OrderFlag,
    /// Whose is a pixel that several annotations cover
    #[arg(long, value_enum, default_value = "last")]
    overlap: OverlapFlag,
    /// What becomes of crowds
    #[arg(long, value_enum, default_value = "draw")]
    crowd: CrowdFlag,
    /// Draw the images of this list only [default: every image of the file]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OrderFlag {
    /// The largest by the file's area, so that small objects lie over large ones
    Area,
    /// The first of the file
    File,
    /// The lowest annotation id
    Id,
    /// The lowest class
    Class,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OverlapFlag {
    /// That of the annotation drawn last
    Last,
    /// That of the annotation drawn first
    First,
    /// Nobody's where the classes differ: ignored (255)
    Ignore,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CrowdFlag {
    /// Drawn as an object
    Draw,
    /// Ignored (255) where no object is drawn
    Ignore,
    /// Left out
    Skip,
}

/// What the masks of a folder were made of.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    instances: String,
    drawing: Drawing,
}

/// Name of the file that tells the origin of a folder's masks.
const ORIGIN: &str = "masks.json";

impl Masks {
    pub(super) fn run(self) -> Result<End> {
        let file = Instances::open(&self.instances)?;
        let images = self.images(&file)?;
        self.check_origin(&file)?;
        let names: String = file.names().iter().skip(1).map(|name| format!("{name}\n")).collect();
        write_text(&self.out.join("classes.txt"), &names)?;
        let path = |image: &CocoImage| self.out.join(format!("{}.png", image.id));
        let left: Vec<_> = images.iter().copied().filter(|own| !path(own).exists()).collect();
        if left.len() < images.len() {
            eprintln!("{} of {} masks are there already", images.len() - left.len(), images.len());
        }
        interrupt::install()?;
        let progress = Progress::new("masks", left.len()).shared();
        left.par_iter().try_for_each(|image| {
            if !interrupt::requested() {
                write_mask(&path(image), &file.mask(image, self.drawing())?)?;
                progress.step();
            }
            anyhow::Ok(())
        })?;
        if interrupt::requested() {
            eprintln!("finished masks are kept: the same command goes on");
            return Ok(End::Interrupted);
        }
        progress.finish();
        eprintln!("{} masks in {}", images.len(), self.out.display());
        Ok(End::Done)
    }

    fn drawing(&self) -> Drawing {
        let order = match self.order {
            OrderFlag::Area => coco::Order::Area,
            OrderFlag::File => coco::Order::File,
            OrderFlag::Id => coco::Order::Id,
            OrderFlag::Class => coco::Order::Class,
        };
        let overlap = match self.overlap {
            OverlapFlag::Last => coco::Overlap::Last,
            OverlapFlag::First => coco::Overlap::First,
            OverlapFlag::Ignore => coco::Overlap::Ignore,
        };
        let crowd = match self.crowd {
            CrowdFlag::Draw => coco::Crowd::Draw,
            CrowdFlag::Ignore => coco::Crowd::Ignore,
            CrowdFlag::Skip => coco::Crowd::Skip,
        };
        Drawing { order, overlap, crowd }
    }

    /// The images to draw, each of the list in the file.
    fn images<'a>(&self, file: &'a Instances) -> Result<Vec<&'a CocoImage>> {
        let Some(list) = &self.list else { return Ok(file.images().iter().collect()) };
        let mut wanted: HashSet<String> = ImageList::read(list)?.ids.into_iter().collect();
        let images =
            file.images().iter().filter(|image| wanted.remove(image.id.as_ref())).collect();
        match wanted.iter().min() {
            Some(id) => {
                bail!("{}: no image `{id}`, expected each of the list", self.instances.display())
            }
            None => Ok(images),
        }
    }

    /// Refuses a folder whose masks were made otherwise, and marks a new one.
    fn check_origin(&self, file: &Instances) -> Result<()> {
        let origin = Origin { instances: sha256(file.text()), drawing: self.drawing() };
        let path = self.out.join(ORIGIN);
        if !path.exists() {
            return write_text(&path, &(serde_json::to_string_pretty(&origin)? + "\n"));
        }
        if read_origin(&path)? != origin {
            bail!(
                "{}: masks of another file or with other rules are there, expected another --out",
                path.display()
            );
        }
        Ok(())
    }
}

fn read_origin(path: &Path) -> Result<Origin> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: cannot be read", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{}: not the origin of masks", path.display()))
}

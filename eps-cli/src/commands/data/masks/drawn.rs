//! Masks that are drawn of COCO's annotations.

use super::Masks;
use super::origin::Origin;
use crate::commands::End;
use crate::folder_lock::FolderLock;
use crate::notes;
use crate::run_folder::write_text;
use anyhow::Result;
use clap::ValueEnum;
use eps_data::coco::{self, CocoImage, Drawing, Instances};
use eps_data::sha256;
use std::path::Path;

/// How annotations become one mask.
#[derive(clap::Args)]
pub(super) struct DrawingArgs {
    /// Which annotation is drawn first
    #[arg(long, value_enum, default_value = "area")]
    order: OrderFlag,
    /// Whose is a pixel that several annotations cover
    #[arg(long, value_enum, default_value = "last")]
    overlap: OverlapFlag,
    /// What becomes of crowds
    #[arg(long, value_enum, default_value = "draw")]
    crowd: CrowdFlag,
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

impl DrawingArgs {
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
}

impl Masks {
    pub(super) fn draw(&self, instances: &Path) -> Result<End> {
        let file = Instances::open(instances)?;
        let drawing = self.drawing.drawing();
        let images = self.chosen(instances, file.images().iter().collect(), id)?;
        notes::say(file.remarks().iter().chain(&file.unmasked(&images)?));
        let lock = FolderLock::take(&self.out)?;
        Origin::Drawn { instances: sha256(file.text()), drawing }.claim(&self.out, &lock)?;
        write_text(&self.out.join("classes.txt"), &file.names().to_text())?;
        self.write(&lock, &images, id, |image| Ok(file.mask(image, drawing)?))
    }
}

fn id<'a>(image: &'a &CocoImage) -> &'a str {
    &image.id
}

//! How annotations become one mask.

use clap::ValueEnum;
use eps_data::coco::{self, Drawing};

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
    pub(super) fn drawing(&self) -> Drawing {
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

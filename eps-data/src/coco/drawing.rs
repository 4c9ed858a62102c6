//! How annotations become one mask: who is drawn when, and whose is a pixel of several.

use super::file::Annotation;
use super::region::Region;
use crate::{BACKGROUND, ClassId, IGNORE, LabelMap, Size};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// How the annotations of an image become one mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawing {
    pub order: Order,
    pub overlap: Overlap,
    pub crowd: Crowd,
}

/// Which annotation is drawn first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The largest by the file's area, so that small objects lie over large ones; of two equal ones
    /// the later of the file.
    #[default]
    Area,
    /// The first of the file.
    File,
    /// The lowest annotation id.
    Id,
    /// The lowest class, and of one class the first of the file.
    Class,
}

/// Whose is a pixel that several annotations cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// That of the annotation drawn last.
    #[default]
    Last,
    /// That of the annotation drawn first.
    First,
    /// Nobody's where their classes differ: ignored (255).
    Ignore,
}

/// What becomes of crowds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crowd {
    /// Drawn as an object.
    #[default]
    Draw,
    /// Ignored (255) where no object is drawn.
    Ignore,
    /// Left out.
    Skip,
}

impl Drawing {
    /// The mask of `annotations`, whose pixels are `regions`.
    pub(super) fn draw(
        self,
        size: Size,
        annotations: &[Annotation],
        regions: &[Region],
    ) -> LabelMap {
        let mut canvas = Canvas { columns: vec![BACKGROUND; size.pixels()] };
        for index in self.sequence(annotations, regions) {
            let &Annotation { class, crowd, .. } = &annotations[index];
            if !crowd || self.crowd == Crowd::Draw {
                canvas.cover(&regions[index], class, self.overlap);
            }
        }
        if self.crowd == Crowd::Ignore {
            for (region, _) in
                regions.iter().zip(annotations).filter(|(_, annotation)| annotation.crowd)
            {
                // Last of all, and only where nothing is drawn: a crowd hides no object.
                canvas.cover(region, IGNORE, Overlap::First);
            }
        }
        canvas.into_map(size)
    }

    /// Indices of the annotations, first drawn first.
    fn sequence(self, annotations: &[Annotation], regions: &[Region]) -> Vec<usize> {
        let mut sequence: Vec<usize> = (0..annotations.len()).collect();
        match self.order {
            Order::File => {}
            Order::Id => sequence.sort_by_key(|&index| &annotations[index].id),
            Order::Class => sequence.sort_by_key(|&index| annotations[index].class),
            Order::Area => {
                let areas = annotations.iter().zip(regions).map(|(annotation, region)| {
                    annotation.area.unwrap_or_else(|| region.pixels() as f64)
                });
                let areas: Vec<f64> = areas.collect();
                sequence.sort_by(|&a, &b| {
                    areas[b].total_cmp(&areas[a]).then_with(|| Reverse(a).cmp(&Reverse(b)))
                });
            }
        }
        sequence
    }
}

/// A mask that is being drawn, column by column as the runs go.
struct Canvas {
    columns: Vec<ClassId>,
}

impl Canvas {
    fn cover(&mut self, region: &Region, class: ClassId, overlap: Overlap) {
        for stretch in region.stretches() {
            let pixels = &mut self.columns[stretch];
            match overlap {
                Overlap::Last => pixels.fill(class),
                Overlap::First => pixels.iter_mut().for_each(|pixel| {
                    if *pixel == BACKGROUND {
                        *pixel = class;
                    }
                }),
                Overlap::Ignore => pixels.iter_mut().for_each(|pixel| {
                    *pixel = if *pixel == BACKGROUND || *pixel == class { class } else { IGNORE };
                }),
            }
        }
    }

    /// The mask row by row, turned in squares that stay in the processor's cache.
    fn into_map(self, size: Size) -> LabelMap {
        const SIDE: usize = 64;
        let Size { width, height } = size;
        let mut rows = vec![BACKGROUND; size.pixels()];
        for top in (0..height).step_by(SIDE) {
            for left in (0..width).step_by(SIDE) {
                for y in top..(top + SIDE).min(height) {
                    let row = &mut rows[y * width..][..width];
                    for (x, class) in row.iter_mut().enumerate().take(left + SIDE).skip(left) {
                        *class = self.columns[x * height + y];
                    }
                }
            }
        }
        LabelMap::new(size, rows)
    }
}

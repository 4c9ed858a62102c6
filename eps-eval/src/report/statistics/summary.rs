//! The statistics of a data set as values to show, and as JSON.

use crate::report::DataTable;
use crate::{ListId, confusion::ratio};
use eps_data::statistics::{Range, Statistics};
use eps_data::{BACKGROUND, ClassId, ClassNames, Size};
use serde::Serialize;

/// Everything that was counted, with ratios as fractions; what does not exist is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatisticsSummary {
    pub list: ListId,
    /// Images by their number of labels: element n counts those with n.
    pub labels_per_image: Vec<u64>,
    /// Mean over images.
    pub mean_labels: Option<f64>,
    pub widths: Option<SideRange>,
    pub heights: Option<SideRange>,
    /// Masks that were counted, and those of them in which some pixel is ignored.
    pub masks: u64,
    pub masks_with_ignored: u64,
    /// Share of the pixels of all masks that are an object.
    pub foreground: Option<f64>,
    /// Saliency maps that were counted.
    pub saliency_maps: u64,
    /// Share of the pixels of all maps that are salient.
    pub saliency_coverage: Option<f64>,
    /// Object classes in mask order.
    pub classes: Vec<ClassSummary>,
    /// `cooccurrence[a][b]`: images with both classes; on the diagonal those with the class.
    pub cooccurrence: Vec<Vec<u64>>,
    /// `conditional[a][b]`: P(b | a), the share of the images with `a` that have `b`.
    pub conditional: Vec<Vec<Option<f64>>>,
    /// Sizes of images, the most frequent first.
    pub sizes: Vec<SizeImages>,
}

/// What is known about one object class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassSummary {
    pub index: usize,
    pub name: String,
    /// Images labelled with it, and their share.
    pub images: u64,
    pub image_share: Option<f64>,
    /// Masks with a pixel of it.
    pub masks: u64,
    pub pixels: u64,
    /// Share of the pixels of all masks.
    pub pixel_share: Option<f64>,
    /// Share of the pixels of the masks that have the class, pooled.
    pub share_where_present: Option<f64>,
    /// Share of its pixels that are salient, pooled.
    pub salient: Option<f64>,
    /// Share of the pixels that are salient in images labelled with it, pooled.
    pub coverage: Option<f64>,
}

/// The smallest, the median and the largest side, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SideRange {
    pub smallest: usize,
    pub median: usize,
    pub largest: usize,
}

/// Images of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SizeImages {
    pub width: usize,
    pub height: usize,
    pub images: u64,
}

impl From<Range> for SideRange {
    fn from(Range { smallest, median, largest }: Range) -> Self {
        Self { smallest, median, largest }
    }
}

impl StatisticsSummary {
    pub(super) fn new(list: ListId, counted: &Statistics, names: &ClassNames) -> Self {
        let Statistics { labels, sizes, pixels, saliency } = counted;
        let objects: Vec<ClassId> = (1..names.len()).map(|class| class as ClassId).collect();
        let objects = objects.iter();
        let sizes_of_images = sizes.by_frequency().into_iter();
        Self {
            list,
            labels_per_image: labels.labels_per_image().to_vec(),
            mean_labels: labels.mean_labels(),
            widths: sizes.widths().map(SideRange::from),
            heights: sizes.heights().map(SideRange::from),
            masks: pixels.images(),
            masks_with_ignored: pixels.images_with_ignored(),
            foreground: pixels.foreground(),
            saliency_maps: saliency.images(),
            saliency_coverage: saliency.coverage(),
            classes: objects
                .clone()
                .map(|&class| ClassSummary::new(class, counted, names))
                .collect(),
            cooccurrence: objects
                .clone()
                .map(|&given| objects.clone().map(|&other| labels.both(given, other)).collect())
                .collect(),
            conditional: objects
                .clone()
                .map(|&given| {
                    objects.clone().map(|&other| labels.conditional(other, given)).collect()
                })
                .collect(),
            sizes: sizes_of_images
                .map(|(Size { width, height }, images)| SizeImages { width, height, images })
                .collect(),
        }
    }

    fn names(&self) -> Vec<String> {
        self.classes.iter().map(|class| class.name.clone()).collect()
    }

    /// A row for each class.
    pub(super) fn class_table(&self) -> DataTable {
        let classes = self.classes.iter();
        let table = DataTable::default()
            .texts("class", self.names())
            .counts("images", classes.clone().map(|class| class.images).collect())
            .fractions("of images", classes.clone().map(|class| class.image_share).collect());
        let table = match self.masks {
            0 => table,
            _ => table
                .counts("masks", classes.clone().map(|class| class.masks).collect())
                .counts("pixels", classes.clone().map(|class| class.pixels).collect())
                .fractions("of pixels", classes.clone().map(|class| class.pixel_share).collect())
                .fractions(
                    "where present",
                    classes.clone().map(|class| class.share_where_present).collect(),
                ),
        };
        match self.saliency_maps {
            0 => table,
            _ => table
                .fractions("salient of class", classes.clone().map(|class| class.salient).collect())
                .fractions("salient of images", classes.map(|class| class.coverage).collect()),
        }
    }

    /// Images with the class of the row and that of the column.
    pub(super) fn count_table(&self) -> DataTable {
        let table = DataTable::default().texts("class", self.names());
        self.classes.iter().enumerate().fold(table, |table, (column, class)| {
            table.counts(&class.name, self.cooccurrence.iter().map(|row| row[column]).collect())
        })
    }

    /// P(column | row).
    pub(super) fn conditional_table(&self) -> DataTable {
        let table = DataTable::default().texts("given", self.names());
        self.classes.iter().enumerate().fold(table, |table, (column, class)| {
            table.fractions(&class.name, self.conditional.iter().map(|row| row[column]).collect())
        })
    }

    /// Images by their number of labels.
    pub(super) fn label_table(&self) -> DataTable {
        let labels = (0..self.labels_per_image.len() as u64).collect();
        DataTable::default()
            .counts("labels", labels)
            .counts("images", self.labels_per_image.clone())
    }

    /// The `rows` most frequent sizes.
    pub(super) fn size_table(&self, rows: usize) -> DataTable {
        let sizes = self.sizes.iter().take(rows);
        DataTable::default()
            .counts("width", sizes.clone().map(|size| size.width as u64).collect())
            .counts("height", sizes.clone().map(|size| size.height as u64).collect())
            .counts("images", sizes.map(|size| size.images).collect())
    }
}

impl ClassSummary {
    fn new(class: ClassId, counted: &Statistics, names: &ClassNames) -> Self {
        debug_assert_ne!(class, BACKGROUND, "background has no label");
        let Statistics { labels, pixels, saliency, .. } = counted;
        Self {
            index: class.into(),
            name: names.name(class).into(),
            images: labels.images_with(class),
            image_share: ratio(labels.images_with(class), labels.images()),
            masks: pixels.images_with(class),
            pixels: pixels.pixels(class),
            pixel_share: pixels.share(class),
            share_where_present: pixels.share_where_present(class),
            salient: pixels.salient(class),
            coverage: saliency.coverage_of(class),
        }
    }
}

//! The published tables that this program knows.

use super::cell::{PublishedCell, cells};
use super::circumstances::Conditions;
use super::field::FieldQuantity;
use crate::Protocol;

/// What the numbers of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    MeanIou,
    /// Of the class with this name.
    Iou(&'static str),
    /// False positives of a class on stuff over its true positives.
    Confusion {
        class: &'static str,
        stuff: &'static str,
    },
    /// Not to be computed here, with the reason.
    Elsewhere(&'static str),
}

/// A column of a published table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub quantity: Quantity,
}

/// A table of published numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublishedTable {
    /// As the command names it.
    pub name: &'static str,
    pub title: &'static str,
    pub conditions: Conditions,
    pub columns: &'static [Column],
    /// The quantity of the field's other methods that belongs to it.
    pub field: Option<FieldQuantity>,
    file: &'static str,
}

impl PublishedTable {
    /// The table with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// All tables, the headline first.
    pub fn all() -> &'static [Self] {
        TABLES
    }

    /// Its numbers, row by row.
    pub fn cells(&self) -> Vec<PublishedCell> {
        cells(self.file)
    }

    /// The names of its rows, each once, in the order of the table.
    pub fn rows(&self) -> Vec<&'static str> {
        let mut rows: Vec<&str> = self.cells().into_iter().map(|cell| cell.row).collect();
        rows.dedup();
        rows
    }

    /// # Errors
    ///
    /// If there is no column with this name; the text says which there are.
    pub fn check_column(&self, name: &str) -> Result<(), String> {
        if self.column(name).is_some() {
            return Ok(());
        }
        let known: Vec<_> =
            self.columns.iter().map(|column| format!("`{}`", column.name)).collect();
        let known = known.join(", ");
        Err(format!("table {} has no column `{name}`, expected one of {known}", self.name))
    }

    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<Column> {
        self.columns.iter().copied().find(|column| column.name == name)
    }
}

/// Masks of VOC's train list, at the fixed background score 0.2.
const VOC_TRAIN: Conditions = Conditions {
    protocol: Protocol::Eps,
    list: "train",
    images: 1464,
    masks: "SegmentationClassAug",
    backbone: "ResNet38d",
    initialisation: "ImageNet",
};

const COCO_TRAIN: Conditions =
    Conditions { list: "train2014", images: 82_081, masks: "train2014", ..VOC_TRAIN };

const VOC_VAL: Conditions = Conditions {
    protocol: Protocol::Deeplab,
    list: "val",
    images: 1449,
    masks: "SegmentationClass",
    backbone: "DeepLab, ResNet101",
    initialisation: "COCO",
};

const COCO_VAL: Conditions = Conditions {
    list: "val2014",
    images: 40_137,
    masks: "val2014",
    backbone: "DeepLab, VGG16",
    initialisation: "ImageNet",
    ..VOC_VAL
};

const NO_CRF: Column = Column { name: "no CRF", quantity: Quantity::MeanIou };
const CRF: Column = Column { name: "CRF", quantity: Quantity::MeanIou };
const VAL: Column = Column { name: "val", quantity: Quantity::MeanIou };
const TEST: Column = Column {
    name: "test",
    quantity: Quantity::Elsewhere("the masks of VOC's test images are on its server only"),
};

const fn boundary(name: &'static str) -> Column {
    Column {
        name,
        quantity: Quantity::Elsewhere(
            "SBD's boundary benchmark is not computed; `eps compare` gives boundary IoU and F",
        ),
    }
}

const fn confusion(name: &'static str, class: &'static str, stuff: &'static str) -> Column {
    Column { name, quantity: Quantity::Confusion { class, stuff } }
}

const fn iou(class: &'static str) -> Column {
    Column { name: class, quantity: Quantity::Iou(class) }
}

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!($name, ".csv"))
    };
}

const TABLES: &[PublishedTable] = &[
    PublishedTable {
        name: "pseudo-masks-voc",
        title: "Pseudo-masks of VOC 2012 train",
        conditions: VOC_TRAIN,
        columns: &[NO_CRF, CRF],
        field: Some(FieldQuantity::VocTrain),
        file: file!("pseudo-masks-voc"),
    },
    PublishedTable {
        name: "pseudo-masks-coco",
        title: "Pseudo-masks of COCO 2014 train",
        conditions: COCO_TRAIN,
        columns: &[NO_CRF],
        field: None,
        file: file!("pseudo-masks-coco"),
    },
    PublishedTable {
        name: "map-selection",
        title: "Which class maps explain the saliency map",
        conditions: VOC_TRAIN,
        columns: &[NO_CRF],
        field: None,
        file: file!("map-selection"),
    },
    PublishedTable {
        name: "co-occurrence",
        title: "Confusion with the background that comes with a class, and the IoU of the class",
        conditions: VOC_TRAIN,
        columns: &[
            confusion("boat in water", "boat", "water"),
            confusion("train on railroad", "train", "railroad"),
            confusion("train at platform", "train", "platform"),
            iou("boat"),
            iou("train"),
        ],
        field: None,
        file: file!("co-occurrence"),
    },
    PublishedTable {
        name: "boundary",
        title: "Boundaries of pseudo-masks on SBD",
        conditions: VOC_TRAIN,
        columns: &[boundary("recall"), boundary("precision"), boundary("F1")],
        field: None,
        file: file!("boundary"),
    },
    PublishedTable {
        name: "saliency-sources",
        title: "Pseudo-masks by the model that made the saliency maps",
        conditions: VOC_TRAIN,
        columns: &[NO_CRF],
        field: None,
        file: file!("saliency-sources"),
    },
    PublishedTable {
        name: "lambda-tau",
        title: "Pseudo-masks by lambda and tau",
        conditions: VOC_TRAIN,
        columns: &[NO_CRF],
        field: None,
        file: file!("lambda-tau"),
    },
    PublishedTable {
        name: "segmentation-resnet101",
        title: "Segmentation of VOC 2012, DeepLab on ResNet101",
        conditions: VOC_VAL,
        columns: &[VAL, TEST],
        field: Some(FieldQuantity::VocVal),
        file: file!("segmentation-resnet101"),
    },
    PublishedTable {
        name: "segmentation-vgg16",
        title: "Segmentation of VOC 2012, DeepLab on VGG16",
        conditions: Conditions {
            backbone: "DeepLab, VGG16",
            initialisation: "ImageNet",
            ..VOC_VAL
        },
        columns: &[VAL, TEST],
        field: Some(FieldQuantity::VocVal),
        file: file!("segmentation-vgg16"),
    },
    PublishedTable {
        name: "segmentation-coco",
        title: "Segmentation of COCO 2014 val",
        conditions: COCO_VAL,
        columns: &[VAL],
        field: Some(FieldQuantity::CocoVal),
        file: file!("segmentation-coco"),
    },
    PublishedTable {
        name: "per-class",
        title: "IoU of each class, pseudo-masks of VOC 2012 train",
        conditions: VOC_TRAIN,
        columns: &[
            iou("background"),
            iou("aeroplane"),
            iou("bicycle"),
            iou("bird"),
            iou("boat"),
            iou("bottle"),
            iou("bus"),
            iou("car"),
            iou("cat"),
            iou("chair"),
            iou("cow"),
            iou("diningtable"),
            iou("dog"),
            iou("horse"),
            iou("motorbike"),
            iou("person"),
            iou("pottedplant"),
            iou("sheep"),
            iou("sofa"),
            iou("train"),
            iou("tvmonitor"),
        ],
        field: None,
        file: file!("per-class"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::published::Sureness;

    #[test]
    fn every_published_number_is_a_number_in_a_known_column() {
        for table in PublishedTable::all() {
            for cell in table.cells() {
                let place = format!("{}: {} {}", table.name, cell.row, cell.column);
                assert!(table.column(cell.column).is_some(), "{place}");
                assert!(!cell.source.is_empty(), "{place}");
                let is_unknown = cell.sure == Sureness::Unknown;
                assert_eq!(cell.value.is_none(), is_unknown, "{place}");
                let number = cell.value.map_or(Ok(0.0), str::parse::<f64>);
                assert!(number.is_ok_and(|number| (0.0..100.0).contains(&number)), "{place}");
            }
        }
    }

    #[test]
    fn the_headline_is_what_the_authors_publish() {
        let table = PublishedTable::named("pseudo-masks-voc").expect("the first table");
        let of_eps = table.cells().into_iter().find(|cell| cell.row == "EPS").expect("its row");
        assert_eq!((of_eps.value, of_eps.sure), (Some("69.22"), Sureness::Official));
    }

    #[test]
    fn names_are_given_once() {
        let mut names: Vec<_> = PublishedTable::all().iter().map(|table| table.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PublishedTable::all().len());
    }
}

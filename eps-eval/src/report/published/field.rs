//! Results of the field's methods by year and supervision.

use super::cell::fields;
use serde::Serialize;

/// What a method was trained from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Supervision {
    /// Image labels.
    Images,
    /// Image labels and saliency maps.
    Saliency,
    /// Image labels and something more: language, a foundation model, other images.
    More,
    /// Every pixel.
    Full,
}

impl Supervision {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Images, Self::Saliency, Self::More, Self::Full];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Images => "image labels",
            Self::Saliency => "image labels and saliency",
            Self::More => "image labels and more",
            Self::Full => "all pixels",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "I" => Self::Images,
            "F" => Self::Full,
            // `I+SAM` is a foundation model.
            text if text.starts_with("I+S") && !text.starts_with("I+SAM") => Self::Saliency,
            _ => Self::More,
        }
    }
}

/// Which of a method's published numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldQuantity {
    /// Pseudo-masks of VOC 2012 train.
    VocTrain,
    /// Segmentation of VOC 2012 val.
    VocVal,
    /// Segmentation of COCO 2014 val.
    CocoVal,
}

impl FieldQuantity {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::VocTrain => "pseudo-masks of VOC 2012 train",
            Self::VocVal => "segmentation of VOC 2012 val",
            Self::CocoVal => "segmentation of COCO 2014 val",
        }
    }

    fn column(self) -> usize {
        match self {
            Self::VocTrain => 5,
            Self::VocVal => 6,
            Self::CocoVal => 8,
        }
    }
}

/// A published method of the field.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FieldMethod {
    pub name: &'static str,
    pub year: u16,
    pub supervision: Supervision,
    /// Mean IoU as a fraction.
    pub miou: f64,
}

impl FieldMethod {
    /// Whether somebody else trained a method again later, with other saliency maps to compare these, or to see
    /// whether they get what was published.
    pub fn is_rerun(&self) -> bool {
        self.name.contains(" re-run with ") || self.name.contains("users' reproduction")
    }
}

/// The methods of `field.csv` that have the quantity in a source that was read.
///
/// # Panics
///
/// If the file, which is part of the program, is no such table.
pub fn field_methods(quantity: FieldQuantity) -> Vec<FieldMethod> {
    let file = include_str!("field.csv");
    let methods = file.lines().skip(1).filter_map(|line| {
        let fields = fields(line);
        // Of the columns 0 is the method, 2 the year, 4 the supervision, 10 whether the source was read.
        let (year, value) = (fields[2].parse().ok()?, fields[quantity.column()]);
        let miou = value.parse::<f64>().ok()? / 100.0;
        let is_read = fields[10] == "yes";
        let supervision = Supervision::parse(fields[4]);
        is_read.then_some(FieldMethod { name: fields[0], year, supervision, miou })
    });
    methods.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_field_has_its_columns() {
        let file = include_str!("field.csv");
        for line in file.lines() {
            assert_eq!(fields(line).len(), 13, "{line}");
        }
    }

    #[test]
    fn the_baseline_of_the_paper_is_one_of_the_methods() {
        let methods = field_methods(FieldQuantity::VocTrain);
        let baseline = methods.iter().find(|method| method.name.starts_with("CAM baseline"));
        let baseline = baseline.expect("its line");
        assert_eq!((baseline.year, baseline.supervision), (2021, Supervision::Images));
        assert!((baseline.miou - 0.4705).abs() < 1e-12);
    }

    #[test]
    fn no_method_has_two_lines_and_reruns_by_others_are_told_apart() {
        let file = include_str!("field.csv");
        let mut names: Vec<&str> = file.lines().map(|line| fields(line)[0]).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|one, other| one != other), "{names:?}");
        let methods = field_methods(FieldQuantity::VocVal);
        let of = |name: &str| methods.iter().find(|method| method.name == name).expect("its line");
        assert!(!of("UniA").is_rerun() && (of("UniA").miou - 0.741).abs() < 1e-12);
        assert!(of("MCTformer (users' reproduction from the authors' masks)").is_rerun());
    }

    #[test]
    fn supervision_by_hand() {
        let found = ["I", "I+S", "I+S(unsup)", "I+SAM", "I+L", "F"].map(Supervision::parse);
        use Supervision::*;
        assert_eq!(found, [Images, Saliency, Saliency, More, More, Full]);
    }
}

//! What an evaluation found: the only thing that tables, charts and pages are made from.

use crate::{
    ConfusionMatrix, Counts, EvalError, Protocol,
    confusion::mean,
    protocol::{ClassRatios, Ratios},
};
use eps_data::{ClassNames, ListId, codec::read_text};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Scores of one set of predictions. Fractions in `0..=1` with all digits; `None`, in JSON
/// `null`, where a value does not exist.
///
/// ```
/// use eps_data::{ClassNames, ListId};
/// use eps_eval::{ConfusionMatrix, Protocol, Scores};
///
/// let names = ClassNames::of_objects(["train", "boat"]);
/// let list = ListId { name: "val".into(), images: 1, sha256: "…".into() };
/// let matrix = ConfusionMatrix::of(3, &[0, 0, 1, 1], &[0, 1, 1, 1]);
/// let scores = Scores::new(Protocol::Voc, list, None, &matrix, &names);
/// assert_eq!(scores.classes[1].name, "train");
/// assert_eq!(scores.classes[1].iou, Some(2.0 / 3.0));
/// // No pixel is a boat, and none was taken for one: it is left out of the mean.
/// assert_eq!(scores.classes[2].iou, None);
/// assert_eq!(scores.miou, Some((0.5 + 2.0 / 3.0) / 2.0));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// How pixels were counted: the name of a [`Protocol`](crate::Protocol).
    pub protocol: Protocol,
    pub list: ListId,
    /// Background threshold of the class maps; absent where finished masks were scored.
    pub threshold: Option<Threshold>,
    /// Mean IoU over the classes that occur in truth or prediction, or those that the protocol takes.
    pub miou: Option<f64>,
    pub pixel_accuracy: Option<f64>,
    /// Mean precision over the classes that were predicted somewhere.
    pub mean_precision: Option<f64>,
    /// Mean recall over the classes that occur in the truth.
    pub mean_recall: Option<f64>,
    /// Mean F1 over the classes that occur in truth or prediction.
    #[serde(default)]
    pub mean_f1: Option<f64>,
    /// IoU of the classes weighted by their share of the counted pixels.
    #[serde(default)]
    pub frequency_weighted_iou: Option<f64>,
    /// Scores of each class in the order of its index, background first.
    pub classes: Vec<ClassScores>,
    /// Means over some of the classes.
    pub subsets: Vec<Subset>,
    /// What the protocol did that others do differently.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A background threshold and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Score that a class must exceed, in `0..=1`.
    pub value: f64,
    pub chosen: ThresholdChoice,
}

/// How a threshold was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThresholdChoice {
    /// Before looking at the truth.
    #[serde(rename = "fixed")]
    Fixed,
    /// As the one with the highest mean IoU on other images than those that were scored.
    #[serde(rename = "held out")]
    HeldOut,
    /// As the one with the highest mean IoU on the very truth that was scored.
    #[serde(rename = "best on truth")]
    BestOnTruth,
}

/// Scores of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    pub index: usize,
    pub name: String,
    /// Absent if no pixel has the class and none was given it.
    pub iou: Option<f64>,
    /// Absent if no pixel was given the class.
    pub precision: Option<f64>,
    /// Absent if no pixel has the class.
    pub recall: Option<f64>,
    /// Absent if no pixel has the class and none was given it.
    #[serde(default)]
    pub f1: Option<f64>,
}

impl ClassScores {
    fn new(index: usize, name: &str, ratios: ClassRatios) -> Self {
        let ClassRatios { iou, precision, recall, f1 } = ratios;
        Self { index, name: name.to_owned(), iou, precision, recall, f1 }
    }
}

/// Mean IoU over some classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subset {
    pub name: String,
    /// Indices of the classes.
    pub classes: Vec<usize>,
    /// Over those of the classes that occur in truth or prediction.
    pub miou: Option<f64>,
}

impl Scores {
    /// Computes all ratios of a matrix.
    ///
    /// # Panics
    ///
    /// If there is not one name for each class.
    pub fn new(
        protocol: Protocol,
        list: ListId,
        threshold: Option<Threshold>,
        matrix: &ConfusionMatrix,
        names: &ClassNames,
    ) -> Self {
        assert_eq!(names.len(), matrix.classes(), "one name for each class");
        let ratios = Ratios::of(&matrix.totals());
        Self { threshold, ..Self::of_ratios(protocol, list, names.iter(), ratios) }
    }

    /// Computes all ratios of counts under their protocol.
    pub(crate) fn of_counts(counts: &Counts) -> Self {
        let Counts { protocol, classes, images, .. } = counts;
        let ratios = protocol.ratios(classes.len(), images);
        let names = classes.iter().map(String::as_str);
        let notes = protocol.notes(classes, images, counts.oddities);
        Self { notes, ..Self::of_ratios(*protocol, counts.list.clone(), names, ratios) }
    }

    fn of_ratios<'a>(
        protocol: Protocol,
        list: ListId,
        names: impl Iterator<Item = &'a str>,
        ratios: Ratios,
    ) -> Self {
        let classes = names.zip(ratios.classes).enumerate();
        Self {
            protocol,
            list,
            threshold: None,
            miou: ratios.miou,
            pixel_accuracy: ratios.pixel_accuracy,
            mean_precision: ratios.mean_precision,
            mean_recall: ratios.mean_recall,
            mean_f1: ratios.mean_f1,
            frequency_weighted_iou: ratios.frequency_weighted_iou,
            classes: classes
                .map(|(index, (name, ratios))| ClassScores::new(index, name, ratios))
                .collect(),
            subsets: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds the mean IoU over some classes, such as those with at least ten images.
    ///
    /// # Panics
    ///
    /// If there is no class of such an index.
    pub fn with_subset(mut self, name: &str, classes: impl IntoIterator<Item = usize>) -> Self {
        let classes: Vec<usize> = classes.into_iter().collect();
        let miou = mean(classes.iter().map(|&class| self.classes[class].iou));
        self.subsets.push(Subset { name: name.to_owned(), classes, miou });
        self
    }

    /// Scores from a JSON file.
    pub fn read(path: &Path) -> Result<Self, EvalError> {
        let text = read_text(path)?;
        serde_json::from_str(&text)
            .map_err(|source| EvalError::Scores { path: path.into(), source })
    }

    /// Whether `other` has the same classes in the same order.
    pub fn has_classes_of(&self, other: &Self) -> bool {
        let names = self.classes.iter().map(|class| &class.name);
        names.eq(other.classes.iter().map(|class| &class.name))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fs;

    /// Three classes, the last absent: the matrix is [[2, 1, 0], [1, 3, 0], [0, 0, 0]].
    pub(crate) fn three_classes() -> Scores {
        let matrix = ConfusionMatrix::of(3, &[0, 0, 0, 1, 1, 1, 1], &[0, 0, 1, 0, 1, 1, 1]);
        let list = ListId { name: "val".into(), images: 1, sha256: "ab".into() };
        let names = ClassNames::of_objects(["cat", "dog"]);
        let threshold = Threshold { value: 0.2, chosen: ThresholdChoice::Fixed };
        Scores::new(Protocol::Voc, list, Some(threshold), &matrix, &names)
    }

    #[test]
    fn ratios_are_those_of_the_matrix() {
        let scores = three_classes().with_subset("cat only", [1, 2]);
        assert_eq!(scores.classes[0].iou, Some(0.5));
        assert_eq!(scores.classes[1].iou, Some(0.6));
        assert_eq!(scores.classes[2].iou, None);
        assert_eq!(scores.miou, Some(0.55));
        assert_eq!(scores.subsets[0].miou, Some(0.6));
    }

    #[test]
    fn a_file_that_is_no_scores_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("scores.json");
        fs::write(&path, "{}").expect("a writable folder");
        let message = Scores::read(&path).expect_err("no scores").to_string();
        assert!(message.ends_with("scores.json: not the scores of an evaluation"), "{message}");
    }
}

//! From the pairs of labels of an image to its counts.

// Where a pixel with truth t < n and prediction p is counted, for n classes; t = 255 never is:
//
//                   p < n     p = 255           other p
//   voc             (t, p)    refused           refused
//   eps             (t, p)    nowhere           nowhere
//   irn             (t, p)    (t, 0)            nowhere
//   seam, mmseg     (t, p)    t alone           t alone
//   deeplab         (t, p)    number n t + p    number n t + p      refused from n² on
//   toco            (t, p)    nowhere           number n t + p      likewise
//
// A t from n on that is not 255 is refused by voc, leaves p alone under seam and mmseg where p < n, and is
// nowhere under the others. A p that voc refuses it refuses under t = 255, too. What the programs themselves
// make of each kind is in fixtures/golden/evaluators.

use super::Protocol;
use crate::{ClassCounts, pair_counts::PairCounts};
use eps_data::{ClassId, IGNORE};

/// What an image counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// By class, background first.
    pub(crate) classes: Vec<ClassCounts>,
    /// Pixels that have a class and were given one: both of them, and how many.
    pub(crate) cells: Vec<(usize, usize, u64)>,
}

/// Why an image cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A predicted label is no class.
    Predicted(ClassId),
    /// A label of the truth is neither a class nor ignored.
    Truth(ClassId),
    /// The pair has no cell in the matrix.
    Cell { truth: ClassId, predicted: ClassId },
}

/// What is done with a prediction of another size than its truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is refused.
    Equal,
    /// It is cut off, and continued with background.
    Crop,
    /// Both are read as one long row; their numbers of pixels must be equal.
    Flatten,
}

/// Where a pixel is counted.
enum Place {
    Cell(usize, usize),
    /// In the truth alone.
    Missed(usize),
    /// In the prediction alone.
    Hallucinated(usize),
    Nowhere,
}

impl Protocol {
    /// Counts an image of `classes` classes.
    pub(crate) fn count(self, pairs: &PairCounts, classes: usize) -> Result<Counted, Refusal> {
        let mut counted =
            Counted { classes: vec![ClassCounts::default(); classes], cells: Vec::new() };
        for (truth, predicted, pixels) in pairs.iter() {
            match self.place(truth, predicted, classes)? {
                Place::Cell(truth, predicted) => counted.add_cell(truth, predicted, pixels),
                Place::Missed(truth) => counted.classes[truth].truth += pixels,
                Place::Hallucinated(class) => counted.classes[class].predicted += pixels,
                Place::Nowhere => {}
            }
        }
        Ok(counted)
    }

    pub(crate) fn fit(self) -> Fit {
        match self {
            Self::Eps => Fit::Crop,
            Self::Deeplab | Self::Toco => Fit::Flatten,
            Self::Voc | Self::Seam | Self::Irn | Self::Mmseg => Fit::Equal,
        }
    }

    fn place(self, truth: ClassId, predicted: ClassId, classes: usize) -> Result<Place, Refusal> {
        match self {
            Self::Voc => strict(truth, predicted, classes),
            Self::Irn if predicted == IGNORE => Ok(both_classes(truth, 0, classes)),
            Self::Eps | Self::Irn => Ok(both_classes(truth, predicted, classes)),
            Self::Seam | Self::Mmseg => Ok(either_class(truth, predicted, classes)),
            Self::Toco if predicted == IGNORE => Ok(Place::Nowhere),
            Self::Deeplab | Self::Toco => cell_by_number(truth, predicted, classes),
        }
    }
}

impl Counted {
    fn add_cell(&mut self, truth: usize, predicted: usize, pixels: u64) {
        self.classes[truth].truth += pixels;
        self.classes[predicted].predicted += pixels;
        if truth == predicted {
            self.classes[truth].intersection += pixels;
        }
        self.cells.push((truth, predicted, pixels));
    }
}

/// Every predicted label must be a class, under an ignored pixel too.
fn strict(truth: ClassId, predicted: ClassId, classes: usize) -> Result<Place, Refusal> {
    if usize::from(truth) >= classes && truth != IGNORE {
        Err(Refusal::Truth(truth))
    } else if usize::from(predicted) >= classes {
        Err(Refusal::Predicted(predicted))
    } else if truth == IGNORE {
        Ok(Place::Nowhere)
    } else {
        Ok(Place::Cell(truth.into(), predicted.into()))
    }
}

/// A pixel counts if both labels are classes.
fn both_classes(truth: ClassId, predicted: ClassId, classes: usize) -> Place {
    let (truth, predicted) = (truth.into(), predicted.into());
    if truth < classes && predicted < classes {
        Place::Cell(truth, predicted)
    } else {
        Place::Nowhere
    }
}

/// A label counts if it is a class, whatever the other one is, unless the truth is ignored.
fn either_class(truth: ClassId, predicted: ClassId, classes: usize) -> Place {
    // Both programs count truth, prediction and agreement apart: a label out of range is missing from
    // the counts of its own kind only.
    let [row, column] = [truth, predicted].map(usize::from);
    match (row < classes, column < classes) {
        _ if truth == IGNORE => Place::Nowhere,
        (true, true) => Place::Cell(row, column),
        (true, false) => Place::Missed(row),
        (false, true) => Place::Hallucinated(column),
        (false, false) => Place::Nowhere,
    }
}

/// Cells are numbered through, `classes · truth + predicted`; a prediction above the classes is
/// counted in a later row.
fn cell_by_number(truth: ClassId, predicted: ClassId, classes: usize) -> Result<Place, Refusal> {
    if usize::from(truth) >= classes {
        return Ok(Place::Nowhere);
    }
    // As in np.bincount(n * truth + predicted, minlength=n**2).reshape(n, n): what is above the classes
    // spills into the rows below, and past the last of them the reshape fails.
    let number = classes * usize::from(truth) + usize::from(predicted);
    if number < classes * classes {
        Ok(Place::Cell(number / classes, number % classes))
    } else {
        Err(Refusal::Cell { truth, predicted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(
        protocol: Protocol,
        truth: &[u8],
        predicted: &[u8],
    ) -> Result<Vec<[u64; 3]>, Refusal> {
        let counted = protocol.count(&PairCounts::of(truth, predicted), 3)?;
        let row = |class: ClassCounts| [class.intersection, class.truth, class.predicted];
        Ok(counted.classes.into_iter().map(row).collect())
    }

    #[test]
    fn a_predicted_255_is_counted_as_each_evaluator_does() {
        // Truth 0 and 1 given 255; the rest is right, and one pixel is ignored.
        let (truth, predicted) = ([0, 1, 1, 2, 255], [255, 1, 255, 2, 0]);
        let cases = [
            (Protocol::Voc, Err(Refusal::Predicted(255))),
            (Protocol::Eps, Ok(vec![[0, 0, 0], [1, 1, 1], [1, 1, 1]])),
            (Protocol::Seam, Ok(vec![[0, 1, 0], [1, 2, 1], [1, 1, 1]])),
            (Protocol::Irn, Ok(vec![[1, 1, 2], [1, 2, 1], [1, 1, 1]])),
            (Protocol::Deeplab, Err(Refusal::Cell { truth: 0, predicted: 255 })),
            (Protocol::Toco, Ok(vec![[0, 0, 0], [1, 1, 1], [1, 1, 1]])),
            (Protocol::Mmseg, Ok(vec![[0, 1, 0], [1, 2, 1], [1, 1, 1]])),
        ];
        for (protocol, expected) in cases {
            assert_eq!(counted(protocol, &truth, &predicted), expected, "{protocol}");
        }
    }

    #[test]
    fn a_predicted_label_above_the_classes_is_counted_as_each_evaluator_does() {
        let (truth, predicted) = ([0, 1, 2], [4, 1, 2]);
        let dropped = Ok(vec![[0, 0, 0], [1, 1, 1], [1, 1, 1]]);
        let missed = Ok(vec![[0, 1, 0], [1, 1, 1], [1, 1, 1]]);
        // Truth 0 given 4 is number 4, which is truth 1 given 1.
        let elsewhere = Ok(vec![[0, 0, 0], [2, 2, 2], [1, 1, 1]]);
        let cases = [
            (Protocol::Voc, Err(Refusal::Predicted(4))),
            (Protocol::Eps, dropped.clone()),
            (Protocol::Seam, missed.clone()),
            (Protocol::Irn, dropped),
            (Protocol::Deeplab, elsewhere.clone()),
            (Protocol::Toco, elsewhere),
            (Protocol::Mmseg, missed),
        ];
        for (protocol, expected) in cases {
            assert_eq!(counted(protocol, &truth, &predicted), expected, "{protocol}");
        }
    }

    #[test]
    fn a_truth_above_the_classes_is_counted_as_each_evaluator_does() {
        let (truth, predicted) = ([9, 1], [2, 1]);
        for protocol in Protocol::ALL {
            let expected = match protocol {
                Protocol::Voc => Err(Refusal::Truth(9)),
                Protocol::Seam | Protocol::Mmseg => Ok(vec![[0, 0, 0], [1, 1, 1], [0, 0, 1]]),
                _ => Ok(vec![[0, 0, 0], [1, 1, 1], [0, 0, 0]]),
            };
            assert_eq!(counted(protocol, &truth, &predicted), expected, "{protocol}");
        }
    }

    #[test]
    fn the_devkit_refuses_a_wrong_prediction_under_an_ignored_pixel_too() {
        assert_eq!(counted(Protocol::Voc, &[255], &[255]), Err(Refusal::Predicted(255)));
        assert_eq!(counted(Protocol::Deeplab, &[255], &[255]), Ok(vec![[0; 3]; 3]));
    }
}

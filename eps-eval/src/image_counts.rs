//! Pixels of each class in one image, small enough to keep for every image.

use crate::{ClassCounts, ConfusionMatrix};
use eps_data::ClassId;
use serde::{Deserialize, Serialize};

/// Pixels of each class in one image, kept for the classes that occur in truth or prediction only.
///
/// These counts are all that IoU, precision, recall, F1 and accuracy need, so any set of images, with
/// repetition too, is scored by adding them to [`TotalCounts`](crate::TotalCounts): the whole list, a
/// shard, one resample of a bootstrap. An image takes some 16 bytes a class, as JSON one row
/// `[class, intersection, truth, predicted]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ImageCounts {
    pub id: String,
    classes: Vec<Row>,
}

/// Class, and its pixels in intersection, truth and prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row(ClassId, u32, u32, u32);

/// As read from a file.
#[derive(Deserialize)]
struct Unchecked {
    id: String,
    classes: Vec<Row>,
}

impl ImageCounts {
    /// Counts of an image by ascending class; a class without pixels is left out.
    ///
    /// # Panics
    ///
    /// If the classes do not ascend, an intersection exceeds truth or prediction, or a class has
    /// 2^32 pixels; no reader decodes so large a picture.
    pub fn new(
        id: impl Into<String>,
        classes: impl IntoIterator<Item = (ClassId, ClassCounts)>,
    ) -> Self {
        // A class without pixels changes no sum, and most images have few of all classes.
        let occurring = classes.into_iter().filter(|(_, counts)| counts.union() > 0);
        let rows = occurring.map(|(class, counts)| {
            let [intersection, truth, predicted] =
                [counts.intersection, counts.truth, counts.predicted]
                    .map(|pixels| u32::try_from(pixels).expect("an image has below 2^32 pixels"));
            Row(class, intersection, truth, predicted)
        });
        let unchecked = Unchecked { id: id.into(), classes: rows.collect() };
        unchecked.try_into().unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// Counts of the image whose pixels `matrix` holds.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new), or if the matrix has more classes than an 8-bit mask can spell.
    pub fn of_matrix(id: impl Into<String>, matrix: &ConfusionMatrix) -> Self {
        let classes = (0..matrix.classes()).map(|class| {
            (ClassId::try_from(class).expect("a mask is 8-bit"), matrix.counts(class))
        });
        Self::new(id, classes)
    }

    /// The classes that occur in truth or prediction, ascending, with their pixels.
    pub fn classes(&self) -> impl ExactSizeIterator<Item = (ClassId, ClassCounts)> + '_ {
        self.classes.iter().map(|&Row(class, intersection, truth, predicted)| {
            let [intersection, truth, predicted] = [intersection, truth, predicted].map(u64::from);
            (class, ClassCounts { intersection, truth, predicted })
        })
    }

    /// Pixels of `class`; none if it does not occur.
    pub fn class(&self, class: ClassId) -> ClassCounts {
        let found = self.classes().find(|&(occurring, _)| occurring == class);
        found.map_or_else(ClassCounts::default, |(_, counts)| counts)
    }

    /// The largest class that occurs.
    pub fn last_class(&self) -> Option<ClassId> {
        self.classes.last().map(|row| row.0)
    }
}

impl TryFrom<Unchecked> for ImageCounts {
    type Error = String;

    fn try_from(Unchecked { id, classes }: Unchecked) -> Result<Self, String> {
        for &Row(class, intersection, truth, predicted) in &classes {
            if intersection > truth.min(predicted) {
                return Err(format!("{id}: class {class} has an intersection above its pixels"));
            }
        }
        if !classes.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(format!("{id}: classes must ascend"));
        }
        Ok(Self { id, classes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(intersection: u64, truth: u64, predicted: u64) -> ClassCounts {
        ClassCounts { intersection, truth, predicted }
    }

    #[test]
    fn classes_that_do_not_occur_are_left_out() {
        let matrix = ConfusionMatrix::of(5, &[0, 1, 1, 255], &[0, 1, 3, 2]);
        let image = ImageCounts::of_matrix("a", &matrix);
        let expected = [(0, counts(1, 1, 1)), (1, counts(1, 2, 1)), (3, counts(0, 0, 1))];
        assert_eq!(image.classes().collect::<Vec<_>>(), expected);
        assert_eq!(image.class(1), counts(1, 2, 1));
        assert_eq!(image.class(2), ClassCounts::default());
        assert_eq!(image.last_class(), Some(3));
    }

    #[test]
    fn json_is_one_row_a_class_and_is_read_back() {
        let image = ImageCounts::new("a", [(0, counts(1, 2, 3)), (20, counts(0, 4, 0))]);
        let text = serde_json::to_string(&image).expect("counts are plain data");
        assert_eq!(text, r#"{"id":"a","classes":[[0,1,2,3],[20,0,4,0]]}"#);
        assert_eq!(serde_json::from_str::<ImageCounts>(&text).expect("counts"), image);
    }

    #[test]
    fn impossible_counts_are_refused() {
        let cases = [
            (r#"[[1,0,1,1],[0,0,1,1]]"#, "a: classes must ascend"),
            (r#"[[1,0,1,1],[1,0,1,1]]"#, "a: classes must ascend"),
            (r#"[[1,3,2,4]]"#, "a: class 1 has an intersection above its pixels"),
            (r#"[[1,3,4,2]]"#, "a: class 1 has an intersection above its pixels"),
            (r#"[[256,0,1,1]]"#, "256"),
            (r#"[[1,-1,1,1]]"#, "-1"),
            (r#"[[1,0,1]]"#, "length"),
        ];
        for (classes, expected) in cases {
            let text = format!(r#"{{"id":"a","classes":{classes}}}"#);
            let fault = serde_json::from_str::<ImageCounts>(&text).expect_err(classes).to_string();
            assert!(fault.contains(expected), "{fault}");
        }
    }
}

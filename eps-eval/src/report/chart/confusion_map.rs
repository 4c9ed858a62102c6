//! Which class the pixels of each class were given.

use super::{Chart, heat_map::HeatMap};
use crate::{ConfusionMatrix, confusion::ratio};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
};

/// A heat map of the pixels of each true class (row) by predicted class (column); each row adds up to 1.
/// Classes that occur in neither are left out.
#[derive(Clone, Debug)]
pub struct ConfusionMapChart<'a> {
    title: String,
    names: Vec<&'a str>,
    /// `shares[row][column]`, in `0..=1`; absent where the truth lacks the class of the row.
    shares: Vec<Vec<Option<f64>>>,
}

impl<'a> ConfusionMapChart<'a> {
    /// The matrix of a method, with the names of its classes, background first.
    pub fn new(method: &str, matrix: &ConfusionMatrix, classes: &'a [String]) -> Self {
        let shown = matrix.occurring();
        let rows = shown.iter().map(|&truth| {
            let all = matrix.counts(truth).truth;
            shown.iter().map(|&class| ratio(matrix.count(truth, class), all)).collect()
        });
        Self {
            title: format!("Confusion of {method}"),
            names: shown.iter().map(|&class| classes[class].as_str()).collect(),
            shares: rows.collect(),
        }
    }

    fn heat_map(&self) -> HeatMap<'_> {
        HeatMap {
            title: &self.title,
            note: "rows: ground truth, columns: prediction; percent of the pixels of the row",
            names: &self.names,
            cells: &self.shares,
        }
    }
}

impl Chart for ConfusionMapChart<'_> {
    fn size(&self) -> Size {
        self.heat_map().size()
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        self.heat_map().draw(area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Sheet, svg};

    #[test]
    fn rows_are_shares_of_the_true_class_and_absent_classes_are_left_out() {
        let classes = ["background", "cat", "absent", "dog"].map(str::to_owned);
        // Three pixels of background, one of them taken for dog, which no pixel is; one of cat.
        let matrix = ConfusionMatrix::of(4, &[0, 0, 0, 1], &[0, 0, 3, 1]);
        let chart = ConfusionMapChart::new("EPS", &matrix, &classes);
        assert_eq!(chart.names, ["background", "cat", "dog"]);
        let expected = [
            vec![Some(2.0 / 3.0), Some(0.0), Some(1.0 / 3.0)],
            vec![Some(0.0), Some(1.0), Some(0.0)],
            vec![None; 3],
        ];
        assert_eq!(chart.shares, expected);
        let document = svg(&chart, Sheet::Screen).unwrap();
        for text in ["Confusion of EPS", "cat", "67", "33", "100"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
    }
}

//! Scores of one or more methods as one table: a row for each class, then the means.

use crate::report::frame_csv::to_csv;
use crate::{EvalError, Scores};
use polars::prelude::{Column, DataFrame, PolarsError};

/// Name of the row of means over all classes that have the value.
const MEAN: &str = "mean";

/// Scores side by side. Columns are `class`, then IoU, precision and recall of each method; rows
/// are the classes, their means, and the mean IoU of each subset. Values are fractions.
#[derive(Clone, Debug)]
pub struct Table {
    frame: DataFrame,
    classes: usize,
}

/// One row of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Class, `mean`, or the name of a subset.
    pub name: String,
    pub values: Vec<Option<f64>>,
    /// Whether this is a mean, not a class.
    pub is_mean: bool,
}

impl Table {
    /// A table of named scores; a single method may have an empty name.
    ///
    /// # Errors
    ///
    /// If the methods differ in classes, or share a name.
    pub fn of(methods: &[(&str, &Scores)]) -> Result<Self, EvalError> {
        let Some((first, scores)) = methods.first() else {
            return Ok(Self { frame: DataFrame::empty(), classes: 0 });
        };
        if let Some((second, _)) = methods.iter().find(|(_, other)| !scores.has_classes_of(other)) {
            let (first, second) = ((*first).to_owned(), (*second).to_owned());
            return Err(EvalError::DifferentClasses { first, second });
        }
        let mut columns = vec![Column::new("class".into(), row_names(scores))];
        columns
            .extend(methods.iter().flat_map(|(name, other)| method_columns(name, other, scores)));
        let height = columns[0].len();
        let frame = DataFrame::new(height, columns).map_err(table_error)?;
        Ok(Self { frame, classes: scores.classes.len() })
    }

    /// Names of the columns.
    pub fn header(&self) -> Vec<String> {
        self.frame.get_column_names().iter().map(ToString::to_string).collect()
    }

    /// Rows from top to bottom.
    pub fn rows(&self) -> Result<Vec<Row>, EvalError> {
        let [names, columns @ ..] = self.frame.columns() else { return Ok(Vec::new()) };
        let names = names.str().map_err(table_error)?;
        let columns: Vec<_> = columns
            .iter()
            .map(|column| column.f64())
            .collect::<Result<_, _>>()
            .map_err(table_error)?;
        let rows = names.iter().enumerate().map(|(index, name)| Row {
            name: name.unwrap_or_default().to_owned(),
            values: columns.iter().map(|column| column.get(index)).collect(),
            is_mean: index >= self.classes,
        });
        Ok(rows.collect())
    }

    /// Comma-separated text with all digits; a value that does not exist is an empty cell.
    pub fn to_csv(&self) -> Result<String, EvalError> {
        to_csv(Ok(self.frame.clone()))
    }
}

fn row_names(scores: &Scores) -> Vec<String> {
    let classes = scores.classes.iter().map(|class| class.name.clone());
    let subsets = scores.subsets.iter().map(|subset| subset.name.clone());
    classes.chain([MEAN.to_owned()]).chain(subsets).collect()
}

/// The three columns of a method, with the rows of `layout`.
fn method_columns(name: &str, scores: &Scores, layout: &Scores) -> [Column; 3] {
    let subsets = layout
        .subsets
        .iter()
        .map(|row| scores.subsets.iter().find(|subset| subset.name == row.name)?.miou);
    let none = layout.subsets.iter().map(|_| None);
    let classes = scores.classes.iter();
    let iou = classes.clone().map(|class| class.iou).chain([scores.miou]).chain(subsets);
    let precision = classes.clone().map(|class| class.precision);
    let precision = precision.chain([scores.mean_precision]).chain(none.clone());
    let recall = classes.map(|class| class.recall).chain([scores.mean_recall]).chain(none);
    [
        column(name, "iou", iou.collect()),
        column(name, "precision", precision.collect()),
        column(name, "recall", recall.collect()),
    ]
}

fn column(method: &str, quantity: &str, values: Vec<Option<f64>>) -> Column {
    Column::new(format!("{method} {quantity}").trim_start().into(), values)
}

fn table_error(source: PolarsError) -> EvalError {
    EvalError::Table { source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::tests::three_classes;

    #[test]
    fn classes_come_first_then_means_and_what_does_not_exist_stays_empty() {
        let scores = three_classes().with_subset("cat only", [1]);
        let table = Table::of(&[("", &scores)]).expect("one method");
        let csv = table.to_csv().expect("a table of numbers");
        #[rustfmt::skip]
        let expected = [
            "class,iou,precision,recall",
            "background,0.5,0.6666666666666666,0.6666666666666666",
            "cat,0.6,0.75,0.75",
            "dog,,,",
            "mean,0.55,0.7083333333333333,0.7083333333333333",
            "cat only,0.6,,",
        ];
        assert_eq!(csv.lines().collect::<Vec<_>>(), expected);
        let rows = table.rows().expect("a table of numbers");
        assert_eq!(rows[2], Row { name: "dog".into(), values: vec![None; 3], is_mean: false });
        assert!(rows[3].is_mean && rows[4].is_mean);
    }

    #[test]
    fn methods_stand_side_by_side() {
        let scores = three_classes();
        let table = Table::of(&[("CAM", &scores), ("EPS", &scores)]).expect("the same classes");
        let header = ["class", "CAM iou", "CAM precision", "CAM recall"];
        assert_eq!(table.header()[..4], header);
        assert_eq!(table.header()[4..], ["EPS iou", "EPS precision", "EPS recall"]);
    }

    #[test]
    fn methods_of_different_classes_are_refused() {
        let scores = three_classes();
        let mut other = scores.clone();
        other.classes[1].name = "cow".into();
        let refused = Table::of(&[("a", &scores), ("b", &other)]).expect_err("other classes");
        assert_eq!(refused.to_string(), "b: other classes than a, expected the same");
    }
}

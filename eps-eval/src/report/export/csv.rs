//! Scores as comma-separated text.

use crate::report::Table;
use crate::{ConfusionMatrix, EvalError, Scores};

/// A row for each class, then the means: fractions with all digits, empty where a value does not
/// exist. See [`Table`] for the columns.
pub fn csv(methods: &[(&str, &Scores)]) -> Result<String, EvalError> {
    Table::of(methods)?.to_csv()
}

/// A confusion matrix: a row for each true class, a column for each predicted one, in pixels.
pub fn confusion_csv(matrix: &ConfusionMatrix, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let head = format!("truth,{}", names.join(","));
    let rows = names.iter().enumerate().map(|(truth, name)| {
        let cells = (0..names.len()).map(|predicted| matrix.count(truth, predicted).to_string());
        [name.clone()].into_iter().chain(cells).collect::<Vec<_>>().join(",")
    });
    [head].into_iter().chain(rows).map(|line| line + "\n").collect()
}

fn quoted(name: &str) -> String {
    match name.contains([',', '"']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::{LabelMap, Size};

    #[test]
    fn a_confusion_matrix_has_true_classes_in_rows_and_quotes_names_with_commas() {
        let mut matrix = ConfusionMatrix::new(2);
        let size = Size::new(3, 1);
        matrix.add(&LabelMap::new(size, vec![0; 3]), &LabelMap::new(size, vec![1; 3]));
        let names = ["background".to_owned(), "cup, \"small\"".to_owned()];
        let quoted = "\"cup, \"\"small\"\"\"";
        let expected = format!("truth,background,{quoted}\nbackground,0,3\n{quoted},0,0\n");
        assert_eq!(confusion_csv(&matrix, &names), expected);
    }
}

//! Tables of counts and fractions about a data set.

use crate::EvalError;
use crate::report::{export::percent, frame_csv::to_csv};
use polars::prelude::{Column, DataFrame, DataType, PolarsError};

/// Named columns of one length: texts, counts, and fractions in `0..=1` that may not exist.
#[derive(Clone, Debug, Default)]
pub struct DataTable {
    columns: Vec<Column>,
}

impl DataTable {
    /// With a column of texts.
    pub(crate) fn texts(self, name: &str, cells: Vec<String>) -> Self {
        self.with(Column::new(name.into(), cells))
    }

    /// With a column of counts.
    pub(crate) fn counts(self, name: &str, cells: Vec<u64>) -> Self {
        self.with(Column::new(name.into(), cells))
    }

    /// With a column of fractions.
    pub(crate) fn fractions(self, name: &str, cells: Vec<Option<f64>>) -> Self {
        self.with(Column::new(name.into(), cells))
    }

    fn with(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Comma-separated text: fractions with all digits, empty where one does not exist.
    pub fn csv(&self) -> Result<String, EvalError> {
        let height = self.columns.first().map_or(0, Column::len);
        to_csv(DataFrame::new(height, self.columns.clone()))
    }

    /// A Markdown table: fractions as percent with one decimal, `–` where one does not exist.
    pub fn markdown(&self) -> Result<String, EvalError> {
        let columns: Vec<Vec<String>> =
            self.columns.iter().map(cells).collect::<Result<_, _>>().map_err(refused)?;
        let titles = self.columns.iter().map(|column| match column.dtype() {
            DataType::Float64 => format!("{} [%]", column.name()),
            _ => column.name().to_string(),
        });
        let rule = self.columns.iter().map(|column| match column.dtype() {
            DataType::String => "---",
            _ => "---:",
        });
        let mut lines = vec![line(titles), line(rule.map(str::to_owned))];
        let rows = columns.first().map_or(0, Vec::len);
        lines.extend((0..rows).map(|row| line(columns.iter().map(|cells| cells[row].clone()))));
        Ok(lines.join("\n") + "\n")
    }
}

fn cells(column: &Column) -> Result<Vec<String>, PolarsError> {
    Ok(match column.dtype() {
        DataType::Float64 => column.f64()?.iter().map(percent).collect(),
        DataType::UInt64 => {
            column.u64()?.iter().map(|count| count.unwrap_or_default().to_string()).collect()
        }
        _ => {
            // A bar would end the cell.
            let texts = column.str()?.iter().map(Option::unwrap_or_default);
            texts.map(|text| text.replace('|', "\\|")).collect()
        }
    })
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

fn refused(source: PolarsError) -> EvalError {
    EvalError::Table { source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> DataTable {
        DataTable::default()
            .texts("class", vec!["boat".into(), "cow|bull".into()])
            .counts("images", vec![3, 1200])
            .fractions("share", vec![Some(0.12345), None])
    }

    #[test]
    fn csv_has_all_digits_and_empty_cells() {
        let expected = "class,images,share\nboat,3,0.12345\ncow|bull,1200,\n";
        assert_eq!(table().csv().unwrap(), expected);
    }

    #[test]
    fn markdown_has_percent_and_dashes() {
        let expected = "\
| class | images | share [%] |
| --- | ---: | ---: |
| boat | 3 | 12.3 |
| cow\\|bull | 1200 | – |
";
        assert_eq!(table().markdown().unwrap(), expected);
    }
}

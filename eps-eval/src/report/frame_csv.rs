//! Data frames as comma-separated text.
//!
//! polars' own writer comes with its reader of files, which the few rows of a table do not need: without it the
//! program is a tenth smaller, and builds sooner.

use crate::EvalError;
use csv::{Writer, WriterBuilder};
use polars::prelude::{AnyValue, Column, DataFrame, NamedFrom, PolarsError, PolarsResult, Series};
use std::error::Error;

/// Comma-separated text with a header: numbers with all digits, and an empty cell where a value does not
/// exist.
///
/// # Errors
///
/// If the frame could not be made, or has a column of anything but texts, numbers and truth values.
pub(crate) fn to_csv(frame: PolarsResult<DataFrame>) -> Result<String, EvalError> {
    let text = frame.map_err(Into::into).and_then(|frame| written(&frame));
    text.map_err(|source| EvalError::Table { source })
}

/// A column with one value of each row; `None` is an empty cell.
pub(crate) fn column<Row, Value, Kind: ?Sized>(
    name: &str,
    rows: impl IntoIterator<Item = Row>,
    value: impl FnMut(Row) -> Value,
) -> Column
where
    Series: NamedFrom<Vec<Value>, Kind>,
{
    Column::new(name.into(), rows.into_iter().map(value).collect::<Vec<_>>())
}

fn written(frame: &DataFrame) -> Result<String, Box<dyn Error + Send + Sync>> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(frame.get_column_names())?;
    for row in 0..frame.height() {
        write_row(&mut writer, frame.columns(), row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn write_row(
    writer: &mut Writer<Vec<u8>>,
    columns: &[Column],
    row: usize,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    for column in columns {
        writer.write_field(cell(&column.get(row)?)?)?;
    }
    // A record ends where an empty one is written.
    Ok(writer.write_record(None::<&[u8]>)?)
}

fn cell(value: &AnyValue<'_>) -> Result<String, PolarsError> {
    Ok(match value {
        AnyValue::Null => String::new(),
        AnyValue::Float64(number) => all_digits(*number),
        AnyValue::UInt64(count) => count.to_string(),
        AnyValue::Boolean(holds) => holds.to_string(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        other => {
            let message = format!("column of {}, expected texts or numbers", other.dtype());
            return Err(PolarsError::InvalidOperation(message.into()));
        }
    })
}

/// The fewest digits that name the number, as in JSON; a number that is not finite by its name.
fn all_digits(number: f64) -> String {
    serde_json::Number::from_f64(number).map_or_else(|| number.to_string(), |json| json.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed_and_empty_where_nothing_exists() {
        let columns = vec![
            Column::new("class".into(), ["dog", "cow, \"bull\""]),
            Column::new("share, exact".into(), [Some(1.0), None]),
            Column::new("images".into(), [Some(3_u64), None]),
            Column::new("fixed".into(), [true, false]),
        ];
        let expected = "class,\"share, exact\",images,fixed\n\
            dog,1.0,3,true\n\
            \"cow, \"\"bull\"\"\",,,false\n";
        assert_eq!(to_csv(DataFrame::new(2, columns)).unwrap(), expected);
    }

    #[test]
    fn numbers_read_back_to_the_same_bits() {
        for number in [0.1 + 0.2, 1e-7, 1.234e-5, 1e16, 123_456_789.0, -0.0, f64::MIN_POSITIVE] {
            let text = all_digits(number);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{text}");
        }
        assert_eq!([0.5, 1e-7, 2.0].map(all_digits), ["0.5", "1e-7", "2.0"]);
    }
}

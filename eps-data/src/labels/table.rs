//! Label tables: one row an image, one column a class.

use super::EachLabels;
use crate::{ClassId, ClassNames, ClassSet, DataError, class_of};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::{collections::HashMap, fs::File, path::Path};

/// Reads the rows of `ids`; other rows are checked and left out.
///
/// The first column is the id, the others are named by class in any order and hold 0 or 1.
pub(super) fn load(
    path: &Path,
    ids: &[String],
    names: &ClassNames,
) -> Result<EachLabels, DataError> {
    let table = Table { path, names };
    table.rows_of(ids, |line, record, columns| table.classes(line, record, columns))
}

/// Reads scores of whole images, such as those of a classifier: a table as that of image labels, with
/// any number in the place of 0 and 1. One score for each object class, class 1 first, image by image.
///
/// # Errors
///
/// [`DataError::Line`] for a wrong header, a cell that is no number, or an id twice;
/// [`DataError::Content`] for an id without a row.
pub fn read_image_scores(
    path: &Path,
    ids: &[String],
    names: &ClassNames,
) -> Result<Vec<Vec<f32>>, DataError> {
    let table = Table { path, names };
    let rows = table.rows_of(ids, |line, record, columns| table.scores(line, record, columns))?;
    rows.into_iter().collect()
}

/// The table of these images, as [`read_image_scores`] reads it.
pub fn image_scores_table(rows: &[(&str, Vec<f32>)], names: &ClassNames) -> String {
    let mut text = header(names);
    for (id, scores) in rows {
        text.push_str(id);
        scores.iter().for_each(|score| text.push_str(&format!(",{score}")));
        text.push('\n');
    }
    text
}

/// The first line of a table.
fn header(names: &ClassNames) -> String {
    let mut text = String::from("id");
    for name in names.iter().skip(1) {
        text.extend([",", name]);
    }
    text.push('\n');
    text
}

/// The table of these images, as [`load`] reads it.
pub(super) fn table(ids: &[String], sets: &[ClassSet], names: &ClassNames) -> String {
    let mut text = header(names);
    for (id, set) in ids.iter().zip(sets) {
        text.push_str(id);
        for channel in 0..names.objects() {
            text.push_str(if set.contains(class_of(channel)) { ",1" } else { ",0" });
        }
        text.push('\n');
    }
    text
}

/// A table that is being read.
struct Table<'a> {
    path: &'a Path,
    names: &'a ClassNames,
}

impl Table<'_> {
    /// The rows of `ids`, or that there is none, each read by `read` from its line, its cells and the
    /// classes of its columns.
    fn rows_of<T: Clone>(
        &self,
        ids: &[String],
        read: impl Fn(usize, &StringRecord, &[ClassId]) -> Result<T, DataError>,
    ) -> Result<Vec<Result<T, DataError>>, DataError> {
        let rows = self.rows(read)?;
        let row = |id: &String| {
            rows.get(id).cloned().ok_or_else(|| DataError::Content {
                path: self.path.into(),
                found: format!("no row for `{id}`"),
                expected: "one for each image of the list".into(),
            })
        };
        Ok(ids.iter().map(row).collect())
    }

    fn rows<T>(
        &self,
        read: impl Fn(usize, &StringRecord, &[ClassId]) -> Result<T, DataError>,
    ) -> Result<HashMap<String, T>, DataError> {
        let path = self.path;
        let file =
            File::open(path).map_err(|source| DataError::Open { path: path.into(), source })?;
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(file);
        let columns = self.columns(reader.headers().map_err(|error| self.decode(error))?)?;
        let mut rows = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| self.decode(error))?;
            let line = record.position().map_or(0, |position| position.line() as usize);
            let id = record.get(0).unwrap_or_default().to_owned();
            if record.len() != columns.len() + 1 {
                let expected = (columns.len() + 1).to_string();
                return Err(self.line(line, format!("{} cells", record.len()), expected));
            }
            let row = read(line, &record, &columns)?;
            if rows.insert(id, row).is_some() {
                let found = format!("`{}` again", &record[0]);
                return Err(self.line(line, found, "each image id once".into()));
            }
        }
        Ok(rows)
    }

    /// The class of each column after the first.
    fn columns(&self, header: &StringRecord) -> Result<Vec<ClassId>, DataError> {
        let mut columns = Vec::new();
        for name in header.iter().skip(1) {
            match self.names.index(name) {
                Some(class) if class == 0 || columns.contains(&class) => {
                    let expected = "each object class once";
                    return Err(self.line(1, format!("column `{name}`"), expected.into()));
                }
                Some(class) => columns.push(class),
                None => {
                    let expected = format!("one of the {} object classes", self.names.objects());
                    return Err(self.line(1, format!("column `{name}`"), expected));
                }
            }
        }
        match self.names.iter().skip(1).find(|name| header.iter().skip(1).all(|own| own != *name)) {
            Some(name) => Err(self.line(1, format!("no column `{name}`"), "every class".into())),
            None => Ok(columns),
        }
    }

    fn classes(
        &self,
        line: usize,
        record: &StringRecord,
        columns: &[ClassId],
    ) -> Result<ClassSet, DataError> {
        let mut classes = ClassSet::default();
        for (cell, &class) in record.iter().skip(1).zip(columns) {
            match cell {
                "1" => classes.insert(class),
                "0" => {}
                other => {
                    let found = format!("`{other}` for {}", self.names.name(class));
                    return Err(self.line(line, found, "0 or 1".into()));
                }
            }
        }
        Ok(classes)
    }

    /// Scores in the order of the classes.
    fn scores(
        &self,
        line: usize,
        record: &StringRecord,
        columns: &[ClassId],
    ) -> Result<Vec<f32>, DataError> {
        let mut scores = vec![0.0; columns.len()];
        for (cell, &class) in record.iter().skip(1).zip(columns) {
            scores[usize::from(class) - 1] = match cell.parse::<f32>() {
                Ok(score) if !score.is_nan() => score,
                _ => {
                    let found = format!("`{cell}` for {}", self.names.name(class));
                    return Err(self.line(line, found, "a number".into()));
                }
            };
        }
        Ok(scores)
    }

    fn line(&self, line: usize, found: String, expected: String) -> DataError {
        DataError::Line { path: self.path.into(), line, found, expected }
    }

    fn decode(&self, error: csv::Error) -> DataError {
        DataError::Decode {
            path: self.path.into(),
            expected: "table of image labels (CSV)",
            source: error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(text: &str, ids: &[&str]) -> Result<Vec<ClassSet>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cls_labels.csv");
        fs::write(&path, text).unwrap();
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let names = ClassNames::of_objects(["boat", "cow", "train"]);
        let loaded = load(&path, &ids, &names).and_then(|rows| rows.into_iter().collect());
        loaded.map_err(|error: DataError| {
            let message = error.to_string();
            message[message.find("cls_labels.csv").unwrap()..].to_owned()
        })
    }

    #[test]
    fn columns_are_found_by_name_and_rows_by_id() {
        let text = "id,train,boat,cow\nx,1,0,0\ny,0,0,0\nz,0,1,1\n";
        let sets = read(text, &["z", "x", "y"]).unwrap();
        let members: Vec<Vec<_>> = sets.iter().map(|set| set.iter().collect()).collect();
        assert_eq!(members, [vec![1, 2], vec![3], vec![]]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        #[rustfmt::skip]
        let cases = [
            ("id,boat,cow,train\nx,1,0,0\ny,0,2,0\n", ":3: `2` for cow, expected 0 or 1"),
            ("id,boat,cow,train\nx,1,0\n", ":2: 3 cells, expected 4"),
            ("id,boat,cow,train\nx,1,0,0\nx,1,0,0\n", ":3: `x` again, expected each image id once"),
            ("id,boat,cow,railroad\n", ":1: column `railroad`, expected one of the 3 object classes"),
            ("id,boat,cow,cow\n", ":1: column `cow`, expected each object class once"),
            ("id,boat,cow\n", ":1: no column `train`, expected every class"),
            ("id,boat,cow,train\ny,1,0,0\n", ": no row for `x`, expected one for each image of the list"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, &["x"]).unwrap_err(), format!("cls_labels.csv{expected}"));
        }
    }

    #[test]
    fn scores_come_in_the_order_of_the_classes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.csv");
        let names = ClassNames::of_objects(["boat", "cow"]);
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            read_image_scores(&path, &["x".into()], &names).map_err(|error| error.to_string())
        };
        assert_eq!(read("id,cow,boat\ny,0,0\nx,-1.5,2e-1\n").unwrap(), [[0.2, -1.5]]);
        for cell in ["high", "NaN", ""] {
            let message = read(&format!("id,cow,boat\nx,{cell},0\n")).unwrap_err();
            let expected = format!("scores.csv:2: `{cell}` for cow, expected a number");
            assert!(message.ends_with(&expected), "{message}");
        }
    }
}

//! Label tables: one row an image, one column a class.
//!
//! Commas, semicolons or tabs separate the cells, a column of row numbers may come before the ids, and
//! ids may end as pictures' files do, as pandas and spreadsheets write them.

use super::{EachLabels, numbers, renamed, respelled, unlabelled};
use crate::codec::read_text;
use crate::image_list::without_ending;
use crate::remark::{Remark, RemarkKind, Tally, counted};
use crate::{ClassId, ClassNames, ClassSet, DataError, ImageList, Named, class_of};
use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};
use std::{collections::HashMap, path::Path};

/// Reads the rows of the images of a list; other rows are checked and left out.
///
/// A column is the id, those after it are named by class in any order and hold 0 or 1, which may be
/// written as `0.0` and `1.0` or as `False` and `True`. A list with numbers of classes is read too.
pub(super) fn load(
    path: &Path,
    list: &ImageList,
    names: &ClassNames,
) -> Result<(EachLabels, Vec<Remark>), DataError> {
    let text = read_text(path)?;
    if numbers::is_list(&text) {
        return Ok((numbers::load(path, &text, list, names)?, vec![]));
    }
    let table = Table { path, names };
    table.rows_of(&text, list, |line, cells, columns| table.classes(line, cells, columns))
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
    list: &ImageList,
    names: &ClassNames,
) -> Result<Vec<Vec<f32>>, DataError> {
    let (table, text) = (Table { path, names }, read_text(path)?);
    let (rows, _) =
        table.rows_of(&text, list, |line, cells, columns| table.scores(line, cells, columns))?;
    rows.into_iter().collect()
}

/// The table of these images, as [`read_image_scores`] reads it.
pub fn image_scores_table(rows: &[(&str, Vec<f32>)], names: &ClassNames) -> String {
    let rows = rows.iter().map(|(id, scores)| (*id, scores.iter().map(f32::to_string).collect()));
    write(rows, names)
}

/// The table of these images, as [`load`] reads it.
pub(super) fn table(ids: &[String], sets: &[ClassSet], names: &ClassNames) -> String {
    let rows = ids.iter().zip(sets).map(|(id, set)| {
        let classes = (0..names.objects()).map(class_of);
        let cells = classes.map(|class| u8::from(set.contains(class)).to_string());
        (id.as_str(), cells.collect())
    });
    write(rows, names)
}

/// A table whose header has the classes; what holds a comma or a quotation mark is quoted.
fn write<'a>(rows: impl Iterator<Item = (&'a str, Vec<String>)>, names: &ClassNames) -> String {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let header = std::iter::once("id").chain(names.iter().skip(1));
    let mut written = writer.write_record(header);
    for (id, cells) in rows {
        let row = std::iter::once(id).chain(cells.iter().map(String::as_str));
        written = written.and_then(|()| writer.write_record(row));
    }
    written.expect("memory takes every row, and all have as many cells");
    let bytes = writer.into_inner().expect("memory takes every row");
    String::from_utf8(bytes).expect("texts make a text")
}

/// A table that is being read.
struct Table<'a> {
    path: &'a Path,
    names: &'a ClassNames,
}

/// The row of each image, or why there is none.
type EachRow<T> = Vec<Result<T, DataError>>;

/// Where a table has its ids and its classes.
struct Columns {
    id: usize,
    /// Classes of the columns from `first` on.
    classes: Vec<ClassId>,
    first: usize,
}

impl Table<'_> {
    /// The rows of the images of a list, or that there is none, each read by `read` from its line, its cells and the
    /// classes of its columns.
    fn rows_of<T: Clone>(
        &self,
        text: &str,
        list: &ImageList,
        read: impl Fn(usize, &[&str], &[ClassId]) -> Result<T, DataError>,
    ) -> Result<(EachRow<T>, Vec<Remark>), DataError> {
        let (rows, remarks) = self.rows(text, read)?;
        let rows = list.ids.iter().map(|id| {
            let row = rows.get(id).cloned();
            row.ok_or_else(|| unlabelled(self.path, format!("no row for `{id}`"), list))
        });
        Ok((rows.collect(), remarks))
    }

    fn rows<T>(
        &self,
        text: &str,
        read: impl Fn(usize, &[&str], &[ClassId]) -> Result<T, DataError>,
    ) -> Result<(HashMap<String, T>, Vec<Remark>), DataError> {
        let mut builder = ReaderBuilder::new();
        builder.flexible(true).trim(Trim::All).delimiter(delimiter(text));
        let mut reader = builder.from_reader(text.as_bytes());
        let mut spellings = Tally::default();
        let header = reader.headers().map_err(|error| self.decode(error))?;
        let columns = self.columns(header, &mut spellings)?;
        let (mut rows, mut endings) = (HashMap::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(|error| self.decode(error))?;
            let line = record.position().map_or(0, |position| position.line() as usize);
            let cells: Vec<&str> = record.iter().collect();
            if cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            let expected = columns.first + columns.classes.len();
            if cells.len() != expected {
                let found = counted(cells.len(), "cell");
                return Err(self.line(line, found, expected.to_string()));
            }
            let id = self.id(cells[columns.id]);
            if id.len() < cells[columns.id].len() {
                endings.push(id.to_owned());
            }
            let row = read(line, &cells[columns.first..], &columns.classes)?;
            if rows.insert(id.to_owned(), row).is_some() {
                return Err(self.line(line, format!("`{id}` again"), "each image id once".into()));
            }
        }
        let remarks = [respelled(self.path, "column", &spellings), self.shortened(&endings)];
        Ok((rows, remarks.into_iter().flatten().collect()))
    }

    /// The id in a cell, which may be the name or the path of a picture.
    fn id<'a>(&self, cell: &'a str) -> &'a str {
        let short = without_ending(cell);
        match short.len() < cell.len() {
            true => short.rsplit(['/', '\\']).next().unwrap_or(short),
            false => cell,
        }
    }

    fn shortened(&self, ids: &[String]) -> Option<Remark> {
        let first = ids.first()?;
        let count = ids.len();
        let found =
            format!("{} with a picture's ending, first that of `{first}`", counted(count, "id"));
        Some(Remark::new(RemarkKind::Endings, self.path, count, found, "read without it"))
    }

    /// Where the ids are, and the class of each column after the ids.
    fn columns(&self, header: &StringRecord, spellings: &mut Tally) -> Result<Columns, DataError> {
        // Row numbers, as pandas writes them, are followed by the ids, whose column no class names.
        let has_index = matches!(header.get(0), Some("" | "index" | "Unnamed: 0"))
            && header.get(1).is_some_and(|second| self.names.find(second) == Named::Unknown);
        let first = if has_index { 2 } else { 1 };
        let mut classes = Vec::new();
        for name in header.iter().skip(first) {
            let named = self.names.find(name);
            match named.class() {
                Some(class) if class == 0 || classes.contains(&class) => {
                    let expected = "each object class once";
                    return Err(self.line(1, format!("column `{name}`"), expected.into()));
                }
                Some(class) => classes.push(class),
                None => {
                    let expected = format!("one of the {} object classes", self.names.objects());
                    return Err(self.line(1, format!("column `{name}`"), expected));
                }
            }
            if let Named::Otherwise(class) = named {
                spellings.add(&renamed(name, class, self.names), || "its header".into());
            }
        }
        match (1..self.names.len())
            .map(|class| class as ClassId)
            .find(|class| !classes.contains(class))
        {
            Some(class) => {
                let found = format!("no column `{}`", self.names.name(class));
                Err(self.line(1, found, "every class that classes.txt names".into()))
            }
            None => Ok(Columns { id: first - 1, classes, first }),
        }
    }

    fn classes(
        &self,
        line: usize,
        cells: &[&str],
        columns: &[ClassId],
    ) -> Result<ClassSet, DataError> {
        let mut classes = ClassSet::default();
        for (cell, &class) in cells.iter().zip(columns) {
            match is_present(cell) {
                Some(true) => classes.insert(class),
                Some(false) => {}
                None => {
                    let found = format!("`{cell}` for {}", self.names.name(class));
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
        cells: &[&str],
        columns: &[ClassId],
    ) -> Result<Vec<f32>, DataError> {
        let mut scores = vec![0.0; columns.len()];
        for (cell, &class) in cells.iter().zip(columns) {
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

/// What separates the cells of the first line: of commas, semicolons and tabs, that which makes most.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    // The last of several maxima.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|&delimiter| cells_between(delimiter, header))
        .unwrap_or(b',')
}

/// Number of cells that a separator makes of a line.
fn cells_between(delimiter: u8, line: &str) -> usize {
    let mut reader = ReaderBuilder::new();
    let reader = reader.has_headers(false).delimiter(delimiter).from_reader(line.as_bytes());
    reader.into_records().next().and_then(Result::ok).map_or(0, |record| record.len())
}

/// Whether a cell says that a class is there.
fn is_present(cell: &str) -> Option<bool> {
    if cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false") {
        return Some(cell.eq_ignore_ascii_case("true"));
    }
    // Some spreadsheets write a comma for the decimal point.
    match cell.replace(',', ".").parse::<f64>() {
        Ok(1.0) => Some(true),
        Ok(0.0) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(text: impl AsRef<[u8]>, ids: &[&str]) -> Result<Vec<ClassSet>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cls_labels.csv");
        fs::write(&path, text).unwrap();
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let names = ClassNames::of_objects(["boat", "cow", "train"]);
        let loaded = load(&path, &ImageList::new("train", ids), &names)
            .and_then(|(rows, _)| rows.into_iter().collect());
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
    fn tables_of_pandas_and_of_spreadsheets_are_the_same_table() {
        let plain = read("id,boat,cow,train\nx,1,0,0\ny,0,1,1\n", &["x", "y"]).unwrap();
        let utf_16: Vec<u8> = "\u{feff}id\tboat\tcow\ttrain\r\nx\t1\t0\t0\r\ny\t0\t1\t1\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read(utf_16, &["x", "y"]).unwrap(), plain);
        let tables = [
            "\u{feff}id;boat;cow;train\r\nx;1;0;0\r\ny;0;1;1\r\n;;;\r\n",
            ",id,boat,cow,train\n0,x,1.0,0.0,0.0\n1,y,0.0,1.0,1.0\n",
            "Unnamed: 0,image,boat,cow,train\n0,x,True,False,False\n1,y,False,True,True\n",
            ",boat,cow,train\nx,1,0,0\ny,0,1,1\n",
            "id,boat,cow,train\nx.jpg,1,0,0\nimages/y.PNG,0,1,1\n",
            "id;boat;cow;train\nx;1,0;0,0;0,0\ny;0,0;1,0;1,0\n",
            "ID,Boat,COW,train\nx,TRUE,0,0\ny,0,1,1\n",
            "x.jpg 0\ny 1 2\n",
        ];
        for text in tables {
            assert_eq!(read(text, &["x", "y"]).unwrap(), plain, "{text}");
        }
    }

    #[test]
    fn what_was_read_otherwise_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "id,Boat,cow\nx.jpg,1,0\ny.jpg,1,0\n").unwrap();
        let names = ClassNames::of_objects(["boat", "cow"]);
        let (_, remarks) = load(&path, &ImageList::new("train", vec!["x".into()]), &names).unwrap();
        let said: Vec<_> =
            remarks.iter().map(|remark| format!("{}: {}", remark.found, remark.taken)).collect();
        let expected = [
            "1 column in another spelling: read `Boat` as `boat` in its header",
            "2 ids with a picture's ending, first that of `x`: read without it",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_class_with_a_comma_is_quoted_and_read_again() {
        let names = ClassNames::of_objects(["car,cars", "a \"b\"", "c;d"]);
        let sets = [[1].into_iter().collect(), [2, 3].into_iter().collect()];
        let ids = ["x".to_owned(), "y".to_owned()];
        let text = table(&ids, &sets, &names);
        assert_eq!(text, "id,\"car,cars\",\"a \"\"b\"\"\",c;d\nx,1,0,0\ny,0,1,1\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, text).unwrap();
        let (rows, remarks) = load(&path, &ImageList::new("train", ids.to_vec()), &names).unwrap();
        assert_eq!(rows.into_iter().collect::<Result<Vec<_>, _>>().unwrap(), sets);
        assert_eq!(remarks, []);
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
            ("id,boat,cow\n", ":1: no column `train`, expected every class that classes.txt names"),
            ("id,boat,cow,train\ny,1,0,0\n", ": no row for `x`, expected one for each image of list train"),
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
            read_image_scores(&path, &ImageList::new("train", vec!["x".into()]), &names)
                .map_err(|error| error.to_string())
        };
        assert_eq!(read("id,cow,boat\ny,0,0\nx,-1.5,2e-1\n").unwrap(), [[0.2, -1.5]]);
        for cell in ["high", "NaN", ""] {
            let message = read(&format!("id,cow,boat\nx,{cell},0\n")).unwrap_err();
            let expected = format!("scores.csv:2: `{cell}` for cow, expected a number");
            assert!(message.ends_with(&expected), "{message}");
        }
    }
}

//! Lists with the numbers of the classes after each id, as `train_cls.txt` of OAA and others.

use super::{EachLabels, unlabelled};
use crate::image_list::list_entries;
use crate::{ClassNames, ClassSet, DataError, ImageList, class_of};
use std::collections::HashMap;
use std::path::Path;

/// Whether a text is such a list rather than a table: its first line is an id and whole numbers.
pub(super) fn is_list(text: &str) -> bool {
    let Some(first) = text.lines().map(str::trim).find(|line| !line.is_empty()) else {
        return false;
    };
    let mut numbers = first.split_whitespace().skip(1);
    !first.contains([',', ';']) && numbers.all(|number| number.parse::<i32>().is_ok())
}

/// Reads the lines of the images of a list; other lines are checked and left out. Classes are counted from 0 without
/// background; an image may have none.
pub(super) fn load(
    path: &Path,
    text: &str,
    list: &ImageList,
    names: &ClassNames,
) -> Result<EachLabels, DataError> {
    let mut rows = HashMap::new();
    for (line, entry) in list_entries(text) {
        let entry = entry.map_err(|no_id| {
            let found = format!("`{}`{}", no_id.text, no_id.reason);
            DataError::at_line(path, line, found, "an id and numbers of classes")
        })?;
        let classes = classes(entry.numbers, names)
            .map_err(|(found, expected)| DataError::at_line(path, line, found, expected))?;
        if rows.insert(entry.id, classes).is_some() {
            let found = format!("`{}` again", entry.id);
            return Err(DataError::at_line(path, line, found, "each image id once"));
        }
    }
    let rows_of_list = list.ids.iter().map(|id| {
        let row = rows.get(id.as_str()).copied();
        row.ok_or_else(|| unlabelled(path, format!("no line for `{id}`"), list))
    });
    Ok(rows_of_list.collect())
}

fn classes(numbers: &str, names: &ClassNames) -> Result<ClassSet, (String, String)> {
    let last = names.objects() - 1;
    let mut classes = ClassSet::default();
    for number in numbers.split_whitespace() {
        match number.parse::<usize>() {
            Ok(number) if number <= last => classes.insert(class_of(number)),
            _ => {
                let expected = format!("0 to {last}: object classes are counted from 0 here");
                return Err((format!("class {number}"), expected));
            }
        }
    }
    Ok(classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, ids: &[&str]) -> Result<Vec<Vec<u8>>, String> {
        let names = ClassNames::of_objects(["boat", "cow", "train"]);
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let rows = load(Path::new("a.txt"), text, &ImageList::new("train", ids), &names);
        let sets: Result<Vec<_>, _> = rows.and_then(|rows| rows.into_iter().collect());
        let sets = sets.map_err(|error: DataError| error.to_string())?;
        Ok(sets.iter().map(|set| set.iter().collect()).collect())
    }

    #[test]
    fn numbers_are_classes_from_0() {
        let text = "a 0 \nb.jpg 2 1\r\nc\n";
        assert!(is_list(text) && is_list("c\na 0") && is_list("2007_000032 -1"));
        assert!(
            !is_list("id,boat\na,1") && !is_list("id;1") && !is_list("") && !is_list("id\tboat")
        );
        assert_eq!(read(text, &["b", "a", "c"]).unwrap(), [vec![2, 3], vec![1], vec![]]);
    }

    #[test]
    fn what_is_no_class_is_named_with_its_line() {
        #[rustfmt::skip]
        let cases = [
            ("a 3\n", "a.txt:1: class 3, expected 0 to 2: object classes are counted from 0 here"),
            ("a 0\nb -1\n", "a.txt:2: class -1, expected 0 to 2: object classes are counted from 0 here"),
            ("a 0\na 1\n", "a.txt:2: `a` again, expected each image id once"),
            ("a 0\nmy photo\n", "a.txt:2: `my photo`, which has a blank in it, expected an id and numbers of classes"),
            ("b 0\n", "a.txt: no line for `a`, expected one for each image of list train"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, &["a"]).unwrap_err(), expected);
        }
    }
}

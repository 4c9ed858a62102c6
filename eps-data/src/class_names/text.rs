//! Text files of class names: one a line, numbered, or CVAT's label map.

use super::{ClassNames, NameProblem, is_background};
use crate::{DataError, IGNORE};
use std::fmt::Write as _;
use std::path::Path;

/// Names that labelme gives what is not counted; it comes before background.
const IGNORED: &str = "__ignore__";

/// A line that is not empty, and its number from 1.
type Line<'a> = (usize, &'a str);

/// What was found in a line, and what was expected.
type Surprise = (usize, String, String);

/// The names of a file's text.
pub(super) fn parse(path: &Path, text: &str) -> Result<ClassNames, DataError> {
    let lines = text.lines().map(str::trim).zip(1..).map(|(line, number)| (number, line));
    let lines: Vec<Line<'_>> = lines.filter(|(_, line)| !line.is_empty()).collect();
    let objects = objects(&lines)
        .map_err(|(line, found, expected)| DataError::at_line(path, line, found, expected))?;
    let names: Vec<&str> = objects.iter().map(|(_, name)| *name).collect();
    ClassNames::checked(&names).map_err(|problem| match problem {
        NameProblem::Name { index, found, expected } => {
            DataError::at_line(path, objects[index].0, found, expected)
        }
        problem => problem.of_file(path),
    })
}

/// A text that is read as these names.
pub(super) fn write(names: &ClassNames) -> String {
    // Numbers only where they are needed: names such as `1 way` would be taken for numbered ones.
    let plain: String = names.iter().skip(1).map(|name| format!("{name}\n")).collect();
    if parse(Path::new(""), &plain).is_ok_and(|read| read == *names) {
        return plain;
    }
    names.iter().enumerate().fold(String::new(), |mut text, (class, name)| {
        let _ = writeln!(text, "{class} {name}");
        text
    })
}

/// The lines that name objects, and their names.
fn objects<'a>(lines: &[Line<'a>]) -> Result<Vec<Line<'a>>, Surprise> {
    if let Some(objects) = of_label_map(lines) {
        return Ok(objects);
    }
    if let Some(objects) = of_numbers(lines)? {
        return Ok(objects);
    }
    let mut objects = lines;
    for is_no_object in [|name: &str| name == IGNORED, is_background] {
        if let [(_, first), rest @ ..] = objects
            && is_no_object(first)
        {
            objects = rest;
        }
    }
    Ok(objects.to_vec())
}

/// The objects of CVAT's `labelmap.txt`: `name:red,green,blue:parts:actions`, background anywhere.
fn of_label_map<'a>(lines: &[Line<'a>]) -> Option<Vec<Line<'a>>> {
    let entries = lines.iter().filter(|(_, line)| !line.starts_with("# label:"));
    let names: Vec<Line<'a>> = entries.map(of_label_map_line).collect::<Option<_>>()?;
    Some(names.into_iter().filter(|(_, name)| !is_background(name)).collect())
}

fn of_label_map_line<'a>(&(number, line): &Line<'a>) -> Option<Line<'a>> {
    let [name, colour, _, _] = line.split(':').collect::<Vec<_>>()[..] else { return None };
    let channels = colour.split(',').filter(|channel| channel.trim().parse::<u8>().is_ok());
    (colour.is_empty() || channels.count() == 3).then_some((number, name.trim()))
}

/// The objects of lines that begin with the number of their class; `None` where lines do not.
fn of_numbers<'a>(lines: &[Line<'a>]) -> Result<Option<Vec<Line<'a>>>, Surprise> {
    let mut numbered = Vec::new();
    let from_zero =
        lines.first().and_then(|(_, line)| number(line)).is_some_and(|first| first.0 == 0);
    for &(line, text) in lines {
        match number(text) {
            Some((number, name)) => numbered.push((number, line, name)),
            None if from_zero => {
                let expected = "a number before the name, as in the first line";
                return Err((line, format!("`{text}`"), expected.into()));
            }
            None => return Ok(None),
        }
    }
    // 255 may be named, and need not follow the number before it.
    numbered.retain(|(number, ..)| *number != u64::from(IGNORE));
    numbered.sort_by_key(|(number, line, _)| (*number, *line));
    let background = numbered.first().filter(|(number, ..)| *number == 0).copied();
    if let Some((_, line, name)) = background {
        if !is_background(name) {
            let expected = "background as class 0, and objects from 1 on";
            return Err((line, format!("class 0 `{name}`"), expected.into()));
        }
        numbered.remove(0);
    }
    for ((number, line, name), expected) in numbered.iter().zip(1..) {
        if *number != expected {
            let found = format!("class {number} `{name}`");
            return Err((*line, found, format!("class {expected}: each number once, no gaps")));
        }
    }
    Ok(Some(numbered.into_iter().map(|(_, line, name)| (line, name)).collect()))
}

/// The number before a name, and the name.
fn number(line: &str) -> Option<(u64, &str)> {
    let digits = line.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, rest) = line.split_at(digits);
    let name = rest.strip_prefix([' ', '\t', ',', ':', ';', '='])?.trim_start();
    let number = number.parse().ok()?;
    (!name.is_empty()).then_some((number, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let names = parse(Path::new("labels.txt"), text).map_err(|error| error.to_string())?;
        Ok(names.iter().skip(1).map(str::to_owned).collect())
    }

    #[test]
    fn every_form_of_a_file_gives_the_objects_in_their_order() {
        let forms = [
            "cat\ntraffic light\n",
            "background\ncat\ntraffic light\n",
            "__ignore__\n_background_\ncat\ntraffic light",
            "0 background\n1 cat\n2 traffic light\n",
            "0\tbackground\r\n1\tcat\r\n2\ttraffic light\r\n",
            "1: cat\n2: traffic light\n",
            "2 traffic light\n0 background\n255 void\n1 cat\n",
            "0,background\n1,cat\n2,traffic light\n",
            "# label:color_rgb:parts:actions\ncat:128,0,0::\nbackground:0,0,0::\ntraffic light:0,128,0::\n",
            "cat:::\nbackground:::\ntraffic light:::\n",
        ];
        for text in forms {
            assert_eq!(read(text).unwrap(), ["cat", "traffic light"], "{text}");
        }
    }

    #[test]
    fn numbers_that_are_no_classes_are_refused_with_their_line() {
        #[rustfmt::skip]
        let cases = [
            ("0 person\n1 bicycle\n", "1: class 0 `person`, expected background as class 0, and objects from 1 on"),
            ("1 cat\n3 dog\n", "2: class 3 `dog`, expected class 2: each number once, no gaps"),
            ("1 cat\n1 dog\n", "2: class 1 `dog`, expected class 2: each number once, no gaps"),
            ("0 background\ncat\n", "2: `cat`, expected a number before the name, as in the first line"),
            ("0 background\n1 cat\n2 cat\n", "3: class `cat`, expected each class once"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err(), format!("labels.txt:{expected}"));
        }
    }

    #[test]
    fn names_that_begin_with_a_number_are_names_where_others_do_not() {
        assert_eq!(read("2 wheeler\ncar\n").unwrap(), ["2 wheeler", "car"]);
        assert_eq!(read("3d\n4x4\n").unwrap(), ["3d", "4x4"]);
    }

    #[test]
    fn what_is_written_is_read_as_the_same_names() {
        #[rustfmt::skip]
        let cases: [&[&str]; 5] = [
            &["cat", "car,cars"], &["2 wheeler"], &["1 a", "2 b"], &["a:1,2,3::"], &["__ignore__", "a"],
        ];
        for objects in cases {
            let names = ClassNames::checked(objects).unwrap();
            assert_eq!(parse(Path::new(""), &names.to_text()).unwrap(), names, "{objects:?}");
        }
        assert_eq!(ClassNames::of_objects(["cat", "dog"]).to_text(), "cat\ndog\n");
    }
}

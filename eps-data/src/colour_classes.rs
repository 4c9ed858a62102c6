//! Label maps: which colour stands for which class.

use crate::codec::{read_text, voc_palette};
use crate::{BACKGROUND, ClassId, DataError, IGNORE};
use std::{collections::HashMap, path::Path};

/// Names of regions that count for no class.
const IGNORED: [&str; 4] = ["void", "ignore", "ignored", "unlabeled"];

/// The colours of classes.
#[derive(Clone, Debug)]
pub struct ColourClasses {
    classes: HashMap<[u8; 3], ClassId>,
    /// Of the objects, from class 1 on; empty for VOC's.
    names: Vec<String>,
}

impl ColourClasses {
    /// VOC's colours of all classes, with that of borders as 255.
    pub fn voc() -> Self {
        let classes = (0..=IGNORE).zip(voc_palette()).map(|(class, colour)| (colour, class));
        Self { classes: classes.collect(), names: Vec::new() }
    }

    /// Reads a label map: CVAT's `labelmap.txt` (`name:red,green,blue:parts:actions`), or lines of a
    /// name and three numbers with commas, tabs or blanks between them, in either order.
    ///
    /// Objects become classes 1, 2, .. in the order of the lines. `background` is class 0, or black where
    /// no line is called so; `void`, `ignore` and `unlabeled` are 255, and so is VOC's colour of borders
    /// where no line has it.
    ///
    /// # Errors
    ///
    /// [`DataError::Line`] for a line without name or colour, and for a name or a colour again;
    /// [`DataError::ClassNames`] for no object or more than 254.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        Self::of(path, &read_text(path)?)
    }

    /// The label map that a text spells; `path` is named in errors.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn of(path: &Path, text: &str) -> Result<Self, DataError> {
        let mut label_map = Self { classes: HashMap::new(), names: Vec::new() };
        let lines = (1..).zip(text.lines().map(str::trim));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        for (position, (number, line)) in lines.enumerate() {
            match entry(line) {
                Some((name, colour)) => {
                    label_map.add(name, colour).map_err(|found| {
                        DataError::at_line(path, number, found, "each name and colour once")
                    })?;
                }
                // A table may begin with the names of its columns.
                None if position == 0 && !line.contains(|digit: char| digit.is_ascii_digit()) => {}
                None => {
                    let expected = "name:red,green,blue, each 0..=255";
                    return Err(DataError::at_line(path, number, format!("`{line}`"), expected));
                }
            }
        }
        if !(1..=254).contains(&label_map.names.len()) {
            return Err(DataError::ClassNames { path: path.into(), found: label_map.names.len() });
        }
        // In the end, so that a line that gives black or VOC's border to a class comes first.
        if !label_map.classes.values().any(|&class| class == BACKGROUND) {
            label_map.classes.entry([0; 3]).or_insert(BACKGROUND);
        }
        label_map.classes.entry(voc_palette()[usize::from(IGNORE)]).or_insert(IGNORE);
        Ok(label_map)
    }

    /// Adds a line; otherwise says what was there before.
    fn add(&mut self, name: &str, colour: [u8; 3]) -> Result<(), String> {
        let lower = name.to_lowercase();
        let class = if lower == "background" {
            BACKGROUND
        } else if IGNORED.contains(&&*lower) {
            IGNORE
        } else if self.names.iter().any(|known| known.to_lowercase() == lower) {
            return Err(format!("`{name}` again"));
        } else {
            self.names.push(name.to_owned());
            // More than 254 are refused at the end.
            self.names.len().min(254) as ClassId
        };
        match self.classes.insert(colour, class) {
            None => Ok(()),
            Some(_) => Err(format!("{},{},{} again", colour[0], colour[1], colour[2])),
        }
    }

    /// The class of a colour.
    pub fn class_of(&self, colour: [u8; 3]) -> Option<ClassId> {
        self.classes.get(&colour).copied()
    }

    /// Names of the objects, from class 1 on; empty for VOC's colours.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// Name and colour of a line.
fn entry(line: &str) -> Option<(&str, [u8; 3])> {
    if let Some((name, rest)) = line.split_once(':') {
        let colour = numbers(rest.split(':').next()?.split(','))?;
        return Some((name.trim(), colour)).filter(|(name, _)| !name.is_empty());
    }
    let fields: Vec<&str> = line.split(is_separator).filter(|field| !field.is_empty()).collect();
    let count = fields.len().checked_sub(3).filter(|&count| count > 0)?;
    // A name may have blanks; it is what is left of the line beside the numbers.
    if let Some(colour) = numbers(fields[count..].iter().copied()) {
        let end = fields[count].as_ptr() as usize - line.as_ptr() as usize;
        return Some((line[..end].trim_end_matches(is_separator), colour));
    }
    let colour = numbers(fields[..3].iter().copied())?;
    let start = fields[3].as_ptr() as usize - line.as_ptr() as usize;
    Some((line[start..].trim_end_matches(is_separator), colour))
}

/// Whether a character stands between the fields of a line.
fn is_separator(letter: char) -> bool {
    letter == ',' || letter == ';' || letter.is_whitespace()
}

/// Three numbers of 8 bits, and no more.
fn numbers<'a>(mut fields: impl Iterator<Item = &'a str>) -> Option<[u8; 3]> {
    let mut next = || fields.next()?.trim().parse::<u8>().ok();
    let colour = [next()?, next()?, next()?];
    fields.next().is_none().then_some(colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ColourClasses, DataError> {
        ColourClasses::of(Path::new("labelmap.txt"), text)
    }

    #[test]
    fn every_form_of_a_label_map_gives_the_same_classes() {
        let texts = [
            "# label:color_rgb:parts:actions\ncat:255,0,0::\nbackground:0,0,0::\ntoy dog:0,9,0::\n",
            "name,r,g,b\ncat,255,0,0\ntoy dog,0,9,0\n",
            "255 0 0\tcat\n0 9 0\ttoy dog\n",
            "cat 255 0 0\n\ntoy dog;0;9;0\n",
        ];
        for text in texts {
            let map = read(text).unwrap();
            assert_eq!(map.names(), ["cat", "toy dog"], "{text}");
            let classes = [[255, 0, 0], [0, 9, 0], [0, 0, 0], [224, 224, 192], [1, 1, 1]];
            let classes = classes.map(|colour| map.class_of(colour));
            assert_eq!(classes, [Some(1), Some(2), Some(0), Some(255), None], "{text}");
        }
    }

    #[test]
    fn vocs_colours_are_those_of_its_classes() {
        let map = ColourClasses::voc();
        assert_eq!(map.class_of([0, 128, 0]), Some(2));
        assert_eq!(map.class_of([224, 224, 192]), Some(255));
        assert_eq!(map.class_of([255; 3]), None);
    }

    #[test]
    fn void_is_ignored_and_background_may_have_any_colour() {
        let map = read("background:255,255,255::\nvoid:1,1,1::\ncat:0,0,0::\n").unwrap();
        let classes = [[255; 3], [1; 3], [0; 3]].map(|colour| map.class_of(colour));
        assert_eq!(classes, [Some(0), Some(255), Some(1)]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let refusal = |text: &str| read(text).unwrap_err().to_string();
        let expected = "labelmap.txt:2: `cat again` again, expected each name and colour once";
        assert_eq!(refusal("cat again:1,1,1::\ncat again:2,2,2::\n"), expected);
        let expected = "labelmap.txt:2: 1,1,1 again, expected each name and colour once";
        assert_eq!(refusal("cat:1,1,1::\ndog:1,1,1::\n"), expected);
        for line in ["cat:1,1::", "cat:1,1,256::", ":1,1,1::", "1 2 3", "cat 1 1"] {
            let expected =
                format!("labelmap.txt:2: `{line}`, expected name:red,green,blue, each 0..=255");
            assert_eq!(refusal(&format!("dog:9,9,9\n{line}\n")), expected);
        }
        assert_eq!(
            refusal("background:0,0,0\n"),
            "labelmap.txt: 0 object classes, expected 1 to 254"
        );
    }
}

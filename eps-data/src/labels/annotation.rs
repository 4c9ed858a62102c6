//! Object annotations of PASCAL VOC.

use crate::{ClassNames, ClassSet, DataError};
use quick_xml::{Reader, events::Event};
use std::{fs, path::Path};

/// The known classes among the names of the objects; a name outside `names` is left out.
///
/// Parts of objects, such as a person's head, have names too, one level deeper: they are no objects.
pub(super) fn classes(path: &Path, names: &ClassNames) -> Result<ClassSet, DataError> {
    let text =
        fs::read_to_string(path).map_err(|source| DataError::Open { path: path.into(), source })?;
    let found = object_names(&text).map_err(|source| DataError::Decode {
        path: path.into(),
        expected: "VOC annotation (XML)",
        source,
    })?;
    Ok(found.iter().filter_map(|name| names.index(name)).collect())
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The text of every `annotation/object/name` of a VOC annotation (XML), parts of objects left out.
/// References to entities are not expanded.
pub fn object_names(text: &str) -> Result<Vec<String>, Cause> {
    let mut reader = Reader::from_str(text);
    let mut names = Vec::new();
    let mut open = Vec::new();
    loop {
        match reader.read_event()? {
            Event::Start(tag) => {
                open.push(tag.name().as_ref().to_owned());
                if is_object_name(&open) {
                    names.push(String::new());
                }
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) if is_object_name(&open) => {
                if let Some(name) = names.last_mut() {
                    name.push_str(text.trim());
                }
            }
            Event::Eof if open.is_empty() => return Ok(names),
            Event::Eof => return Err("it ends inside an element".into()),
            _ => {}
        }
    }
}

fn is_object_name(open: &[String]) -> bool {
    open.iter().eq(["annotation", "object", "name"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_count_difficult_or_not_and_parts_do_not() {
        let text = "<?xml version=\"1.0\"?><annotation><folder>VOC</folder>
            <object><name>person</name><difficult>1</difficult>
                <part><name>head</name></part></object>
            <object><name> dog </name></object><name>cat</name></annotation>";
        assert_eq!(object_names(text).unwrap(), ["person", "dog"]);
    }

    #[test]
    fn entities_are_not_expanded() {
        let text = "<!DOCTYPE a [<!ENTITY b \"dog\">]><annotation><object><name>&b;</name></object>
            </annotation>";
        assert_eq!(object_names(text).unwrap(), [""]);
    }

    #[test]
    fn a_cut_file_is_refused() {
        let text = "<annotation><object><name>dog</name></object>";
        assert_eq!(object_names(text).unwrap_err().to_string(), "it ends inside an element");
        assert!(object_names("<annotation><object></annotation>").is_err());
    }

    #[test]
    fn unknown_names_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        let object = |name| format!("<object><name>{name}</name></object>");
        let text = format!("<annotation>{}{}</annotation>", object("dog"), object("railroad"));
        fs::write(&path, text).unwrap();
        let classes = classes(&path, &ClassNames::voc()).unwrap();
        assert_eq!(classes.iter().collect::<Vec<_>>(), [12]);
    }
}

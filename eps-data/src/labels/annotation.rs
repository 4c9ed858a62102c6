//! Object annotations of PASCAL VOC.

use super::{EachLabels, renamed, respelled};
use crate::codec::{Content, read_bytes};
use crate::remark::{Remark, RemarkKind, Tally, counted, printable};
use crate::{ClassId, ClassNames, ClassSet, DataError, ImageList, Named};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::{Reader, events::Event};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The classes of the objects of each image; objects of other classes are left out, and counted.
///
/// Parts of objects, such as a person's head, have names too, one level deeper: they are no objects.
pub(super) fn load(
    folder: &Path,
    list: &ImageList,
    names: &ClassNames,
) -> (EachLabels, Vec<Remark>) {
    let objects: Vec<_> = list
        .ids
        .par_iter()
        .map(|id| match file(folder, id) {
            path if path.exists() => read(&path),
            path => Err(list.explain(DataError::missing(path, "annotation"))),
        })
        .collect();
    let mut lookup = Lookup { names, unknown: Tally::default(), spellings: Tally::default() };
    let mut rows = EachLabels::with_capacity(objects.len());
    for (id, objects) in list.ids.iter().zip(objects) {
        rows.push(objects.map(|objects| lookup.classes(id, &objects)));
    }
    let Lookup { unknown, spellings, .. } = lookup;
    let remarks = [left_out(folder, &unknown), respelled(folder, "object", &spellings)];
    (rows, remarks.into_iter().flatten().collect())
}

/// The classes that names of objects mean, and the names that are not spelled as a class is.
struct Lookup<'a> {
    names: &'a ClassNames,
    unknown: Tally,
    spellings: Tally,
}

impl Lookup<'_> {
    /// The classes of the objects of an image.
    fn classes(&mut self, id: &str, objects: &[String]) -> ClassSet {
        objects.iter().filter_map(|name| self.class(id, name)).collect()
    }

    fn class(&mut self, id: &str, name: &str) -> Option<ClassId> {
        let named = self.names.find(name);
        match named {
            Named::Exactly(_) => {}
            Named::Otherwise(class) => {
                self.spellings.add(&renamed(name, class, self.names), || format!("{id}.xml"));
            }
            Named::Unknown => self.unknown.add(&printable(name), || format!("{id}.xml")),
        }
        named.class()
    }
}

fn file(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.xml"))
}

fn left_out(folder: &Path, unknown: &Tally) -> Option<Remark> {
    let count = unknown.total();
    (count > 0).then(|| {
        let objects = counted(count, "object");
        let found =
            format!("{objects} of classes that the data set does not have, {}", unknown.text());
        Remark::new(RemarkKind::UnknownNames, folder, count, found, "left out")
    })
}

/// The names of the objects in a file.
fn read(path: &Path) -> Result<Vec<String>, DataError> {
    let bytes = read_bytes(path)?;
    match Content::of(&bytes) {
        None | Some(Content::Xml | Content::Utf16) => {}
        Some(other) => {
            return Err(DataError::content(path, other.to_string(), "a VOC annotation (XML)"));
        }
    }
    text_of(&bytes)
        .and_then(|text| object_names(&text))
        .map_err(|source| DataError::decode(path, "VOC annotation (XML)", source))
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The text of an XML file, in UTF-8, UTF-16 or the Latin-1 that it declares.
fn text_of(bytes: &[u8]) -> Result<String, Cause> {
    // Marks of the byte order come first: in UTF-16 a declaration cannot be read without them.
    match bytes {
        [0xff, 0xfe, rest @ ..] => return utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf_16(rest, u16::from_be_bytes),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match declared_encoding(bytes).as_deref() {
        Some("iso-8859-1" | "latin-1" | "latin1") => {
            Ok(bytes.iter().map(|&byte| char::from(byte)).collect())
        }
        Some("windows-1252" | "cp1252") => Ok(bytes.iter().map(|&byte| windows(byte)).collect()),
        Some("utf-8" | "utf8" | "us-ascii" | "ascii") | None => {
            let text = std::str::from_utf8(bytes);
            Ok(text
                .map_err(|_| "no UTF-8, and no other encoding is declared in its first line")?
                .into())
        }
        Some(other) => {
            let other = printable(other);
            Err(format!("it declares the encoding {other}; UTF-8, UTF-16 and Latin-1 are read")
                .into())
        }
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Cause> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().copied().map(unit).collect();
    Ok(String::from_utf16(&units)?)
}

/// A character of Windows-1252, which is Latin-1 but for 32 bytes.
fn windows(byte: u8) -> char {
    const OWN: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let character = byte.checked_sub(0x80).and_then(|index| OWN.chars().nth(index.into()));
    character.unwrap_or(char::from(byte))
}

/// The encoding that the declaration of an XML file names, in lower case.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = declaration.iter().position(|&byte| byte == b'>')?;
    let declaration = String::from_utf8_lossy(&declaration[..end]);
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| "\"'".contains(*quote))?;
    Some(value[1..].split(quote).next()?.trim().to_lowercase())
}

/// The name of every object of a VOC annotation (XML), whatever its root is called; parts of objects
/// are left out. An object without a name has an empty one.
///
/// Texts are what XML says they are: character references, the five entities that every file has,
/// and CDATA are read; a reference to an entity that the file declares is refused.
pub fn object_names(text: &str) -> Result<Vec<String>, Cause> {
    let mut reader = Reader::from_str(text);
    let mut objects = Objects::default();
    loop {
        match reader.read_event()? {
            Event::Start(tag) => objects.open(tag.name().as_ref()),
            Event::Empty(tag) => {
                objects.open(tag.name().as_ref());
                objects.close();
            }
            Event::End(_) => objects.close(),
            Event::Text(text) => objects.add(&text),
            Event::CData(text) => objects.add(&text),
            // Entities of the file's own are not expanded: a few, each made of several of the one before,
            // would become a text of any length.
            Event::GeneralRef(reference) => match reference.resolve_char_ref()? {
                Some(letter) => objects.add(letter.encode_utf8(&mut [0; 4])),
                None => objects.add_entity(&reference)?,
            },
            Event::Eof => return objects.end(),
            _ => {}
        }
    }
}

/// The objects of a file that is being read.
#[derive(Default)]
struct Objects {
    /// The first name of each.
    names: Vec<Option<String>>,
    /// The elements that are open, the root first.
    open: Vec<String>,
    /// The text so far of the name that is open.
    name: String,
    has_root: bool,
}

impl Objects {
    fn open(&mut self, element: &str) {
        self.has_root = true;
        self.open.push(element.to_owned());
        if matches!(&self.open[..], [_, object] if object == "object") {
            self.names.push(None);
        } else if self.is_in_name() {
            self.name.clear();
        }
    }

    fn close(&mut self) {
        if self.is_in_name()
            && let Some(object) = self.names.last_mut()
        {
            // The first one counts, as for `find("name")` of Python's ElementTree.
            object.get_or_insert_with(|| self.name.trim().to_owned());
        }
        self.open.pop();
    }

    fn add(&mut self, text: &str) {
        if self.is_in_name() {
            self.name.push_str(text);
        }
    }

    fn add_entity(&mut self, name: &str) -> Result<(), Cause> {
        match resolve_predefined_entity(name) {
            Some(text) => self.add(text),
            None if self.is_in_name() => {
                let name = printable(name);
                return Err(format!("a reference `&{name};` that XML does not define").into());
            }
            None => {}
        }
        Ok(())
    }

    /// Whether the innermost open element is the name of an object, not of a part of one.
    fn is_in_name(&self) -> bool {
        matches!(&self.open[..], [_, object, name] if object == "object" && name == "name")
    }

    fn end(self) -> Result<Vec<String>, Cause> {
        if !self.open.is_empty() {
            return Err("it ends inside an element".into());
        }
        if !self.has_root {
            return Err("no element is in it".into());
        }
        Ok(self.names.into_iter().map(Option::unwrap_or_default).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn objects_count_difficult_or_not_and_parts_do_not() {
        let text = "<?xml version=\"1.0\"?><annotation><folder>VOC</folder>
            <object><name>person</name><difficult>1</difficult>
                <part><name>head</name></part></object>
            <object><name> dog </name></object><name>cat</name></annotation>";
        assert_eq!(object_names(text).unwrap(), ["person", "dog"]);
    }

    #[test]
    fn names_are_those_of_pythons_xml() {
        // xml.etree: [item.findtext("name") for item in root.iter("object")], stripped.
        let object = |name: &str| format!("<a><object><name>{name}</name></object></a>");
        #[rustfmt::skip]
        let cases = [
            ("R&amp;D", "R&D"), ("R &amp; D", "R & D"), ("&#100;&#x6F;g", "dog"), ("&lt;&gt;&quot;&apos;", "<>\"'"),
            ("<![CDATA[cat]]>", "cat"), ("<![CDATA[R&amp;D]]>", "R&amp;D"), ("c<!-- x -->at", "cat"),
            ("<b>x</b>", ""), ("", ""),
        ];
        for (xml, name) in cases {
            assert_eq!(object_names(&object(xml)).unwrap(), [name], "{xml}");
        }
        for root in ["Annotation", "annotations", "root"] {
            let text = format!("<{root}><object><name>cat</name></object></{root}>");
            assert_eq!(object_names(&text).unwrap(), ["cat"]);
        }
        let text = "<a><object/><object><pose/></object><object><name/></object></a>";
        assert_eq!(object_names(text).unwrap(), ["", "", ""]);
        let text = "<a><object><name>cat</name><name>dog</name></object></a>";
        assert_eq!(object_names(text).unwrap(), ["cat"]);
    }

    #[test]
    fn an_entity_that_a_file_declares_is_refused_and_not_lost() {
        let text = "<!DOCTYPE a [<!ENTITY b \"dog\">]><annotation><object><name>&b;</name></object>
            </annotation>";
        let message = object_names(text).unwrap_err().to_string();
        assert_eq!(message, "a reference `&b;` that XML does not define");
    }

    #[test]
    fn a_cut_file_is_refused() {
        let text = "<annotation><object><name>dog</name></object>";
        assert_eq!(object_names(text).unwrap_err().to_string(), "it ends inside an element");
        assert!(object_names("<annotation><object></annotation>").is_err());
        for text in ["", "cat\n", "<?xml version=\"1.0\"?>"] {
            assert_eq!(object_names(text).unwrap_err().to_string(), "no element is in it");
        }
        assert!(object_names("<annotation/>").unwrap().is_empty());
    }

    #[test]
    fn a_declared_encoding_is_read() {
        let file = |encoding: &str| {
            let text =
                format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><a><object><name>ca");
            [text.as_bytes(), b"\xf1on</name></object></a>"].concat()
        };
        let names = |bytes: &[u8]| object_names(&text_of(bytes).unwrap()).unwrap();
        assert_eq!(names(&file("ISO-8859-1")), ["cañon"]);
        assert_eq!(names(&file("windows-1252")), ["cañon"]);
        assert_eq!(
            [0x41, 0x80, 0x9c, 0x9f, 0xa0, 0xff].map(windows),
            ['A', '€', 'œ', 'Ÿ', '\u{a0}', 'ÿ']
        );
        let message = text_of(&file("UTF-8")).unwrap_err().to_string();
        assert_eq!(message, "no UTF-8, and no other encoding is declared in its first line");
        let message = text_of(&file("Big5")).unwrap_err().to_string();
        assert_eq!(message, "it declares the encoding big5; UTF-8, UTF-16 and Latin-1 are read");
        let text = "\u{feff}<?xml version='1.0' encoding='utf-16'?><a><object><name>cañon</name></object></a>";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(names(&bytes), ["cañon"]);
        assert_eq!(names(text.replace("utf-16", "utf-8").as_bytes()), ["cañon"]);
    }

    #[test]
    fn unknown_names_are_left_out_and_others_read_and_both_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let object = |name: &&str| format!("<object><name>{name}</name></object>");
        let write = |id: &str, names: &[&str]| {
            let objects: String = names.iter().map(object).collect();
            let text = format!("<annotation>{objects}</annotation>");
            fs::write(folder.path().join(format!("{id}.xml")), text).unwrap();
        };
        write("a", &["dog", "railroad", "railroad"]);
        write("b", &["Dog", "railroad", ""]);
        let ids = ["a".to_owned(), "b".into(), "c".into()];
        let (rows, remarks) =
            load(folder.path(), &ImageList::new("train", ids.to_vec()), &ClassNames::voc());
        for row in &rows[..2] {
            assert_eq!(row.as_ref().unwrap().iter().collect::<Vec<_>>(), [12]);
        }
        assert!(rows[2].is_err());
        let said: Vec<_> =
            remarks.iter().map(|remark| format!("{}: {}", remark.found, remark.taken)).collect();
        let expected = [
            "4 objects of classes that the data set does not have, `railroad` (3, first in a.xml), `` in b.xml: left out",
            "1 object in another spelling: read `Dog` as `dog` in b.xml",
        ];
        assert_eq!(said, expected);
        assert_eq!(remarks.iter().map(|remark| remark.count).collect::<Vec<_>>(), [4, 1]);
    }
}

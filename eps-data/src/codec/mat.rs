//! The masks of SBD, which are structures in MATLAB's files of version 5.

// A file is a header of 128 bytes and elements; a variable is an element of type `MATRIX`, or one
// compressed by zlib that holds it:
//
//   type u32 | length u32 | body, filled up to a multiple of 8          usual
//   type u16 | length u16 | 4 bytes                                     short: the length is not 0
//
//   MATRIX { flags, sides, name, values }                               of numbers
//   MATRIX { flags, sides, name, length of a name, names, MATRIX .. }   a structure: one a field
//
// A mask of SBD is `GTcls.Segmentation`. Source: MathWorks, "MAT-File Format", level 5.

use super::read_bytes;
use crate::{ClassId, DataError, LabelMap, Size};
use flate2::read::ZlibDecoder;
use std::io::Read;
use std::path::Path;

/// The structure of a mask of classes, and its field of pixels.
const TRUTH: &str = "GTcls";
const PIXELS: &str = "Segmentation";

/// Length of the text and the version at the start of a file.
const HEADER: usize = 128;

/// Version 1.0 of the format, little-endian.
const VERSION: [u8; 4] = [0, 1, b'I', b'M'];

/// Bytes of an element that is expanded; SBD's have less than one million.
const EXPANDED: u64 = 64 << 20;

/// Types of elements.
const INT8: u32 = 1;
const UINT8: u32 = 2;
const INT32: u32 = 5;
const UINT32: u32 = 6;
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;

/// Class of a matrix that is a structure.
const STRUCTURE: u8 = 2;

/// Why bytes are no file with a mask.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatError {
    #[error("no MATLAB file of version 5 with little-endian numbers")]
    Header,
    #[error("it ends within an element")]
    Truncated,
    #[error("a compressed element cannot be expanded, or to more than {EXPANDED} bytes")]
    Compression,
    #[error("a matrix without its {0}")]
    Part(&'static str),
    #[error("variables {0:?}, expected a structure `{TRUTH}` (the files of the folder `cls`)")]
    Variables(Vec<String>),
    #[error("no field `{PIXELS}` of bytes in two axes")]
    Field,
}

/// Reads a mask of SBD's folder `cls`.
///
/// # Errors
///
/// [`DataError::Decode`] for what is no such file.
pub fn read_sbd_mask(path: &Path) -> Result<LabelMap, DataError> {
    let bytes = read_bytes(path)?;
    sbd_mask(&bytes).map_err(|source| DataError::decode(path, "mask of SBD (MATLAB 5)", source))
}

/// The mask in the bytes of a file of SBD's folder `cls`.
pub fn sbd_mask(bytes: &[u8]) -> Result<LabelMap, MatError> {
    let (header, mut rest) = bytes.split_at_checked(HEADER).ok_or(MatError::Header)?;
    if !header.ends_with(&VERSION) {
        return Err(MatError::Header);
    }
    let mut others = Vec::new();
    while !rest.is_empty() {
        let expanded;
        let mut variable = element(&mut rest)?;
        if variable.0 == COMPRESSED {
            expanded = expand(variable.1)?;
            variable = element(&mut expanded.as_slice())?;
        }
        if variable.0 == MATRIX {
            let matrix = Matrix::parse(variable.1)?;
            if matrix.name == TRUTH.as_bytes() {
                return mask(&matrix.field(PIXELS)?);
            }
            others.push(String::from_utf8_lossy(matrix.name).into_owned());
        }
    }
    Err(MatError::Variables(others))
}

fn expand(body: &[u8]) -> Result<Vec<u8>, MatError> {
    let mut expanded = Vec::new();
    // One byte more tells an element of this length from one that would go on.
    let mut decoder = ZlibDecoder::new(body).take(EXPANDED + 1);
    match decoder.read_to_end(&mut expanded) {
        Ok(length) if length as u64 <= EXPANDED => Ok(expanded),
        _ => Err(MatError::Compression),
    }
}

/// Type and body of the next element; short ones have both in eight bytes. Padding is skipped.
fn element<'a>(rest: &mut &'a [u8]) -> Result<(u32, &'a [u8]), MatError> {
    let (tag, after) = rest.split_first_chunk::<4>().ok_or(MatError::Truncated)?;
    let word = u32::from_le_bytes(*tag);
    if word >> 16 != 0 {
        let length = (word >> 16) as usize;
        let (body, after) = after.split_at_checked(4).ok_or(MatError::Truncated)?;
        *rest = after;
        return Ok((word & 0xFFFF, body.get(..length).ok_or(MatError::Truncated)?));
    }
    let (length, after) = after.split_first_chunk::<4>().ok_or(MatError::Truncated)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (body, after) = after.split_at_checked(length).ok_or(MatError::Truncated)?;
    let padding = if word == COMPRESSED { 0 } else { length.next_multiple_of(8) - length };
    *rest = after.get(padding..).unwrap_or(&[]);
    Ok((word, body))
}

/// The body of an element of this type.
fn part<'a>(rest: &mut &'a [u8], kind: u32, what: &'static str) -> Result<&'a [u8], MatError> {
    match element(rest)? {
        (found, body) if found == kind => Ok(body),
        _ => Err(MatError::Part(what)),
    }
}

/// A variable, or a value within one.
struct Matrix<'a> {
    class: u8,
    sides: Vec<usize>,
    name: &'a [u8],
    /// What follows: values, or the fields of a structure.
    body: &'a [u8],
}

impl<'a> Matrix<'a> {
    fn parse(mut body: &'a [u8]) -> Result<Self, MatError> {
        let flags = part(&mut body, UINT32, "flags")?;
        let class = *flags.first().ok_or(MatError::Part("flags"))?;
        let sides = part(&mut body, INT32, "sides")?.as_chunks::<4>().0;
        let sides = sides.iter().map(|&side| usize::try_from(i32::from_le_bytes(side)).ok());
        let sides = sides.collect::<Option<_>>();
        let sides = sides.ok_or(MatError::Part("sides"))?;
        let name = part(&mut body, INT8, "name")?;
        Ok(Self { class, sides, name, body })
    }

    /// A field of a single structure.
    fn field(&self, name: &str) -> Result<Self, MatError> {
        if self.class != STRUCTURE || self.sides.iter().any(|&side| side != 1) {
            return Err(MatError::Field);
        }
        let mut body = self.body;
        let length = part(&mut body, INT32, "fields")?.first_chunk::<4>();
        let length = length.and_then(|length| usize::try_from(i32::from_le_bytes(*length)).ok());
        let length = length.filter(|&length| length > 0).ok_or(MatError::Part("fields"))?;
        for field in part(&mut body, INT8, "fields")?.chunks(length) {
            let value = part(&mut body, MATRIX, "values")?;
            // Names are filled up with zeros.
            if field.split(|&letter| letter == 0).next() == Some(name.as_bytes()) {
                return Self::parse(value);
            }
        }
        Err(MatError::Field)
    }
}

/// A matrix of bytes, which MATLAB stores column by column, row by row.
fn mask(matrix: &Matrix<'_>) -> Result<LabelMap, MatError> {
    let [height, width] = matrix.sides[..] else { return Err(MatError::Field) };
    let (UINT8, values) = element(&mut { matrix.body })? else { return Err(MatError::Field) };
    if values.is_empty() || width.checked_mul(height) != Some(values.len()) {
        return Err(MatError::Part("values"));
    }
    let pixels = 0..values.len();
    let classes: Vec<ClassId> =
        pixels.map(|pixel| values[pixel % width * height + pixel / width]).collect();
    Ok(LabelMap::new(Size::new(width, height), classes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    fn fixture(name: &str) -> PathBuf {
        eps_testkit::fixture("sbd").join(name)
    }

    #[test]
    fn the_segmentation_of_the_structure_is_read_row_by_row() {
        let classes: Vec<ClassId> = (0..12).map(|pixel| pixel * 21 % 250).collect();
        let expected = LabelMap::new(Size::new(4, 3), classes);
        for name in ["compressed.mat", "plain.mat", "second.mat"] {
            assert_eq!(read_sbd_mask(&fixture(name)).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn masks_of_instances_are_none_of_classes() {
        let bytes = fs::read(fixture("instances.mat")).unwrap();
        assert_eq!(sbd_mask(&bytes), Err(MatError::Variables(vec!["GTinst".into()])));
    }

    #[test]
    fn cut_and_other_files_are_refused() {
        for name in ["plain.mat", "compressed.mat"] {
            let whole = fs::read(fixture(name)).unwrap();
            for length in 0..whole.len() - 8 {
                assert!(sbd_mask(&whole[..length]).is_err(), "{length} bytes of {name}");
            }
        }
        assert_eq!(sbd_mask(&[0; 200]), Err(MatError::Header));
    }

    #[test]
    fn changed_bytes_never_panic() {
        let whole = fs::read(fixture("plain.mat")).unwrap();
        for place in HEADER..whole.len() {
            for value in [0, 1, 2, 14, 15, 127, 128, 255] {
                let mut changed = whole.clone();
                changed[place] = value;
                let _ = sbd_mask(&changed);
            }
        }
    }

    #[test]
    fn an_element_that_expands_beyond_all_masks_is_refused() {
        use std::io::Write as _;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        let zeros = vec![0; 1 << 20];
        for _ in 0..=EXPANDED >> 20 {
            encoder.write_all(&zeros).unwrap();
        }
        let body = encoder.finish().unwrap();
        assert!(body.len() < 1 << 20);
        assert_eq!(expand(&body), Err(MatError::Compression));
    }
}

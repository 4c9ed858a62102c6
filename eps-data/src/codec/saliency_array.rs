//! Saliency maps as arrays of NumPy (`.npy`).

use super::npz::numbers;
use super::{MAX_PIXELS, open_file};
use crate::pickle::{Array, Dtype};
use crate::{DataError, SaliencyMap, Size};
use npyz::NpyFile;
use std::io::Read;
use std::path::Path;

/// First bytes that hold every header of an array that NumPy writes for a map.
const HEADER: u64 = 1 << 12;

/// Reads a map of `[height, width]`, alone or with axes of length 1 around it: fractions from 0 to 1, integers
/// from 0 to 255, integers of 16 bits without a sign, or truth values.
///
/// # Errors
///
/// [`DataError::Decode`] for a damaged file, [`DataError::Content`] for an array of another shape or of other
/// values.
pub(super) fn decode_array(path: &Path, bytes: &[u8]) -> Result<SaliencyMap, DataError> {
    let file = NpyFile::new(bytes).map_err(|source| refused(path, source))?;
    let size = size(path, &file)?;
    let array = numbers(file).map_err(|source| refused(path, source))?;
    let values = array.values();
    let scale = scale(path, &array, &values)?;
    Ok(SaliencyMap::new(size, values.iter().map(|value| (value * scale).round() as u8).collect()))
}

/// Width and height of such a map, from its header.
pub(super) fn array_size(path: &Path) -> Result<Size, DataError> {
    let file = open_file(path)?.take(HEADER);
    let array = NpyFile::new(file).map_err(|source| refused(path, source))?;
    size(path, &array)
}

fn size(path: &Path, array: &NpyFile<impl Read>) -> Result<Size, DataError> {
    let expected = "an array of [height, width]";
    if array.uses_pickled_array() {
        return Err(DataError::content(path, "a pickled object", expected));
    }
    let shape = array.shape();
    let mut sides: Vec<usize> = shape.iter().map(|&side| side as usize).collect();
    // Around a map, never one of its sides: of [1, 1, 5] the last two are kept.
    while sides.len() > 2 && sides[0] == 1 {
        sides.remove(0);
    }
    while sides.len() > 2 && sides.last() == Some(&1) {
        sides.pop();
    }
    match sides[..] {
        [height, width]
            if height
                .checked_mul(width)
                .is_some_and(|pixels| (1..=MAX_PIXELS).contains(&pixels)) =>
        {
            Ok(Size::new(width, height))
        }
        _ => Err(DataError::content(path, format!("an array of shape {shape:?}"), expected)),
    }
}

/// What the values of an array are multiplied by for 255 to be most salient.
fn scale(path: &Path, array: &Array, values: &[f64]) -> Result<f64, DataError> {
    let (most, scale) = match array.dtype {
        Dtype::Bool | Dtype::Float(_) => (1.0, 255.0),
        Dtype::Uint(2) => (65535.0, 255.0 / 65535.0),
        _ => (255.0, 1.0),
    };
    match values.iter().find(|value| !(0.0..=most).contains(*value)) {
        None => Ok(scale),
        Some(value) => Err(DataError::Content {
            path: path.into(),
            found: format!("the value {value} in an array of {}", described(array.dtype)),
            expected: format!("values from 0 to {most}"),
        }),
    }
}

fn described(dtype: Dtype) -> String {
    match dtype {
        Dtype::Float(bytes) => format!("floats of {} bits", 8 * bytes),
        Dtype::Int(bytes) | Dtype::Uint(bytes) => format!("integers of {} bits", 8 * bytes),
        _ => "truth values".into(),
    }
}

fn refused(path: &Path, source: std::io::Error) -> DataError {
    DataError::decode(path, "NumPy array", source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{read_saliency, saliency_size_of};
    use std::fs;

    /// An `.npy` file as NumPy writes it.
    fn npy(dtype: &str, fortran: &str, shape: &str, values: &[u8]) -> Vec<u8> {
        let mut header =
            format!("{{'descr': '{dtype}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
        let padding = 63 - (10 + header.len()) % 64;
        header.push_str(&" ".repeat(padding));
        header.push('\n');
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(values);
        file
    }

    fn read(file: &[u8]) -> Result<SaliencyMap, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        fs::write(&path, file).unwrap();
        let map = read_saliency(&path);
        if let Ok(map) = &map {
            assert_eq!(saliency_size_of(&path).unwrap(), map.size());
        }
        map.map_err(|error| {
            let text = crate::error_chain(&error);
            text[text.find("a.npy").unwrap()..].to_owned()
        })
    }

    #[test]
    fn fractions_integers_and_truth_values_become_grey_values() {
        let floats: Vec<u8> =
            [0.0_f32, 0.5, 1.0, 0.2, 0.1, 0.9].iter().flat_map(|v| v.to_le_bytes()).collect();
        let map = read(&npy("<f4", "False", "(2, 3)", &floats)).unwrap();
        assert_eq!((map.size(), map.values()), (Size::new(3, 2), &[0, 128, 255, 51, 26, 229][..]));
        let transposed = read(&npy("<f4", "True", "(3, 2)", &floats)).unwrap();
        assert_eq!(transposed.values(), [0, 51, 128, 26, 255, 229]);
        let map = read(&npy("|u1", "False", "(1, 2, 2)", &[0, 7, 254, 255])).unwrap();
        assert_eq!((map.size(), map.values()), (Size::new(2, 2), &[0, 7, 254, 255][..]));
        let deep: Vec<u8> = [0_u16, 257, 65535].iter().flat_map(|v| v.to_be_bytes()).collect();
        let map = read(&npy(">u2", "False", "(3, 1, 1)", &deep)).unwrap();
        assert_eq!((map.size(), map.values()), (Size::new(1, 3), &[0, 1, 255][..]));
        let wide: Vec<u8> = [0_i64, 200].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(read(&npy("<i8", "False", "(1, 2)", &wide)).unwrap().values(), [0, 200]);
        assert_eq!(read(&npy("|b1", "False", "(1, 2)", &[0, 1])).unwrap().values(), [0, 255]);
    }

    #[test]
    fn what_is_no_map_is_named() {
        let float = |value: f32| npy("<f4", "False", "(1, 1)", &value.to_le_bytes());
        let expected =
            "a.npy: the value 254 in an array of floats of 32 bits, expected values from 0 to 1";
        assert_eq!(read(&float(254.0)).unwrap_err(), expected);
        assert!(read(&float(f32::NAN)).unwrap_err().contains("the value NaN in an array"));
        let shape = "expected an array of [height, width]";
        let three = read(&npy("|u1", "False", "(3, 2, 2)", &[0; 12])).unwrap_err();
        assert_eq!(three, format!("a.npy: an array of shape [3, 2, 2], {shape}"));
        assert!(read(&npy("|u1", "False", "(0, 2)", &[])).unwrap_err().ends_with(shape));
        assert!(
            read(&npy("|u1", "False", "(99999999, 99999999)", &[0])).unwrap_err().ends_with(shape)
        );
        let pickled = read(&npy("|O", "False", "()", b"N.")).unwrap_err();
        assert_eq!(pickled, format!("a.npy: a pickled object, {shape}"));
        let cut = read(&npy("|u1", "False", "(2, 2)", &[0; 3])).unwrap_err();
        assert!(cut.starts_with("a.npy: not a NumPy array that can be decoded"), "{cut}");
        assert!(read(b"\x93NUMPY\x03\x00\xff\xff\xff\xff").is_err());
    }
}

//! NumPy's types and arrays, as their pickles rebuild them.

use super::PickleError;
use super::object::{Handle, Object};

/// Type of an array's values; byte order is little unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    Bool,
    /// Signed, with this many bytes.
    Int(usize),
    /// Unsigned, with this many bytes.
    Uint(usize),
    Float(usize),
    Object,
    /// Text of this many characters, four bytes each.
    Text(usize),
    /// A type that no file of this field needs.
    Other,
}

impl Dtype {
    /// The type that NumPy calls `name`, such as `f4`.
    pub(crate) fn of(name: &str) -> Self {
        let mut size = name.chars();
        let kind = size.next().unwrap_or_default();
        match (kind, size.as_str().parse::<usize>()) {
            ('b', Ok(1)) | ('?', _) => Self::Bool,
            ('i', Ok(size @ (1 | 2 | 4 | 8))) => Self::Int(size),
            ('u', Ok(size @ (1 | 2 | 4 | 8))) => Self::Uint(size),
            ('f', Ok(size @ (2 | 4 | 8))) => Self::Float(size),
            ('O', _) => Self::Object,
            ('U', Ok(letters)) => Self::Text(letters),
            _ => Self::Other,
        }
    }

    /// Bytes of one value; `None` where values are not bytes.
    pub(crate) fn size(self) -> Option<usize> {
        match self {
            Self::Bool => Some(1),
            Self::Int(size) | Self::Uint(size) | Self::Float(size) => Some(size),
            Self::Object | Self::Text(_) | Self::Other => None,
        }
    }
}

/// An array of numbers, row-major.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    /// Little-endian.
    pub bytes: Vec<u8>,
}

impl Array {
    /// An array of values as NumPy stores them, in either order of bytes and of axes.
    ///
    /// # Panics
    ///
    /// If values of the type are not bytes, or if there are more or fewer than the shape says.
    pub(crate) fn new(
        dtype: Dtype,
        shape: Vec<usize>,
        mut bytes: Vec<u8>,
        is_big_endian: bool,
        is_column_major: bool,
    ) -> Self {
        let size = dtype.size().expect("values are bytes");
        assert_eq!(
            shape.iter().product::<usize>() * size,
            bytes.len(),
            "as many as the shape says"
        );
        if is_big_endian {
            bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        }
        if is_column_major {
            bytes = row_major(&bytes, &shape, size);
        }
        Self { dtype, shape, bytes }
    }

    /// Number of values.
    pub(crate) fn count(&self) -> usize {
        self.bytes.len() / self.dtype.size().unwrap_or(1)
    }

    /// The values as `f64`: exact but for integers above 2^53.
    pub fn values(&self) -> Vec<f64> {
        let size = self.dtype.size().unwrap_or(1);
        self.bytes.chunks_exact(size).map(|bytes| number(self.dtype, bytes)).collect()
    }
}

fn number(dtype: Dtype, bytes: &[u8]) -> f64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    let unsigned = u64::from_le_bytes(word);
    match dtype {
        Dtype::Float(2) => f64::from(half::f16::from_bits(unsigned as u16).to_f32()),
        Dtype::Float(4) => f64::from(f32::from_bits(unsigned as u32)),
        Dtype::Float(_) => f64::from_bits(unsigned),
        Dtype::Int(size) => {
            let unused = 64 - 8 * size as u32;
            // Up to the highest bit and back, which fills the bits above with the sign.
            ((unsigned << unused) as i64 >> unused) as f64
        }
        _ => unsigned as f64,
    }
}

/// A type object, and whether its values are big-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DtypeObject {
    pub(super) dtype: Dtype,
    pub(super) big_endian: bool,
}

/// What an array was pickled as, next to its type.
pub(super) struct Stored<'a> {
    pub(super) shape: Vec<usize>,
    pub(super) column_major: bool,
    pub(super) values: StoredValues<'a>,
}

pub(super) enum StoredValues<'a> {
    Bytes(&'a [u8]),
    Objects(&'a [Handle]),
}

/// An array from the parts that a pickle gives it.
pub(super) fn array(dtype: DtypeObject, stored: Stored<'_>) -> Result<Object, PickleError> {
    let Stored { shape, column_major, values } = stored;
    let count = shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(side));
    let wrong = |size, found| PickleError::ArraySize { shape: shape.clone(), size, found };
    match (values, dtype.dtype.size()) {
        (StoredValues::Bytes(bytes), Some(size)) => {
            // A shape whose product does not fit is as wrong as any other: no bytes are as many.
            if count.and_then(|count| count.checked_mul(size)) != Some(bytes.len()) {
                return Err(wrong(size, bytes.len()));
            }
            let bytes = bytes.to_vec();
            Ok(Object::Array(Array::new(dtype.dtype, shape, bytes, dtype.big_endian, column_major)))
        }
        (StoredValues::Objects(items), None) => {
            if count != Some(items.len()) {
                return Err(wrong(0, items.len()));
            }
            Ok(Object::Objects { shape, items: items.to_vec() })
        }
        _ => Ok(Object::Unknown(format!("an array of {:?}", dtype.dtype))),
    }
}

/// NumPy's text of some bytes; zeros fill it up.
pub(super) fn text(bytes: &[u8], big_endian: bool) -> Option<String> {
    let (letters, rest) = bytes.as_chunks::<4>();
    let code = if big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
    let text: Option<String> = letters.iter().map(|&letter| char::from_u32(code(letter))).collect();
    text.filter(|_| rest.is_empty()).map(|text| text.trim_end_matches('\0').into())
}

/// Values stored column by column, row by row.
fn row_major(bytes: &[u8], shape: &[usize], size: usize) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let count = bytes.len() / size;
    for index in 0..count {
        // The position in the last axis runs fastest in the result, the first in the source.
        let (mut rest, mut source, mut step) = (index, 0, count);
        for &side in shape.iter().rev() {
            step /= side;
            source += rest % side * step;
            rest /= side;
        }
        result.extend_from_slice(&bytes[source * size..][..size]);
    }
    result
}

//! Arrays in NumPy's archives (`.npz`), of any type of numbers.

use super::MAX_PIXELS;
use crate::pickle::{self, Array, Dtype, Value};
use half::f16;
use npyz::{
    AutoSerialize, DType, Endianness, NpyFile, Order,
    npz::{array_name_from_file_name, file_name_from_array_name},
};
use std::io::{self, Chain, Cursor, Read, Seek};
use zip::{ZipArchive, read::ZipFile, result::ZipError};

/// An array of an archive, from its first byte on.
pub(super) type Entry<'a, R> = Chain<Cursor<[u8; START]>, ZipFile<'a, R>>;

/// Magic, version and the most bytes that the length of an array's header takes.
const START: usize = 12;

/// Bytes that the header of an array may have; those of NumPy have a hundred.
const MAX_HEADER: usize = 1 << 16;

pub(super) fn archive<R: Read + Seek>(file: R) -> io::Result<ZipArchive<R>> {
    Ok(ZipArchive::new(file)?)
}

/// Names of the arrays, as NumPy reads them off the files.
pub(super) fn array_names<R: Read + Seek>(archive: &ZipArchive<R>) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for file in archive.file_names() {
        names.extend(array_name_from_file_name(&file?).map(str::to_owned));
    }
    Ok(names)
}

pub(super) fn array<'a, R: Read + Seek>(
    archive: &'a mut ZipArchive<R>,
    name: &str,
) -> io::Result<NpyFile<Entry<'a, R>>> {
    let mut file = match archive.by_name(&file_name_from_array_name(name)) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => {
            return Err(io::Error::other(format!("it has no array `{name}`")));
        }
        Err(error) => return Err(error.into()),
    };
    let mut start = [0; START];
    file.read_exact(&mut start)?;
    // The reader of arrays takes memory for as long a header as is announced.
    match header_length(&start) {
        0..=MAX_HEADER => NpyFile::new(Cursor::new(start).chain(file)),
        length => Err(io::Error::other(format!("a header of {length} bytes is too long"))),
    }
}

/// Two bytes in the first version of the format, four in all others.
fn header_length(start: &[u8; START]) -> usize {
    let [.., version, _, first, second, third, fourth] = *start;
    match version {
        1 => u16::from_le_bytes([first, second]).into(),
        _ => u32::from_le_bytes([first, second, third, fourth]) as usize,
    }
}

/// All arrays of an archive by their names, as a pickled dictionary would hold them.
///
/// # Errors
///
/// If an array cannot be read, or all of them together are too large.
pub(super) fn dictionary(file: impl Read + Seek) -> io::Result<Value> {
    let mut archive = archive(file)?;
    let (mut entries, mut left) = (Vec::new(), MAX_PIXELS);
    for name in array_names(&archive)? {
        let array = array(&mut archive, &name)?;
        let value = value(array)?;
        let count = if let Value::Array(array) = &value { array.count() } else { 0 };
        left = left
            .checked_sub(count)
            .ok_or_else(|| io::Error::other("its arrays are too large together"))?;
        entries.push((Value::Text(name), value));
    }
    Ok(Value::Dict(entries))
}

/// An array of numbers, or what a pickled one holds.
fn value(array: NpyFile<impl Read>) -> io::Result<Value> {
    if !array.uses_pickled_array() {
        return numbers(array).map(Value::Array);
    }
    let mut bytes = Vec::new();
    // An archive may expand to far more than it has bytes; what is cut off here is no whole pickle.
    array.into_inner().take(MAX_PIXELS as u64).read_to_end(&mut bytes)?;
    pickle::load(&bytes).map_err(io::Error::other)
}

/// Integers of an array of one axis, whatever their type.
///
/// # Errors
///
/// If a value is none.
pub(super) fn integers(array: NpyFile<impl Read>) -> io::Result<Vec<i64>> {
    numbers(array)?.values().into_iter().map(integer).collect()
}

fn integer(value: f64) -> io::Result<i64> {
    // From 2^53 on, a double stands for several integers.
    if value.fract() == 0.0 && value.abs() < 2_f64.powi(53) {
        Ok(value as i64)
    } else {
        Err(io::Error::other(format!("{value} stands where an integer is expected")))
    }
}

/// Shape and values of an array, rounded to 32 bits where they have more.
pub(super) fn floats(array: NpyFile<impl Read>) -> io::Result<(Vec<usize>, Vec<f32>)> {
    if is_native::<f32>(&array) {
        return native(array, f32::from_ne_bytes);
    }
    if is_native::<f16>(&array) {
        let (shape, halves) = native(array, f16::from_ne_bytes)?;
        return Ok((shape, halves.into_iter().map(f16::to_f32).collect()));
    }
    let array = numbers(array)?;
    let values = array.values().into_iter().map(|value| value as f32).collect();
    Ok((array.shape, values))
}

/// Whether values are stored row by row as this machine keeps them.
fn is_native<T: AutoSerialize>(array: &NpyFile<impl Read>) -> bool {
    array.dtype() == T::default_dtype() && (array.order() == Order::C || array.shape().len() < 2)
}

/// Shape and values of a native array; `value` makes one of its bytes.
fn native<T, const BYTES: usize>(
    array: NpyFile<impl Read>,
    value: impl Fn([u8; BYTES]) -> T,
) -> io::Result<(Vec<usize>, Vec<T>)> {
    let (shape, bytes) = bytes(array, BYTES)?;
    Ok((shape, bytes.as_chunks().0.iter().copied().map(value).collect()))
}

/// An array of any type of numbers, in either order of bytes and of axes.
pub(super) fn numbers(array: NpyFile<impl Read>) -> io::Result<Array> {
    let type_of_values = array.dtype();
    let DType::Plain(kind) = &type_of_values else {
        return Err(io::Error::other("an array holds records, expected numbers"));
    };
    let dtype = Dtype::of(&format!("{}{}", kind.type_char().to_str(), kind.size_field()));
    let Some(size) = dtype.size() else {
        return Err(io::Error::other(format!("an array of type {kind}, expected numbers")));
    };
    let is_big_endian = kind.endianness() == Endianness::Big;
    let is_column_major = array.order() == Order::Fortran;
    let (shape, bytes) = bytes(array, size)?;
    Ok(Array::new(dtype, shape, bytes, is_big_endian, is_column_major))
}

/// Shape and bytes of an array of values of `size` bytes.
fn bytes(array: NpyFile<impl Read>, size: usize) -> io::Result<(Vec<usize>, Vec<u8>)> {
    let shape: Vec<_> = array.shape().iter().map(|&side| side as usize).collect();
    let count = shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(side));
    let Some(count) = count.filter(|&count| count <= MAX_PIXELS) else {
        return Err(io::Error::other(format!("an array of shape {shape:?} is too large")));
    };
    // Bytes grow with what is there, not with what the header promises. One byte more: at the end of
    // its file an archive compares the checksum.
    let (mut bytes, length) = (Vec::new(), count * size);
    array.into_inner().take(length as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bytes.truncate(length);
    Ok((shape, bytes))
}

//! MXNet's list of named arrays (`.params`), the format of ResNet38d's published ImageNet weights.
//!
//! A parser of foreign bytes: every length is checked against what the file has left before it is
//! used, nothing is copied, and each way to be wrong has an error of its own.

// All numbers are little-endian:
//
//     file     u64 0x112, u64 0, u64 count, arrays, u64 count, names
//     name     u64 length, bytes
//     array    version, shape, i32 device type, i32 device, i32 type of values, values
//
//     version 2    u32 0xF993FAC9, i32 storage type; shape: u32 dimensions, i64 for each
//     version 1    u32 0xF993FAC8;                   shape: u32 dimensions, i64 for each
//     version 0    nothing;                          shape: u32 dimensions, u32 for each

use std::collections::HashSet;
use std::ops::Range;

/// First word of a list of arrays.
const LIST: u64 = 0x112;
const V1: u32 = 0xF993_FAC8;
const V2: u32 = 0xF993_FAC9;
const V3: u32 = 0xF993_FACA;

/// MXNet itself allows 32; no tensor of a network has more than this.
const DIMENSIONS: u32 = 8;
const NAME_BYTES: u64 = 1024;

/// Type of an array's values, little-endian in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    F32,
    F64,
    F16,
    U8,
    I32,
    I8,
    I64,
}

impl Dtype {
    /// The type with MXNet's number `code`.
    fn of(code: i32) -> Option<Self> {
        [Self::F32, Self::F64, Self::F16, Self::U8, Self::I32, Self::I8, Self::I64]
            .get(usize::try_from(code).ok()?)
            .copied()
    }

    /// Bytes of one value.
    pub fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::F16 => 2,
            Self::F32 | Self::I32 => 4,
            Self::F64 | Self::I64 => 8,
        }
    }
}

/// One array of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    pub name: String,
    pub shape: Vec<usize>,
    pub dtype: Dtype,
    /// Where the file has the values, row-major.
    pub values: Range<usize>,
}

/// Why bytes are not a list of named arrays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MxnetError {
    #[error("starts with {found:#x}, expected {LIST:#x}: not an MXNet list of arrays")]
    Magic { found: u64 },
    #[error("ends at byte {end} inside {what}, which needs {needed} bytes from byte {at}")]
    Truncated { what: &'static str, at: usize, needed: u64, end: usize },
    #[error("says it has {count} {what}, more than its {left} bytes left can hold")]
    Count { what: &'static str, count: u64, left: usize },
    #[error("{arrays} arrays but {names} names")]
    Names { arrays: usize, names: u64 },
    #[error("array {array} starts with {found:#x}, expected version 0, 1 or 2")]
    Version { array: usize, found: u32 },
    #[error("array {array} has {found} dimensions, expected at most {DIMENSIONS}")]
    Dimensions { array: usize, found: u32 },
    #[error("array {array} has a dimension of {found}, expected 0 or more")]
    Dimension { array: usize, found: i64 },
    #[error("array {array} of shape {shape:?} is larger than memory can be")]
    Size { array: usize, shape: Vec<usize> },
    #[error("array {array} is sparse (storage type {storage}), expected a dense one")]
    Sparse { array: usize, storage: i32 },
    #[error("array {array} has values of type {code}, expected one of 0 to 6")]
    Type { array: usize, code: i32 },
    #[error("name {array} has {length} bytes, expected at most {NAME_BYTES}")]
    NameLength { array: usize, length: u64 },
    #[error("name {array} is not UTF-8")]
    NameText { array: usize },
    #[error("two arrays are called `{name}`")]
    Duplicate { name: String },
    #[error("{count} bytes follow the last name")]
    Trailing { count: usize },
}

/// Whether bytes start as a list of arrays does.
pub fn is_list(bytes: &[u8]) -> bool {
    bytes.starts_with(&LIST.to_le_bytes())
}

/// The arrays of a file of version 0, 1 or 2.
///
/// Source of the layout: method, section 5.1; MXNet's `src/ndarray/ndarray.cc`.
pub fn parse(bytes: &[u8]) -> Result<Vec<Array>, MxnetError> {
    let mut input = Input { bytes, at: 0 };
    match input.u64("the first word")? {
        LIST => {}
        found => return Err(MxnetError::Magic { found }),
    }
    input.u64("the reserved word")?;
    // An array takes at least its number of dimensions.
    let count = input.count("arrays", 4)?;
    let mut arrays =
        (0..count).map(|array| input.array(array)).collect::<Result<Vec<_>, MxnetError>>()?;
    let names = input.count("names", 8)?;
    if names != count {
        return Err(MxnetError::Names { arrays: count, names: names as u64 });
    }
    let mut known = HashSet::new();
    for (index, array) in arrays.iter_mut().enumerate() {
        array.name = input.name(index)?;
        if !known.insert(array.name.clone()) {
            return Err(MxnetError::Duplicate { name: array.name.clone() });
        }
    }
    match input.left() {
        0 => Ok(arrays),
        count => Err(MxnetError::Trailing { count }),
    }
}

/// Bytes, and how far they are read.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn take(&mut self, needed: usize, what: &'static str) -> Result<&'a [u8], MxnetError> {
        let Some(taken) = self.bytes[self.at..].get(..needed) else {
            let (at, end) = (self.at, self.bytes.len());
            return Err(MxnetError::Truncated { what, at, needed: needed as u64, end });
        };
        self.at += needed;
        Ok(taken)
    }

    fn word<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], MxnetError> {
        let bytes = self.take(N, what)?;
        Ok(bytes.try_into().expect("as many bytes as were taken"))
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, MxnetError> {
        self.word(what).map(u32::from_le_bytes)
    }

    fn i32(&mut self, what: &'static str) -> Result<i32, MxnetError> {
        self.word(what).map(i32::from_le_bytes)
    }

    fn u64(&mut self, what: &'static str) -> Result<u64, MxnetError> {
        self.word(what).map(u64::from_le_bytes)
    }

    /// A number of things that take at least `smallest` bytes each.
    fn count(&mut self, what: &'static str, smallest: usize) -> Result<usize, MxnetError> {
        let count = self.u64(what)?;
        let left = self.left();
        match usize::try_from(count) {
            Ok(number) if number <= left / smallest => Ok(number),
            _ => Err(MxnetError::Count { what, count, left }),
        }
    }

    /// One array, without its name.
    fn array(&mut self, array: usize) -> Result<Array, MxnetError> {
        let shape = self.shape(array)?;
        if shape.is_empty() {
            // An array that was never filled ends after its shape.
            let (name, shape) = (String::new(), vec![0]);
            return Ok(Array { name, shape, dtype: Dtype::F32, values: self.at..self.at });
        }
        // The device that it was on, which need not be here.
        self.take(8, "a device")?;
        let code = self.i32("a type")?;
        let dtype = Dtype::of(code).ok_or(MxnetError::Type { array, code })?;
        let size = shape.iter().try_fold(dtype.size(), |size, &side| size.checked_mul(side));
        let Some(size) = size else { return Err(MxnetError::Size { array, shape }) };
        let start = self.at;
        self.take(size, "an array's values")?;
        let values = start..self.at;
        Ok(Array { name: String::new(), shape, dtype, values })
    }

    /// The sides of an array, each version in its own way.
    fn shape(&mut self, array: usize) -> Result<Vec<usize>, MxnetError> {
        match self.u32("an array's version")? {
            V2 => {
                let storage = self.i32("a storage type")?;
                if storage != 0 {
                    return Err(MxnetError::Sparse { array, storage });
                }
                self.long_shape(array)
            }
            V1 => self.long_shape(array),
            V3 => Err(MxnetError::Version { array, found: V3 }),
            // Version 0 has no word of its own: the first is the number of dimensions, which is small.
            dimensions if dimensions > u32::from(u16::MAX) => {
                Err(MxnetError::Version { array, found: dimensions })
            }
            dimensions => {
                let sides = 0..checked_dimensions(array, dimensions)?;
                sides.map(|_| Ok(self.u32("a dimension")? as usize)).collect()
            }
        }
    }

    fn long_shape(&mut self, array: usize) -> Result<Vec<usize>, MxnetError> {
        let dimensions = self.u32("a number of dimensions")?;
        let sides = 0..checked_dimensions(array, dimensions)?;
        sides
            .map(|_| {
                let side = i64::from_le_bytes(self.word("a dimension")?);
                usize::try_from(side).map_err(|_| MxnetError::Dimension { array, found: side })
            })
            .collect()
    }

    fn name(&mut self, array: usize) -> Result<String, MxnetError> {
        let length = self.u64("a name's length")?;
        if length > NAME_BYTES {
            return Err(MxnetError::NameLength { array, length });
        }
        let bytes = self.take(length as usize, "a name")?;
        let name = std::str::from_utf8(bytes).map_err(|_| MxnetError::NameText { array })?;
        Ok(name.to_owned())
    }
}

fn checked_dimensions(array: usize, found: u32) -> Result<u32, MxnetError> {
    if found > DIMENSIONS { Err(MxnetError::Dimensions { array, found }) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILES: [&[u8]; 3] = [
        include_bytes!("../../../fixtures/mxnet/version0.params"),
        include_bytes!("../../../fixtures/mxnet/version1.params"),
        include_bytes!("../../../fixtures/mxnet/version2.params"),
    ];

    /// A list of one array of version 0, `[2]` bytes 7 and 9, called `ab`.
    fn small() -> Vec<u8> {
        let words: [&[u8]; 11] = [
            &LIST.to_le_bytes(),
            &0_u64.to_le_bytes(),
            &1_u64.to_le_bytes(),
            &1_u32.to_le_bytes(), // one dimension, byte 24
            &2_u32.to_le_bytes(), // of 2, byte 28
            &[1, 0, 0, 0, 0, 0, 0, 0],
            &3_i32.to_le_bytes(), // of type u8, byte 40
            &[7, 9],
            &1_u64.to_le_bytes(), // one name, byte 46
            &2_u64.to_le_bytes(), // of 2 bytes, byte 54
            b"ab",
        ];
        words.concat()
    }

    /// [`small`] with other bytes from `at`.
    fn changed(at: usize, bytes: &[u8]) -> Result<Vec<Array>, MxnetError> {
        let mut file = small();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        parse(&file)
    }

    #[test]
    fn an_array_counted_by_hand_is_read() {
        let arrays = parse(&small()).unwrap();
        let expected =
            Array { name: "ab".into(), shape: vec![2], dtype: Dtype::U8, values: 44..46 };
        assert_eq!(arrays, [expected]);
        assert_eq!(small()[44..46], [7, 9]);
    }

    #[test]
    fn files_of_all_three_versions_hold_what_mxnet_saved() {
        for file in FILES {
            let mut arrays = parse(file).unwrap();
            arrays.sort_by(|a, b| a.name.cmp(&b.name));
            let names: Vec<_> = arrays.iter().map(|array| array.name.as_str()).collect();
            assert_eq!(
                names,
                ["arg:conv1a_weight", "arg:counts", "arg:half", "aux:bn7_moving_var"]
            );
            let shapes: Vec<_> = arrays.iter().map(|array| array.shape.as_slice()).collect();
            assert_eq!(shapes, [&[2, 3, 1, 2][..], &[2], &[2, 2], &[3]]);
            let weights: Vec<f32> = file[arrays[0].values.clone()]
                .as_chunks::<4>()
                .0
                .iter()
                .map(|word| f32::from_le_bytes(*word))
                .collect();
            let expected: Vec<f32> = (0..12).map(|index| index as f32 / 4.0 - 1.0).collect();
            assert_eq!(weights, expected);
            assert_eq!(file[arrays[1].values.clone()], [7, 0, 0, 0, 248, 255, 255, 255]);
            assert_eq!(arrays[2].dtype, Dtype::F16);
            assert_eq!(file[arrays[2].values.clone()], [0, 60, 0, 192, 0, 52, 255, 123]);
        }
    }

    #[test]
    fn each_way_to_be_wrong_has_its_error() {
        assert_eq!(changed(0, &[0x13]), Err(MxnetError::Magic { found: 0x113 }));
        assert_eq!(
            changed(16, &u64::MAX.to_le_bytes()),
            Err(MxnetError::Count { what: "arrays", count: u64::MAX, left: 40 })
        );
        assert_eq!(
            changed(24, &0x0012_3456_u32.to_le_bytes()),
            Err(MxnetError::Version { array: 0, found: 0x0012_3456 })
        );
        assert_eq!(
            changed(24, &V3.to_le_bytes()),
            Err(MxnetError::Version { array: 0, found: V3 })
        );
        assert_eq!(changed(24, &[9]), Err(MxnetError::Dimensions { array: 0, found: 9 }));
        assert_eq!(changed(40, &[9]), Err(MxnetError::Type { array: 0, code: 9 }));
        let truncated = MxnetError::Truncated {
            what: "an array's values",
            at: 44,
            needed: 0x0101_0101,
            end: 64,
        };
        assert_eq!(changed(28, &[1, 1, 1, 1]), Err(truncated));
        assert_eq!(
            changed(46, &[2]),
            Err(MxnetError::Count { what: "names", count: 2, left: 10 }),
            "more names than bytes for their lengths"
        );
        assert_eq!(
            changed(46, &[0]),
            Err(MxnetError::Names { arrays: 1, names: 0 }),
            "an array without a name"
        );
        let long = 1_u64 << 40;
        assert_eq!(
            changed(54, &long.to_le_bytes()),
            Err(MxnetError::NameLength { array: 0, length: long })
        );
        assert_eq!(changed(62, &[0xff]), Err(MxnetError::NameText { array: 0 }));
        let mut longer = small();
        longer.push(0);
        assert_eq!(parse(&longer), Err(MxnetError::Trailing { count: 1 }));
    }

    /// A list with one array of version 2, of type `f64`, with these words between version and type.
    fn version2(words: &[&[u8]]) -> Result<Vec<Array>, MxnetError> {
        let head: [&[u8]; 4] =
            [&LIST.to_le_bytes(), &[0; 8], &1_u64.to_le_bytes(), &V2.to_le_bytes()];
        parse(
            &[&head.concat()[..], &words.concat(), &[0; 8], &1_i32.to_le_bytes(), &[0; 16]]
                .concat(),
        )
    }

    #[test]
    fn a_sparse_array_and_impossible_sides_are_refused() {
        let (dense, two) = (0_i32.to_le_bytes(), 2_u32.to_le_bytes());
        assert_eq!(
            version2(&[&1_i32.to_le_bytes(), &two]),
            Err(MxnetError::Sparse { array: 0, storage: 1 })
        );
        let (one, minus) = (1_i64.to_le_bytes(), (-1_i64).to_le_bytes());
        assert_eq!(
            version2(&[&dense, &two, &one, &minus]),
            Err(MxnetError::Dimension { array: 0, found: -1 })
        );
        let huge = (1_i64 << 62).to_le_bytes();
        assert_eq!(
            version2(&[&dense, &two, &huge, &huge]),
            Err(MxnetError::Size { array: 0, shape: vec![1 << 62, 1 << 62] })
        );
    }

    #[test]
    fn two_arrays_of_one_name_are_refused() {
        let array = &small()[24..46];
        let name = &small()[54..];
        let two = 2_u64.to_le_bytes();
        let file = [&small()[..16], &two, array, array, &two, name, name].concat();
        assert_eq!(parse(&file), Err(MxnetError::Duplicate { name: "ab".into() }));
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        for file in FILES {
            for end in 0..file.len() {
                assert!(parse(&file[..end]).is_err(), "cut at {end}");
            }
        }
    }

    proptest! {
        #[test]
        fn changed_bytes_never_point_outside_the_file(
            file in 0..3_usize,
            changes in prop::collection::vec((0..400_usize, any::<u8>()), 1..8),
        ) {
            let mut bytes = FILES[file].to_vec();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            for array in parse(&bytes).unwrap_or_default() {
                let count: usize = array.shape.iter().product();
                prop_assert_eq!(array.values.len(), count * array.dtype.size());
                prop_assert!(array.values.end <= bytes.len());
            }
        }
    }
}

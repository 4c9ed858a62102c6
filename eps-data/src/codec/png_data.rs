//! Whether the compressed pixels of a PNG are whole, which decoders take on trust.
//!
//! The `png` crate, as libpng's fast paths do, stops at the last row: it neither compares the Adler-32 of the
//! pixels nor looks at what follows them. Damage that leaves the stream readable, or a header that gives fewer
//! rows, columns or bits than there are, so gives other pixels without a word.
//!
//! ```text
//! IDAT | IDAT | ..  =  zlib( filter byte, row, filter byte, row, .. )  +  Adler-32
//!                      `---- as many bytes as the header says -----'
//! ```
//!
//! Cost: the pixels are inflated a second time. Plain PNGs, which masks and saliency maps nearly
//! always are, do not come here: their reader compares the checksum as it goes.

use super::png_chunks::chunks;
use crate::{DataError, Size};
use flate2::read::DeflateDecoder;
use std::cmp::Ordering;
use std::io::Read as _;
use std::path::Path;

/// Bytes before the compressed ones.
const ZLIB_HEADER: usize = 2;
/// First column and row of each pass of an interlaced PNG, and the steps between its columns and rows
/// (specification, section 8.2).
const ADAM7: [[usize; 4]; 7] = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];

/// What the rows of a PNG are like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) size: Size,
    pub(super) bits_per_pixel: usize,
    pub(super) is_interlaced: bool,
}

impl Rows {
    /// Those of the file, by its header; `None` if it is none of a PNG.
    fn of(bytes: &[u8]) -> Option<Self> {
        let header = chunks(bytes).next().filter(|chunk| chunk.kind == b"IHDR")?;
        let &[a, b, c, d, e, f, g, h, depth, colour, _, _, interlacing] = header.data else {
            return None;
        };
        let [width, height] =
            [[a, b, c, d], [e, f, g, h]].map(|side| u32::from_be_bytes(side) as usize);
        let channels = match colour {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return None,
        };
        Some(Self {
            size: Size::new(width, height),
            bits_per_pixel: channels * usize::from(depth),
            is_interlaced: interlacing == 1,
        })
    }

    /// Bytes of all rows with those that name their filters.
    fn bytes(self) -> u64 {
        let Size { width, height } = self.size;
        if !self.is_interlaced {
            return self.bytes_of(width, height);
        }
        let passes = ADAM7.map(|[column, row, columns, rows]| {
            let [width, height] = [
                width.saturating_sub(column).div_ceil(columns),
                height.saturating_sub(row).div_ceil(rows),
            ];
            self.bytes_of(width, height)
        });
        passes.iter().sum()
    }

    /// A pass without columns has no rows either.
    fn bytes_of(self, width: usize, height: usize) -> u64 {
        let line = (width as u64 * self.bits_per_pixel as u64).div_ceil(8);
        if width == 0 { 0 } else { (line + 1) * height as u64 }
    }
}

/// Refuses a PNG whose pixels have another checksum, or are more than its header says. Whatever else is wrong
/// with it is left to the decoder.
///
/// # Errors
///
/// [`DataError::Decode`].
pub(super) fn check_png_data(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let Some(rows) = Rows::of(bytes) else { return Ok(()) };
    wrong_with(rows, bytes).map_or(Ok(()), |found| Err(DataError::decode(path, "PNG", found)))
}

fn wrong_with(rows: Rows, bytes: &[u8]) -> Option<String> {
    let pixels = chunks(bytes).skip_while(|chunk| chunk.kind != b"IDAT");
    let pixels = pixels.take_while(|chunk| chunk.kind == b"IDAT");
    let deflated: Vec<u8> = pixels.flat_map(|chunk| chunk.data).copied().collect();
    let mut decoder = DeflateDecoder::new(deflated.get(ZLIB_HEADER..)?);
    let mut inflated = Vec::new();
    // One byte more than there should be is enough to see that it goes on.
    decoder.by_ref().take(rows.bytes() + 1).read_to_end(&mut inflated).ok()?;
    match (inflated.len() as u64).cmp(&rows.bytes()) {
        Ordering::Less => return None,
        Ordering::Greater => {
            return Some(format!("it goes on after the {} pixels that its header says", rows.size));
        }
        Ordering::Equal => {}
    }
    let checksum = deflated.get(ZLIB_HEADER + decoder.total_in() as usize..);
    let is_right = checksum.is_some_and(|rest| rest.starts_with(&adler32(&inflated).to_be_bytes()));
    (!is_right).then(|| "the checksum of its pixels is wrong".into())
}

/// The checksum that ends a zlib stream (RFC 1950, section 8.2).
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    // As many bytes as can be summed before the second sum may overflow.
    let (low, high) = bytes.chunks(5_552).fold((1, 0), |sums, chunk| {
        let (low, high) = chunk.iter().fold(sums, |(low, high), &byte| {
            let low = low + u32::from(byte);
            (low, high + low)
        });
        (low % MODULUS, high % MODULUS)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, Crc, write::ZlibEncoder};
    use std::io::Write as _;

    /// A PNG of these header bytes after width and height, with rows and what follows their stream.
    fn png(size: [u8; 2], kind: [u8; 5], rows: &[u8], damage: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(rows).unwrap();
        let mut deflated = encoder.finish().unwrap();
        damage(&mut deflated);
        let header = [&[0, 0, 0, size[0], 0, 0, 0, size[1]][..], &kind].concat();
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in [(b"IHDR", &header), (b"IDAT", &deflated), (b"IEND", &Vec::new())] {
            let mut sum = Crc::new();
            sum.update(kind);
            sum.update(data);
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend([&kind[..], data, &sum.sum().to_be_bytes()].concat());
        }
        bytes
    }

    fn message(bytes: &[u8]) -> Option<String> {
        let error = check_png_data(Path::new("a.png"), bytes).err()?;
        Some(std::error::Error::source(&error)?.to_string())
    }

    const GREY: [u8; 5] = [8, 0, 0, 0, 0];
    /// Two rows of three pixels.
    const ROWS: [u8; 8] = [0, 1, 2, 3, 0, 4, 5, 6];

    #[test]
    fn whole_pixels_pass_whatever_their_colours() {
        assert_eq!(message(&png([3, 2], GREY, &ROWS, |_| {})), None);
        // Nine pixels of one bit take two bytes; three channels of 16 bits take six a pixel.
        assert_eq!(message(&png([9, 2], [1, 3, 0, 0, 0], &[0; 6], |_| {})), None);
        assert_eq!(message(&png([1, 2], [16, 2, 0, 0, 0], &[0; 14], |_| {})), None);
        // Interlaced, 3x2: passes of 1x1, 1x1, 1x1 and 3x1 pixels, and three without any.
        assert_eq!(message(&png([3, 2], [8, 0, 0, 0, 1], &[0; 10], |_| {})), None);
    }

    #[test]
    fn a_wrong_or_missing_checksum_is_found() {
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
        let cut = |deflated: &mut Vec<u8>| deflated.truncate(deflated.len() - 4);
        let found = message(&png([3, 2], GREY, &ROWS, cut));
        assert_eq!(found.as_deref(), Some("the checksum of its pixels is wrong"));
        let flipped = |deflated: &mut Vec<u8>| *deflated.last_mut().unwrap() ^= 1;
        let found = message(&png([3, 2], GREY, &ROWS, flipped));
        assert_eq!(found.as_deref(), Some("the checksum of its pixels is wrong"));
    }

    #[test]
    fn more_pixels_than_the_header_says_are_found() {
        let expected = Some("it goes on after the 3×1 pixels that its header says");
        assert_eq!(message(&png([3, 1], GREY, &ROWS, |_| {})).as_deref(), expected);
        let few_bits = png([3, 2], [1, 3, 0, 0, 0], &ROWS, |_| {});
        assert!(message(&few_bits).unwrap().contains("goes on after the 3×2 pixels"));
        let long = png([3, 2], GREY, &[0; 200_000], |_| {});
        assert!(message(&long).unwrap().contains("goes on"));
    }

    #[test]
    fn pixels_that_end_early_and_what_is_no_png_are_left_to_decoders() {
        let cut = |deflated: &mut Vec<u8>| deflated.truncate(deflated.len() - 8);
        assert_eq!(message(&png([3, 2], GREY, &ROWS, cut)), None);
        assert_eq!(message(&png([3, 9], GREY, &ROWS, |_| {})), None);
        for bytes in [&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"] {
            assert_eq!(message(bytes), None);
        }
    }
}

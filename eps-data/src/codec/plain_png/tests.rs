use super::*;
use crate::codec::png_file::PngFile;
use flate2::{Compression, Crc, write::ZlibEncoder};
use png::{ColorType, Decoder, Transformations};
use proptest::prelude::*;
use std::{
    io::{Cursor, Write as _},
    path::Path,
};

/// A PNG of stored rows, each after the byte of its filter.
#[derive(Clone, Debug)]
struct Stored {
    size: Size,
    bits: u8,
    colour: u8,
    rows: Vec<u8>,
    /// Where the compressed pixels are cut into chunks.
    cut: usize,
}

impl Stored {
    fn grey(width: usize, rows: &[&[u8]]) -> Self {
        let size = Size::new(width, rows.len());
        Self { size, bits: 8, colour: 0, rows: rows.concat(), cut: 0 }
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes_with(&[])
    }

    /// The file, with chunks before its pixels.
    fn bytes_with(&self, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let side = |pixels: usize| u32::try_from(pixels).unwrap().to_be_bytes();
        let (width, height) = (side(self.size.width), side(self.size.height));
        let kind = [self.bits, self.colour, 0, 0, 0];
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&self.rows).unwrap();
        let deflated = encoder.finish().unwrap();
        let (start, end) = deflated.split_at(self.cut.min(deflated.len()));
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        append(&mut bytes, b"IHDR", &[&width[..], &height, &kind].concat());
        if self.colour == 3 {
            append(&mut bytes, b"PLTE", &[7; 9]);
        }
        chunks.iter().for_each(|(kind, data)| append(&mut bytes, kind, data));
        append(&mut bytes, b"IDAT", start);
        append(&mut bytes, b"IDAT", end);
        append(&mut bytes, b"IEND", &[]);
        bytes
    }
}

fn append(bytes: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(kind);
    sum.update(data);
    bytes.extend((data.len() as u32).to_be_bytes());
    bytes.extend([kind, data, &sum.sum().to_be_bytes()].concat());
}

/// Size and pixels as the `png` crate has them; it scales grey values itself.
fn by_png_crate(bytes: &[u8]) -> Option<(Size, Vec<u8>)> {
    let png = PngFile::read(Path::new("a.png"), bytes, |_| Ok(())).ok()?;
    if png.colour == ColorType::Indexed {
        let mut pixels = Vec::new();
        unpack(&png.packed, png.size, png.depth as usize, 1, &mut pixels);
        return Some((png.size, pixels));
    }
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    reader.next_frame(&mut pixels).ok()?;
    let channels = reader.output_color_type().0.samples();
    Some((png.size, pixels.into_iter().step_by(channels).collect()))
}

fn read(bytes: &[u8]) -> Option<(Size, Vec<u8>)> {
    let (mut reader, mut runs) = (PlainPngReader::default(), LabelRuns::default());
    let found = reader.read(bytes).map(|png| (png.size, png.pixels.to_vec()));
    let is_plain = PlainPngReader::default().read_runs(bytes, &mut runs).is_some();
    assert_eq!(is_plain.then(|| (runs.size(), runs.labels())), found);
    found
}

#[test]
fn every_filter_is_undone_by_hand() {
    let rows: [&[u8]; 6] = [
        &[0, 10, 20, 30],
        &[1, 5, 1, 255], // 5, 6, 5
        &[2, 1, 1, 1],   // 6, 7, 6
        &[3, 1, 0, 2],   // 1 + 6/2, (4 + 7)/2, 2 + (5 + 6)/2
        &[4, 0, 0, 1],   // above; as left 4 is the corner, above; 1 + above
        &[1, 0, 0, 0],   // 0, 0, 0
    ];
    let expected = [10, 20, 30, 5, 6, 5, 6, 7, 6, 4, 5, 7, 4, 5, 8, 0, 0, 0];
    assert_eq!(read(&Stored::grey(3, &rows).bytes()), Some((Size::new(3, 6), expected.to_vec())));
}

#[test]
fn no_filter_of_another_number_is_plain() {
    assert_eq!(read(&Stored::grey(1, &[&[5, 1]]).bytes()), None);
}

#[test]
fn what_changes_the_pixels_is_not_plain_and_what_does_not_is_passed_over() {
    let stored = Stored::grey(1, &[&[0, 9]]);
    let expected = Some((Size::new(1, 1), vec![9]));
    let text: (&[u8; 4], &[u8]) = (b"tEXt", b"Title\0a mask");
    assert_eq!(read(&stored.bytes_with(&[text, (b"pHYs", &[0; 9])])), expected);
    let palette: (&[u8; 4], &[u8]) = (b"PLTE", &[1; 3]);
    for chunk in [(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0][..]), palette, (b"ABCD", &[])] {
        assert_eq!(read(&stored.bytes_with(&[chunk])), None, "{chunk:?}");
    }
    assert_eq!(read(&Stored { colour: 3, ..stored.clone() }.bytes_with(&[palette])), None);
    for (bits, colour) in [(16, 0), (8, 2), (8, 4), (8, 6), (3, 0)] {
        assert_eq!(read(&Stored { bits, colour, ..stored.clone() }.bytes()), None, "{colour}");
    }
}

#[test]
fn rows_too_many_or_too_few_are_not_plain() {
    for rows in [&[0, 1][..], &[0, 1, 0, 2, 0, 3]] {
        let stored = Stored { size: Size::new(1, 2), ..Stored::grey(1, &[rows]) };
        assert_eq!(read(&stored.bytes()), None, "{rows:?}");
    }
}

/// Pixels as masks have them: runs of few values.
fn runs(length: usize) -> impl Strategy<Value = Vec<u8>> {
    let run = (prop_oneof![Just(0_u8), 0..4_u8, any::<u8>()], 1..40_usize);
    prop::collection::vec(run, length / 8 + 1).prop_map(move |runs| {
        let mut pixels: Vec<u8> = runs.into_iter().flat_map(|(value, n)| vec![value; n]).collect();
        pixels.resize(length, 0);
        pixels
    })
}

/// Files of every depth; any bytes are the differences of some picture.
fn stored() -> impl Strategy<Value = Stored> {
    let shape = (1..70_usize, 1..12_usize, 0..4_u32, prop_oneof![Just(0_u8), Just(3)]);
    shape.prop_flat_map(|(width, height, depth, colour)| {
        let line = (width << depth).div_ceil(8);
        let filters = prop::collection::vec(0..5_u8, height);
        (runs(line * height), filters, 0..60_usize).prop_map(move |(pixels, filters, cut)| {
            let lines = pixels.chunks(line).zip(filters);
            let rows = lines.flat_map(|(line, filter)| [&[filter], line].concat()).collect();
            Stored { size: Size::new(width, height), bits: 1 << depth, colour, rows, cut }
        })
    })
}

proptest! {
    #[test]
    fn plain_files_are_read_as_by_the_png_crate(files in prop::collection::vec(stored(), 1..4)) {
        // One reader, so that nothing of a file is left in the next one.
        let (mut reader, mut runs) = (PlainPngReader::default(), LabelRuns::default());
        for file in files {
            let bytes = file.bytes();
            let expected = by_png_crate(&bytes).expect("the file is valid");
            let found = reader.read(&bytes).expect("the file is plain");
            prop_assert_eq!(found.has_palette, file.colour == 3);
            prop_assert_eq!((found.size, found.pixels.to_vec()), expected.clone());
            reader.read_runs(&bytes, &mut runs).expect("the file is plain");
            prop_assert_eq!((runs.size(), runs.labels()), expected);
        }
    }

    #[test]
    fn no_cut_file_is_plain(file in stored()) {
        let bytes = file.bytes();
        for length in 0..bytes.len() {
            prop_assert_eq!(read(&bytes[..length]), None);
        }
    }

    #[test]
    fn a_file_with_a_changed_byte_is_not_plain_or_read_as_by_the_png_crate(
        file in stored(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = file.bytes();
        *place.get_mut(&mut bytes) = byte;
        if let Some(found) = read(&bytes) {
            prop_assert_eq!(Some(found), by_png_crate(&bytes));
        }
    }
}

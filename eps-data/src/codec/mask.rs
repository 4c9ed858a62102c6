//! Masks: PNG files whose palette index or grey value is the class.

use super::{
    MAX_BYTES,
    header::refuse_other,
    open_file,
    palette::{PaletteConflict, voc_palette},
    plain_png::PlainPngReader,
    png_file::{PngFile, grey_step, kind, sides, unpack},
    write_atomically,
};
use crate::{ClassId, DataError, IGNORE, LabelMap, LabelRuns, Size};
use png::{BitDepth, ColorType, Encoder, EncodingError, Info};
use std::{
    io::{self, Read as _},
    path::Path,
};

/// Reads the class of each pixel from a palette or grey PNG at 1, 2, 4 or 8 bits.
///
/// Grey samples of fewer than 8 bits are scaled to 0..=255 as PNG defines them, so that 1 of 4 bits is
/// class 17; indices of a palette are classes at every depth. `classes` counts background.
///
/// # Errors
///
/// [`DataError::PngKind`] for colour and 16-bit files, [`DataError::UnknownClass`] for a pixel that
/// is neither below `classes` nor ignored, [`DataError::Palette`] for a palette that contradicts its
/// indices, [`DataError::Decode`] for a corrupt or cut file.
pub fn read_mask(path: &Path, classes: usize) -> Result<LabelMap, DataError> {
    let bytes = super::read_bytes(path)?;
    let (map, _) = decode_mask(path, &bytes)?;
    // Before the classes: a palette in another order explains an unknown one.
    if let Some(conflict) = PaletteConflict::of(&bytes, classes, || occurring(map.classes())) {
        return Err(conflict.refusal(path));
    }
    check_classes(path, &map, classes)?;
    Ok(map)
}

/// The classes of a mask must exist, or be 255; `path` is named in errors.
///
/// # Errors
///
/// [`DataError::UnknownClass`] with the first class from `classes` on.
pub fn check_classes(path: &Path, map: &LabelMap, classes: usize) -> Result<(), DataError> {
    let unknown =
        map.classes().iter().find(|&&class| usize::from(class) >= classes && class != IGNORE);
    match unknown {
        Some(&class) => {
            let last = classes.saturating_sub(1).min(254) as ClassId;
            Err(DataError::UnknownClass { path: path.into(), class, last })
        }
        None => Ok(()),
    }
}

/// Which classes a mask has.
pub(crate) fn occurring<'a>(classes: impl IntoIterator<Item = &'a ClassId>) -> [bool; 256] {
    let mut occurs = [false; 256];
    classes.into_iter().for_each(|&class| occurs[usize::from(class)] = true);
    occurs
}

/// Whether the classes of a mask are indices of a palette or grey values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskKind {
    Palette,
    Grey,
}

/// Decodes the bytes of a mask without a look at its classes; `path` is named in errors.
///
/// # Errors
///
/// As [`read_mask`], but for the classes.
pub fn decode_mask(path: &Path, bytes: &[u8]) -> Result<(LabelMap, MaskKind), DataError> {
    let mut decoder = MaskDecoder::default();
    let (size, classes, kind) = decoder.decode(path, bytes)?;
    Ok((LabelMap::new(size, classes.to_vec()), kind))
}

/// The runs of a mask, as [`decode_mask`] decodes it.
///
/// # Errors
///
/// As [`decode_mask`].
pub fn decode_mask_runs(path: &Path, bytes: &[u8]) -> Result<LabelRuns, DataError> {
    let mut runs = LabelRuns::default();
    MaskDecoder::default().decode_runs(path, bytes, &mut runs)?;
    Ok(runs)
}

/// Reads masks one after another into the same memory.
#[derive(Default)]
pub struct MaskReader {
    bytes: Vec<u8>,
    decoder: MaskDecoder,
}

impl MaskReader {
    /// Size and pixels of a mask without a look at its classes.
    ///
    /// # Errors
    ///
    /// As [`read_mask`], but for the classes.
    pub fn read(&mut self, path: &Path) -> Result<(Size, &[ClassId]), DataError> {
        self.read_bytes(path)?;
        let (size, classes, _) = self.decoder.decode(path, &self.bytes)?;
        Ok((size, classes))
    }

    /// As [`read`](Self::read), but for the runs of the mask: its pixels are not gathered first.
    ///
    /// `classes` counts background; others are read too.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and [`DataError::Palette`]; the runs are then of no use.
    pub fn read_runs(
        &mut self,
        path: &Path,
        classes: usize,
        runs: &mut LabelRuns,
    ) -> Result<(), DataError> {
        self.read_bytes(path)?;
        self.decoder.decode_runs(path, &self.bytes, runs)?;
        let labels = runs.runs().iter().map(|run| &run.label);
        match PaletteConflict::of(&self.bytes, classes, || occurring(labels)) {
            Some(conflict) => Err(conflict.refusal(path)),
            None => Ok(()),
        }
    }

    fn read_bytes(&mut self, path: &Path) -> Result<(), DataError> {
        self.bytes.clear();
        // Its length is not asked for: the bytes of a mask fit into the memory of the last one.
        open_file(path)?
            .take(MAX_BYTES)
            .read_to_end(&mut self.bytes)
            .map_err(|source| DataError::open(path, source))?;
        Ok(())
    }
}

/// Decodes masks one after another into the same memory.
#[derive(Default)]
struct MaskDecoder {
    plain: PlainPngReader,
    /// Pixels of a file that is not plain.
    other: Vec<ClassId>,
}

impl MaskDecoder {
    fn decode(
        &mut self,
        path: &Path,
        bytes: &[u8],
    ) -> Result<(Size, &[ClassId], MaskKind), DataError> {
        if let Some(png) = self.plain.read(bytes) {
            let kind = if png.has_palette { MaskKind::Palette } else { MaskKind::Grey };
            return Ok((png.size, png.pixels, kind));
        }
        let (size, kind) = decode_other(path, bytes, &mut self.other)?;
        Ok((size, &self.other, kind))
    }

    fn decode_runs(
        &mut self,
        path: &Path,
        bytes: &[u8],
        runs: &mut LabelRuns,
    ) -> Result<(), DataError> {
        if self.plain.read_runs(bytes, runs).is_none() {
            let (size, _) = decode_other(path, bytes, &mut self.other)?;
            runs.find(size, &mut self.other, size.width);
        }
        Ok(())
    }
}

/// Decodes the bytes of a mask by the `png` crate alone: what [`decode_mask`] is checked against.
///
/// # Errors
///
/// As [`decode_mask`].
pub fn decode_mask_by_png_crate(
    path: &Path,
    bytes: &[u8],
) -> Result<(LabelMap, MaskKind), DataError> {
    let mut classes = Vec::new();
    let (size, kind) = decode_other(path, bytes, &mut classes)?;
    Ok((LabelMap::new(size, classes), kind))
}

fn decode_other(
    path: &Path,
    bytes: &[u8],
    classes: &mut Vec<ClassId>,
) -> Result<(Size, MaskKind), DataError> {
    refuse_other(path, bytes, "a PNG with a class for each pixel")?;
    let png = PngFile::read(path, bytes, |info| accept(path, info))?;
    let bits = png.depth as usize;
    let (kind, step) = match png.colour {
        ColorType::Indexed => (MaskKind::Palette, 1),
        _ => (MaskKind::Grey, grey_step(bits)),
    };
    unpack(&png.packed, png.size, bits, step, classes);
    Ok((png.size, kind))
}

fn accept(path: &Path, info: &Info<'_>) -> Result<(), DataError> {
    let (colour, depth) = (info.color_type, info.bit_depth);
    if matches!(colour, ColorType::Indexed | ColorType::Grayscale) && depth != BitDepth::Sixteen {
        return Ok(());
    }
    let expected = "palette or grey at 1, 2, 4 or 8 bits (eps data masks --pictures converts it)";
    Err(DataError::PngKind { path: path.into(), found: kind(colour, depth), expected })
}

/// Writes an 8-bit palette PNG in the colours of [`voc_palette`].
pub fn write_mask(path: &Path, map: &LabelMap) -> Result<(), DataError> {
    write_atomically(path, |file| encode_mask(file, map))
}

/// The bytes of a mask as [`write_mask`] writes them.
///
/// # Errors
///
/// If `file` cannot be written to, or the mask has no pixels or too many for a PNG.
pub fn encode_mask(file: impl io::Write, map: &LabelMap) -> io::Result<()> {
    let (width, height) = sides(map.size())?;
    let mut encoder = Encoder::new(file, width, height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(voc_palette().concat());
    let mut writer = encoder.write_header().map_err(into_io)?;
    writer.write_image_data(map.classes()).map_err(into_io)?;
    writer.finish().map_err(into_io)
}

fn into_io(error: EncodingError) -> io::Error {
    match error {
        EncodingError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;
    use std::{fs::File, path::PathBuf};

    fn encode(
        folder: &Path,
        colour: ColorType,
        depth: BitDepth,
        size: Size,
        data: &[u8],
    ) -> PathBuf {
        let path = folder.join("a.png");
        let file = File::create(&path).unwrap();
        let mut encoder = Encoder::new(file, size.width as u32, size.height as u32);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if colour == ColorType::Indexed {
            encoder.set_palette(&[9; 3 * 2][..]);
        }
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        path
    }

    /// The message of a refused mask, from its file name on.
    fn refusal(path: &Path, classes: usize) -> String {
        let message = read_mask(path, classes).unwrap_err().to_string();
        message[message.find("a.png").unwrap()..].to_owned()
    }

    /// Depth, the bytes of the samples, and the classes of a palette and of a grey PNG.
    type Case<'a> = (BitDepth, &'a [u8], [u8; 6], [u8; 6]);

    #[test]
    fn classes_are_unpacked_from_every_depth() {
        use BitDepth::{Eight, Four, One, Two};
        let folder = tempfile::tempdir().unwrap();
        #[rustfmt::skip]
        let cases: [Case<'_>; 4] = [
            // Depth, rows, indices of a palette, grey values as Pillow and OpenCV read them.
            (One,   &[0b0100_0000, 0b1110_0000], [0, 1, 0, 1, 1, 1],     [0, 255, 0, 255, 255, 255]),
            (Two,   &[0b0001_1000, 0b1100_0100], [0, 1, 2, 3, 0, 1],     [0, 85, 170, 255, 0, 85]),
            (Four,  &[0x0F, 0x30, 0x12, 0xE0],   [0, 15, 3, 1, 2, 14],   [0, 255, 51, 17, 34, 238]),
            (Eight, &[0, 20, 3, 255, 2, 1],      [0, 20, 3, 255, 2, 1],  [0, 20, 3, 255, 2, 1]),
        ];
        for (depth, data, indices, greys) in cases {
            for (colour, expected) in [(ColorType::Indexed, indices), (ColorType::Grayscale, greys)]
            {
                let path = encode(folder.path(), colour, depth, Size::new(3, 2), data);
                let map = read_mask(&path, 255).unwrap();
                assert_eq!((map.size(), map.classes()), (Size::new(3, 2), &expected[..]));
            }
        }
    }

    #[test]
    fn memory_that_is_used_again_holds_nothing_of_the_former_mask() {
        use BitDepth::{Eight, Two};
        let folder = tempfile::tempdir().unwrap();
        #[rustfmt::skip]
        let files: [(BitDepth, Size, &[u8], &[u8]); 3] = [
            (Eight, Size::new(3, 2), &[0, 20, 3, 255, 2, 1], &[0, 20, 3, 255, 2, 1]),
            (Two,   Size::new(5, 1), &[0b0001_1011, 0b0100_0000], &[0, 85, 170, 255, 85]),
            (Eight, Size::new(2, 1), &[7, 9], &[7, 9]),
        ];
        let (mut reader, mut runs) = (MaskReader::default(), LabelRuns::default());
        for (depth, size, data, expected) in files {
            let path = encode(folder.path(), ColorType::Grayscale, depth, size, data);
            assert_eq!(reader.read(&path).unwrap(), (size, expected));
            reader.read_runs(&path, 21, &mut runs).unwrap();
            assert_eq!((runs.size(), &runs.labels()[..]), (size, expected));
        }
        assert!(reader.read(&folder.path().join("b.png")).is_err());
        let path = encode(folder.path(), ColorType::Indexed, Eight, Size::new(1, 1), &[4]);
        assert_eq!(reader.read(&path).unwrap(), (Size::new(1, 1), &[4][..]));
    }

    #[test]
    fn colour_and_16_bit_files_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let cases = [
            (ColorType::Rgb, BitDepth::Eight, 3, "8-bit RGB"),
            (ColorType::Rgba, BitDepth::Eight, 4, "8-bit RGBA"),
            (ColorType::GrayscaleAlpha, BitDepth::Eight, 2, "8-bit grey-alpha"),
            (ColorType::Grayscale, BitDepth::Sixteen, 2, "16-bit grey"),
        ];
        for (colour, depth, bytes, found) in cases {
            let path = encode(folder.path(), colour, depth, Size::new(1, 1), &vec![1; bytes]);
            let expected =
                "palette or grey at 1, 2, 4 or 8 bits (eps data masks --pictures converts it)";
            assert_eq!(refusal(&path, 21), format!("a.png: {found} PNG, expected {expected}"));
        }
    }

    #[test]
    fn a_class_out_of_range_is_named_and_ignored_pixels_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_mask(&path, &LabelMap::new(Size::new(3, 1), vec![255, 20, 21])).unwrap();
        assert_eq!(refusal(&path, 21), "a.png: class 21, expected 0..=20 or 255 (ignore)");
        assert!(read_mask(&path, 22).is_ok());
    }

    #[test]
    fn a_cut_or_foreign_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let classes = (0..400).map(|pixel| (pixel * 7 % 21) as u8).collect();
        write_mask(&path, &LabelMap::new(Size::new(20, 20), classes)).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in [4, 20, 40, whole.len() - 40] {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(
                refusal(&path, 21),
                "a.png: not a PNG that can be decoded",
                "{length} bytes"
            );
        }
    }

    #[test]
    fn what_is_there_in_the_place_of_a_mask_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let cases: [(&[u8], &str); 4] = [
            (b"", "an empty file"),
            (b"<html><body>404", "an HTML page"),
            (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
            (b"\xFF\xD8\xFF\xE0", "a JPEG"),
        ];
        for (bytes, found) in cases {
            fs::write(&path, bytes).unwrap();
            let expected = format!("a.png: {found}, expected a PNG with a class for each pixel");
            assert_eq!(refusal(&path, 21), expected);
        }
    }

    #[test]
    fn a_palette_in_another_order_is_refused_by_every_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let voc = voc_palette();
        let mut encoder = Encoder::new(File::create(&path).unwrap(), 3, 1);
        encoder.set_color(ColorType::Indexed);
        // Bicycle became entry 1: an unused colour was taken out.
        encoder.set_palette([voc[0], voc[2]].concat());
        encoder.write_header().unwrap().write_image_data(&[0, 1, 1]).unwrap();
        let expected = "a.png: palette entry 1 is VOC's colour of class 2, expected the colour of \
                        class 1: its palette was put into another order";
        assert_eq!(refusal(&path, 21), expected);
        let mut runs = LabelRuns::default();
        let error = MaskReader::default().read_runs(&path, 21, &mut runs).unwrap_err();
        assert!(matches!(error, DataError::Palette { index: 1, class: 2, .. }), "{error}");
        assert!(read_mask(&path, 2).is_ok(), "a data set of one class has no class 2");
    }

    #[test]
    fn a_picture_too_large_for_memory_is_refused_before_it_is_decoded() {
        let folder = tempfile::tempdir().unwrap();
        let path =
            encode(folder.path(), ColorType::Grayscale, BitDepth::One, Size::new(1, 1), &[0]);
        let mut bytes = fs::read(&path).unwrap();
        // The header claims 65536×65536; its checksum is of the 17 bytes from the chunk's name on.
        bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        let checksum = checksum(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
        fs::write(&path, bytes).unwrap();
        let expected = "a.png: 65536×65536 pixels, expected at most 268435456 of them";
        assert_eq!(refusal(&path, 21), expected);
    }

    /// CRC-32 of a PNG chunk.
    fn checksum(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |sum, &byte| {
            (0..8).fold(sum ^ u32::from(byte), |sum, _| {
                if sum & 1 == 1 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 }
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_written_mask_is_read_back(
            width in 1_usize..40,
            classes in prop::collection::vec(prop_oneof![0..21_u8, Just(IGNORE)], 1..400),
        ) {
            let height = classes.len().div_ceil(width);
            let mut classes = classes;
            classes.resize(width * height, 0);
            let map = LabelMap::new(Size::new(width, height), classes);
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.png");
            write_mask(&path, &map).unwrap();
            prop_assert_eq!(read_mask(&path, 21).unwrap(), map);
        }
    }
}

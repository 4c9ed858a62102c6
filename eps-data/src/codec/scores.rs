//! Score maps: `.npz` archives that numpy reads.

use super::npz::{archive, array, array_names, floats, integers};
use super::{Content, open_file, write_atomically};
use crate::{BACKGROUND, ClassId, DataError, IGNORE, ScoreMap, Size};
use half::f16;
use npyz::{AutoSerialize, WriteOptions, WriterBuilder, npz::file_name_from_array_name};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Cursor, Read, Seek, Write};
use std::path::Path;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

const CLASSES: &str = "classes";
const SCORES: &str = "cam";
const LOGITS: &str = "logits";

/// A score at its highest; what is above 1 is left by rounding.
const MOST: f32 = 1.0 + 1e-5;

/// How scores are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScoreFormat {
    /// As computed.
    #[default]
    F32,
    /// Half the bytes, rounded to 11 bits.
    F16,
}

impl ScoreFormat {
    /// 16 bits where they are asked for, else 32.
    pub fn of(is_half: bool) -> Self {
        if is_half { Self::F16 } else { Self::F32 }
    }

    /// The map that is read again after it was stored.
    pub fn stored(self, map: ScoreMap) -> ScoreMap {
        match self {
            Self::F32 => map,
            Self::F16 => {
                let rounded = map.scores().iter().map(|&score| f16::from_f32(score).to_f32());
                ScoreMap::new(map.size(), map.classes().to_vec(), rounded.collect())
            }
        }
    }
}

/// Writes `classes` (uint8 `[n]`) and `cam` (`[n, height, width]`), deflated.
///
/// The archive has no clock in it: equal maps make equal files.
pub fn write_scores(path: &Path, map: &ScoreMap, format: ScoreFormat) -> Result<(), DataError> {
    write_archive(path, map, None, format)
}

/// As [`write_scores`], with `logits` (float32 `[object classes]`): a classifier's scores of the whole
/// image, class 1 first.
pub fn write_scores_and_logits(
    path: &Path,
    map: &ScoreMap,
    logits: &[f32],
    format: ScoreFormat,
) -> Result<(), DataError> {
    write_archive(path, map, Some(logits), format)
}

fn write_archive(
    path: &Path,
    map: &ScoreMap,
    logits: Option<&[f32]>,
    format: ScoreFormat,
) -> Result<(), DataError> {
    // In memory first: an archive goes back to fill in lengths, which a pipe does not let it.
    let archive = encode(map, logits, format)
        .map_err(|source| DataError::Write { path: path.into(), source })?;
    write_atomically(path, |file| file.write_all(&archive))
}

fn encode(map: &ScoreMap, logits: Option<&[f32]>, format: ScoreFormat) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // The lowest level: scores hardly compress, and higher ones only take longer.
        .compression_level(Some(1))
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let count = map.classes().len() as u64;
    let shape = [count, map.size().height as u64, map.size().width as u64];
    archive.start_file(file_name_from_array_name(CLASSES), options)?;
    archive.write_all(&npy(map.classes(), &[count])?)?;
    archive.start_file(file_name_from_array_name(SCORES), options)?;
    archive.write_all(&match format {
        ScoreFormat::F32 => npy(map.scores(), &shape)?,
        ScoreFormat::F16 => {
            let halves: Vec<f16> = map.scores().iter().copied().map(f16::from_f32).collect();
            npy(&halves, &shape)?
        }
    })?;
    if let Some(logits) = logits {
        archive.start_file(file_name_from_array_name(LOGITS), options)?;
        archive.write_all(&npy(logits, &[logits.len() as u64])?)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// An array in numpy's format; in memory, since an archive is slow to take value by value.
fn npy<T: AutoSerialize + Copy>(values: &[T], shape: &[u64]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let options = WriteOptions::new().default_dtype().shape(shape);
    let mut array = options.writer(&mut bytes).begin_nd()?;
    array.extend(values.iter().copied())?;
    array.finish()?;
    Ok(bytes)
}

/// Reads what [`write_scores`] or numpy wrote.
///
/// # Errors
///
/// [`DataError::Decode`] if the archive or an array cannot be read, [`DataError::Content`] if the two
/// arrays do not make a score map or a score is above 1.
pub fn read_scores(path: &Path) -> Result<ScoreMap, DataError> {
    decode_scores(path, open(path)?)
}

/// The score map in an archive; `path` is named in errors.
pub(super) fn decode_scores(path: &Path, file: impl Read + Seek) -> Result<ScoreMap, DataError> {
    let refuse = |source| refusal(path, source);
    let mut archive = archive(file).map_err(refuse)?;
    let names = array_names(&archive).map_err(refuse)?;
    if let Some(missing) = [CLASSES, SCORES].iter().find(|name| !names.iter().any(|n| n == *name)) {
        let expected = "`classes` and `cam`, as `eps data convert` writes them";
        return Err(DataError::content(path, format!("no array `{missing}`"), expected));
    }
    let classes = array(&mut archive, CLASSES).and_then(class_ids).map_err(refuse)?;
    let (shape, scores) = array(&mut archive, SCORES).and_then(floats).map_err(refuse)?;
    let [count, height, width] = shape[..] else {
        let found = format!("scores of shape {shape:?}");
        return Err(DataError::content(path, found, "[classes, height, width]"));
    };
    if count != classes.len() {
        let found = format!("{} classes for {count} maps", classes.len());
        return Err(DataError::content(path, found, "one class a map"));
    }
    if !are_ascending_objects(&classes) {
        let found = format!("classes {classes:?}");
        return Err(DataError::content(path, found, "ascending object classes"));
    }
    check_score_range(path, &scores)?;
    Ok(ScoreMap::new(Size::new(width, height), classes, scores))
}

/// Scores must be numbers up to 1, as those of maps that were divided by their maximum are; `path` is named
/// in errors.
///
/// # Errors
///
/// [`DataError::Content`] with the first score that is neither.
pub fn check_score_range(path: &Path, scores: &[f32]) -> Result<(), DataError> {
    let excess = scores.iter().find(|score| score.is_nan() || **score > MOST);
    let (found, expected): (String, _) = match excess {
        None => return Ok(()),
        Some(score) if score.is_nan() => ("a score that is not a number".into(), "numbers"),
        Some(score) => {
            (format!("a score of {score}"), "at most 1, as maps divided by their maximum have")
        }
    };
    Err(DataError::content(path, found, expected))
}

/// Reads the scores of whole images that [`write_scores_and_logits`] wrote; `None` where there are none.
///
/// # Errors
///
/// [`DataError::Decode`] if the archive or the array cannot be read.
pub fn read_logits(path: &Path) -> Result<Option<Vec<f32>>, DataError> {
    logits(open(path)?).map_err(|source| refusal(path, source))
}

fn logits(file: impl Read + Seek) -> io::Result<Option<Vec<f32>>> {
    let mut archive = archive(file)?;
    if array_names(&archive)?.iter().all(|name| name != LOGITS) {
        return Ok(None);
    }
    let (_, logits) = array(&mut archive, LOGITS).and_then(floats)?;
    Ok(Some(logits))
}

/// Opens what begins as an archive.
fn open(path: &Path) -> Result<BufReader<File>, DataError> {
    let mut file = BufReader::new(open_file(path)?);
    // Looked at, not taken: the archive is still read from its start.
    let start = file.fill_buf().map_err(|source| DataError::open(path, source))?;
    match Content::of(start) {
        None | Some(Content::Zip) => Ok(file),
        Some(other) => Err(other.instead_of(path, "a score archive (.npz)")),
    }
}

fn refusal(path: &Path, source: io::Error) -> DataError {
    DataError::decode(path, "score archive (.npz)", source)
}

fn class_ids(array: npyz::NpyFile<impl Read>) -> io::Result<Vec<ClassId>> {
    let numbers = integers(array)?.into_iter();
    numbers
        .map(|number| {
            ClassId::try_from(number)
                .map_err(|_| io::Error::other(format!("class {number}, expected 1 to 254")))
        })
        .collect()
}

fn are_ascending_objects(classes: &[ClassId]) -> bool {
    classes.is_sorted_by(|a, b| a < b)
        && !classes.contains(&BACKGROUND)
        && !classes.contains(&IGNORE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn scores() -> ScoreMap {
        let values = (0..24).map(|value| value as f32 / 23.0).collect();
        ScoreMap::new(Size::new(4, 3), vec![2, 15], values)
    }

    fn message(path: &Path) -> String {
        let message = read_scores(path).unwrap_err().to_string();
        message[message.find("a.npz").unwrap()..].to_owned()
    }

    /// Classes, the shape of the scores, their values, and the message.
    type Case<'a> = (&'a [i64], &'a [u64], [f32; 2], &'a str);

    /// Writes an archive of any two arrays.
    fn write_arrays(path: &Path, classes: &[i64], shape: &[u64], values: &[f32]) {
        let mut archive = ZipWriter::new(File::create(path).unwrap());
        archive.start_file("classes.npy", SimpleFileOptions::default()).unwrap();
        archive.write_all(&npy(classes, &[classes.len() as u64]).unwrap()).unwrap();
        archive.start_file("cam.npy", SimpleFileOptions::default()).unwrap();
        archive.write_all(&npy(values, shape).unwrap()).unwrap();
        archive.finish().unwrap();
    }

    #[test]
    fn written_scores_are_read_back_and_their_file_is_the_same_again() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("a.npz"), folder.path().join("b.npz"));
        let empty = ScoreMap::new(Size::new(4, 3), vec![], vec![]);
        for map in [scores(), empty] {
            write_scores(&one, &map, ScoreFormat::F32).unwrap();
            write_scores(&two, &map, ScoreFormat::F32).unwrap();
            assert_eq!(read_scores(&one).unwrap(), map);
            assert_eq!(fs::read(&one).unwrap(), fs::read(&two).unwrap());
        }
    }

    #[test]
    fn scores_in_16_bits_are_the_nearest_that_these_can_spell() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        write_scores(&path, &scores(), ScoreFormat::F16).unwrap();
        let found = read_scores(&path).unwrap();
        assert_eq!(found.classes(), scores().classes());
        for (found, score) in found.scores().iter().zip(scores().scores()) {
            // Half of the last of 11 bits.
            assert!((found - score).abs() <= score / 2048.0, "{found}, expected {score}");
        }
    }

    #[test]
    fn logits_are_read_back_and_change_no_score() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        write_scores_and_logits(&path, &scores(), &[-0.5, 3.25], ScoreFormat::F16).unwrap();
        assert_eq!(read_logits(&path).unwrap(), Some(vec![-0.5, 3.25]));
        assert_eq!(read_scores(&path).unwrap().classes(), scores().classes());
        write_scores(&path, &scores(), ScoreFormat::F32).unwrap();
        assert_eq!(read_logits(&path).unwrap(), None);
    }

    #[test]
    fn no_clock_is_in_a_file() {
        let archive = encode(&scores(), None, ScoreFormat::F32).unwrap();
        // Time and date of the first entry: midnight of 1 January 1980.
        assert_eq!(archive[10..14], [0, 0, 0x21, 0]);
    }

    #[test]
    fn a_header_longer_than_any_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let mut archive = ZipWriter::new(File::create(&path).unwrap());
        for name in ["classes.npy", "cam.npy"] {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
            archive.write_all(b"\x93NUMPY\x03\0\xff\xff\xff\xff{'descr': '|u1'}").unwrap();
        }
        archive.finish().unwrap();
        let error = read_scores(&path).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "a header of 4294967295 bytes is too long");
    }

    #[test]
    fn classes_may_be_64_bit_integers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        write_arrays(&path, &[2, 15], &[2, 3, 4], scores().scores());
        assert_eq!(read_scores(&path).unwrap(), scores());
    }

    #[test]
    fn scores_may_be_in_the_other_order_of_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let mut swapped = npy(scores().scores(), &[2, 3, 4]).unwrap();
        let header = swapped.len() - 4 * 24;
        let marks = if cfg!(target_endian = "little") { *b"<>" } else { *b"><" };
        let mark = swapped[..header].iter_mut().find(|byte| **byte == marks[0]).unwrap();
        *mark = marks[1];
        swapped[header..].as_chunks_mut::<4>().0.iter_mut().for_each(|value| value.reverse());
        let mut archive = ZipWriter::new(File::create(&path).unwrap());
        archive.start_file("classes.npy", SimpleFileOptions::default()).unwrap();
        archive.write_all(&npy(&[2_u8, 15], &[2]).unwrap()).unwrap();
        archive.start_file("cam.npy", SimpleFileOptions::default()).unwrap();
        archive.write_all(&swapped).unwrap();
        archive.finish().unwrap();
        assert_eq!(read_scores(&path).unwrap(), scores());
    }

    #[test]
    fn a_damaged_score_is_refused_by_its_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut archive = ZipWriter::new(File::create(&path).unwrap());
        archive.start_file("classes.npy", stored).unwrap();
        archive.write_all(&npy(&[2_u8, 15], &[2]).unwrap()).unwrap();
        archive.start_file("cam.npy", stored).unwrap();
        archive.write_all(&npy(scores().scores(), &[2, 3, 4]).unwrap()).unwrap();
        archive.finish().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let score = (1.0_f32 / 23.0).to_ne_bytes();
        let place = bytes.windows(4).position(|window| window == score).unwrap();
        bytes[place] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(message(&path), "a.npz: not a score archive (.npz) that can be decoded");
    }

    #[test]
    fn arrays_that_are_no_score_map_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        #[rustfmt::skip]
        let cases: [Case<'_>; 8] = [
            (&[1], &[2], [0.0; 2], "a.npz: scores of shape [2], expected [classes, height, width]"),
            (&[1], &[2, 1, 1], [0.0; 2], "a.npz: 1 classes for 2 maps, expected one class a map"),
            (&[4, 3], &[2, 1, 1], [0.0; 2], "a.npz: classes [4, 3], expected ascending object classes"),
            (&[0], &[1, 1, 2], [0.0; 2], "a.npz: classes [0], expected ascending object classes"),
            (&[1], &[1, 1, 2], [0.0, f32::NAN], "a.npz: a score that is not a number, expected numbers"),
            (&[1], &[1, 1, 2], [0.0, 3.0], "a.npz: a score of 3, expected at most 1, as maps divided by their maximum have"),
            (&[1], &[1, 1, 2], [f32::INFINITY, 0.0], "a.npz: a score of inf, expected at most 1, as maps divided by their maximum have"),
            (&[-1], &[1, 1, 2], [0.0; 2], "a.npz: not a score archive (.npz) that can be decoded"),
        ];
        for (classes, shape, values, expected) in cases {
            write_arrays(&path, classes, shape, &values);
            assert_eq!(message(&path), expected);
        }
    }

    #[test]
    fn cut_and_foreign_archives_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        write_scores(&path, &scores(), ScoreFormat::F32).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in [10, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            let expected = "a.npz: not a score archive (.npz) that can be decoded";
            assert_eq!(message(&path), expected, "{length} bytes");
        }
        fs::write(&path, "").unwrap();
        let expected = "a.npz: an empty file, expected a score archive (.npz); copy or download it \
                        again";
        assert_eq!(message(&path), expected);
        let mut archive = ZipWriter::new(File::create(&path).unwrap());
        archive.start_file("keys.npy", SimpleFileOptions::default()).unwrap();
        archive.finish().unwrap();
        let expected = "a.npz: no array `classes`, expected `classes` and `cam`, as `eps data \
                        convert` writes them";
        assert_eq!(message(&path), expected);
    }
}

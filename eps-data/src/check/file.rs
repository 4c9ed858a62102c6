//! Faults of single files: unreadable, cut short, or damaged.

use super::{Finding, Kind};
use crate::{
    DataError,
    codec::{Content, Format, read_bytes},
};
use std::{io::ErrorKind, path::Path};

const AGAIN: &str = "copy or download it again, or take the image out of the list";

/// The bytes of a file; without them a finding.
pub(super) fn read(path: &Path, findings: &mut Vec<Finding>) -> Option<Vec<u8>> {
    match read_bytes(path) {
        Ok(bytes) if bytes.is_empty() => {
            let (kind, expected) = (Kind::Truncated, "a picture");
            findings.push(Finding::new(kind, path, "an empty file", expected, AGAIN));
            None
        }
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let remedy = match &error {
                DataError::Open { source, .. } if source.kind() == ErrorKind::PermissionDenied => {
                    "allow reading: chmod a+r on the file"
                }
                _ => AGAIN,
            };
            findings.push(Finding::of_error(Kind::Unreadable, path, &error, remedy));
            None
        }
    }
}

/// The finding for a file that a decoder refused.
pub(super) fn refused(path: &Path, bytes: &[u8], error: &DataError) -> Finding {
    let kind = match Format::of(bytes) {
        None => Kind::Unreadable,
        Some(_) if is_other(error) => Kind::Unreadable,
        Some(_) if is_cut(bytes) => Kind::Truncated,
        Some(_) => Kind::Damaged,
    };
    let remedy = match (kind, Content::of(bytes)) {
        (_, Some(Content::Jpeg)) if is_other(error) => {
            "JPEG changes values and with them classes: write the mask again as a palette or grey PNG"
        }
        (Kind::Unreadable, Some(content)) => {
            content.remedy().unwrap_or("convert it to JPEG or PNG")
        }
        (Kind::Unreadable, None) => "convert it to JPEG or PNG, or copy it again",
        _ => AGAIN,
    };
    Finding::of_error(kind, path, error, remedy)
}

/// Whether a whole file is of another kind than a reader takes.
fn is_other(error: &DataError) -> bool {
    matches!(error, DataError::Content { .. })
}

/// Whether the file lacks the end that every complete one has.
fn is_cut(bytes: &[u8]) -> bool {
    // Anywhere, not at the end: programs append what they like, and decoders pass it over.
    match Format::of(bytes) {
        Some(Format::Png) => !bytes.windows(4).any(|window| window == b"IEND"),
        Some(Format::Jpeg) => !bytes.windows(2).any(|window| window == [0xFF, 0xD9]),
        None => false,
    }
}

/// The finding for a file whose bytes are of another format than its ending says.
pub(super) fn ending(path: &Path, format: Format) -> Option<Finding> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    let (is, right) = match format {
        Format::Jpeg => ("a JPEG", matches!(&*ending, "jpg" | "jpeg")),
        Format::Png => ("a PNG", ending == "png"),
    };
    (!right).then(|| {
        Finding::new(
            Kind::EndingOfOtherFormat,
            path,
            format!("{is} inside"),
            format!("what .{ending} says"),
            "read by its bytes here; other programs may refuse it: convert it",
        )
    })
}

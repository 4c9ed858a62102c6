//! What a file holds, whatever its name says.

use crate::DataError;
use std::fmt;
use std::path::Path;

/// What the first bytes of a file show it to be.
///
/// Errors name it, so that whoever saved an error page under the name of a photograph reads that, and
/// not which byte a decoder stumbled over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    Empty,
    Jpeg,
    Png,
    Gif,
    WebP,
    Tiff,
    Bmp,
    Html,
    /// The stand-in for a file that Git LFS keeps elsewhere.
    GitLfsPointer,
    Xml,
    Gzip,
    /// A zip archive that is not PyTorch's: `.npz` is one.
    Zip,
    /// A zip archive of `torch.save`.
    TorchArchive,
    /// One array of NumPy (`.npy`); its values may be a pickled dictionary.
    NumPyArray,
    Pickle,
    Matlab,
    Hdf5,
    Pdf,
    /// Text of 16 bits a character.
    Utf16,
}

/// First bytes that are enough to know a content by.
const SIGNATURES: [(&[u8], Content); 16] = [
    (b"\xFF\xD8\xFF", Content::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Content::Png),
    (b"GIF8", Content::Gif),
    (b"II*\0", Content::Tiff),
    (b"MM\0*", Content::Tiff),
    (b"version https://git-lfs", Content::GitLfsPointer),
    (b"\x1F\x8B", Content::Gzip),
    (b"\x93NUMPY", Content::NumPyArray),
    (b"MATLAB 5.0 MAT-file", Content::Matlab),
    (b"\x89HDF\r\n\x1a\n", Content::Hdf5),
    (b"%PDF-", Content::Pdf),
    (b"\xFF\xFE", Content::Utf16),
    (b"\xFE\xFF", Content::Utf16),
    (b"\x80\x02", Content::Pickle),
    (b"\x80\x03", Content::Pickle),
    (b"\x80\x04", Content::Pickle),
];

/// Bytes of a file's start that are looked at for words.
const START: usize = 512;

impl Content {
    /// What these bytes, the whole file or its start, show; `None` if they show nothing known.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::Empty);
        }
        let start = &bytes[..bytes.len().min(START)];
        // No signature begins with another, so that their order is of no account.
        let by_signature = SIGNATURES.iter().find(|(signature, _)| start.starts_with(signature));
        by_signature.map(|&(_, content)| content).or_else(|| Self::of_container(start))
    }

    /// What has its mark further in, or is text.
    fn of_container(start: &[u8]) -> Option<Self> {
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            // The first file of PyTorch's archives is its pickle, in a folder.
            let is_torch = start.windows(9).any(|window| window == b"/data.pkl");
            return Some(if is_torch { Self::TorchArchive } else { Self::Zip });
        }
        if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
            return Some(Self::WebP);
        }
        // Two letters alone could begin any text; four bytes of a bitmap are always 0.
        if start.starts_with(b"BM") && start.get(6..10) == Some(&[0; 4]) {
            return Some(Self::Bmp);
        }
        Self::of_markup(start)
    }

    fn of_markup(start: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(start).to_ascii_lowercase();
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let begins_html =
            ["<!doctype html", "<html", "<head", "<body"].iter().any(|word| text.starts_with(word));
        if begins_html || text.contains("<html") {
            Some(Self::Html)
        } else if ["<?xml", "<annotation"].iter().any(|word| text.starts_with(word)) {
            Some(Self::Xml)
        } else {
            None
        }
    }

    /// What to do about a file that should hold something else; `None` where its name says nothing on that.
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("copy or download it again"),
            Self::Html => Some("download it again: a web page was saved in its place"),
            Self::GitLfsPointer => Some("fetch the file itself: git lfs pull"),
            Self::Gzip => Some("unpack it: gunzip"),
            _ => None,
        }
    }

    /// The error about a file with this content where `expected` should be, with what to do if that is known.
    pub fn instead_of(self, path: &Path, expected: &str) -> DataError {
        let remedy = self.remedy().map_or(String::new(), |remedy| format!("; {remedy}"));
        let expected = format!("{expected}{remedy}");
        DataError::Content { path: path.into(), found: self.to_string(), expected }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "an empty file",
            Self::Jpeg => "a JPEG",
            Self::Png => "a PNG",
            Self::Gif => "a GIF",
            Self::WebP => "a WebP picture",
            Self::Tiff => "a TIFF",
            Self::Bmp => "a Windows bitmap",
            Self::Html => "an HTML page",
            Self::GitLfsPointer => "a Git LFS pointer",
            Self::Xml => "an XML file",
            Self::Gzip => "a gzip file",
            Self::Zip => "a zip archive",
            Self::TorchArchive => "a PyTorch archive",
            Self::NumPyArray => "a NumPy array",
            Self::Pickle => "a pickle",
            Self::Matlab => "a MATLAB file",
            Self::Hdf5 => "an HDF5 file",
            Self::Pdf => "a PDF",
            Self::Utf16 => "text in UTF-16",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_known_by_their_first_bytes() {
        let cases: [(&[u8], Option<Content>); 20] = [
            (b"", Some(Content::Empty)),
            (b"\xFF\xD8\xFF\xE0", Some(Content::Jpeg)),
            (b"\x89PNG\r\n\x1a\n....", Some(Content::Png)),
            (b"GIF89a", Some(Content::Gif)),
            (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Some(Content::WebP)),
            (b"BM\x40\x00\x00\x00\x00\x00\x00\x00", Some(Content::Bmp)),
            (b"BMW 1\nBMW 2\n", None),
            (b"\n<!DOCTYPE html><html>", Some(Content::Html)),
            (b"<!-- saved --><html lang=\"en\">", Some(Content::Html)),
            (b"version https://git-lfs.github.com/spec/v1\n", Some(Content::GitLfsPointer)),
            (b"<?xml version=\"1.0\"?>", Some(Content::Xml)),
            (b"<annotation>", Some(Content::Xml)),
            (b"PK\x03\x04..........classes.npy", Some(Content::Zip)),
            (b"PK\x03\x04..........archive/data.pkl", Some(Content::TorchArchive)),
            (b"\x93NUMPY\x01\x00", Some(Content::NumPyArray)),
            (b"\x80\x04\x95", Some(Content::Pickle)),
            (b"\xFF\xFEa\x00", Some(Content::Utf16)),
            (b"2007_000032\n", None),
            (b"id,boat\n", None),
            (b"{\"images\": []}", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Content::of(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }
}

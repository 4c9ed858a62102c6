//! Why data cannot be used.

use crate::{ClassId, Size};
use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
};

/// Why a data file cannot be used: which file, what was found, what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    #[error("{}: cannot be read", path.display())]
    Open { path: PathBuf, source: io::Error },

    #[error("{}: cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },

    #[error("{}: not a {expected} that can be decoded", path.display())]
    Decode { path: PathBuf, expected: &'static str, source: Box<dyn Error + Send + Sync> },

    #[error("{}: {kind} is missing{}{hint}", path.display(), and_more(*more))]
    Missing {
        path: PathBuf,
        kind: &'static str,
        /// How many further files are missing.
        more: usize,
        /// What else helps to find it, as the end of the message; may be empty.
        hint: String,
    },

    #[error("{}: {kind} is {found}, its image is {expected}", path.display())]
    SizeMismatch { path: PathBuf, kind: &'static str, found: Size, expected: Size },

    #[error("{}: class {class}, expected 0..={last} or 255 (ignore)", path.display())]
    UnknownClass { path: PathBuf, class: ClassId, last: ClassId },

    #[error("{}: {found} PNG, expected {expected}", path.display())]
    PngKind { path: PathBuf, found: String, expected: &'static str },

    /// A grey mask or a saliency map that is a picture in colours, or a mask of classes.
    #[error("{}: colours, expected grey values", path.display())]
    Colours { path: PathBuf },

    /// A saliency map or a grey mask that is a cut-out: what counts may be its alpha.
    #[error("{}: an alpha channel that varies, expected grey values alone", path.display())]
    Alpha { path: PathBuf },

    /// A mask whose colours are those of other classes than its indices.
    #[error(
        "{}: palette entry {index} is VOC's colour of class {class}, expected the colour of class \
         {index}: its palette was put into another order",
        path.display()
    )]
    Palette { path: PathBuf, index: ClassId, class: ClassId },

    #[error("{}: {found} object classes, expected 1 to 254", path.display())]
    ClassNames { path: PathBuf, found: usize },

    #[error("{}:{line}: {found}, expected {expected}", path.display())]
    Line { path: PathBuf, line: usize, found: String, expected: String },

    #[error("{}: no image id in it", path.display())]
    EmptyList { path: PathBuf },

    #[error("{}: {found}, expected {expected}", path.display())]
    Content { path: PathBuf, found: String, expected: String },
}

impl DataError {
    /// A file that is not there.
    pub fn missing(path: impl Into<PathBuf>, kind: &'static str) -> Self {
        Self::Missing { path: path.into(), kind, more: 0, hint: String::new() }
    }

    /// A file or folder that the system does not read.
    pub(crate) fn open(path: &Path, source: io::Error) -> Self {
        Self::Open { path: path.into(), source }
    }

    /// A file that a decoder refused.
    pub(crate) fn decode(
        path: &Path,
        expected: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Decode { path: path.into(), expected, source: source.into() }
    }

    /// A file or folder that holds something else.
    pub(crate) fn content(
        path: &Path,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Content { path: path.into(), found: found.into(), expected: expected.into() }
    }

    /// A line, counted from 1, that holds something else.
    pub(crate) fn at_line(
        path: &Path,
        line: usize,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Line { path: path.into(), line, found: found.into(), expected: expected.into() }
    }

    /// The file or folder that it is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. }
            | Self::Write { path, .. }
            | Self::Decode { path, .. }
            | Self::Missing { path, .. }
            | Self::SizeMismatch { path, .. }
            | Self::UnknownClass { path, .. }
            | Self::PngKind { path, .. }
            | Self::Colours { path }
            | Self::Alpha { path }
            | Self::Palette { path, .. }
            | Self::ClassNames { path, .. }
            | Self::Line { path, .. }
            | Self::EmptyList { path }
            | Self::Content { path, .. } => path,
        }
    }
}

/// Names the first of the files that are missing and counts the others.
pub fn none_missing<P: Into<PathBuf>>(
    mut missing: impl Iterator<Item = P>,
    kind: &'static str,
) -> Result<(), DataError> {
    match missing.next() {
        Some(path) => {
            let (path, more) = (path.into(), missing.count());
            Err(DataError::Missing { path, kind, more, hint: String::new() })
        }
        None => Ok(()),
    }
}

fn and_more(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " (and 1 more file)".into(),
        more => format!(" (and {more} more files)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_file_then_what_was_found_then_what_was_expected() {
        let path = PathBuf::from("SegmentationClass/a.png");
        let unknown = DataError::UnknownClass { path: path.clone(), class: 128, last: 20 };
        assert_eq!(
            unknown.to_string(),
            "SegmentationClass/a.png: class 128, expected 0..=20 or 255 (ignore)"
        );
        let missing = none_missing([&path, &path, &path].into_iter(), "mask").unwrap_err();
        assert_eq!(
            missing.to_string(),
            "SegmentationClass/a.png: mask is missing (and 2 more files)"
        );
    }
}

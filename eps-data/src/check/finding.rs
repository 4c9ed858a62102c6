//! What the doctor finds: one value for each thing that is wrong, or worth a look.

use crate::{DataError, Remark, RemarkKind};
use serde::Serialize;
use std::{
    error::Error,
    fmt::{self, Write as _},
    path::{Path, PathBuf},
};

/// One thing that is wrong with a data set, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    pub kind: Kind,
    /// The file or folder that it is about.
    pub file: PathBuf,
    /// Line of a list, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    pub found: String,
    pub expected: String,
    /// How to put it right, in one line; empty where nothing is wrong.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

/// Whether training on the data would go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Training or scoring stops at it, or computes something else than is meant.
    Fault,
    /// Works as it is; worth knowing before a number is published.
    Note,
}

/// What kind of thing was found, by families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    // Lists.
    NotAnId,
    DuplicateId,
    EmptyList,
    SplitLeak,
    BesidesIds,
    // Presence.
    Missing,
    WrongCase,
    WrongEnding,
    WrongFolder,
    Suffixed,
    PartialMasks,
    TwoFiles,
    NoFolder,
    // Files.
    Unreadable,
    Truncated,
    Damaged,
    EndingOfOtherFormat,
    // Photographs.
    Rotated,
    Cmyk,
    SixteenBits,
    Transparent,
    // Maps.
    SizeMismatch,
    ColourMask,
    PaletteOrder,
    ObjectsIgnored,
    UnknownClass,
    CocoIds,
    MixedMasks,
    NothingIgnored,
    // Labels.
    BrokenLabels,
    NoLabels,
    EmptyLabels,
    UnlabelledClass,
    UnseenClass,
    UnusedClass,
    UnknownObjects,
    OtherSpelling,
    LeftOutOfCoco,
    // Saliency.
    ConvertedSaliency,
    SaliencyInAlpha,
    ColourSaliency,
    BinarySaliency,
    FaintSaliency,
    EmptySaliency,
    InvertedSaliency,
    // The run to come.
    DiskSpace,
}

impl Kind {
    /// Whether it spoils a run.
    pub fn severity(self) -> Severity {
        match self {
            Self::BesidesIds
            | Self::PartialMasks
            | Self::TwoFiles
            | Self::NoFolder
            | Self::EndingOfOtherFormat
            | Self::MixedMasks
            | Self::NothingIgnored
            | Self::UnseenClass
            | Self::UnusedClass
            | Self::UnknownObjects
            | Self::OtherSpelling
            | Self::LeftOutOfCoco
            | Self::ConvertedSaliency
            | Self::BinarySaliency
            | Self::EmptySaliency => Severity::Note,
            _ => Severity::Fault,
        }
    }
}

impl Finding {
    pub(super) fn new(
        kind: Kind,
        file: impl Into<PathBuf>,
        found: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: kind.severity(),
            kind,
            file: file.into(),
            line: None,
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        }
    }

    pub(super) fn at_line(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The same as a fault, where something that is asked for is not there.
    pub(super) fn into_fault(self) -> Self {
        Self { severity: Severity::Fault, ..self }
    }

    /// What a reader left out or took for something else.
    pub(super) fn of_remark(remark: &Remark) -> Self {
        let (kind, expected, remedy) = match remark.kind {
            RemarkKind::UnknownNames => (
                Kind::UnknownObjects,
                "objects of the data set's classes",
                "fine where these classes are left out on purpose; else list them in classes.txt",
            ),
            RemarkKind::OtherSpelling => (
                Kind::OtherSpelling,
                "the names of the classes",
                "other programs may not read them so: spell them as the classes",
            ),
            RemarkKind::Endings => {
                (Kind::BesidesIds, "ids alone", "leave the ending off in the list")
            }
            RemarkKind::NumbersAfterIds => (
                Kind::BesidesIds,
                "ids alone",
                "fine as a list; --labels with this file reads numbers of classes from 0",
            ),
            RemarkKind::TwoPhotographs => {
                (Kind::TwoFiles, "one file an image", "delete those that are not meant")
            }
            RemarkKind::OtherPictures => {
                (Kind::BesidesIds, "JPEG and PNG", "convert them if they belong to the data set")
            }
            RemarkKind::Orphans | RemarkKind::BackgroundObjects | RemarkKind::NoMask => (
                Kind::LeftOutOfCoco,
                "objects of the file's images",
                "fine where images were taken out of the file on purpose",
            ),
            RemarkKind::RenamedCategories => (
                Kind::LeftOutOfCoco,
                "a name for each category",
                "rename them in the file, or take those out that no annotation has",
            ),
        };
        let found = format!("{}, {}", remark.found, remark.taken);
        Self::new(kind, &remark.path, found, expected, remedy)
    }

    /// An error of a reader: its words, its causes, and what to do.
    pub(super) fn of_error(kind: Kind, path: &Path, error: &DataError, remedy: &str) -> Self {
        let (found, expected) = match error {
            DataError::Decode { expected, .. } => {
                (words(path, error), format!("a whole {expected}"))
            }
            DataError::Open { .. } => (words(path, error), "a file that can be read".into()),
            DataError::Content { found, expected, .. } => (found.clone(), expected.clone()),
            DataError::Line { line, found, expected, .. } => {
                let finding = Self::new(kind, path, found, expected, remedy);
                return finding.at_line(*line);
            }
            DataError::PngKind { found, expected, .. } => {
                (format!("{found} PNG"), (*expected).to_owned())
            }
            DataError::Colours { .. } => ("colours".into(), "grey values".into()),
            DataError::Alpha { .. } => {
                ("an alpha channel that varies".into(), "grey values alone".into())
            }
            DataError::UnknownClass { class, last, .. } => {
                (format!("class {class}"), format!("0..={last} or 255 (ignore)"))
            }
            DataError::ClassNames { found, .. } => {
                (format!("{found} object classes"), "1 to 254".into())
            }
            _ => (words(path, error), "a file as described".into()),
        };
        Self::new(kind, path, found, expected, remedy)
    }
}

/// The error and its causes in one line, without the path that the finding names anyway.
fn words(path: &Path, error: &DataError) -> String {
    let text = error.to_string();
    let prefix = path.display().to_string();
    let text =
        text.strip_prefix(&prefix).map_or(text.as_str(), |rest| rest.trim_start_matches(": "));
    let mut words = text.to_owned();
    let mut cause = error.source();
    while let Some(source) = cause {
        let _ = write!(words, ": {source}");
        cause = source.source();
    }
    words
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        write!(formatter, ": {}, expected {}", self.found, self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_finding_names_file_line_found_and_expected() {
        let finding = Finding::new(Kind::DuplicateId, "a.txt", "`x` again", "each id once", "-");
        assert_eq!(finding.at_line(3).to_string(), "a.txt:3: `x` again, expected each id once");
    }

    #[test]
    fn an_error_gives_its_causes_and_not_its_path_twice() {
        let path = Path::new("masks/a.png");
        let error = DataError::Decode {
            path: path.into(),
            expected: "PNG",
            source: Box::new(io::Error::other("no header")),
        };
        let finding = Finding::of_error(Kind::Unreadable, path, &error, "copy it again");
        let expected =
            "masks/a.png: not a PNG that can be decoded: no header, expected a whole PNG";
        assert_eq!(finding.to_string(), expected);
    }

    #[test]
    fn kinds_are_spelled_in_lower_case_with_hyphens() {
        let text = serde_json::to_string(&(Kind::CocoIds, Severity::Note)).unwrap();
        assert_eq!(text, r#"["coco-ids","note"]"#);
    }
}

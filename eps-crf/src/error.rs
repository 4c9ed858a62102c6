//! Why a field cannot be inferred.

use std::fmt;

/// What is wrong with the input: what was found, and what was expected.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CrfError {
    /// A slice has another length than its shape says.
    Length { what: &'static str, found: usize, expected: usize },
    /// A picture has no pixel, or more than can be numbered.
    Pixels { found: usize },
    /// There are no labels, or too many.
    Labels { found: usize },
    /// A probability is negative or not finite.
    Probability { label: usize, pixel: usize, found: f32 },
    /// An energy is not a number, or no label of a pixel has a finite one.
    Energy { label: usize, pixel: usize, found: f32 },
    /// A feature is not finite.
    Feature { dimension: usize, point: usize, found: f32 },
    /// A lattice would have more corners than can be numbered.
    Corners { found: usize },
    /// A label of the map is not one of the labels.
    Label { pixel: usize, found: usize, labels: usize },
    /// A value of the parameters is outside its range.
    Parameter { name: &'static str, found: f32, expected: &'static str },
    /// No preset has this name.
    Preset { found: String },
    /// A kernel's deviations are so small against the picture that its lattice cannot be numbered.
    TooFine { kernel: &'static str },
}

impl fmt::Display for CrfError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { what, found, expected } => {
                write!(formatter, "{found} values of {what}, expected {expected}")
            }
            Self::Pixels { found } => {
                write!(
                    formatter,
                    "a picture of {found} pixels, expected 1 to {}",
                    crate::MAX_PIXELS
                )
            }
            Self::Labels { found } => {
                write!(formatter, "{found} labels, expected 1 to {}", crate::MAX_LABELS)
            }
            Self::Probability { label, pixel, found } => write!(
                formatter,
                "probability {found} of label {label} at pixel {pixel}, expected a number from 0"
            ),
            Self::Energy { label, pixel, found } => write!(
                formatter,
                "energy {found} of label {label} at pixel {pixel}, expected a number, and a finite one at \
                 every pixel"
            ),
            Self::Feature { dimension, point, found } => write!(
                formatter,
                "feature {found} of dimension {dimension} at point {point}, expected a finite number"
            ),
            Self::Corners { found } => write!(
                formatter,
                "{found} corners, points times dimensions and one, expected 1 to {}",
                crate::MAX_CORNERS
            ),
            Self::Label { pixel, found, labels } => write!(
                formatter,
                "label {found} at pixel {pixel}, expected 0..={}",
                labels.saturating_sub(1)
            ),
            Self::Parameter { name, found, expected } => {
                write!(formatter, "{name} {found}, expected {expected}")
            }
            Self::Preset { found } => {
                let names: Vec<_> = crate::Preset::ALL.iter().map(|preset| preset.name()).collect();
                write!(formatter, "preset `{found}`, expected one of {}", names.join(", "))
            }
            Self::TooFine { kernel } => write!(
                formatter,
                "the {kernel} kernel is too fine for this picture, expected larger deviations"
            ),
        }
    }
}

impl std::error::Error for CrfError {}

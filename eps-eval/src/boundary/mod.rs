//! Scores near the boundaries of classes.
//!
//! Three views: [`Trimap`] scores the pixels in a band around the true boundaries, [`BoundaryIou`]
//! the inner borders of the classes of both maps, [`Contours`] the boundary lines themselves.

mod contours;
mod distance;
mod inner_border;
mod trimap;

pub use contours::{ContourCounts, Contours};
pub use distance::distances;
pub use inner_border::BoundaryIou;
pub use trimap::Trimap;

use eps_data::{ClassId, IGNORE, LabelMap, Size};

/// Above the scores of boundaries in a terminal: those of [`BoundaryIou`], then of [`Contours`].
const HEADING: &str = "boundaries: IoU, F";

/// Length of an image's diagonal in pixels.
fn diagonal(size: Size) -> f64 {
    let Size { width, height } = size;
    // Not `hypot`, whose last bit is the platform's: the root of a whole number is rounded alike everywhere.
    ((width * width) as f64 + (height * height) as f64).sqrt()
}

/// The truth where ignored pixels have the predicted class, so that a boundary that a prediction
/// draws among them is right wherever it is.
fn filled(truth: &LabelMap, predicted: &LabelMap) -> Vec<ClassId> {
    let pixels = truth.classes().iter().zip(predicted.classes());
    pixels.map(|(&truth, &predicted)| if truth == IGNORE { predicted } else { truth }).collect()
}

//! What is kept of a finished cell.

use crate::{ImageCounts, LabelledPoint};
use serde::{Deserialize, Serialize};

/// The counts of a trained and scored cell, from which every number about it follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellScores {
    /// With the threshold, or the background of the CRF, that was fixed beforehand.
    pub fixed: Counted,
    /// At a threshold chosen on other images than those it is scored on; absent after a CRF.
    pub held_out: Option<LabelledPoint>,
    /// At the threshold with the highest mean IoU on the very truth that is scored; absent after a CRF.
    pub best: Option<Counted>,
}

/// Masks, counted image by image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Background score of the class maps; absent after a CRF.
    pub threshold: Option<f64>,
    /// In the order of the list.
    pub images: Vec<ImageCounts>,
}

//! Everything that keeps images from being scored.

use crate::GroundTruth;
use eps_eval::EvalError;
use std::collections::HashSet;
use std::error::Error;
use std::fmt;

/// Every fault of a list of images, of which none was scored.
#[derive(Debug)]
pub struct ImageFaults {
    /// Each once, in the order of the images.
    pub faults: Vec<EvalError>,
    images: usize,
    list: String,
    classes: String,
}

impl ImageFaults {
    /// The faults that were found among so many images; what several images share is kept once.
    pub fn new(mut faults: Vec<EvalError>, images: usize, truth: &GroundTruth) -> Self {
        let mut known = HashSet::new();
        faults.retain(|fault| known.insert(fault.to_string()));
        let (list, classes) = (truth.list.place.to_string(), truth.place_of_names.clone());
        Self { faults, images, list, classes }
    }
}

/// What follows the faults themselves.
impl fmt::Display for ImageFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faults, images, list, classes } = self;
        let count = faults.len();
        let noun = if count == 1 { "fault" } else { "faults" };
        write!(
            formatter,
            "{count} {noun} in {images} images: nothing was scored; the list is {list}, the classes are those of \
             {classes}"
        )
    }
}

impl Error for ImageFaults {}

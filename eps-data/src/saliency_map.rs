//! How much each pixel stands out.

use crate::Size;

/// A saliency map: one grey byte for each pixel, row by row; 255 is most salient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaliencyMap {
    size: Size,
    values: Vec<u8>,
}

impl SaliencyMap {
    /// # Panics
    ///
    /// If there is not one value for each pixel.
    pub fn new(size: Size, values: Vec<u8>) -> Self {
        assert_eq!(values.len(), size.pixels(), "one value for each pixel of {size}");
        Self { size, values }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// Grey values row by row.
    pub fn values(&self) -> &[u8] {
        &self.values
    }
}

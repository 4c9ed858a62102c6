//! How much each pixel stands out.

use crate::Size;

/// A saliency map: one grey byte for each pixel, row by row; 255 is most salient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaliencyMap {
    size: Size,
    values: Vec<u8>,
}

/// How many grey values a map has: what a training loss can learn from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shades {
    /// The same everywhere: nothing stands out, or everything.
    Constant,
    /// Two values: thresholded before it was saved, or a mask.
    Binary,
    /// Three values or more, as a network gives them.
    Graded,
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

    pub(crate) fn values_mut(&mut self) -> &mut [u8] {
        &mut self.values
    }

    /// Whether the map is constant, binary or graded; a map without pixels is constant.
    pub fn shades(&self) -> Shades {
        let Some(&first) = self.values.first() else { return Shades::Constant };
        let mut others = self.values.iter().filter(|&&value| value != first);
        match others.next() {
            None => Shades::Constant,
            Some(second) if others.all(|value| value == second) => Shades::Binary,
            Some(_) => Shades::Graded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_are_counted() {
        let cases = [
            (&[0, 0, 0, 0][..], Shades::Constant),
            (&[7, 7, 7, 9], Shades::Binary),
            (&[255, 0, 0, 255], Shades::Binary),
            (&[0, 255, 0, 254], Shades::Graded),
            (&[], Shades::Constant),
        ];
        for (values, shades) in cases {
            let map = SaliencyMap::new(Size::new(values.len(), 1), values.to_vec());
            assert_eq!(map.shades(), shades, "{values:?}");
        }
    }
}

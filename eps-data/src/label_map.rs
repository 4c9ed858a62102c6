//! One class for each pixel.

use crate::{ClassId, ClassSet, Size};

/// A mask: one [`ClassId`] for each pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelMap {
    size: Size,
    classes: Vec<ClassId>,
}

impl LabelMap {
    /// # Panics
    ///
    /// If there is not one class for each pixel.
    pub fn new(size: Size, classes: Vec<ClassId>) -> Self {
        assert_eq!(classes.len(), size.pixels(), "one class for each pixel of {size}");
        Self { size, classes }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// Classes row by row.
    pub fn classes(&self) -> &[ClassId] {
        &self.classes
    }

    /// Object classes that some pixel has.
    pub fn present(&self) -> ClassSet {
        let mut seen = [false; 256];
        self.classes.iter().for_each(|&class| seen[usize::from(class)] = true);
        (0..=u8::MAX).filter(|&class| seen[usize::from(class)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn present_classes_leave_out_background_and_ignored() {
        let map = LabelMap::new(Size::new(2, 2), vec![0, 7, 255, 2]);
        assert_eq!(map.present(), [2, 7].into_iter().collect());
    }
}

//! What should be salient.

use eps_data::{BACKGROUND, IGNORE, LabelMap, SaliencyMap, Size};

/// The largest grey value of a mask that is background, as PySODMetrics has it.
const LAST_BACKGROUND: u8 = 128;

/// What the truth says of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Background,
    Object,
    /// Left out of every count.
    Ignored,
}

/// The truth of each pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreground {
    size: Size,
    pixels: Vec<Truth>,
}

impl Foreground {
    /// The objects of a grey mask: values above 128.
    pub fn of_grey(mask: &SaliencyMap) -> Self {
        let pixels = mask.values().iter().map(|&value| match value {
            0..=LAST_BACKGROUND => Truth::Background,
            _ => Truth::Object,
        });
        Self { size: mask.size(), pixels: pixels.collect() }
    }

    /// The objects of a class mask: any class but background; 255 is ignored.
    pub fn of_classes(mask: &LabelMap) -> Self {
        let pixels = mask.classes().iter().map(|&class| match class {
            BACKGROUND => Truth::Background,
            IGNORE => Truth::Ignored,
            _ => Truth::Object,
        });
        Self { size: mask.size(), pixels: pixels.collect() }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// Row by row.
    pub fn pixels(&self) -> &[Truth] {
        &self.pixels
    }

    /// Rows from top to bottom.
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &[Truth]> + ExactSizeIterator {
        self.pixels.chunks_exact(self.size.width.max(1))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Objects are `#`, ignored pixels `?`; rows are separated by spaces.
    pub(in crate::saliency) fn drawn(rows: &str) -> Foreground {
        let rows: Vec<&str> = rows.split(' ').collect();
        let truth = |letter: char| match letter {
            '#' => Truth::Object,
            '?' => Truth::Ignored,
            _ => Truth::Background,
        };
        let pixels = rows.iter().flat_map(|row| row.chars().map(truth)).collect();
        Foreground { size: Size::new(rows[0].len(), rows.len()), pixels }
    }

    #[test]
    fn values_above_128_are_objects() {
        let mask = SaliencyMap::new(Size::new(2, 2), vec![0, 128, 129, 255]);
        assert_eq!(Foreground::of_grey(&mask), drawn(".. ##"));
    }

    #[test]
    fn every_class_is_an_object_and_255_is_ignored() {
        let mask = LabelMap::new(Size::new(2, 2), vec![0, 1, 254, 255]);
        assert_eq!(Foreground::of_classes(&mask), drawn(".# #?"));
    }
}

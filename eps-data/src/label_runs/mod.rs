//! A mask as runs of equal labels.

mod borders;

use crate::{ClassId, Size};
use borders::Borders;

/// A mask as runs of one label in reading order; a run goes on into the next row.
///
/// Masks are flat: a run has a hundred pixels and more, and counting takes a step for each run.
#[derive(Default)]
pub struct LabelRuns {
    size: Size,
    runs: Vec<LabelRun>,
    borders: Borders,
}

/// Pixels of one label, from the end of the run before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelRun {
    /// Pixels up to its last one, from the first of the mask.
    pub end: u32,
    pub label: ClassId,
}

impl LabelRuns {
    /// The runs of a mask.
    ///
    /// # Panics
    ///
    /// If there is not one label for each pixel.
    pub fn of(size: Size, labels: &[ClassId]) -> Self {
        let mut runs = Self::default();
        runs.find(size, &mut labels.to_vec(), size.width);
        runs
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// In reading order; the last one ends with the mask.
    pub fn runs(&self) -> &[LabelRun] {
        &self.runs
    }

    /// The label of each pixel.
    pub fn labels(&self) -> Vec<ClassId> {
        let mut labels = Vec::with_capacity(self.size.pixels());
        self.runs.iter().for_each(|run| labels.resize(run.end as usize, run.label));
        labels
    }

    /// Finds the runs of a mask whose rows are `stride` bytes apart, in memory that is used again.
    ///
    /// A byte between two rows is no pixel, and is overwritten.
    ///
    /// # Panics
    ///
    /// If the rows are not next to each other, with a byte between them at most, or not all there; if
    /// there are 2^32 pixels, which no reader decodes.
    pub(crate) fn find(&mut self, size: Size, rows: &mut [u8], stride: usize) {
        let Size { width, height } = size;
        let pixels = u32::try_from(size.pixels()).expect("a mask has below 2^32 pixels");
        assert!((width..=width + 1).contains(&stride), "rows of {width} pixels, {stride} apart");
        self.size = size;
        self.runs.clear();
        let Some(end) = (stride * height).checked_sub(stride - width).filter(|&end| end > 0) else {
            return;
        };
        let apart = (stride > width).then_some(stride);
        if apart.is_some() {
            // As the pixel before it, so that no run begins there.
            (1..height).for_each(|row| rows[row * stride - 1] = rows[row * stride - 2]);
        }
        self.borders.find(&rows[..end], apart, &mut self.runs);
        self.runs.push(LabelRun { end: pixels, label: rows[end - 1] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_small_mask_are_found_by_hand() {
        let size = Size::new(3, 2);
        let runs = LabelRuns::of(size, &[7, 7, 0, 0, 255, 255]);
        let expected = [(2, 7), (4, 0), (6, 255)].map(|(end, label)| LabelRun { end, label });
        assert_eq!((runs.size(), runs.runs()), (size, &expected[..]));
        assert_eq!(runs.labels(), [7, 7, 0, 0, 255, 255]);
    }

    #[test]
    fn a_byte_between_rows_is_no_pixel() {
        let mut runs = LabelRuns::default();
        for between in [7, 0, 9] {
            let mut rows = [7, 7, 0, between, 0, 255, 255];
            runs.find(Size::new(3, 2), &mut rows, 4);
            assert_eq!(runs.labels(), [7, 7, 0, 0, 255, 255], "{between}");
            assert_eq!(runs.runs().len(), 3, "{between}");
        }
    }

    #[test]
    fn a_mask_without_pixels_has_no_run() {
        assert_eq!(LabelRuns::of(Size::new(0, 0), &[]).runs(), []);
    }
}

//! What a chart is drawn for: a screen, or a column of a paper.

use std::cell::Cell;

/// What a chart is drawn for.
///
/// In a paper a chart is as wide as its column, its type has 8 points, it has no title, which is the caption's, and
/// its colours and dashes stay apart where they are printed in grey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sheet {
    /// Pages and screens, with a title.
    #[default]
    Screen,
    /// One of two columns of a paper: 3.3 inches.
    SingleColumn,
    /// Both columns of a paper: 6.9 inches.
    DoubleColumn,
}

/// Points of a pixel of a chart in a paper, at which its type has 8 points.
const POINTS: f32 = 0.62;

thread_local! {
    /// Charts are measured and drawn through plotters by some thirty functions, few of which need to know it.
    static CURRENT: Cell<Sheet> = const { Cell::new(Sheet::Screen) };
}

impl Sheet {
    /// Measures or draws a chart for this sheet.
    pub(super) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        let before = CURRENT.replace(self);
        let result = work();
        CURRENT.set(before);
        result
    }

    /// The sheet of the chart that is measured or drawn.
    pub(super) fn current() -> Self {
        CURRENT.get()
    }

    pub(super) fn is_paper(self) -> bool {
        self != Self::Screen
    }

    /// Pixels that a chart has across.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Screen => 760,
            Self::SingleColumn => 383,
            Self::DoubleColumn => 801,
        }
    }

    /// Pixels of a plot of curves, below the legend.
    pub(super) fn plot_height(self) -> usize {
        match self {
            Self::Screen => 380,
            Self::SingleColumn => 250,
            Self::DoubleColumn => 340,
        }
    }

    /// As many of these labels of an axis as there is room for.
    pub(super) fn labels(self, most: usize) -> usize {
        match self {
            Self::SingleColumn => most * 3 / 5,
            Self::Screen | Self::DoubleColumn => most,
        }
    }

    /// Points of a pixel of a chart that is `width` pixels wide: one on a screen. What is wider than its column, since
    /// it has long names or many columns, is reduced to it.
    pub(super) fn points_per_pixel(self, width: usize) -> f32 {
        match self {
            Self::Screen => 1.0,
            Self::SingleColumn | Self::DoubleColumn => {
                POINTS.min(POINTS * self.width() as f32 / width as f32)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_their_inches_and_type_its_points() {
        // The font of a label has 16 / 1.24 pixels.
        let type_size = |sheet: Sheet| 16.0 / 1.24 * sheet.points_per_pixel(sheet.width());
        for (sheet, inches) in [(Sheet::SingleColumn, 3.3), (Sheet::DoubleColumn, 6.9)] {
            let points = sheet.width() as f32 * sheet.points_per_pixel(sheet.width());
            assert!((points / 72.0 - inches).abs() < 0.005, "{points}");
            assert!((type_size(sheet) - 8.0).abs() < 0.01);
            let wide = 3 * sheet.width();
            assert!((sheet.points_per_pixel(wide) * wide as f32 - points).abs() < 0.01);
        }
    }

    #[test]
    fn a_sheet_is_that_of_the_work_within_it() {
        let seen = Sheet::SingleColumn.within(|| Sheet::Screen.within(Sheet::current));
        assert_eq!((seen, Sheet::current()), (Sheet::Screen, Sheet::Screen));
        assert_eq!(Sheet::SingleColumn.within(Sheet::current), Sheet::SingleColumn);
    }
}

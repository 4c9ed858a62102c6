//! How large the images of a set are.

use crate::Size;
use std::collections::BTreeMap;

/// Number of images of each size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SizeCounts {
    /// By width, then height.
    counts: BTreeMap<(usize, usize), u64>,
}

/// The smallest, the median and the largest of some lengths in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub smallest: usize,
    /// Of an even number, the lower of the two in the middle.
    pub median: usize,
    pub largest: usize,
}

impl SizeCounts {
    pub fn add(&mut self, size: Size) {
        *self.counts.entry((size.width, size.height)).or_default() += 1;
    }

    /// Adds the images that `other` counted.
    pub fn merge(mut self, other: &Self) -> Self {
        for (&size, &count) in &other.counts {
            *self.counts.entry(size).or_default() += count;
        }
        self
    }

    pub fn images(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Pixels of all images.
    pub fn pixels(&self) -> u64 {
        self.iter().map(|(size, count)| size.pixels() as u64 * count).sum()
    }

    /// Sizes and their images, by width, then height.
    pub fn iter(&self) -> impl Iterator<Item = (Size, u64)> + '_ {
        self.counts.iter().map(|(&(width, height), &count)| (Size::new(width, height), count))
    }

    /// Sizes and their images, the most frequent first.
    pub fn by_frequency(&self) -> Vec<(Size, u64)> {
        let mut sizes: Vec<_> = self.iter().collect();
        // Stable: sizes of the same frequency stay in order.
        sizes.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        sizes
    }

    /// Widths of the images; `None` without any image.
    pub fn widths(&self) -> Option<Range> {
        self.range(|size| size.width)
    }

    /// Heights of the images; `None` without any image.
    pub fn heights(&self) -> Option<Range> {
        self.range(|size| size.height)
    }

    fn range(&self, side: impl Fn(Size) -> usize) -> Option<Range> {
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        for (size, count) in self.iter() {
            *counts.entry(side(size)).or_default() += count;
        }
        let (&smallest, &largest) = (counts.keys().next()?, counts.keys().next_back()?);
        // Rounded up: of an even number the lower of the two in the middle.
        let middle = self.images().div_ceil(2);
        let mut seen = 0;
        let median = counts.iter().find_map(|(&side, &count)| {
            seen += count;
            (seen >= middle).then_some(side)
        })?;
        Some(Range { smallest, median, largest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(sizes: &[(usize, usize)]) -> SizeCounts {
        let mut counts = SizeCounts::default();
        sizes.iter().for_each(|&(width, height)| counts.add(Size::new(width, height)));
        counts
    }

    #[test]
    fn ranges_and_frequencies_are_those_counted_by_hand() {
        let counts = counted(&[(5, 3), (4, 4), (5, 3), (9, 1)]);
        assert_eq!((counts.images(), counts.pixels()), (4, 15 + 16 + 15 + 9));
        assert_eq!(counts.widths(), Some(Range { smallest: 4, median: 5, largest: 9 }));
        assert_eq!(counts.heights(), Some(Range { smallest: 1, median: 3, largest: 4 }));
        let frequent = [(Size::new(5, 3), 2), (Size::new(4, 4), 1), (Size::new(9, 1), 1)];
        assert_eq!(counts.by_frequency(), frequent);
    }

    #[test]
    fn two_parts_count_as_one_set() {
        let parts = counted(&[(5, 3), (4, 4)]).merge(&counted(&[(5, 3)]));
        assert_eq!(parts, counted(&[(5, 3), (5, 3), (4, 4)]));
        assert_eq!(SizeCounts::default().widths(), None);
    }
}

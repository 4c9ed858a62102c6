//! The colours that PASCAL VOC gives to classes, and palettes that have them in another order.

use super::header::PNG_SIGNATURE;
use crate::{ClassId, DataError, IGNORE};
use std::{path::Path, sync::LazyLock};

static VOC: LazyLock<[[u8; 3]; 256]> = LazyLock::new(voc_palette);
const WHITE: [u8; 3] = [255; 3];

/// The colour of every class: each bit triple of the index, lowest first, fills the colour from its
/// highest bit down.
pub fn voc_palette() -> [[u8; 3]; 256] {
    std::array::from_fn(colour)
}

// Bits of a class, the highest first, and the channel that each goes to: the lowest three to the
// highest bits, the next three to those below. Source: VOC's devkit, `VOClabelcolormap.m`.
//
//   7 6 5 4 3 2 1 0
//   g r b g r b g r
fn colour(class: usize) -> [u8; 3] {
    [0, 1, 2].map(|channel| {
        let bits = (0..3).map(|level| (class >> (3 * level + channel) & 1) << (7 - level));
        bits.sum::<usize>() as u8
    })
}

/// An index of a mask whose colour in the palette is VOC's of another class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaletteConflict {
    pub index: ClassId,
    pub class: ClassId,
}

impl PaletteConflict {
    /// The first contradiction of a PNG's palette to its indices; `classes` counts background.
    ///
    /// Programs that make files smaller sort the palette, which leaves colours as they were and
    /// changes every index. That shows where each colour that occurs is VOC's of some class of the data
    /// set, but not in VOC's order; other palettes say nothing. White, which many use for 255, does not
    /// count. `occurs` says which indices the mask has; it is only asked where the order is another.
    pub fn of(bytes: &[u8], classes: usize, occurs: impl FnOnce() -> [bool; 256]) -> Option<Self> {
        let (palette, _) = palette_of(bytes)?.as_chunks::<3>();
        if VOC.starts_with(palette) || classes >= usize::from(IGNORE) {
            return None;
        }
        let entries =
            (0..=u8::MAX).zip(palette).map(|(index, &colour)| Entry::new(index, colour, classes));
        if !entries.clone().any(|entry| entry.class.is_some_and(|class| class != entry.index)) {
            return None;
        }
        let occurs = occurs();
        let mut used: Vec<Entry> = entries
            .filter(|entry| occurs[usize::from(entry.index)] && entry.colour != WHITE)
            .collect();
        used.iter().all(|entry| entry.class.is_some()).then_some(())?;
        used.retain(|entry| entry.class != Some(entry.index));
        // What is no background is named first: that is what looks wrong in a score.
        let Entry { index, class, .. } =
            used.iter().find(|entry| entry.index > 0).or(used.first())?;
        class.map(|class| Self { index: *index, class })
    }

    pub(super) fn refusal(self, path: &Path) -> DataError {
        DataError::Palette { path: path.into(), index: self.index, class: self.class }
    }
}

/// An entry of a palette.
struct Entry {
    index: ClassId,
    colour: [u8; 3],
    /// The class whose colour it is in VOC's palette, if the data set has that class or ignores it.
    class: Option<ClassId>,
}

impl Entry {
    fn new(index: ClassId, colour: [u8; 3], classes: usize) -> Self {
        let class =
            voc_class(colour).filter(|&class| usize::from(class) < classes || class == IGNORE);
        Self { index, colour, class }
    }
}

/// The class of a colour of VOC's palette.
pub(super) fn voc_class(colour: [u8; 3]) -> Option<ClassId> {
    // The inverse of `colour`, if it is a colour of the palette at all.
    let bits = (0..8).map(|bit| (colour[bit % 3] >> (7 - bit / 3) & 1) << bit);
    let class: ClassId = bits.sum();
    (VOC[usize::from(class)] == colour).then_some(class)
}

/// The palette of a PNG, which comes before its pixels.
fn palette_of(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.strip_prefix(PNG_SIGNATURE)?;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let (data, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        match name {
            b"PLTE" => return Some(data),
            b"IDAT" => return None,
            _ => rest = after.get(4..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is a PNG up to its palette.
    fn with_palette(colours: &[[u8; 3]]) -> Vec<u8> {
        let length = (3 * colours.len() as u32).to_be_bytes();
        let header = [&[0, 0, 0, 1][..], b"pHYs", &[0; 5]].concat();
        [PNG_SIGNATURE, &header, &length, b"PLTE", &colours.concat()].concat()
    }

    fn conflict(colours: &[[u8; 3]], used: &[usize], classes: usize) -> Option<(u8, u8)> {
        let occurs = || std::array::from_fn(|index| used.contains(&index));
        PaletteConflict::of(&with_palette(colours), classes, occurs)
            .map(|conflict| (conflict.index, conflict.class))
    }

    #[test]
    fn every_colour_gives_its_class_back() {
        for (class, colour) in (0..=255).zip(voc_palette()) {
            assert_eq!(voc_class(colour), Some(class));
        }
        for other in [[255; 3], [1, 0, 0], [128, 128, 129], [128, 0, 32]] {
            assert_eq!(voc_class(other), None, "{other:?}");
        }
    }

    #[test]
    fn only_vocs_colours_in_another_order_contradict_their_indices() {
        let [black, red, green, void] = [0, 1, 2, 255].map(|class| VOC[class]);
        // A mask of bicycles alone, whose unused entry was taken out.
        assert_eq!(conflict(&[black, green], &[0, 1], 21), Some((1, 2)));
        assert_eq!(conflict(&[black, green, WHITE], &[0, 1, 2], 21), Some((1, 2)));
        assert_eq!(conflict(&[red, black], &[0, 1], 2), Some((1, 0)));
        assert_eq!(conflict(&[black, red, void], &[0, 1, 2], 21), Some((2, 255)));
        // As they should be; of a data set without class 2; unused; with a colour that is none of VOC's.
        assert_eq!(conflict(&voc_palette(), &[0, 1, 255], 21), None);
        assert_eq!(conflict(&[black, green], &[0, 1], 2), None);
        assert_eq!(conflict(&[black, green], &[0], 21), None);
        assert_eq!(conflict(&[black, green, [1, 2, 3]], &[0, 1, 2], 21), None);
        let greys: Vec<[u8; 3]> = (0..=255).map(|value| [value; 3]).collect();
        assert_eq!(conflict(&greys, &[0, 1, 2, 15, 255], 21), None);
        assert_eq!(PaletteConflict::of(b"no PNG", 21, || [true; 256]), None);
    }

    #[test]
    fn colours_are_the_devkits() {
        let palette = voc_palette();
        let cases = [
            (0, [0, 0, 0]),
            (1, [128, 0, 0]),
            (2, [0, 128, 0]),
            (8, [64, 0, 0]),
            (15, [192, 128, 128]),
            (20, [0, 64, 128]),
            (255, [224, 224, 192]),
        ];
        for (class, colour) in cases {
            assert_eq!(palette[class], colour, "class {class}");
        }
    }
}

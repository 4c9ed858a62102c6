//! The pixels of an annotation: polygons and run lengths.

use super::file::Surprise;
use crate::Size;
use hotcoco::{Rle, mask};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The pixels of an annotation, as one list of runs for each of its polygons.
///
/// Runs go down the columns from left to right, alternately outside and inside. They are those of
/// COCO's own program (pycocotools), pixel by pixel.
#[derive(Clone, Debug)]
pub(super) struct Region(Vec<Rle>);

/// Run lengths, of a mask of `[height, width]`.
#[derive(Deserialize)]
struct RawRuns<'a> {
    size: [u32; 2],
    #[serde(borrow)]
    counts: &'a RawValue,
}

/// Whether the text of a segmentation is one of pixels: an empty list, nothing, and a box in the place
/// of the first polygon are none, as pycocotools has it.
pub(super) fn is_mask(text: &[u8]) -> bool {
    let mut letters = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    match letters.next() {
        None | Some(b'n') => return false,
        Some(b'[') => {}
        Some(_) => return true,
    }
    // Letters alone are looked at: a segmentation is parsed when its mask is asked for, not before.
    match letters.next() {
        Some(b']') => false,
        Some(b'[') => {
            let mut first = letters.take_while(|&byte| byte != b']').peekable();
            // Four numbers have three commas.
            let numbers = usize::from(first.peek().is_some());
            numbers + first.filter(|&byte| byte == b',').take(4).count() != 4 && numbers > 0
        }
        _ => true,
    }
}

impl Region {
    /// No pixel.
    pub(super) fn empty() -> Self {
        Self(vec![])
    }

    /// Parses a segmentation in an image of this size; no text and no polygon make no pixel.
    pub(super) fn parse(text: &[u8], size: Size) -> Result<Self, Surprise> {
        let parsed = match text.first() {
            None | Some(b'n') => Ok(vec![]),
            Some(b'[') => polygons(text, size),
            Some(b'{') => run_lengths(text, size).map(|runs| vec![runs]),
            Some(_) => Err(("a segmentation".into(), "polygons or run lengths".into())),
        };
        parsed.map(Self)
    }

    /// Number of pixels; where polygons overlap, each counts once.
    pub(super) fn pixels(&self) -> u64 {
        match self.0.as_slice() {
            [] => 0,
            [one] => mask::area(one),
            many => mask::area(&mask::merge(many, false).expect("all are of the image's size")),
        }
    }

    /// The stretches inside, as ranges down the columns; those of polygons may overlap.
    pub(super) fn stretches(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.0.iter().flat_map(|polygon| {
            let mut end = 0;
            // A last count without a partner is of pixels outside.
            let (pairs, _) = polygon.counts.as_chunks::<2>();
            pairs.iter().map(move |&[outside, inside]| {
                let start = end + outside as usize;
                end = start + inside as usize;
                start..end
            })
        })
    }
}

fn sides(size: Size) -> (u32, u32) {
    (size.height as u32, size.width as u32)
}

fn error(error: impl ToString) -> Surprise {
    (error.to_string(), "a segmentation of COCO".into())
}

/// Polygons as lists of x and y; one of two points has no pixel.
fn polygons(text: &[u8], size: Size) -> Result<Vec<Rle>, Surprise> {
    let polygons: Vec<Vec<f64>> = serde_json::from_slice(text).map_err(error)?;
    // Behind the first one, programs leave some that are empty.
    let polygons = polygons.iter().filter(|points| !points.is_empty());
    polygons.map(|points| polygon(points, size)).collect()
}

fn polygon(points: &[f64], size: Size) -> Result<Rle, Surprise> {
    if points.len() < 4 || points.len() % 2 == 1 {
        let found = format!("a polygon of {} numbers", points.len());
        return Err((found, "x and y of three points or more".into()));
    }
    let (height, width) = sides(size);
    mask::fr_poly(points, height, width).map_err(error)
}

/// Run lengths as a list, or compressed to a text.
fn run_lengths(text: &[u8], size: Size) -> Result<Rle, Surprise> {
    let runs: RawRuns<'_> = serde_json::from_slice(text).map_err(error)?;
    let (height, width) = sides(size);
    if runs.size != [height, width] {
        let found = Size::new(runs.size[1] as usize, runs.size[0] as usize);
        return Err((format!("a mask of {found} pixels"), format!("the image's {size}")));
    }
    let counts = runs.counts.get();
    if counts.starts_with('"') {
        let letters: Cow<'_, str> = serde_json::from_str(counts).map_err(error)?;
        return mask::rle_from_string(&letters, height, width).map_err(error);
    }
    let counts: Vec<u32> = serde_json::from_str(counts).map_err(error)?;
    mask::check_counts(&counts, height, width).map_err(error)?;
    Ok(Rle { h: height, w: width, counts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pycocotools_makes_no_mask_of_is_none() {
        let without =
            ["", "null", "[]", " [ ]", "[[]]", "[[5, 5, 15, 10]]", "[[5,5,15,10],[1,1,2,1,2,2]]"];
        for text in without {
            assert!(!is_mask(text.as_bytes()), "{text}");
        }
        let with =
            ["[[1,1,2,1,2,2]]", "[[1,1,2,1,2,2],[]]", "{\"size\": [3, 4], \"counts\": [12]}", "7"];
        for text in with {
            assert!(is_mask(text.as_bytes()), "{text}");
        }
    }
}

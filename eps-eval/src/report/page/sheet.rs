//! Rows of pictures as one picture, for a README or a slide.

use super::PictureRow;
use crate::EvalError;
use crate::report::chart::caption::{Caption, LINE, wrapped, write_captions};
use image::{Rgb, RgbImage, imageops};

/// Pixels between two pictures.
const GAP: u32 = 4;

/// Rows below each other on white, in columns under their heads; `None` without any picture.
///
/// # Errors
///
/// If a head cannot be written.
pub(super) fn sheet(rows: &[PictureRow], heads: &[String]) -> Result<Option<RgbImage>, EvalError> {
    let columns = columns(rows);
    let Some(&(left, width)) = columns.last() else { return Ok(None) };
    let heads: Vec<Vec<String>> =
        heads.iter().zip(&columns).map(|(head, &(_, width))| wrapped(head, width)).collect();
    let lines = heads.iter().map(Vec::len).max().unwrap_or(0) as u32;
    let mut top = if lines > 0 { lines * LINE + GAP } else { 0 };
    let bottom = top + rows.iter().map(|row| height(row) + GAP).sum::<u32>() - GAP;
    let mut sheet = RgbImage::from_pixel(left + width, bottom, Rgb([255; 3]));
    for row in rows {
        for (cell, &(left, _)) in row.cells.iter().zip(&columns) {
            imageops::replace(&mut sheet, cell, left.into(), top.into());
        }
        top += height(row) + GAP;
    }
    let captions: Vec<Caption<'_>> = heads
        .iter()
        .zip(&columns)
        .flat_map(|(head, &(left, width))| {
            // Short heads stand directly above their pictures.
            let first = lines - head.len() as u32;
            head.iter().zip(first..).map(move |(bold, line)| Caption {
                bold,
                text: "",
                place: (left, line * LINE),
                width,
            })
        })
        .collect();
    write_captions(&mut sheet, &captions)?;
    Ok(Some(sheet))
}

/// Left and width of each column, which is as wide as its widest picture.
fn columns(rows: &[PictureRow]) -> Vec<(u32, u32)> {
    let count = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let (mut columns, mut left) = (Vec::with_capacity(count), 0);
    for column in 0..count {
        let cells = rows.iter().filter_map(|row| row.cells.get(column));
        let width = cells.map(RgbImage::width).max().unwrap_or(0);
        columns.push((left, width));
        left += width + GAP;
    }
    columns
}

fn height(row: &PictureRow) -> u32 {
    row.cells.iter().map(RgbImage::height).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(sizes: &[(u32, u32)]) -> PictureRow {
        let cell = |&(width, height)| RgbImage::from_pixel(width, height, Rgb([9; 3]));
        PictureRow { id: "a".into(), cells: sizes.iter().map(cell).collect() }
    }

    #[test]
    fn rows_lie_below_each_other_in_columns_with_a_gap_around_each_picture() {
        let rows = [row(&[(3, 2), (5, 6)]), row(&[(4, 1), (2, 1)])];
        let sheet = sheet(&rows, &[]).unwrap().unwrap();
        assert_eq!(sheet.dimensions(), (4 + GAP + 5, 6 + GAP + 1));
        let is_picture = |x, y| sheet.get_pixel(x, y) == &Rgb([9; 3]);
        assert!(is_picture(2, 1) && !is_picture(3, 0), "the first picture is 3 wide");
        assert!(is_picture(4 + GAP, 0) && is_picture(4 + GAP, 6 + GAP));
    }

    #[test]
    fn heads_stand_above_their_columns() {
        let heads = ["image".to_owned(), "EPS mask at 0.20".to_owned()];
        let sheet = sheet(&[row(&[(60, 40), (60, 40)])], &heads).unwrap().unwrap();
        let above = sheet.height() - 40;
        assert_eq!((above - GAP) % LINE, 0);
        assert!(above > LINE + GAP, "the second head needs more than one line");
        let inked = |left: u32, from: u32, to: u32| {
            (from..to).any(|y| (left..left + 60).any(|x| sheet.get_pixel(x, y).0[0] < 150))
        };
        assert!(!inked(0, 0, LINE) && inked(0, above - GAP - LINE, above - GAP));
        assert!(inked(60 + GAP, 0, LINE));
    }

    #[test]
    fn without_pictures_there_is_no_sheet() {
        assert!(sheet(&[], &["image".into()]).unwrap().is_none());
        assert!(sheet(&[row(&[])], &[]).unwrap().is_none());
    }
}

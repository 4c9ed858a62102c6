//! Rows of pictures as one picture, for a README or a slide.

use super::PictureRow;
use image::{Rgb, RgbImage, imageops};

/// Pixels between two pictures.
const GAP: u32 = 4;

/// Rows below each other on white; `None` without any picture.
pub(super) fn sheet(rows: &[PictureRow]) -> Option<RgbImage> {
    let width = rows.iter().map(width).max().filter(|&width| width > 0)?;
    let total: u32 = rows.iter().map(|row| height(row) + GAP).sum();
    let mut sheet = RgbImage::from_pixel(width, total - GAP, Rgb([255; 3]));
    let mut top = 0;
    for row in rows {
        let mut left = 0;
        for cell in &row.cells {
            imageops::replace(&mut sheet, cell, i64::from(left), i64::from(top));
            left += cell.width() + GAP;
        }
        top += height(row) + GAP;
    }
    Some(sheet)
}

fn width(row: &PictureRow) -> u32 {
    row.cells.iter().map(|cell| cell.width() + GAP).sum::<u32>().saturating_sub(GAP)
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
    fn rows_lie_below_each_other_with_a_gap_around_each_picture() {
        let sheet = sheet(&[row(&[(3, 2), (5, 6)]), row(&[(4, 1)])]).unwrap();
        assert_eq!(sheet.dimensions(), (3 + GAP + 5, 6 + GAP + 1));
        assert_eq!(sheet.get_pixel(2, 1), &Rgb([9; 3]));
        assert_eq!(sheet.get_pixel(3, 0), &Rgb([255; 3]));
        assert_eq!(sheet.get_pixel(0, 6 + GAP), &Rgb([9; 3]));
    }

    #[test]
    fn without_pictures_there_is_no_sheet() {
        assert!(sheet(&[]).is_none());
        assert!(sheet(&[row(&[])]).is_none());
    }
}

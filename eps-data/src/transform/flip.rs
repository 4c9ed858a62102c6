//! Mirroring left and right.

use crate::SaliencyMap;
use image::{RgbImage, imageops};

/// The picture mirrored left and right.
pub fn flip_rgb(picture: &RgbImage) -> RgbImage {
    imageops::flip_horizontal(picture)
}

/// The map mirrored left and right.
pub fn flip_saliency(map: &SaliencyMap) -> SaliencyMap {
    let rows = map.values().chunks(map.size().width.max(1));
    let values = rows.flat_map(|row| row.iter().rev().copied()).collect();
    SaliencyMap::new(map.size(), values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn rows_are_mirrored_and_keep_their_order() {
        let map = SaliencyMap::new(Size::new(3, 2), vec![1, 2, 3, 4, 5, 6]);
        assert_eq!(flip_saliency(&map).values(), [3, 2, 1, 6, 5, 4]);
        let picture = RgbImage::from_raw(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(flip_rgb(&picture).into_raw(), [4, 5, 6, 1, 2, 3]);
    }
}

//! Mirroring left and right.

use crate::SaliencyMap;
use image::RgbImage;

/// Mirrors a picture left and right.
pub fn flip_rgb(picture: &mut RgbImage) {
    let width = picture.width() as usize;
    let (pixels, _) = picture.as_chunks_mut::<3>();
    pixels.chunks_exact_mut(width.max(1)).for_each(<[_]>::reverse);
}

/// Mirrors a map left and right.
pub fn flip_saliency(map: &mut SaliencyMap) {
    let width = map.size().width;
    map.values_mut().chunks_exact_mut(width.max(1)).for_each(<[_]>::reverse);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn rows_are_mirrored_and_keep_their_order() {
        let mut map = SaliencyMap::new(Size::new(3, 2), vec![1, 2, 3, 4, 5, 6]);
        flip_saliency(&mut map);
        assert_eq!(map.values(), [3, 2, 1, 6, 5, 4]);
        let mut picture = RgbImage::from_raw(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap();
        flip_rgb(&mut picture);
        assert_eq!(picture.into_raw(), [4, 5, 6, 1, 2, 3]);
    }
}

//! Mirroring left and right.

use crate::SaliencyMap;

/// Mirrors a map left and right.
pub fn flip_saliency(map: &mut SaliencyMap) {
    let width = map.size().width;
    flip_rows(map.values_mut(), width);
}

/// Mirrors rows of `width` values.
pub(super) fn flip_rows(values: &mut [u8], width: usize) {
    values.chunks_exact_mut(width.max(1)).for_each(<[_]>::reverse);
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
    }
}

//! Faults of sizes: a map that is not as large as its photograph.

use super::{Finding, Kind};
use crate::{Size, codec::Photograph};
use std::path::Path;

/// Compares the size of a map with that of its photograph.
pub(super) fn check(
    what: &str,
    path: &Path,
    found: Size,
    photograph: &Photograph,
) -> Option<Finding> {
    let expected = photograph.size;
    let is_turned = found == Size::new(expected.height, expected.width);
    let remedy = if is_turned && photograph.orientation != 1 {
        "the map was made of the picture turned by its EXIF entry: store the picture upright \
         (magick mogrify -auto-orient), or make the map anew"
    } else if is_turned {
        "the map lies on its side: make it of the picture as it is stored"
    } else if is_like(found, expected) {
        "the map was made at another scale: make it at the size of the picture"
    } else {
        "the map is of another picture or a crop: see whether the ids fit"
    };
    (found != expected).then(|| {
        let (found, expected) = (format!("{what} is {found}"), format!("{expected} as its image"));
        Finding::new(Kind::SizeMismatch, path, found, expected, remedy)
    })
}

/// Whether both sides shrink or grow alike, to a pixel of rounding.
fn is_like(found: Size, expected: Size) -> bool {
    // The height that the width asks for; sides are rounded one by one.
    let scaled = (expected.height * found.width) as f64 / expected.width as f64;
    (scaled - found.height as f64).abs() <= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Colours, Format};

    #[test]
    fn the_remedy_tells_turned_scaled_and_foreign_maps_apart() {
        let photograph = |orientation| Photograph {
            size: Size::new(500, 375),
            format: Format::Jpeg,
            colours: Colours::Rgb,
            bits: 8,
            orientation,
            is_transparent: false,
        };
        let remedy = |width, height, orientation| {
            let (path, size) = (Path::new("a.png"), Size::new(width, height));
            check("mask", path, size, &photograph(orientation)).map(|finding| finding.remedy)
        };
        assert_eq!(remedy(500, 375, 6), None);
        assert!(remedy(375, 500, 6).unwrap().contains("EXIF"));
        assert!(remedy(375, 500, 1).unwrap().contains("on its side"));
        assert!(remedy(320, 240, 1).unwrap().contains("another scale"));
        assert!(remedy(320, 320, 1).unwrap().contains("another picture"));
    }
}

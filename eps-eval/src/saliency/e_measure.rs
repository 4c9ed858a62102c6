//! Enhanced-alignment measure.
//!
//! With `a` and `b` map and truth less their means, a pixel's alignment is `ξ = 2ab / (a² + b²)`
//! and its score `(1 + ξ)² / 4`. A cut map and a truth have two values each, so there are four
//! kinds of pixels, and four counts give the sum over all pixels at any threshold.

use super::Found;

/// How well a cut map is aligned with the truth: over each pixel and over the whole; in `0..=1`,
/// higher is better.
///
/// Both maps less their means are compared pixel by pixel, `2ab / (a² + b²)`, and the squares of
/// the results are averaged. Four cases of pixels make up every map, so that counts are enough.
/// As in the authors' code the average is over one pixel less than there are. `None` for a single
/// pixel, which has no such average.
///
/// # References
///
/// Fan et al., Enhanced-alignment measure for binary foreground map evaluation, IJCAI 2018.
pub(super) fn e_measure(found: &Found) -> Option<f64> {
    if found.pixels < 2 {
        return None;
    }
    let all = found.objects + found.background;
    // A truth of one value less its mean is 0 everywhere; as in the authors' code what agrees is counted.
    let sum = if found.all_objects == 0 {
        (found.pixels - all) as f64
    } else if found.all_objects == found.pixels {
        all as f64
    } else {
        enhanced_sum(found)
    };
    Some(sum / ((found.pixels - 1) as f64 + f64::EPSILON))
}

fn enhanced_sum(found: &Found) -> f64 {
    let pixels = found.pixels as f64;
    let map = (found.objects + found.background) as f64 / pixels;
    let truth = found.all_objects as f64 / pixels;
    let missed = found.all_objects - found.objects;
    let rejected = found.pixels - found.all_objects - found.background;
    let parts = [
        (found.objects, 1.0 - map, 1.0 - truth),
        (found.background, 1.0 - map, 0.0 - truth),
        (missed, 0.0 - map, 1.0 - truth),
        (rejected, 0.0 - map, 0.0 - truth),
    ];
    parts.into_iter().map(|(pixels, map, truth)| enhanced(map, truth) * pixels as f64).sum()
}

/// Squared alignment of two values that are less their means.
fn enhanced(map: f64, truth: f64) -> f64 {
    // EPSILON is np.spacing(1), which PySODMetrics adds to what it divides by.
    let aligned = 2.0 * (map * truth) / (map.powi(2) + truth.powi(2) + f64::EPSILON);
    (aligned + 1.0).powi(2) / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_cut_is_one_but_for_the_pixel_that_is_not_counted() {
        let found = Found { objects: 3, background: 0, all_objects: 3, pixels: 11 };
        assert!((e_measure(&found).expect("many pixels") - 1.1).abs() < 1e-14);
        let wrong = Found { objects: 0, background: 8, all_objects: 3, pixels: 11 };
        assert!(e_measure(&wrong).expect("many pixels") < 0.01);
    }

    #[test]
    fn without_objects_or_background_the_right_pixels_count() {
        let empty = Found { objects: 0, background: 2, all_objects: 0, pixels: 9 };
        assert_eq!(e_measure(&empty), Some(7.0 / 8.0));
        let full = Found { objects: 2, background: 0, all_objects: 9, pixels: 9 };
        assert_eq!(e_measure(&full), Some(2.0 / 8.0));
    }

    #[test]
    fn one_pixel_has_none() {
        let found = Found { objects: 1, background: 0, all_objects: 1, pixels: 1 };
        assert_eq!(e_measure(&found), None);
    }
}

//! Structure measure: half a score of objects, half one of regions.
//!
//! ```text
//! objects   2 x̄ / (x̄² + 1 + σ)     of the map on objects, of 1 - map on background, weighed by pixels
//! regions   4 x̄ ȳ σ_xy / ((x̄² + ȳ²) (σ_x² + σ_y²))   in the four blocks around the objects' centre
//! ```
//!
//! Means and variances come from the histograms of each block, 256 values instead of all pixels.

use super::{Blocks, LevelCounts, Levels, level_counts::Block, numpy_sum_of_equal};

/// Half of the score is that of objects, half that of regions.
const ALPHA: f64 = 0.5;

/// How similar map and truth are as structures: as objects and in four regions; in `0..=1`, higher
/// is better.
///
/// Without objects it is one less the mean of the map, without background the mean itself. `None`
/// where the score does not exist: it needs two pixels each of object, of background and of all four
/// regions, for their variances. That fails where the centre of the objects is in the last column
/// or row.
///
/// # References
///
/// Fan et al., Structure-measure: a new way to evaluate foreground maps, ICCV 2017.
pub(super) fn s_measure(blocks: &Blocks, levels: &Levels) -> Option<f64> {
    let counts = blocks.total();
    let (objects, pixels) = (counts.object_pixels(), counts.pixels());
    if objects == 0 {
        return Some(1.0 - Moments::of(&counts.background, levels.numbers()).mean);
    }
    if objects == pixels {
        return Some(Moments::of(&counts.objects, levels.numbers()).mean);
    }
    let score =
        ALPHA * object_score(&counts, levels)? + (1.0 - ALPHA) * region_score(blocks, levels)?;
    // Where map and truth vary against each other, the score of regions is below 0.
    Some(score.max(0.0))
}

/// Scores of the objects and of the background, weighed by their pixels.
fn object_score(counts: &LevelCounts, levels: &Levels) -> Option<f64> {
    let fraction = counts.object_pixels() as f64 / counts.pixels() as f64;
    let objects = Moments::of(&counts.objects, levels.numbers());
    let inverse = levels.numbers().map(|level| 1.0 - level);
    let background = Moments::of(&counts.background, &inverse);
    Some(fraction * uniformity(&objects)? + (1.0 - fraction) * uniformity(&background)?)
}

/// High if the values are high and alike.
fn uniformity(values: &Moments) -> Option<f64> {
    let deviation = values.variance()?.sqrt();
    Some(2.0 * values.mean / (values.mean.powi(2) + 1.0 + deviation + f64::EPSILON))
}

/// Structural similarity of the four blocks, weighed by their pixels.
fn region_score(blocks: &Blocks, levels: &Levels) -> Option<f64> {
    let pixels = blocks.total().pixels() as f64;
    let width = blocks.width();
    let parts = blocks.iter().map(|block| {
        let weight = block.counts.pixels() as f64 / pixels;
        Some(weight * similarity(block, levels, width)?)
    });
    parts.sum()
}

/// `4 · x̄ · ȳ · σxy / ((x̄² + ȳ²) · (σx² + σy²))` of map and truth; 1 where both are constant.
fn similarity(block: &Block, levels: &Levels, width: usize) -> Option<f64> {
    let counts = &block.counts;
    let (objects, pixels) = (counts.object_pixels(), counts.pixels());
    if pixels < 2 {
        return None;
    }
    if objects == 0 || objects == pixels {
        // A constant truth has no variance and no covariance, so the formula is 0 / 0 where the map is
        // constant as well, which counts as equal, and 0 where it varies.
        return Some(f64::from(u8::from(is_constant(block, levels, width))));
    }
    let map = Moments::of_both(counts, levels);
    let truth = objects as f64 / pixels as f64;
    // Σ (x - x̄)(y - ȳ) by the two values of the truth: y - ȳ is 1 - ȳ on objects and -ȳ elsewhere.
    let on_objects = deviation_from(map.mean, &counts.objects, levels);
    let on_background = deviation_from(map.mean, &counts.background, levels);
    let free = (pixels - 1) as f64;
    let covariance = (on_objects * (1.0 - truth) - on_background * truth) / free;
    let background = (pixels - objects) as f64;
    let truth_variance =
        (objects as f64 * (1.0 - truth).powi(2) + background * truth.powi(2)) / free;
    let numerator = 4.0 * map.mean * truth * covariance;
    let denominator = (map.mean.powi(2) + truth.powi(2)) * (map.variance()? + truth_variance);
    Some(numerator / (denominator + f64::EPSILON))
}

/// Sum of the differences of the values from a mean.
fn deviation_from(mean: f64, counts: &[u64; 256], levels: &Levels) -> f64 {
    counts.iter().zip(levels.numbers()).map(|(&count, level)| count as f64 * (level - mean)).sum()
}

/// Whether PySODMetrics finds a map constant: all values equal, and equal to their rounded mean.
fn is_constant(block: &Block, levels: &Levels, width: usize) -> bool {
    let counts = &block.counts;
    let mut present = (0..=u8::MAX).filter(|&value| {
        counts.objects[usize::from(value)] + counts.background[usize::from(value)] > 0
    });
    let (Some(value), None) = (present.next(), present.next()) else { return false };
    let level = levels.level(value);
    let pixels = counts.pixels();
    if block.size.pixels() as u64 != pixels {
        // Ignored pixels: PySODMetrics has no such block.
        return true;
    }
    numpy_sum_of_equal(level, block.size, width) / pixels as f64 == level
}

/// Mean and sum of squared differences from it.
struct Moments {
    pixels: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Of numbers, each with its count.
    fn of(counts: &[u64; 256], numbers: &[f64; 256]) -> Self {
        let pixels: u64 = counts.iter().sum();
        let weighted = counts.iter().zip(numbers).map(|(&count, number)| count as f64 * number);
        let mean = weighted.sum::<f64>() / pixels as f64;
        // In a second pass: a difference of two sums of squares would cancel where values are nearly
        // alike.
        let squares = counts
            .iter()
            .zip(numbers)
            .map(|(&count, number)| count as f64 * (number - mean).powi(2));
        Self { pixels, mean, squares: squares.sum() }
    }

    /// Of the values of objects and background.
    fn of_both(counts: &LevelCounts, levels: &Levels) -> Self {
        let both: [u64; 256] =
            std::array::from_fn(|value| counts.objects[value] + counts.background[value]);
        Self::of(&both, levels.numbers())
    }

    /// Variance of a sample; `None` below two pixels.
    fn variance(&self) -> Option<f64> {
        (self.pixels > 1).then(|| self.squares / (self.pixels - 1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Stretch, foreground::tests::drawn};
    use super::*;
    use eps_data::SaliencyMap;

    fn score(values: &[u8], rows: &str) -> Option<f64> {
        let truth = drawn(rows);
        let map = SaliencyMap::new(truth.size(), values.to_vec());
        s_measure(&Blocks::count(&map, &truth), &Levels::of(&map, Stretch::WholeRange))
    }

    #[test]
    fn a_perfect_map_is_one_and_its_inverse_is_zero() {
        let rows = "####.. ####.. ####.. ####.. ...... ......";
        let pixels = rows.chars().filter(|&letter| letter != ' ');
        let map: Vec<u8> = pixels.map(|letter| if letter == '#' { 255 } else { 0 }).collect();
        // The smallest number that each denominator has to spare.
        assert!((score(&map, rows).expect("a score") - 1.0).abs() < 1e-14);
        let inverse: Vec<u8> = map.iter().map(|value| 255 - value).collect();
        assert_eq!(score(&inverse, rows), Some(0.0));
    }

    #[test]
    fn a_truth_of_one_kind_looks_at_the_mean() {
        assert_eq!(score(&[0, 255, 0, 0], ".. .."), Some(0.75));
        assert_eq!(score(&[0, 255, 0, 0], "## ##"), Some(0.25));
    }

    #[test]
    fn without_variances_there_is_none() {
        // One object pixel; a centre in the last column; one background pixel.
        for rows in ["#... .... ....", "...# ...# ....", "##.# #### ####"] {
            let map: Vec<u8> = (0..12).collect();
            assert_eq!(score(&map, rows), None, "{rows}");
        }
    }

    #[test]
    fn ignored_pixels_change_nothing() {
        let rows = ".##.? .###. .##.. ..... ....?";
        let mut map: Vec<u8> = (0..25).map(|value| value * 10).collect();
        let score_of = |map: &[u8]| score(map, rows).expect("a score");
        let before = score_of(&map);
        (map[4], map[24]) = (200, 7);
        map[23] = 240;
        let after = score_of(&map);
        map[4] = 9;
        assert_eq!(score_of(&map), after);
        assert_ne!(before, after, "the other pixels count");
    }
}

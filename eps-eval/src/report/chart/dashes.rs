//! Lines that stay apart without their colours.

use super::names::Pixel;

/// Lengths of dashes and gaps by turns, in pixels; the first line of a chart has none.
const PATTERNS: [&[i32]; 7] =
    [&[], &[7, 3], &[2, 2], &[9, 3, 2, 3], &[14, 4], &[5, 2, 2, 2, 2, 2], &[4, 6]];

/// The pattern of the line with this index.
pub(super) fn pattern(index: usize) -> &'static [i32] {
    PATTERNS[index % PATTERNS.len()]
}

/// The dashes of a line through some points: it goes on around corners as if it were straight.
pub(super) fn dashes(line: &[Pixel], lengths: &[i32]) -> Vec<Vec<Pixel>> {
    let mut lengths = lengths.iter().map(|&length| f64::from(length)).cycle();
    let Some(mut left) = lengths.next() else { return vec![line.to_vec()] };
    let (mut found, mut dash, mut is_dash) = (Vec::new(), Vec::new(), true);
    for ends in line.windows(2) {
        let [from, to] = [ends[0], ends[1]].map(|(x, y)| (f64::from(x), f64::from(y)));
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut gone = 0.0;
        if is_dash {
            dash.push(ends[0]);
        }
        while length - gone >= left {
            gone += left;
            left = lengths.next().unwrap_or(length);
            dash.push(between(from, to, gone / length));
            if is_dash {
                found.push(std::mem::take(&mut dash));
            }
            is_dash = !is_dash;
        }
        // The rest of this dash or gap is for the next piece of the line.
        left -= length - gone;
    }
    dash.extend(line.last().filter(|_| is_dash));
    found.extend(Some(dash).filter(|dash| dash.len() > 1));
    found
}

/// The pixel at a part of the way from one place to another.
fn between(from: (f64, f64), to: (f64, f64), part: f64) -> Pixel {
    let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
    (x.round() as i32, y.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_by_hand() {
        let line = [(0, 0), (10, 0), (10, 7)];
        let expected = [vec![(0, 0), (4, 0)], vec![(6, 0), (10, 0)], vec![(10, 2), (10, 6)]];
        assert_eq!(dashes(&line, &[4, 2]), expected);
        let expected = [vec![(0, 0), (8, 0)], vec![(10, 1), (10, 7)]];
        assert_eq!(dashes(&line, &[8, 3]), expected);
        let around = vec![vec![(0, 0), (10, 0), (10, 2)], vec![(10, 4), (10, 7)]];
        assert_eq!(dashes(&line, &[12, 2]), around);
        assert_eq!(dashes(&line, &[]), [line.to_vec()]);
    }

    #[test]
    fn every_dash_and_gap_has_its_length() {
        let line: Vec<Pixel> = (0..40).map(|x| (7 * x, x * x % 53)).collect();
        let found = dashes(&line, &[9, 3, 2, 3]);
        let length = |dash: &[Pixel]| -> f64 {
            let pieces = dash.windows(2).map(|ends| {
                f64::from(ends[1].0 - ends[0].0).hypot(f64::from(ends[1].1 - ends[0].1))
            });
            pieces.sum()
        };
        let expected = [9.0, 2.0].into_iter().cycle();
        let full = &found[..found.len() - 1];
        assert!(full.len() > 50, "{}", full.len());
        // Ends are whole pixels.
        assert!(
            full.iter().zip(expected).all(|(dash, expected)| (length(dash) - expected).abs() < 2.0)
        );
    }
}

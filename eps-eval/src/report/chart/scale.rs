//! Axes: what they reach over, and where they are labelled.

use super::sheet::Sheet;
use plotters::coord::{
    ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter},
    types::RangedCoordf64,
};
use std::ops::Range;

/// The most labels of a horizontal axis.
pub(super) const ACROSS: usize = 11;
/// The most labels of a vertical axis.
pub(super) const UP: usize = 9;

/// A range of values with labels, no two of them alike.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) range: Range<f64>,
    /// Places and texts, ascending.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// At most `most` labels at multiples of 1, 2 or 5 times a power of ten, with the decimals that they
    /// need to differ.
    pub(super) fn round(range: Range<f64>, most: usize) -> Self {
        Self::with_step(range, most, f64::MIN_POSITIVE)
    }

    /// As [`round`](Self::round), of what comes in whole numbers only: updates, pixels, years.
    pub(super) fn whole(range: Range<f64>, most: usize) -> Self {
        Self::with_step(range, most, 1.0)
    }

    /// With the texts that `text` gives the labels.
    pub(super) fn named(self, text: impl Fn(f64) -> String) -> Self {
        let ticks = self.ticks.into_iter().map(|(place, _)| (place, text(place))).collect();
        Self { ticks, ..self }
    }

    fn with_step(range: Range<f64>, most: usize, least: f64) -> Self {
        let most = Sheet::current().labels(most);
        let step = step(&range, most, least);
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        let [first, last] = multiples(&range, step);
        let places = (first..=last).map(|index| index as f64 * step);
        let ticks = places.map(|place| (place, format!("{place:.decimals$}"))).collect();
        Self { range, ticks }
    }

    /// The text of the label that is nearest to a place.
    pub(super) fn text(&self, place: f64) -> String {
        let nearest = self
            .ticks
            .iter()
            .min_by(|(a, _), (b, _)| (a - place).abs().total_cmp(&(b - place).abs()));
        nearest.map_or_else(String::new, |(_, text)| text.clone())
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        RangedCoordf64::from(self.range.clone()).map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // There are no lines between the labels.
        let ticks = if hint.weight().allow_light_points() { &[] } else { &self.ticks[..] };
        ticks.iter().map(|(place, _)| *place).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, place: &f64) -> String {
        self.text(*place)
    }
}

/// The smallest of the steps that give at most `most` labels.
fn step(range: &Range<f64>, most: usize, least: f64) -> f64 {
    let span = range.end - range.start;
    if !(span.is_finite() && span > 0.0) {
        return least.max(1.0);
    }
    // The greatest power of ten that is not above the space between labels: the step that is wanted is at
    // most some ten times that, unless `least` asks for more.
    let power = 10_f64.powf((span / most as f64).log10().floor());
    let steps =
        (0..3).flat_map(|digit| [1.0, 2.0, 5.0].map(|step| step * power * 10_f64.powi(digit)));
    // Powers of ten of floats may miss a whole number by its last bit.
    let mut steps = steps.map(|step| if step > 0.9 { step.round() } else { step });
    let fitting = steps.find(|&step| {
        let [first, last] = multiples(range, step);
        step >= least && last - first < most as i64
    });
    fitting.unwrap_or_else(|| least.max(span))
}

/// The first and the last multiple of a step in a range, in steps.
fn multiples(range: &Range<f64>, step: f64) -> [i64; 2] {
    // A multiple that is at an end but for rounding is in the range.
    let near = 1e-9;
    [(range.start / step - near).ceil() as i64, (range.end / step + near).floor() as i64]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: &Scale) -> Vec<&str> {
        scale.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn whole_numbers_are_labelled_once_however_short_the_axis() {
        for (end, expected) in [
            (1.0, vec!["0", "1"]),
            (4.0, vec!["0", "1", "2", "3", "4"]),
            (5.0, vec!["0", "1", "2", "3", "4", "5"]),
            (12.0, vec!["0", "2", "4", "6", "8", "10", "12"]),
            (800.0, vec!["0", "100", "200", "300", "400", "500", "600", "700", "800"]),
        ] {
            assert_eq!(texts(&Scale::whole(0.0..end, ACROSS)), expected, "to {end}");
        }
        let years = Scale::whole(2017.5..2021.5, ACROSS);
        assert_eq!(texts(&years), ["2018", "2019", "2020", "2021"]);
    }

    #[test]
    fn no_two_labels_are_alike_and_there_are_not_too_many() {
        for start in [-3.0, 0.0, 0.07, 16.4, 2018.0] {
            for span in [1e-4, 0.013, 0.1, 0.7, 1.0, 2.5, 3.0, 6.0, 7.0, 45.0, 255.0, 76_950.0] {
                for most in [UP, ACROSS] {
                    let round = Scale::round(start..start + span, most);
                    let whole = Scale::whole(start..start + span, most);
                    for scale in [&round, &whole] {
                        let mut distinct = texts(scale);
                        distinct.dedup();
                        assert_eq!(distinct, texts(scale), "{scale:?}");
                        assert!(distinct.len() <= most, "{scale:?}");
                    }
                    assert!(round.ticks.len() >= 2, "{round:?}");
                    let is_whole = |(place, _): &(f64, String)| place.fract() == 0.0;
                    assert!(whole.ticks.iter().all(is_whole), "{whole:?}");
                }
            }
        }
    }

    #[test]
    fn texts_have_the_decimals_of_their_distance() {
        assert_eq!(
            texts(&Scale::round(39.5..41.0, UP)),
            ["39.6", "39.8", "40.0", "40.2", "40.4", "40.6", "40.8", "41.0"]
        );
        assert_eq!(
            texts(&Scale::round(0.0..0.07, UP)),
            ["0.00", "0.01", "0.02", "0.03", "0.04", "0.05", "0.06", "0.07"]
        );
        assert_eq!(Scale::round(0.0..1.0, ACROSS).text(0.3000001), "0.3");
    }

    #[test]
    fn an_axis_without_length_is_no_endless_one() {
        assert_eq!(texts(&Scale::round(3.0..3.0, UP)), ["3"]);
        assert!(texts(&Scale::whole(f64::NAN..1.0, UP)).len() <= 2);
    }
}

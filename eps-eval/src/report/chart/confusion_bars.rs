//! How often a class is seen in what comes with it, methods side by side.

use super::{
    Chart,
    bars::{self, BAR, Bars, Rows, Tick},
    legend,
    style::{self, px},
};
use crate::{CooccurrenceRatios, LabelPair, MethodDetails};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::Rectangle,
    style::Color,
};

// Lengths in pixels.

/// Distance between the bars of two rows.
const GAP: i32 = 9;
/// Right of the bars: room for a value.
const RIGHT: i32 = 56;

/// Ends of the axis, in false positives per true positive; longer bars are cut at the last.
const ENDS: [f64; 7] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// Rows with background and rows of two objects, at most.
const SHOWN: usize = 10;

/// A group of bars for each confusion, one bar a method: false over true positives, lower is better.
#[derive(Clone, Debug)]
pub struct ConfusionBarsChart<'a> {
    title: &'static str,
    note: &'static str,
    methods: Vec<&'a str>,
    rows: Vec<Row>,
}

/// A confusion under each method.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    name: String,
    ratios: Vec<Option<f64>>,
}

impl Row {
    fn of_stuff(
        name: &str,
        methods: &[MethodDetails],
        ratio: impl Fn(&CooccurrenceRatios) -> Option<f64>,
    ) -> Self {
        let ratios = methods.iter().map(|method| ratio(&method.cooccurrence));
        Self { name: name.to_owned(), ratios: ratios.collect() }
    }
}

impl<'a> ConfusionBarsChart<'a> {
    /// Classes and the stuff that comes with them, and all classes pooled; `None` without
    /// maps of such stuff.
    pub fn of_stuff(methods: &'a [MethodDetails], classes: &[String]) -> Option<Self> {
        let mut rows = vec![Row::of_stuff("all", methods, |ratios| ratios.stuff)];
        rows.extend(classes.iter().enumerate().map(|(class, name)| {
            Row::of_stuff(name, methods, |ratios| *ratios.stuff_by_class.get(class)?)
        }));
        rows.retain(|row| row.ratios.iter().any(Option::is_some));
        let methods = methods.iter().map(|method| method.name.as_str()).collect();
        let title = "Confusion with the background that comes with each class";
        let note =
            "pixels of that background predicted as the class, per correct pixel of the class";
        (!rows.is_empty()).then_some(Self { title, note, methods, rows })
    }

    /// The pairs of classes of the same images that take the most wrong pixels: background given an
    /// object's class, and objects taken for each other; `None` if no image has a label.
    pub fn of_labels(methods: &'a [MethodDetails], classes: &[String]) -> Option<Self> {
        let pairs: Vec<&[LabelPair]> =
            methods.iter().map(|method| method.cooccurrence.pairs.as_slice()).collect();
        let (background, objects) = sums(&pairs).into_iter().partition(|&((of, _), _)| of == 0);
        let chosen = worst(background).into_iter().chain(worst(objects));
        let rows = chosen.map(|(of, taken_for)| Row {
            name: format!("{} → {}", classes[of], classes[taken_for]),
            ratios: pairs.iter().map(|pairs| find(pairs, (of, taken_for))?.ratio).collect(),
        });
        let rows: Vec<Row> = rows.collect();
        let methods = methods.iter().map(|method| method.name.as_str()).collect();
        let title = "Class confusion within images";
        let note = "a → b: pixels of a predicted as b, per correct pixel of b";
        (!rows.is_empty()).then_some(Self { title, note, methods, rows })
    }

    fn legend(&self) -> Vec<legend::Key> {
        let mut keys = bars::keys(self.methods.iter().copied());
        keys.push(legend::Key::note(self.note));
        keys
    }

    fn places(&self) -> Rows {
        let names = self.rows.iter().map(|row| row.name.as_str());
        let bars = Bars { count: self.methods.len(), height: BAR, gap: GAP };
        Rows::of_bars(names, &bars, RIGHT)
    }

    /// The end of the axis.
    fn end(&self) -> f64 {
        let ratios = self.rows.iter().flat_map(|row| &row.ratios).flatten();
        let largest = ratios.copied().fold(0.0, f64::max);
        ENDS.into_iter().find(|&end| end >= largest).unwrap_or(ENDS[ENDS.len() - 1])
    }
}

impl Chart for ConfusionBarsChart<'_> {
    fn size(&self) -> Size {
        self.places().size(&self.legend())
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, self.title, &self.legend())?;
        let (places, end) = (self.places(), self.end());
        places.draw_axis(&area, &ticks(end), "false positives per true positive")?;
        for (row, Row { ratios, .. }) in self.rows.iter().enumerate() {
            places.draw_name(&area, row)?;
            for (method, &ratio) in ratios.iter().enumerate() {
                let [top, bottom] = places.bar(row, method, ratios.len());
                let right = places.x((ratio.unwrap_or(0.0) / end).min(1.0));
                let corners = [(places.x(0.0), top), (right, bottom)];
                area.draw(&Rectangle::new(corners, style::color(method).filled()))?;
                bars::draw_value(&area, &value(ratio, end), (right, top + px(BAR) / 2))?;
            }
        }
        places.draw_origin(&area, 0.0)
    }
}

/// A ratio, with an arrow if its bar is cut.
fn value(ratio: Option<f64>, end: f64) -> String {
    match ratio {
        None => "–".into(),
        Some(ratio) if ratio > end => format!("▸ {ratio:.1}"),
        Some(ratio) => format!("{ratio:.2}"),
    }
}

fn ticks(end: f64) -> Vec<Tick> {
    let decimals = if end < 1.0 { 2 } else { usize::from(end < 5.0) };
    let places = (0..=5).map(|step| f64::from(step) / 5.0);
    places.map(|place| (place, format!("{:.decimals$}", end * place))).collect()
}

/// The class that pixels have and the one that they are given, with the pixels of all methods.
type Confusion = ((usize, usize), u64);

/// The false positives of every pair over all methods.
fn sums(methods: &[&[LabelPair]]) -> Vec<Confusion> {
    let mut sums = std::collections::BTreeMap::new();
    for pair in methods.iter().copied().flatten() {
        *sums.entry((pair.of, pair.taken_for)).or_insert(0) += pair.false_positives;
    }
    sums.into_iter().collect()
}

/// The pairs with the most pixels, of those that have any.
fn worst(mut pairs: Vec<Confusion>) -> Vec<(usize, usize)> {
    pairs.retain(|&(_, pixels)| pixels > 0);
    pairs.sort_by_key(|&(pair, pixels)| (std::cmp::Reverse(pixels), pair));
    pairs.into_iter().take(SHOWN).map(|(pair, _)| pair).collect()
}

fn find(pairs: &[LabelPair], of_and_for: (usize, usize)) -> Option<&LabelPair> {
    pairs.iter().find(|pair| (pair.of, pair.taken_for) == of_and_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Sheet, svg};

    fn pair(of: usize, taken_for: usize, false_positives: u64) -> LabelPair {
        let ratio = Some(false_positives as f64 / 10.0);
        LabelPair { of, taken_for, images: 1, false_positives, true_positives: 10, ratio }
    }

    #[test]
    fn the_pairs_with_the_most_wrong_pixels_over_all_methods_come_first() {
        let methods = [vec![pair(1, 2, 3), pair(2, 1, 2)], vec![pair(2, 1, 2), pair(0, 1, 0)]];
        let methods: Vec<&[LabelPair]> = methods.iter().map(Vec::as_slice).collect();
        assert_eq!(worst(sums(&methods)), [(2, 1), (1, 2)]);
    }

    #[test]
    fn a_bar_beyond_the_axis_is_cut_and_says_so() {
        let rows = vec![Row { name: "boat".into(), ratios: vec![Some(25.0), Some(0.5), None] }];
        let methods = vec!["a", "b", "c"];
        let chart = ConfusionBarsChart { title: "t", note: "n", methods, rows };
        assert_eq!(chart.end(), 10.0);
        let document = svg(&chart, Sheet::Screen).unwrap();
        for text in ["boat", "▸ 25.0", "0.50", "–", "10", "false positives per true positive"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
    }

    #[test]
    fn labels_of_the_axis_have_the_digits_they_need() {
        let texts = |end| ticks(end).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts(0.1), ["0.00", "0.02", "0.04", "0.06", "0.08", "0.10"]);
        assert_eq!(texts(2.0), ["0.0", "0.4", "0.8", "1.2", "1.6", "2.0"]);
        assert_eq!(texts(5.0), ["0", "1", "2", "3", "4", "5"]);
    }
}

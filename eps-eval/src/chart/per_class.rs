//! IoU of each class, methods side by side.

use super::{
    Chart, legend,
    style::{self, px},
};
use crate::{ClassScores, Scores, export::percent};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle},
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

// Lengths in pixels.

/// Height of a bar.
const BAR: i32 = 13;
/// Distance between the bars of two classes.
const GAP: i32 = 9;
/// Between the legend and the first bar.
const TOP: i32 = 12;
/// Below the bars: labels and title of the axis.
const FOOT: i32 = 58;
/// Right of the bars: room for a value beyond 100 %.
const RIGHT: i32 = 56;

/// A group of bars for each class, one bar a method; all methods have the same classes.
#[derive(Clone, Debug)]
pub struct PerClassChart<'a> {
    pub methods: &'a [(&'a str, &'a Scores)],
}

impl Chart for PerClassChart<'_> {
    fn size(&self) -> Size {
        let bars = self.group() * self.classes().len() as i32;
        let plot = (TOP + bars + FOOT) as usize;
        Size::new(style::WIDTH, legend::head_height(&self.legend()) + plot)
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let area = legend::titled(area, "IoU of each class", &self.legend())?;
        let left = self.left();
        let right = px(style::WIDTH as i32 - RIGHT);
        let plot = Plot { left, length: right - left, top: px(TOP) };
        let bottom = plot.top + px(self.group()) * self.classes().len() as i32;
        draw_axis(&area, &plot, bottom)?;
        for index in 0..self.classes().len() {
            self.draw_group(&area, &plot, index)?;
        }
        let ends = vec![(plot.left, plot.top), (plot.left, bottom)];
        area.draw(&PathElement::new(ends, style::QUIET.stroke_width(style::THIN)))
    }
}

/// Where the bars are, as they are drawn below the legend.
struct Plot {
    left: i32,
    /// Of a bar of 100 %.
    length: i32,
    top: i32,
}

impl Plot {
    fn x(&self, fraction: f64) -> i32 {
        self.left + (f64::from(self.length) * fraction).round() as i32
    }
}

impl PerClassChart<'_> {
    fn classes(&self) -> &[ClassScores] {
        self.methods.first().map_or(&[], |(_, scores)| &scores.classes)
    }

    /// Height of the bars of one class with the gap.
    fn group(&self) -> i32 {
        // A single bar needs the height of its label.
        (BAR * self.methods.len() as i32).max(16) + GAP
    }

    fn legend(&self) -> Vec<legend::Key> {
        let key = |(index, (name, _)): (usize, &(&str, &Scores))| legend::Key {
            text: (*name).to_owned(),
            sign: legend::Sign::Bar(style::color(index)),
        };
        self.methods.iter().enumerate().map(key).collect()
    }

    /// Room for the longest name, as it is drawn.
    fn left(&self) -> i32 {
        let widths = self.classes().iter().map(|class| style::text_width(&class.name));
        widths.max().unwrap_or(0) + px(26)
    }

    fn draw_group<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        plot: &Plot,
        index: usize,
    ) -> style::Drawn<B> {
        let top = plot.top + px(self.group()) * index as i32;
        let middle = top + px(self.group()) / 2;
        let style = style::label(style::TEXT, HPos::Right, VPos::Center);
        area.draw_text(&self.classes()[index].name, &style, (plot.left - px(8), middle))?;
        let first = middle - px(BAR) * self.methods.len() as i32 / 2;
        for (method, (_, scores)) in self.methods.iter().enumerate() {
            let top = first + px(BAR) * method as i32;
            let iou = scores.classes.get(index).and_then(|class| class.iou);
            draw_bar(area, plot, (top, method), iou)?;
        }
        Ok(())
    }
}

fn draw_bar<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    plot: &Plot,
    (top, method): (i32, usize),
    iou: Option<f64>,
) -> style::Drawn<B> {
    let end = plot.x(iou.unwrap_or(0.0));
    if iou.is_some() {
        let corners = [(plot.left, top), (end, top + px(BAR - 1))];
        area.draw(&Rectangle::new(corners, style::color(method).filled()))?;
    }
    let style = style::small(style::QUIET, HPos::Left, VPos::Center);
    area.draw_text(&percent(iou), &style, (end + px(5), top + px(BAR) / 2))
}

fn draw_axis<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    plot: &Plot,
    bottom: i32,
) -> style::Drawn<B> {
    let style = style::label(style::QUIET, HPos::Center, VPos::Top);
    for step in 0..=5 {
        let x = plot.x(f64::from(step) / 5.0);
        let grid = style::GRID.stroke_width(style::THIN);
        area.draw(&PathElement::new(vec![(x, plot.top), (x, bottom)], grid))?;
        area.draw_text(&format!("{}", step * 20), &style, (x, bottom + px(6)))?;
    }
    let style = style::label(style::TEXT, HPos::Center, VPos::Top);
    area.draw_text("IoU [%]", &style, (plot.x(0.5), bottom + px(27)))
}

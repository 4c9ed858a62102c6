//! Painting figures in coordinates of their own.

use super::{
    canvas::{Canvas, Owner},
    colour::Colour,
    shape::{Frame, Point, Shape},
};

/// How much brighter the top of a filled outline is than its foot.
const LIGHT_FROM_ABOVE: f32 = 0.28;

/// Paints the parts of one figure, later ones over earlier ones.
///
/// A figure's own coordinates: one unit is its width, x runs from −0.5 to 0.5 with its front at the
/// right, y downwards from where it stands.
pub(super) struct Pen<'a> {
    canvas: &'a mut Canvas,
    frame: Frame,
    owner: Owner,
}

impl<'a> Pen<'a> {
    pub(super) fn new(canvas: &'a mut Canvas, frame: Frame, owner: Owner) -> Self {
        Self { canvas, frame, owner }
    }

    pub(super) fn polygon(&mut self, corners: &[(f32, f32)], colour: Colour) {
        let corners = corners.iter().map(|&(x, y)| self.frame.place(Point::new(x, y)));
        self.fill(&Shape::Polygon(corners.collect()), colour);
    }

    /// The rectangle between two opposite corners.
    pub(super) fn rectangle(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour) {
        self.polygon(&[from, (to.0, from.1), to, (from.0, to.1)], colour);
    }

    pub(super) fn ellipse(&mut self, centre: (f32, f32), radii: (f32, f32), colour: Colour) {
        let shape = Shape::Ellipse {
            centre: self.frame.place(Point::new(centre.0, centre.1)),
            radii: [self.frame.length(radii.0), self.frame.length(radii.1)],
            along: self.frame.turn(Point::new(1.0, 0.0)),
        };
        self.fill(&shape, colour);
    }

    pub(super) fn disc(&mut self, centre: (f32, f32), radius: f32, colour: Colour) {
        self.ellipse(centre, (radius, radius), colour);
    }

    /// A stroke with round ends.
    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Colour) {
        let shape = Shape::Capsule {
            from: self.frame.place(Point::new(from.0, from.1)),
            to: self.frame.place(Point::new(to.0, to.1)),
            radius: self.frame.length(width / 2.0),
        };
        self.fill(&shape, colour);
    }

    /// A dark wheel with a hub that stands on y = 0.
    pub(super) fn wheel(&mut self, x: f32, radius: f32, hub: Colour) {
        self.disc((x, -radius), radius, super::colour::BLACK);
        self.disc((x, -radius), radius * 0.5, hub);
    }

    fn fill(&mut self, shape: &Shape, colour: Colour) {
        let (top, foot) = shape.bounds();
        let height = (foot.y - top.y).max(f32::MIN_POSITIVE);
        self.canvas.paint(self.owner, shape, |p| {
            colour.lit(1.0 + LIGHT_FROM_ABOVE * (0.45 - (p.y - top.y) / height))
        });
    }
}

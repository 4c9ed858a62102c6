//! Points, outlines, and frames that place them in the picture.

/// A place in the picture: both coordinates in picture widths, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }
}

/// An outline that is filled when painted.
pub(super) enum Shape {
    /// Corners in order; crossing edges leave holes.
    Polygon(Vec<Point>),
    /// `along` is the unit vector of the first radius.
    Ellipse { centre: Point, radii: [f32; 2], along: Point },
    /// Everything within `radius` of the segment.
    Capsule { from: Point, to: Point, radius: f32 },
}

impl Shape {
    pub(super) fn contains(&self, p: Point) -> bool {
        match self {
            Self::Polygon(corners) => inside_polygon(corners, p),
            Self::Ellipse { centre, radii, along } => {
                let (x, y) = (p.x - centre.x, p.y - centre.y);
                let first = (x * along.x + y * along.y) / radii[0];
                let second = (y * along.x - x * along.y) / radii[1];
                first * first + second * second <= 1.0
            }
            Self::Capsule { from, to, radius } => {
                let (dx, dy) = (to.x - from.x, to.y - from.y);
                let length = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
                let along = ((p.x - from.x) * dx + (p.y - from.y) * dy) / length;
                let along = along.clamp(0.0, 1.0);
                let (x, y) = (p.x - from.x - along * dx, p.y - from.y - along * dy);
                x * x + y * y <= radius * radius
            }
        }
    }

    /// The upper left and lower right corner of a box around the shape.
    pub(super) fn bounds(&self) -> (Point, Point) {
        match self {
            Self::Polygon(corners) => around(corners, 0.0),
            // A circle around it: how the ellipse is turned does not matter.
            Self::Ellipse { centre, radii, .. } => around(&[*centre], radii[0].max(radii[1])),
            Self::Capsule { from, to, radius } => around(&[*from, *to], *radius),
        }
    }
}

fn inside_polygon(corners: &[Point], p: Point) -> bool {
    // Inside, a ray to the right crosses an odd number of edges. An edge has its upper end and not its
    // lower one, so that a corner on the ray does not change whether the number is odd.
    let previous = corners.iter().cycle().skip(corners.len() - 1);
    let crossed = corners.iter().zip(previous).filter(|(a, b)| {
        (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x
    });
    crossed.count() % 2 == 1
}

fn around(points: &[Point], margin: f32) -> (Point, Point) {
    let mut from = Point::new(f32::INFINITY, f32::INFINITY);
    let mut to = Point::new(f32::NEG_INFINITY, f32::NEG_INFINITY);
    for p in points {
        from = Point::new(from.x.min(p.x), from.y.min(p.y));
        to = Point::new(to.x.max(p.x), to.y.max(p.y));
    }
    (Point::new(from.x - margin, from.y - margin), Point::new(to.x + margin, to.y + margin))
}

/// Where a figure's own coordinates are in the picture: mirrored, scaled, turned, moved.
pub(super) struct Frame {
    origin: Point,
    scale: f32,
    mirror: f32,
    cosine: f32,
    sine: f32,
}

impl Frame {
    /// `tilt` is the tangent of half the angle, so that no machine's sine decides about a pixel.
    pub(super) fn new(origin: Point, scale: f32, mirrored: bool, tilt: f32) -> Self {
        // With t = tan(a / 2): cos a = (1 - t²) / (1 + t²), sin a = 2 t / (1 + t²).
        let norm = 1.0 + tilt * tilt;
        let mirror = if mirrored { -1.0 } else { 1.0 };
        Self { origin, scale, mirror, cosine: (1.0 - tilt * tilt) / norm, sine: 2.0 * tilt / norm }
    }

    pub(super) fn place(&self, p: Point) -> Point {
        let turned = self.turn(p);
        Point::new(self.origin.x + turned.x * self.scale, self.origin.y + turned.y * self.scale)
    }

    /// `p` as a direction: mirrored and turned only.
    pub(super) fn turn(&self, p: Point) -> Point {
        let x = p.x * self.mirror;
        Point::new(x * self.cosine - p.y * self.sine, x * self.sine + p.y * self.cosine)
    }

    pub(super) fn length(&self, length: f32) -> f32 {
        length * self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_contain_their_inside_only() {
        let square = Shape::Polygon(
            [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| Point::new(x, y)).into(),
        );
        let origin = Point::new(0.0, 0.0);
        let upright = Point::new(0.0, 1.0);
        let ellipse = Shape::Ellipse { centre: origin, radii: [2.0, 1.0], along: upright };
        let capsule = Shape::Capsule { from: origin, to: upright, radius: 0.5 };
        #[rustfmt::skip]
        let cases = [
            (&square,  0.5, 0.5, true), (&square,  1.5, 0.5, false), (&square,  0.5, -0.1, false),
            (&ellipse, 0.0, 1.9, true), (&ellipse, 1.9, 0.0, false), (&ellipse, 0.9,  0.0, true),
            (&capsule, 0.4, 0.5, true), (&capsule, 0.6, 0.5, false), (&capsule, 0.0,  1.4, true),
        ];
        for (shape, x, y, expected) in cases {
            assert_eq!(shape.contains(Point::new(x, y)), expected, "{x}, {y}");
        }
    }

    #[test]
    fn a_frame_mirrors_scales_turns_and_moves() {
        // The tangent of half a right angle is one: a quarter turn, clockwise as y points down.
        let frame = Frame::new(Point::new(10.0, 20.0), 2.0, true, 1.0);
        assert_eq!(frame.place(Point::new(1.0, 3.0)), Point::new(10.0 - 6.0, 20.0 - 2.0));
    }
}

//! A backend for bitmaps whose lines and texts look as they do in SVG.

use plotters::backend::BitMapBackend;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

/// How far plotters puts the text of bitmaps above that of SVG, in parts of the font's size.
const TEXT_RISE: f64 = 0.12;

/// plotters' bitmap, with thick lines as filled segments with round joints, since its own tear at
/// sharp turns, and with texts lowered to where SVG has them.
pub(super) struct Bitmap<'a> {
    backend: BitMapBackend<'a>,
}

type Drawn<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> Bitmap<'a> {
    pub(super) fn new(backend: BitMapBackend<'a>) -> Self {
        Self { backend }
    }
}

/// The corners of a straight stroke.
fn segment(from: BackendCoord, to: BackendCoord, width: u32) -> [BackendCoord; 4] {
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    // Ends on one pixel have no direction, and a length of 1 keeps their corners finite.
    let length = dx.hypot(dy).max(1.0);
    let half = f64::from(width) / 2.0;
    let (across, down) = (-dy / length * half, dx / length * half);
    [(from, 1.0), (to, 1.0), (to, -1.0), (from, -1.0)].map(|((x, y), side)| {
        ((f64::from(x) + side * across).round() as i32, (f64::from(y) + side * down).round() as i32)
    })
}

impl<'a> DrawingBackend for Bitmap<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.backend.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<'a> {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<'a> {
        self.backend.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn<'a> {
        self.backend.draw_pixel(point, color)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn<'a> {
        self.backend.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn<'a> {
        let path: Vec<_> = path.into_iter().collect();
        for ends in path.windows(2) {
            let corners = segment(ends[0], ends[1], style.stroke_width());
            self.backend.fill_polygon(corners, style)?;
        }
        let joints = path.get(1..path.len().saturating_sub(1)).unwrap_or_default();
        let radius = style.stroke_width() / 2;
        joints.iter().try_for_each(|&joint| self.draw_circle(joint, radius, style, true))
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn<'a> {
        let rise = (style.size() * TEXT_RISE).round() as i32;
        let position = match style.transform() {
            FontTransform::Rotate270 => (x + rise, y),
            FontTransform::Rotate90 => (x - rise, y),
            FontTransform::Rotate180 => (x, y - rise),
            _ => (x, y + rise),
        };
        self.backend.draw_text(text, style, position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_reaches_half_its_width_to_both_sides() {
        assert_eq!(segment((0, 0), (10, 0), 4), [(0, 2), (10, 2), (10, -2), (0, -2)]);
        assert_eq!(segment((0, 0), (0, 10), 4), [(-2, 0), (-2, 10), (2, 10), (2, 0)]);
    }
}

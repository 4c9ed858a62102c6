//! A backend for PDF in which texts stay texts, set in fonts that are embedded.

use ab_glyph::{Font as _, FontRef};
use krilla::{
    color::rgb,
    geom::{Path, PathBuilder, Point, Rect, Transform},
    num::NormalizedF32,
    paint::{Fill, LineJoin, Stroke},
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph},
};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle, FontTransform,
    text_anchor::{HPos, VPos},
};
use std::convert::Infallible;

/// The size of a font in parts of its line's height, by which plotters names it.
const EM: f64 = 1.0 / 1.24;
/// From the top of a line to its base, in parts of the font's size: as in plotters' SVG.
const ASCENT: f32 = 0.76;
/// Half the height of an `x`, likewise.
const HALF_X: f32 = 0.5 * 0.547;
/// A Bézier curve with handles this long, in parts of the radius, is a quarter of a circle.
const QUARTER: f32 = 0.552_284_8;

/// A page of a document, drawn with the geometry of plotters' SVG: lines with round joints.
pub(super) struct Pdf<'a> {
    surface: Surface<'a>,
    size: (u32, u32),
    regular: Face,
    bold: Face,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Pdf<'a> {
    /// Draws areas of `size` on a page that is `scale` times as large.
    pub(super) fn new(mut surface: Surface<'a>, size: (u32, u32), scale: f32) -> Self {
        surface.push_transform(&Transform::from_scale(scale, scale));
        let [regular, bold] = [dejavu::sans::regular(), dejavu::sans::bold()].map(Face::new);
        Self { surface, size, regular, bold }
    }

    /// Draws a path, which has nothing to show where it has no extent or its colour cannot be seen.
    fn draw(
        &mut self,
        path: Option<Path>,
        color: BackendColor,
        fill: Option<Fill>,
        stroke: Option<Stroke>,
    ) {
        let Some(path) = path.filter(|_| color.alpha > 0.0) else { return };
        self.surface.set_fill(fill);
        self.surface.set_stroke(stroke);
        self.surface.draw_path(&path);
    }

    fn shape(&mut self, path: Option<Path>, style: &impl BackendStyle, is_filled: bool) {
        let color = style.color();
        if is_filled {
            self.draw(path, color, Some(fill(color)), None);
        } else {
            self.draw(path, color, None, Some(stroke(color, style.stroke_width())));
        }
    }
}

impl Drop for Pdf<'_> {
    fn drop(&mut self) {
        self.surface.pop();
    }
}

fn rgb_of(color: BackendColor) -> rgb::Color {
    let (red, green, blue) = color.rgb;
    rgb::Color::new(red, green, blue)
}

fn opacity(color: BackendColor) -> NormalizedF32 {
    NormalizedF32::new(color.alpha.clamp(0.0, 1.0) as f32).unwrap_or(NormalizedF32::ONE)
}

fn fill(color: BackendColor) -> Fill {
    Fill { paint: rgb_of(color).into(), opacity: opacity(color), ..Fill::default() }
}

fn stroke(color: BackendColor, width: u32) -> Stroke {
    Stroke {
        paint: rgb_of(color).into(),
        width: width as f32,
        line_join: LineJoin::Round,
        opacity: opacity(color),
        ..Stroke::default()
    }
}

fn rectangle((left, top): BackendCoord, (right, bottom): BackendCoord) -> Option<Path> {
    let [left, top, right, bottom] = [left, top, right, bottom].map(|length| length as f32);
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_ltrb(left, top, right, bottom)?);
    path.finish()
}

fn polyline(points: impl IntoIterator<Item = BackendCoord>, closed: bool) -> Option<Path> {
    let mut points = points.into_iter().map(|(x, y)| (x as f32, y as f32));
    let mut path = PathBuilder::new();
    let (x, y) = points.next()?;
    path.move_to(x, y);
    points.for_each(|(x, y)| path.line_to(x, y));
    if closed {
        path.close();
    }
    path.finish()
}

fn circle((x, y): BackendCoord, radius: u32) -> Option<Path> {
    let (x, y, r) = (x as f32, y as f32, radius as f32);
    let handle = r * QUARTER;
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.cubic_to(x + r, y + handle, x + handle, y + r, x, y + r);
    path.cubic_to(x - handle, y + r, x - r, y + handle, x - r, y);
    path.cubic_to(x - r, y - handle, x - handle, y - r, x, y - r);
    path.cubic_to(x + handle, y - r, x + r, y - handle, x + r, y);
    path.close();
    path.finish()
}

/// A font and the widths of its letters.
struct Face {
    font: Font,
    letters: FontRef<'static>,
}

impl Face {
    fn new(file: &'static [u8]) -> Self {
        let font = Font::new(file.into(), 0).expect("the packaged font is valid");
        let letters = FontRef::try_from_slice(file).expect("the packaged font is valid");
        Self { font, letters }
    }

    /// The letters of a text in a line, and its length, both in parts of the font's size.
    fn set(&self, text: &str) -> (Vec<KrillaGlyph>, f32) {
        let em = self.letters.units_per_em().unwrap_or(1.0);
        let mut length = 0.0;
        let mut letters = text.char_indices().peekable();
        let mut glyphs = Vec::new();
        while let Some((start, letter)) = letters.next() {
            let id = self.letters.glyph_id(letter);
            let next = letters.peek().map(|&(_, next)| self.letters.glyph_id(next));
            // What a pair of letters moves apart belongs to the advance of the first.
            let kerning = next.map_or(0.0, |next| self.letters.kern_unscaled(id, next));
            let advance = (self.letters.h_advance_unscaled(id) + kerning) / em;
            // With its bytes in the text, a letter can be searched for and copied.
            let range = start..start + letter.len_utf8();
            let number = GlyphId::new(u32::from(id.0));
            glyphs.push(KrillaGlyph::new(number, advance, 0.0, 0.0, 0.0, range, None));
            length += advance;
        }
        (glyphs, length)
    }
}

impl DrawingBackend for Pdf<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw(rectangle((x, y), (x + 1, y + 1)), color, Some(fill(color)), None);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.shape(rectangle(upper_left, bottom_right), style, fill);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.shape(polyline(path, false), style, false);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.shape(polyline(corners, true), style, true);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.shape(circle(center, radius), style, fill);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let (x, y, size) = (x as f32, y as f32, (style.size() * EM) as f32);
        let face =
            if matches!(style.style(), FontStyle::Bold) { &self.bold } else { &self.regular };
        let (glyphs, length) = face.set(text);
        let back = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => length / 2.0,
            HPos::Right => length,
        };
        let down = match style.anchor().v_pos {
            VPos::Top => ASCENT,
            VPos::Center => HALF_X,
            VPos::Bottom => -HALF_X,
        };
        let degrees = match style.transform() {
            FontTransform::None => 0.0,
            FontTransform::Rotate90 => 90.0,
            FontTransform::Rotate180 => 180.0,
            FontTransform::Rotate270 => 270.0,
        };
        let (font, color) = (face.font.clone(), style.color());
        let start = Point::from_xy(x - back * size, y + down * size);
        self.surface.push_transform(&Transform::from_rotate_at(degrees, x, y));
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(color)));
        self.surface.draw_glyphs(start, &glyphs, font, text, size, false);
        self.surface.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_its_letters_and_kerning() {
        let face = Face::new(dejavu::sans::regular());
        let length = |text| face.set(text).1;
        // Widths of DejaVu Sans, of 2048 units.
        assert_eq!(length("m"), 1995.0 / 2048.0);
        assert_eq!(length("mm"), 2.0 * 1995.0 / 2048.0);
        assert!(length("AV") < length("A") + length("V"));
    }

    #[test]
    fn each_letter_knows_its_bytes() {
        let face = Face::new(dejavu::sans::bold());
        let ranges: Vec<_> = face.set("λ=1").0.into_iter().map(|glyph| glyph.text_range).collect();
        assert_eq!(ranges, [0..2, 2..3, 3..4]);
    }

    #[test]
    fn points_make_a_path_and_none_make_none() {
        assert!(polyline([], false).is_none());
        assert!(polyline([(0, 0), (4, 0), (4, 3)], true).is_some());
        assert!(circle((3, 3), 2).is_some());
    }
}

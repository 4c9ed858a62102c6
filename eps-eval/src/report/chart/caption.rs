//! Texts on pictures.

use super::style;
use crate::EvalError;
use image::RgbImage;
use plotters::{
    backend::{BitMapBackend, DrawingBackend},
    style::{FontStyle, IntoFont, TextStyle},
};

/// Height of a line of text in pixels.
pub(crate) const LINE: u32 = 22;
const SIZE: i32 = 13;
/// Between the place of a line and its letters.
const ABOVE: u32 = 6;

/// A line of text on a picture: bold, then ordinary text, cut where the width ends.
pub(crate) struct Caption<'a> {
    pub(crate) bold: &'a str,
    pub(crate) text: &'a str,
    /// Left and top, in pixels.
    pub(crate) place: (u32, u32),
    /// Pixels that the line may take.
    pub(crate) width: u32,
}

/// Writes captions on a picture, with the font of charts.
pub(crate) fn write_captions(
    picture: &mut RgbImage,
    captions: &[Caption<'_>],
) -> Result<(), EvalError> {
    style::register_font();
    let size = picture.dimensions();
    let mut backend = BitMapBackend::with_buffer(picture, size);
    for Caption { bold, text, place: (left, top), width } in captions {
        let (bold_style, text_style) = (text_style(FontStyle::Bold), text_style(FontStyle::Normal));
        let (bold, used) = cut(bold, &bold_style, *width);
        let (x, y) = (*left as i32, (top + ABOVE) as i32);
        backend.draw_text(&bold, &bold_style, (x, y)).map_err(EvalError::chart)?;
        let start = used + SIZE as u32 / 2;
        let (text, _) = cut(text, &text_style, width.saturating_sub(start));
        let place = (x + start as i32, y);
        backend.draw_text(&text, &text_style, place).map_err(EvalError::chart)?;
    }
    backend.present().map_err(EvalError::chart)
}

fn text_style(font: FontStyle) -> TextStyle<'static> {
    TextStyle::from(("sans-serif", SIZE, font).into_font()).color(&style::TEXT)
}

/// The words of a bold text in as many lines as they need; a word that is wider than a line is alone.
pub(crate) fn wrapped(text: &str, width: u32) -> Vec<String> {
    style::register_font();
    let style = text_style(FontStyle::Bold);
    let mut lines: Vec<String> = Vec::new();
    // A space that does not break is part of a word.
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer.filter(|longer| measure(longer, &style) <= width) {
            Some(longer) => *lines.last_mut().expect("it has a last line") = longer,
            None => lines.push(word.into()),
        }
    }
    lines
}

fn measure(text: &str, style: &TextStyle<'_>) -> u32 {
    style.font.box_size(text).map_or(0, |(width, _)| width)
}

/// The text, or as much of it as fits with an ellipsis, and its width in pixels.
fn cut(text: &str, style: &TextStyle<'_>, width: u32) -> (String, u32) {
    let whole = measure(text, style);
    if whole <= width {
        return (text.to_owned(), whole);
    }
    let mut short = text.to_owned();
    while short.pop().is_some() {
        let shown = format!("{short}…");
        let shown_width = measure(&shown, style);
        if shown_width <= width {
            return (shown, shown_width);
        }
    }
    (String::new(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn a_caption_leaves_ink_inside_its_width() {
        let mut picture = RgbImage::from_pixel(120, 40, Rgb([255; 3]));
        let caption = Caption {
            bold: "scene_0001",
            text: "a very long list of labels",
            place: (4, 6),
            width: 100,
        };
        write_captions(&mut picture, &[caption]).unwrap();
        let inked = |x: u32| (0..40).any(|y| picture.get_pixel(x, y).0[0] < 200);
        assert!((4..100).any(inked));
        assert!(!(106..120).any(inked), "text beyond its width");
    }

    #[test]
    fn words_go_to_the_next_line_where_there_is_no_room() {
        assert_eq!(wrapped("EPS mask at 0.20", 400), ["EPS mask at 0.20"]);
        assert_eq!(wrapped("EPS mask at 0.20", 70), ["EPS mask", "at 0.20"]);
        assert_eq!(wrapped("EPS mask at\u{a0}0.20", 95), ["EPS mask", "at\u{a0}0.20"]);
        assert_eq!(wrapped("unbreakable a", 3), ["unbreakable", "a"]);
        assert!(wrapped("", 70).is_empty());
    }

    #[test]
    fn a_text_without_room_is_left_out() {
        style::register_font();
        assert_eq!(cut("boat", &text_style(FontStyle::Normal), 3), (String::new(), 0));
    }
}

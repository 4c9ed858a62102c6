//! Images of a data set beside their masks and saliency maps.

use super::{
    document::STYLE,
    element::escape,
    picture::{colour_mask, data_address, encoded},
};
use crate::EvalError;
use crate::report::chart::caption::{Caption, LINE, write_captions};
use eps_data::{
    ClassId, ClassNames, LabelMap, SaliencyMap,
    codec::{voc_palette, write_atomically},
};
use image::{Rgb, RgbImage, imageops};
use std::path::Path;

/// Pixels between pictures, and around cards.
const GAP: u32 = 4;
const MARGIN: u32 = 14;
/// Width in pixels that a sheet may have, beyond a single card.
const WIDTH: u32 = 1500;
/// Colour where a map is missing.
const NOTHING: Rgb<u8> = Rgb([225, 225, 225]);

/// Pictures of some images, with their names.
#[derive(Clone, Debug)]
pub struct ContactSheet<'a> {
    pub title: String,
    pub entries: Vec<ContactSheetEntry>,
    pub names: &'a ClassNames,
}

/// One image, small: photograph, mask, saliency map, id and labels.
#[derive(Clone, Debug)]
pub struct ContactSheetEntry {
    id: String,
    labels: Vec<String>,
    classes: Vec<ClassId>,
    image: RgbImage,
    mask: Option<RgbImage>,
    saliency: Option<RgbImage>,
}

impl ContactSheetEntry {
    /// Shrinks the pictures so that no side is above `side` pixels; they are not enlarged. Classes
    /// of a mask are not blended.
    pub fn new(
        id: &str,
        labels: Vec<String>,
        image: &RgbImage,
        mask: Option<&LabelMap>,
        saliency: Option<&SaliencyMap>,
        side: usize,
    ) -> Self {
        Self {
            id: id.into(),
            labels,
            classes: mask.map_or_else(Vec::new, |mask| mask.present().iter().collect()),
            image: smooth(image, side),
            mask: mask.map(|mask| sharp(&colour_mask(mask), side)),
            saliency: saliency.map(|map| smooth(&grey(map), side)),
        }
    }

    /// Photograph, mask and saliency map, a grey plane for a missing one.
    fn cells(&self) -> [(&'static str, RgbImage); 3] {
        let (width, height) = self.image.dimensions();
        let [mask, saliency] = [&self.mask, &self.saliency].map(|picture| match picture {
            Some(picture) => picture.clone(),
            None => RgbImage::from_pixel(width, height, NOTHING),
        });
        [("image", self.image.clone()), ("mask", mask), ("saliency", saliency)]
    }

    /// The pictures side by side.
    fn place(&self, sheet: &mut RgbImage, mut left: u32, top: u32) {
        for (_, cell) in self.cells() {
            imageops::replace(sheet, &cell, left.into(), top.into());
            left += cell.width() + GAP;
        }
    }

    fn text(&self) -> String {
        if self.labels.is_empty() { "no label".into() } else { self.labels.join(", ") }
    }
}

/// Height of the cards of a row, with the margin below them.
fn row_height(row: &[ContactSheetEntry]) -> u32 {
    row.iter().map(|entry| entry.image.height()).max().unwrap_or(0) + LINE + MARGIN
}

/// The size with its longer side at most `side`.
fn shrunk(picture: &RgbImage, side: usize) -> (u32, u32) {
    let (width, height) = picture.dimensions();
    let factor = (side as f64 / f64::from(width.max(height))).min(1.0);
    let [width, height] =
        [width, height].map(|pixels| ((f64::from(pixels) * factor).round() as u32).max(1));
    (width, height)
}

fn grey(map: &SaliencyMap) -> RgbImage {
    let (width, height) = (map.size().width as u32, map.size().height as u32);
    RgbImage::from_fn(width, height, |x, y| Rgb([map.values()[(y * width + x) as usize]; 3]))
}

pub(super) fn smooth(picture: &RgbImage, side: usize) -> RgbImage {
    let (width, height) = shrunk(picture, side);
    match picture.dimensions() == (width, height) {
        true => picture.clone(),
        false => imageops::thumbnail(picture, width, height),
    }
}

pub(super) fn sharp(picture: &RgbImage, side: usize) -> RgbImage {
    let (width, height) = shrunk(picture, side);
    imageops::resize(picture, width, height, imageops::FilterType::Nearest)
}

impl ContactSheet<'_> {
    /// Writes `index.html`, which needs no other file, and `contact-sheet.png`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), EvalError> {
        let write = |name: &str, bytes: &[u8]| {
            write_atomically(&folder.join(name), |file| file.write_all(bytes))
        };
        write("contact-sheet.png", &encoded(&self.picture()?)?)?;
        Ok(write("index.html", self.html()?.as_bytes())?)
    }

    /// Cards in rows on white: three pictures, below them id and labels.
    pub fn picture(&self) -> Result<RgbImage, EvalError> {
        let widths = self.entries.iter().map(|entry| entry.image.width());
        let card = 3 * widths.max().unwrap_or(1) + 2 * GAP;
        let columns =
            ((WIDTH - MARGIN) / (card + MARGIN)).clamp(1, self.entries.len().max(1) as u32);
        let rows: Vec<&[ContactSheetEntry]> = self.entries.chunks(columns as usize).collect();
        let height: u32 = rows.iter().map(|row| row_height(row)).sum();
        let size = (MARGIN + columns * (card + MARGIN), MARGIN + height);
        let mut sheet = RgbImage::from_pixel(size.0, size.1, Rgb([255; 3]));
        let texts: Vec<String> = self.entries.iter().map(ContactSheetEntry::text).collect();
        let mut captions = Vec::new();
        let (mut texts, mut top) = (texts.iter(), MARGIN);
        for row in rows {
            let lefts = (MARGIN..).step_by((card + MARGIN) as usize);
            for ((entry, text), left) in row.iter().zip(&mut texts).zip(lefts) {
                entry.place(&mut sheet, left, top);
                let place = (left, top + entry.image.height());
                captions.push(Caption { bold: &entry.id, text, place, width: card });
            }
            top += row_height(row);
        }
        write_captions(&mut sheet, &captions)?;
        Ok(sheet)
    }

    /// A page of the same cards, with the colours of the classes that occur.
    pub fn html(&self) -> Result<String, EvalError> {
        let title = escape(&self.title);
        let cards = self.entries.iter().map(card).collect::<Result<String, _>>()?;
        Ok(format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>\n{STYLE}{CARDS}</style>\n</head>\n<body>\n<main>\n\
             <h1>{title}</h1>\n<p>Image, mask, saliency map. A grey plane stands for masks or maps \
             that the data set does not have.</p>\n{}<div class=\"cards\">\n{cards}</div>\n</main>\n</body>\n</html>\n",
            self.legend()
        ))
    }

    /// The colours of the classes that occur in a mask.
    fn legend(&self) -> String {
        let palette = voc_palette();
        let mut classes: Vec<ClassId> =
            self.entries.iter().flat_map(|entry| entry.classes.iter().copied()).collect();
        classes.sort_unstable();
        classes.dedup();
        let keys = classes.into_iter().map(|class| {
            let [red, green, blue] = palette[usize::from(class)];
            let name = escape(self.names.name(class));
            format!("<span><i style=\"background:rgb({red},{green},{blue})\"></i>{name}</span>\n")
        });
        format!("<p class=\"legend\">{}</p>\n", keys.collect::<String>())
    }
}

const CARDS: &str = "main { max-width: 100rem; }
.legend span { margin-right: 1rem; white-space: nowrap; }
.legend i { display: inline-block; width: .9em; height: .9em; margin-right: .35em; vertical-align: -.1em; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: 1.25rem 1.5rem; }
.card { margin: 0; }
.card div { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4px; }
.card img { display: block; width: 100%; height: auto; image-rendering: auto; }
.card img.mask { image-rendering: pixelated; }
";

fn card(entry: &ContactSheetEntry) -> Result<String, EvalError> {
    let id = escape(&entry.id);
    let mut pictures = String::new();
    for (what, picture) in entry.cells() {
        let address = data_address(&picture)?;
        pictures += &format!("<img class=\"{what}\" src=\"{address}\" alt=\"{what} of {id}\">");
    }
    let labels = escape(&entry.text());
    Ok(format!(
        "<figure class=\"card\"><div>{pictures}</div><figcaption><b>{id}</b> {labels}</figcaption></figure>\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;

    fn entry(id: &str) -> ContactSheetEntry {
        let size = Size::new(40, 20);
        let image = RgbImage::from_pixel(40, 20, Rgb([10, 200, 30]));
        let mask = LabelMap::new(size, vec![1; size.pixels()]);
        let labels = vec!["boat <big>".into()];
        ContactSheetEntry::new(id, labels, &image, Some(&mask), None, 20)
    }

    #[test]
    fn pictures_shrink_and_a_missing_map_is_a_plane() {
        let [image, mask, saliency] = entry("a").cells().map(|(_, cell)| cell);
        assert_eq!(image.dimensions(), (20, 10));
        assert_eq!(
            (image.get_pixel(3, 3), mask.get_pixel(3, 3)),
            (&Rgb([10, 200, 30]), &Rgb([128, 0, 0]))
        );
        assert_eq!(saliency.get_pixel(3, 3), &NOTHING);
    }

    #[test]
    fn cards_fill_rows_and_the_page_needs_no_other_file() {
        let names = ClassNames::of_objects(["boat"]);
        let entries = (0..30).map(|index| entry(&format!("id_{index}"))).collect();
        let sheet = ContactSheet { title: "30 images".into(), entries, names: &names };
        let picture = sheet.picture().unwrap();
        let card = 3 * 20 + 2 * GAP;
        let columns = (WIDTH - MARGIN) / (card + MARGIN);
        assert_eq!(picture.width(), MARGIN + columns * (card + MARGIN));
        assert_eq!(picture.height(), MARGIN + 30_u32.div_ceil(columns) * (10 + LINE + MARGIN));
        let page = sheet.html().unwrap();
        assert_eq!(page.matches("<figure").count(), 30);
        assert!(page.contains("id_7</b> boat &lt;big&gt;") && !page.contains("http"), "{page}");
        assert!(page.contains("rgb(128,0,0)\"></i>boat"));
    }

    #[test]
    fn a_sheet_of_nothing_is_still_a_picture() {
        let names = ClassNames::voc();
        let sheet = ContactSheet { title: String::new(), entries: vec![], names: &names };
        assert!(sheet.picture().is_ok() && sheet.html().is_ok());
    }
}

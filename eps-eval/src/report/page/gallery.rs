//! Images with their masks, small, and their scores: what a reader sorts, filters and looks at.

// What a page loads, and when:
//
//   index.html    names and scores as JSON in a script, always
//                 showImages(0, ..), showImages(1, ..): thumbnails of up to 4 MiB
//   images/0.js   showImages(0, ..): those of 16 images, where there is more, as the reader gets to them

use super::{
    contact_sheet::{sharp, smooth},
    picture::{colour_mask, png_address, thumbnail_address},
};
use crate::{Anatomy, ConfusionMatrix, EvalError, Loss};
use eps_data::{ClassSet, LabelMap, codec::voc_palette};
use image::RgbImage;
use serde::Serialize;

/// Pixels of the longer side of a thumbnail.
const SIDE: usize = 256;
/// Images whose thumbnails are loaded together.
const SHARD: usize = 16;
/// Bytes of thumbnails up to which they are inside the page.
const INSIDE: usize = 4 << 20;

/// One image of a gallery: its thumbnails, and its scores under every method.
#[derive(Clone, Debug, Serialize)]
pub struct GalleryImage {
    pub id: String,
    pub methods: Vec<ImageScores>,
    /// Addresses of the thumbnails, in the order of the gallery's columns.
    #[serde(skip)]
    cells: Vec<String>,
}

/// The scores of one image under one method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageScores {
    /// Mean IoU over the classes of truth and prediction; absent if no pixel counts.
    pub iou: Option<f64>,
    /// What the mean IoU is lost to, by [`Loss`]; empty if no pixel counts.
    pub lost: Vec<f64>,
    /// The classes that occur in truth or prediction, ascending.
    pub classes: Vec<ImageClass>,
}

/// One class in one image.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageClass {
    pub class: usize,
    pub iou: f64,
    /// By [`Loss`].
    pub lost: Vec<f64>,
}

/// Images in a page, and the heads of their thumbnails.
#[derive(Clone, Debug)]
pub struct Gallery {
    /// Whether the images have a photograph before ground truth and masks.
    pub has_photographs: bool,
    pub images: Vec<GalleryImage>,
}

/// What the script of a page reads.
#[derive(Serialize)]
struct Index<'a> {
    classes: &'a [String],
    colours: Vec<[u8; 3]>,
    methods: Vec<&'a str>,
    causes: [&'static str; Loss::ALL.len()],
    heads: Vec<String>,
    shard: usize,
    images: &'a [GalleryImage],
}

impl GalleryImage {
    /// Scores an image's masks, one of each method, and shrinks what is shown of it.
    ///
    /// `labels` and `band` are those of [`Anatomy::add`].
    ///
    /// # Errors
    ///
    /// If a thumbnail cannot be encoded.
    ///
    /// # Panics
    ///
    /// If a mask has another size than the ground truth or a class from `classes` on.
    pub fn new(
        id: &str,
        photograph: Option<&RgbImage>,
        truth: &LabelMap,
        masks: &[LabelMap],
        labels: ClassSet,
        (classes, band): (usize, u32),
    ) -> Result<Self, EvalError> {
        let photograph = photograph.map(|image| thumbnail_address(&smooth(image, SIDE)));
        let maps = [truth].into_iter().chain(masks);
        let maps = maps.map(|map| png_address(&sharp(&colour_mask(map), SIDE)));
        let scores = masks.iter().map(|mask| {
            let mut anatomy = Anatomy::new(classes, band);
            anatomy.add(truth, mask, labels);
            ImageScores::new(
                &anatomy,
                &ConfusionMatrix::of(classes, truth.classes(), mask.classes()),
            )
        });
        Ok(Self {
            id: id.into(),
            methods: scores.collect(),
            cells: photograph.into_iter().chain(maps).collect::<Result<_, _>>()?,
        })
    }

    /// The IoU of a class under a method; absent where it does not occur.
    pub fn iou_of(&self, method: usize, class: usize) -> Option<f64> {
        let found = self.methods[method].classes.iter().find(|scored| scored.class == class);
        found.map(|scored| scored.iou)
    }
}

impl ImageScores {
    fn new(anatomy: &Anatomy, matrix: &ConfusionMatrix) -> Self {
        let classes = (0..matrix.classes()).filter_map(|class| {
            let iou = round(matrix.iou(class)?);
            let lost = Loss::ALL.iter().filter_map(|&loss| anatomy.share(class, loss));
            Some(ImageClass { class, iou, lost: lost.map(round).collect() })
        });
        let lost = Loss::ALL.iter().filter_map(|&loss| anatomy.mean_share(loss));
        Self {
            iou: matrix.mean_iou().map(round),
            lost: lost.map(round).collect(),
            classes: classes.collect(),
        }
    }
}

/// More digits than a page shows, fewer than would fill it.
fn round(fraction: f64) -> f64 {
    (fraction * 1e4).round() / 1e4
}

impl Gallery {
    /// What the script reads, and the thumbnails: inside the page up to 4 MiB, else in files of 16 images
    /// beside it, which are loaded as they are shown.
    pub(super) fn scripts(
        &self,
        classes: &[String],
        methods: &[&str],
    ) -> (String, Vec<(String, String)>) {
        let shards: Vec<String> = self.images.chunks(SHARD).enumerate().map(shard).collect();
        let is_inside = shards.iter().map(String::len).sum::<usize>() <= INSIDE;
        let index = script_json(&self.index(classes, methods));
        let mut page =
            format!("<script type=\"application/json\" id=\"images\">{index}</script>\n");
        if !is_inside {
            // Scripts, not JSON: a page that is opened from a disk may load the one but not the other.
            let files = shards.into_iter().enumerate();
            let files = files.map(|(number, text)| (format!("images/{number}.js"), text));
            return (page, files.collect());
        }
        for text in &shards {
            page += &format!("<script>{text}</script>\n");
        }
        (page, vec![])
    }

    fn index<'a>(&'a self, classes: &'a [String], methods: &[&'a str]) -> Index<'a> {
        let photograph = self.has_photographs.then_some("image");
        let heads = photograph.into_iter().chain(["ground truth"]).chain(methods.iter().copied());
        Index {
            classes,
            colours: voc_palette()[..classes.len()].to_vec(),
            methods: methods.to_vec(),
            causes: Loss::ALL.map(Loss::title),
            heads: heads.map(str::to_owned).collect(),
            shard: SHARD,
            images: &self.images,
        }
    }
}

/// The call that hands the thumbnails of some images to the page.
fn shard((number, images): (usize, &[GalleryImage])) -> String {
    let cells: Vec<&[String]> = images.iter().map(|image| &image.cells[..]).collect();
    format!("showImages({number},{})", script_json(&cells))
}

/// JSON that may stand inside a script: no tag ends it.
fn script_json(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("scores have only text as keys");
    text.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Size;

    fn image(id: &str) -> GalleryImage {
        let map = |classes: [u8; 4]| LabelMap::new(Size::new(4, 1), classes.to_vec());
        let truth = map([0, 0, 1, 1]);
        let masks = [map([0, 1, 1, 1]), truth.clone()];
        let labels = truth.present();
        GalleryImage::new(id, None, &truth, &masks, labels, (3, 0)).expect("an image")
    }

    #[test]
    fn an_image_has_its_scores_by_hand() {
        let image = image("a");
        // Background 1 of 2, class 1 2 of 3; the wrong pixel is background that was given class 1.
        let class =
            |class, iou, lost| ImageClass { class, iou, lost: vec![0.0, 0.0, 0.0, lost, 0.0] };
        let expected = ImageScores {
            iou: Some(0.5833),
            lost: vec![0.0, 0.0, 0.0, 0.4167, 0.0],
            classes: vec![class(0, 0.5, 0.5), class(1, 0.6667, 0.3333)],
        };
        assert_eq!(image.methods[0], expected);
        assert_eq!(image.methods[1].iou, Some(1.0));
        assert_eq!((image.iou_of(0, 1), image.iou_of(0, 2)), (Some(0.6667), None));
        assert_eq!(image.cells.len(), 3);
    }

    fn gallery(images: Vec<GalleryImage>) -> (String, Vec<(String, String)>) {
        let classes = ["background", "</script>", "dog"].map(str::to_owned);
        Gallery { has_photographs: false, images }.scripts(&classes, &["A", "B"])
    }

    #[test]
    fn few_thumbnails_are_inside_the_page_and_no_name_ends_the_script() {
        let (page, files) = gallery(vec![image("a"), image("b")]);
        assert!(files.is_empty());
        assert_eq!(page.matches("</script>").count(), 2, "{page}");
        assert!(page.contains("showImages(0,[[\"data:image/png;base64,"), "{page}");
    }

    #[test]
    fn many_thumbnails_lie_beside_the_page_in_shards() {
        let mut large = image("a");
        large.cells = vec!["x".repeat(INSIDE / 32)];
        let (page, files) = gallery(vec![large; 40]);
        assert!(page.len() < 20_000, "{} bytes", page.len());
        let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["images/0.js", "images/1.js", "images/2.js"]);
        assert!(files[2].1.starts_with("showImages(2,[[\"xxx"));
        let of_last: Vec<Vec<String>> =
            serde_json::from_str(&files[2].1[13..files[2].1.len() - 1]).unwrap();
        assert_eq!(of_last.len(), 40 - 2 * SHARD);
    }
}

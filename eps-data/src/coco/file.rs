//! An instances file, indexed by image.

// An instances file has up to half a gigabyte, most of it coordinates, which labels do not need. So the
// text stays in memory, a segmentation is left as the place of its text, and only the small fields are
// parsed:
//
//   text     {"images": [..], "annotations": [{"id": 1, .., "segmentation": [[12.5, ..]]}, ..]}
//   index    annotations sorted by image; each with the range of `[[12.5, ..]]` in the text
//   images   each with its range of annotations

use super::categories;
use super::drawing::Drawing;
use super::parse::{CocoId, Document, RawAnnotation, RawImage, without_nan};
use super::region::{Region, is_mask};
use crate::codec::{MAX_PIXELS, decode_text, read_bytes};
use crate::image_list::id_of;
use crate::remark::{Remark, RemarkKind, counted, printable};
use crate::{ClassId, ClassNames, DataError, LabelMap, Size};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// An instances file: its images in the file's order, and the annotations of each.
///
/// Segmentations stay text until they are asked for. The index is some 80 bytes an annotation.
#[derive(Debug)]
pub struct Instances {
    path: PathBuf,
    text: Vec<u8>,
    names: ClassNames,
    images: Vec<CocoImage>,
    /// By image, and in the file's order within an image.
    annotations: Vec<Annotation>,
    remarks: Vec<Remark>,
}

/// An image of an instances file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CocoImage {
    /// File name without folder and extension, such as `COCO_train2014_000000000009`.
    pub id: Box<str>,
    pub size: Size,
    annotations: Range<u32>,
}

/// An object, or a crowd of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// As the file numbers it.
    pub id: CocoId,
    pub class: ClassId,
    /// Whether it is a crowd that nobody took apart.
    pub crowd: bool,
    /// In pixels, as the file states it.
    pub area: Option<f64>,
    /// Whether its segmentation is one of pixels: boxes alone, and none at all, are not.
    has_mask: bool,
    /// Where the text of its segmentation is; empty where it has none.
    segmentation: Range<usize>,
}

impl Instances {
    /// Reads and indexes a file.
    ///
    /// # Errors
    ///
    /// [`DataError::Decode`] for what is no such file, [`DataError::Content`] for an image id or file
    /// name that comes twice, for categories that cannot be classes, and for annotations of
    /// categories that the file does not list.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        Self::parse(path, read_bytes(path)?)
    }

    /// Indexes the text of a file.
    pub fn parse(path: &Path, bytes: Vec<u8>) -> Result<Self, DataError> {
        let text = decode_text(path, bytes)?.into_bytes();
        match Self::index(path, text) {
            Err((Unread::Text(text), source)) => match without_nan(&text) {
                Some(clean) => Self::index(path, clean).map_err(|(_, source)| source),
                None => Err(source),
            },
            indexed => indexed.map_err(|(_, source)| source),
        }
    }

    /// Indexes a text; one that is no JSON comes back with the error.
    fn index(path: &Path, text: Vec<u8>) -> Result<Self, (Unread, DataError)> {
        let document = match serde_json::from_slice::<Document<'_>>(&text) {
            Ok(document) => document,
            Err(source) => return Err((Unread::Text(text), decode(path, source))),
        };
        let Document { images, annotations, categories } = document;
        let content =
            |(found, expected)| (Unread::Nothing, DataError::content(path, found, expected));
        let (names, classes, mut remarks) =
            categories::classes(path, categories).map_err(content)?;
        let (mut images, places) = index_images(images).map_err(content)?;
        let raw = RawAnnotations { text: &text, raw: annotations, classes: &classes };
        let (annotations, dropped) = raw.index(&mut images, &places).map_err(content)?;
        remarks.extend(dropped.remarks(path));
        Ok(Self { path: path.into(), text, names, images, annotations, remarks })
    }

    /// The bytes of the file, without a byte-order mark.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Names of the classes, background first.
    pub fn names(&self) -> &ClassNames {
        &self.names
    }

    pub fn images(&self) -> &[CocoImage] {
        &self.images
    }

    /// Annotations of an image, in the file's order.
    pub fn annotations(&self, image: &CocoImage) -> &[Annotation] {
        &self.annotations[image.annotations.start as usize..image.annotations.end as usize]
    }

    /// What was left out of the file, or named otherwise.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// What masks of these images lack: the objects that the file draws no mask of.
    ///
    /// # Errors
    ///
    /// [`DataError::Content`] if there are objects and none has a mask: boxes alone make no masks.
    pub fn unmasked(&self, images: &[&CocoImage]) -> Result<Option<Remark>, DataError> {
        let objects = images.iter().flat_map(|image| {
            self.annotations(image).iter().map(move |annotation| (image, annotation))
        });
        let all = objects.clone().count();
        let without = objects.filter(|(_, annotation)| !annotation.has_mask);
        let (count, first) = (without.clone().count(), without.clone().next());
        let Some((image, annotation)) = first else { return Ok(None) };
        let first = format!("first annotation {} of {}", annotation.id, image.id);
        if count == all {
            let found = format!("no mask of any of {}, {first}", counted(all, "object"));
            let expected = "polygons or run lengths as their segmentations, not boxes alone";
            return Err(DataError::content(&self.path, found, expected));
        }
        let found = format!(
            "{count} of {} without polygons or run lengths, {first}",
            counted(all, "object")
        );
        let (kind, taken) = (RemarkKind::NoMask, "background in the masks");
        Ok(Some(Remark::new(kind, &self.path, count, found, taken)))
    }

    /// The mask of an image.
    ///
    /// # Errors
    ///
    /// [`DataError::Content`] names the annotation whose segmentation cannot be drawn.
    pub fn mask(&self, image: &CocoImage, drawing: Drawing) -> Result<LabelMap, DataError> {
        let annotations = self.annotations(image);
        let regions: Vec<_> = annotations
            .iter()
            .map(|annotation| self.region(image, annotation))
            .collect::<Result<_, _>>()?;
        Ok(drawing.draw(image.size, annotations, &regions))
    }

    /// Number of pixels of an annotation of an image.
    pub fn pixels(&self, image: &CocoImage, annotation: &Annotation) -> Result<u64, DataError> {
        Ok(self.region(image, annotation)?.pixels())
    }

    /// The pixels of one annotation, with its class.
    pub fn mask_of(
        &self,
        image: &CocoImage,
        annotation: &Annotation,
    ) -> Result<LabelMap, DataError> {
        let region = self.region(image, annotation)?;
        Ok(Drawing::default().draw(image.size, std::slice::from_ref(annotation), &[region]))
    }

    fn region(&self, image: &CocoImage, annotation: &Annotation) -> Result<Region, DataError> {
        if !annotation.has_mask {
            return Ok(Region::empty());
        }
        let text = &self.text[annotation.segmentation.clone()];
        Region::parse(text, image.size).map_err(|(found, expected)| {
            let found = format!("annotation {} of {}: {found}", annotation.id, image.id);
            DataError::content(&self.path, found, expected)
        })
    }
}

/// What is left of a text that was not indexed.
enum Unread {
    /// All of it, since it is no JSON.
    Text(Vec<u8>),
    Nothing,
}

fn decode(path: &Path, source: serde_json::Error) -> DataError {
    DataError::decode(path, "COCO instances file (JSON)", io::Error::from(source))
}

/// What was found, and what was expected.
pub(super) type Surprise = (String, String);

/// Images in the file's order, and where each id is among them.
fn index_images(
    raw: Vec<RawImage<'_>>,
) -> Result<(Vec<CocoImage>, HashMap<CocoId, u32>), Surprise> {
    let mut places = HashMap::with_capacity(raw.len());
    let mut images = Vec::with_capacity(raw.len());
    let mut files: HashMap<Box<str>, Cow<'_, str>> = HashMap::with_capacity(raw.len());
    for (place, image) in raw.into_iter().enumerate() {
        let (indexed, file) = (index_image(&image)?, image.file_name);
        if let Some(other) = files.insert(indexed.id.clone(), file.clone()) {
            let found = format!("file names `{}` and `{}`", printable(&other), printable(&file));
            let expected = format!(
                "names that differ without folder and ending: `{}` is the id of both",
                indexed.id
            );
            return Err((found, expected));
        }
        images.push(indexed);
        if let Some(other) = places.insert(image.id, place as u32) {
            let found = format!("one id for `{}` and `{file}`", images[other as usize].id);
            return Err((found, "each id once".into()));
        }
    }
    Ok((images, places))
}

fn index_image(image: &RawImage<'_>) -> Result<CocoImage, Surprise> {
    let file = image.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let id = id_of(stem).map_err(|reason| {
        let found = format!("file name `{}`{reason}", printable(&image.file_name));
        (found, "an image id as the name of the file".into())
    })?;
    let size = Size::new(image.width as usize, image.height as usize);
    match size.width.checked_mul(size.height) {
        Some(pixels) if (1..=MAX_PIXELS).contains(&pixels) => {
            Ok(CocoImage { id: id.into(), size, annotations: 0..0 })
        }
        _ => Err((format!("{id} of {size} pixels"), format!("1 to {MAX_PIXELS} of them"))),
    }
}

/// The annotations of a file, and what they refer to.
struct RawAnnotations<'a> {
    text: &'a [u8],
    raw: Vec<RawAnnotation<'a>>,
    /// By category; background has no class.
    classes: &'a HashMap<CocoId, Option<ClassId>>,
}

/// Annotations that are left out: how many, and the first.
#[derive(Default)]
struct Dropped {
    orphans: BTreeMap<CocoId, usize>,
    background: Vec<CocoId>,
}

impl RawAnnotations<'_> {
    /// Annotations by image; each image is told where its own are.
    fn index(
        self,
        images: &mut [CocoImage],
        places: &HashMap<CocoId, u32>,
    ) -> Result<(Vec<Annotation>, Dropped), Surprise> {
        if u32::try_from(self.raw.len()).is_err() {
            return Err((format!("{} annotations", self.raw.len()), "at most 2^32".into()));
        }
        let mut placed = Vec::with_capacity(self.raw.len());
        let mut dropped = Dropped::default();
        for annotation in &self.raw {
            match (places.get(&annotation.image_id), self.class(annotation)?) {
                (None, _) => *dropped.orphans.entry(annotation.image_id.clone()).or_default() += 1,
                (_, None) => dropped.background.push(annotation.id.clone()),
                (Some(place), Some(class)) => placed.push((*place, self.one(annotation, class))),
            }
        }
        // Stable: annotations of one image stay in the file's order.
        placed.sort_by_key(|(place, _)| *place);
        for (index, (place, _)) in placed.iter().enumerate() {
            let range = &mut images[*place as usize].annotations;
            // An image that no annotation was placed in yet ends at 0.
            if range.end == 0 {
                range.start = index as u32;
            }
            range.end = index as u32 + 1;
        }
        Ok((placed.into_iter().map(|(_, annotation)| annotation).collect(), dropped))
    }

    /// The class of an annotation; `None` if it is background.
    fn class(&self, annotation: &RawAnnotation<'_>) -> Result<Option<ClassId>, Surprise> {
        let RawAnnotation { id, category_id, .. } = annotation;
        self.classes.get(category_id).copied().ok_or_else(|| {
            let found = format!("annotation {id} of category {category_id}");
            (found, "a category of the file".into())
        })
    }

    fn one(&self, raw: &RawAnnotation<'_>, class: ClassId) -> Annotation {
        let segmentation = raw.segmentation.map_or(0..0, |segmentation| {
            // Borrowed from the text, it lies as far in it as their addresses are apart.
            let start = segmentation.get().as_ptr() as usize - self.text.as_ptr() as usize;
            start..start + segmentation.get().len()
        });
        let has_mask = is_mask(&self.text[segmentation.clone()]);
        let RawAnnotation { id, iscrowd, area, .. } = raw;
        Annotation { id: id.clone(), class, crowd: *iscrowd, area: *area, has_mask, segmentation }
    }
}

impl Dropped {
    fn remarks(&self, path: &Path) -> impl Iterator<Item = Remark> {
        let orphans = self.orphans.first_key_value().map(|(image, _)| {
            let count = self.orphans.values().sum();
            let found = format!(
                "{} of {} that the file does not list, first image {image}",
                counted(count, "annotation"),
                counted(self.orphans.len(), "image")
            );
            Remark::new(RemarkKind::Orphans, path, count, found, "left out")
        });
        let background = self.background.first().map(|first| {
            let count = self.background.len();
            let found =
                format!("{} of the background, first {first}", counted(count, "annotation"));
            Remark::new(RemarkKind::BackgroundObjects, path, count, found, "left out")
        });
        orphans.into_iter().chain(background)
    }
}

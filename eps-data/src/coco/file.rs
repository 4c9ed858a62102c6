//! An instances file, indexed by image.

use super::drawing::Drawing;
use super::parse::{Document, RawAnnotation, RawCategory, RawImage};
use super::region::Region;
use crate::codec::MAX_PIXELS;
use crate::voc::id_of;
use crate::{ClassId, ClassNames, DataError, LabelMap, Size, class_of};
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// An instances file: its images in the file's order, and the annotations of each.
///
/// Segmentations stay text until they are asked for. The index is some 50 bytes an annotation.
#[derive(Debug)]
pub struct Instances {
    path: PathBuf,
    text: Vec<u8>,
    names: ClassNames,
    images: Vec<CocoImage>,
    /// By image, and in the file's order within an image.
    annotations: Vec<Annotation>,
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
    pub id: u64,
    pub class: ClassId,
    /// Whether it is a crowd that nobody took apart.
    pub crowd: bool,
    /// In pixels, as the file states it.
    pub area: Option<f64>,
    /// Where the text of its segmentation is; empty where it has none.
    segmentation: Range<usize>,
}

impl Instances {
    /// Reads and indexes a file.
    ///
    /// # Errors
    ///
    /// [`DataError::Decode`] for what is no such file, [`DataError::Content`] for an image id or file
    /// name that comes twice, and for annotations of images or categories that the file does not list.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let text =
            fs::read(path).map_err(|source| DataError::Open { path: path.into(), source })?;
        Self::parse(path, text)
    }

    /// Indexes the text of a file.
    pub fn parse(path: &Path, text: Vec<u8>) -> Result<Self, DataError> {
        let document: Document<'_> =
            serde_json::from_slice(&text).map_err(|source| decode(path, source))?;
        let Document { images, annotations, categories } = document;
        let content = |(found, expected)| content(path, found, expected);
        let (names, classes) = classes(categories).map_err(content)?;
        let (mut images, places) = index_images(images).map_err(content)?;
        let annotations = index_annotations(&text, annotations, &mut images, &places, &classes)
            .map_err(content)?;
        Ok(Self { path: path.into(), text, names, images, annotations })
    }

    /// The bytes of the file.
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

    /// The mask of an image.
    ///
    /// # Errors
    ///
    /// [`DataError::Content`] names the annotation whose segmentation cannot be drawn.
    pub fn mask(&self, image: &CocoImage, drawing: Drawing) -> Result<LabelMap, DataError> {
        let annotations = self.annotations(image);
        let regions: Vec<_> =
            annotations.iter().map(|own| self.region(image, own)).collect::<Result<_, _>>()?;
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
        let text = &self.text[annotation.segmentation.clone()];
        Region::parse(text, image.size).map_err(|(found, expected)| {
            let found = format!("annotation {} of {}: {found}", annotation.id, image.id);
            content(&self.path, found, expected)
        })
    }
}

fn decode(path: &Path, source: serde_json::Error) -> DataError {
    let expected = "COCO instances file (JSON)";
    DataError::Decode { path: path.into(), expected, source: io::Error::from(source).into() }
}

fn content(path: &Path, found: String, expected: String) -> DataError {
    DataError::Content { path: path.into(), found, expected }
}

/// What was found, and what was expected.
pub(super) type Surprise = (String, String);

/// Names by class, and classes by category.
fn classes(
    mut categories: Vec<RawCategory<'_>>,
) -> Result<(ClassNames, HashMap<u64, ClassId>), Surprise> {
    if categories.is_empty() || categories.len() > 254 {
        return Err((format!("{} categories", categories.len()), "1 to 254".into()));
    }
    categories.sort_by_key(|category| category.id);
    let mut classes = HashMap::new();
    for (channel, category) in categories.iter().enumerate() {
        if classes.insert(category.id, class_of(channel)).is_some() {
            return Err((format!("category {} again", category.id), "each id once".into()));
        }
    }
    let names = categories.iter().map(|category| category.name.replace(' ', "_"));
    Ok((ClassNames::of_objects(names), classes))
}

/// Images in the file's order, and where each id is among them.
fn index_images(raw: Vec<RawImage<'_>>) -> Result<(Vec<CocoImage>, HashMap<u64, u32>), Surprise> {
    let mut places = HashMap::with_capacity(raw.len());
    let mut images = Vec::with_capacity(raw.len());
    for (place, image) in raw.into_iter().enumerate() {
        if places.insert(image.id, place as u32).is_some() {
            return Err((format!("image {} again", image.id), "each id once".into()));
        }
        images.push(index_image(image)?);
    }
    let mut ids: Vec<&str> = images.iter().map(|image| image.id.as_ref()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err((format!("file name `{}` again", pair[0]), "each once".into())),
        None => Ok((images, places)),
    }
}

fn index_image(image: RawImage<'_>) -> Result<CocoImage, Surprise> {
    let stem = Path::new(image.file_name.as_ref()).file_stem();
    let id = stem.and_then(|stem| stem.to_str()).and_then(id_of).ok_or_else(|| {
        (format!("file name `{}`", image.file_name), "one that makes an image id".into())
    })?;
    let size = Size::new(image.width as usize, image.height as usize);
    match size.width.checked_mul(size.height) {
        Some(pixels) if (1..=MAX_PIXELS).contains(&pixels) => {
            Ok(CocoImage { id: id.into(), size, annotations: 0..0 })
        }
        _ => Err((format!("{id} of {size} pixels"), format!("1 to {MAX_PIXELS} of them"))),
    }
}

/// Annotations by image; each image is told where its own are.
fn index_annotations(
    text: &[u8],
    raw: Vec<RawAnnotation<'_>>,
    images: &mut [CocoImage],
    places: &HashMap<u64, u32>,
    classes: &HashMap<u64, ClassId>,
) -> Result<Vec<Annotation>, Surprise> {
    if u32::try_from(raw.len()).is_err() {
        return Err((format!("{} annotations", raw.len()), "at most 2^32".into()));
    }
    let mut placed = Vec::with_capacity(raw.len());
    for annotation in raw {
        let place = *places.get(&annotation.image_id).ok_or_else(|| {
            let found = format!("annotation {} of image {}", annotation.id, annotation.image_id);
            (found, "an image of the file".into())
        })?;
        placed.push((place, index_annotation(text, &annotation, classes)?));
    }
    placed.sort_by_key(|(place, _)| *place);
    for (index, (place, _)) in placed.iter().enumerate() {
        let own = &mut images[*place as usize].annotations;
        if own.end == 0 {
            own.start = index as u32;
        }
        own.end = index as u32 + 1;
    }
    Ok(placed.into_iter().map(|(_, annotation)| annotation).collect())
}

fn index_annotation(
    text: &[u8],
    raw: &RawAnnotation<'_>,
    classes: &HashMap<u64, ClassId>,
) -> Result<Annotation, Surprise> {
    let class = *classes.get(&raw.category_id).ok_or_else(|| {
        let found = format!("annotation {} of category {}", raw.id, raw.category_id);
        (found, "a category of the file".into())
    })?;
    let segmentation = raw.segmentation.map_or(0..0, |own| {
        let start = own.get().as_ptr() as usize - text.as_ptr() as usize;
        start..start + own.get().len()
    });
    Ok(Annotation { id: raw.id, class, crowd: raw.iscrowd != 0, area: raw.area, segmentation })
}

//! Faults of masks: other kinds of PNG, other numberings of classes.

use super::{Finding, Kind, MasksSeen, file};
use crate::{
    BACKGROUND, ClassId, ClassNames, ClassSet, DataError, IGNORE, LabelMap,
    codec::{ColourKind, MaskKind, PaletteConflict, colour_kind, decode_mask, voc_palette},
    statistics::histogram,
};
use std::path::{Path, PathBuf};

/// Object classes of COCO, and the largest id of its annotations, which skip some.
const COCO_CLASSES: usize = 80;
const COCO_LAST_ID: ClassId = 90;

/// A mask that could be decoded.
pub(super) struct ExaminedMask {
    pub(super) map: LabelMap,
    pub(super) kind: MaskKind,
    /// Object classes that some pixel has and the data set knows.
    pub(super) classes: ClassSet,
    /// Pixels that are ignored.
    pub(super) ignored: u64,
    /// Whether its palette says that its indices are others.
    is_renumbered: bool,
}

impl ExaminedMask {
    /// Whether 255 stands where a class should: it is not only at the outlines of objects. `None` if
    /// the image has no object.
    pub(super) fn hides_objects(&self, labels: Option<ClassSet>) -> Option<bool> {
        let is_empty = self.classes.is_empty();
        let has_object = labels.map_or(!is_empty || self.ignored > 0, |labels| !labels.is_empty());
        has_object.then_some(is_empty && self.ignored * OUTLINE > self.map.size().pixels() as u64)
    }
}

/// One pixel in as many is the least that is more than outlines.
const OUTLINE: u64 = 50;

/// Decodes a mask and looks at its classes.
pub(super) fn examine(
    path: &Path,
    names: &ClassNames,
    findings: &mut Vec<Finding>,
) -> Option<ExaminedMask> {
    let bytes = file::read(path, findings)?;
    match decode_mask(path, &bytes) {
        Ok((map, kind)) => {
            let counts = histogram(map.classes());
            let conflict =
                PaletteConflict::of(&bytes, names.len(), || counts.map(|count| count > 0));
            match conflict {
                // Classes that the data set lacks would say the same once more: every index is another.
                Some(conflict) => findings.push(renumbered(path, conflict, names)),
                None => findings.extend(unknown(path, &counts, kind, names)),
            }
            let known = (1..IGNORE).filter(|&class| usize::from(class) < names.len());
            let classes = known.filter(|&class| counts[usize::from(class)] > 0).collect();
            let ignored = counts[usize::from(IGNORE)];
            Some(ExaminedMask { map, kind, classes, ignored, is_renumbered: conflict.is_some() })
        }
        Err(DataError::PngKind { found, expected, .. }) => {
            findings.push(colourful(path, &bytes, found, expected));
            None
        }
        Err(error) => {
            findings.push(file::refused(path, &bytes, &error));
            None
        }
    }
}

/// The finding for a palette that was put into another order.
fn renumbered(path: &Path, conflict: PaletteConflict, names: &ClassNames) -> Finding {
    let PaletteConflict { index, class } = conflict;
    let owner = match class {
        IGNORE => "255 (ignore)".to_owned(),
        class => format!("class {class} ({})", names.name(class)),
    };
    Finding::new(
        Kind::PaletteOrder,
        path,
        format!("palette entry {index} is VOC's colour of {owner}"),
        format!("its colour of class {index}"),
        format!(
            "a program that makes files smaller renumbered the indices, so every class is wrong: take \
             the original masks, or {} --colours voc; --colours indices if only the colours are wrong",
            command(path)
        ),
    )
}

/// The command that converts the masks beside this one.
fn command(path: &Path) -> String {
    let folder = path.parent().unwrap_or(Path::new("."));
    format!("eps data masks --pictures {} --out DIR", folder.display())
}

/// The finding for classes that the data set does not have.
fn unknown(
    path: &Path,
    counts: &[u64; 256],
    kind: MaskKind,
    names: &ClassNames,
) -> Option<Finding> {
    let unknown: Vec<ClassId> = (0..IGNORE)
        .filter(|&class| usize::from(class) >= names.len() && counts[usize::from(class)] > 0)
        .collect();
    let (&first, last) = (unknown.first()?, *unknown.last()?);
    let pixels: u64 = unknown.iter().map(|&class| counts[usize::from(class)]).sum();
    let found = match unknown.len() {
        1 => format!("class {first} at {pixels} pixels"),
        count => format!("{count} classes from {first} to {last} at {pixels} pixels"),
    };
    let expected = format!("0..={} or 255 (ignore)", names.len() - 1);
    // Class 12 of 80 is id 13 of 91, so masks of ids are wrong without any class beyond 80 as well; only
    // one that is beyond shows it.
    let is_coco = names.objects() == COCO_CLASSES;
    let (kind, remedy) = if is_coco && last <= COCO_LAST_ID {
        (Kind::CocoIds, COCO_REMEDY)
    } else if is_coco {
        (Kind::CocoIds, STUFF_REMEDY)
    } else if kind == MaskKind::Grey && are_grey_colours(counts, names) {
        (
            Kind::UnknownClass,
            "its grey values are those of VOC's colours: convert the original, which holds indices",
        )
    } else {
        (Kind::UnknownClass, "list every class in classes.txt, or map the others to 255 or 0")
    };
    Some(Finding::new(kind, path, found, expected, remedy))
}

const COCO_REMEDY: &str = "these are COCO's 91 annotation ids: make masks with the 80 contiguous \
    classes (eps data masks), whose ids differ from 12 on";
const STUFF_REMEDY: &str = "ids above 90 are those of COCO-Stuff: make masks of the 80 objects from \
    the instances JSON (eps data masks)";

/// Whether every value is the grey that a class colour becomes.
fn are_grey_colours(counts: &[u64; 256], names: &ClassNames) -> bool {
    // A coloured mask that was saved as grey has one luminance for each class.
    let palette = voc_palette();
    let known = (0..names.len()).chain([usize::from(IGNORE)]).map(|class| grey(palette[class]));
    let known: Vec<u8> = known.collect();
    (0..=u8::MAX)
        .filter(|&value| counts[usize::from(value)] > 0)
        .all(|value| known.contains(&value))
}

/// Luminance by ITU-R 601, rounded as Pillow rounds it.
fn grey([red, green, blue]: [u8; 3]) -> u8 {
    let sum = u32::from(red) * 19595 + u32::from(green) * 38470 + u32::from(blue) * 7471;
    ((sum + 0x8000) >> 16) as u8
}

/// The finding for a mask of another kind; says how its classes are found.
fn colourful(path: &Path, bytes: &[u8], found: String, expected: &str) -> Finding {
    let command = command(path);
    let remedy = match colour_kind(path, bytes) {
        Some(ColourKind::Values) => {
            format!("each pixel holds one number: {command} --colours indices writes it as class")
        }
        Some(ColourKind::Voc) => {
            format!("its colours are VOC's: {command} --colours voc writes their classes")
        }
        Some(ColourKind::Few(_)) => format!(
            "{command} --colours FILE writes the classes of its colours; FILE has a line \
             name:red,green,blue for each, as CVAT's labelmap.txt"
        ),
        _ => {
            "write one class a pixel as a palette or grey PNG; colours that were blended, or that \
              fade by alpha, cannot be told apart"
                .into()
        }
    };
    let expected = expected.split(" (").next().unwrap_or(expected);
    Finding::new(Kind::ColourMask, path, format!("{found} PNG"), expected, remedy)
}

/// What is kept of a mask.
#[derive(Clone, Copy)]
pub(super) struct SeenMask {
    pub(super) kind: MaskKind,
    pub(super) ignores: bool,
    /// See [`ExaminedMask::hides_objects`].
    pub(super) hides_objects: Option<bool>,
}

/// What the masks of a set have in common.
#[derive(Default)]
pub(super) struct MaskTally {
    pub(super) seen: MasksSeen,
    /// First palette mask, first grey one.
    first: [Option<PathBuf>; 2],
    /// Masks of images with objects.
    with_objects: usize,
    /// Those of them that have 255 in the place of classes.
    hidden: Vec<PathBuf>,
    /// Images without a mask.
    lacking: Vec<PathBuf>,
}

impl MaskTally {
    pub(super) fn add_lacking(&mut self, path: &Path) {
        self.lacking.push(path.into());
    }

    pub(super) fn add(&mut self, path: &Path, mask: SeenMask) {
        let SeenMask { kind, ignores, hides_objects } = mask;
        self.with_objects += usize::from(hides_objects.is_some());
        self.hidden.extend((hides_objects == Some(true)).then(|| path.into()));
        let (count, first) = match kind {
            MaskKind::Palette => (&mut self.seen.palette, &mut self.first[0]),
            MaskKind::Grey => (&mut self.seen.grey, &mut self.first[1]),
        };
        *count += 1;
        first.get_or_insert_with(|| path.into());
        self.seen.with_ignored += usize::from(ignores);
    }

    /// What only shows when all masks are looked at together.
    pub(super) fn findings(&self, folder: &Path) -> Vec<Finding> {
        let MasksSeen { palette, grey, with_ignored } = self.seen;
        let mut findings = Vec::new();
        if let [Some(first_palette), Some(first_grey)] = &self.first {
            let (found, first) = if palette < grey {
                (format!("{palette} palette among {grey} grey masks"), first_palette)
            } else {
                (format!("{grey} grey among {palette} palette masks"), first_grey)
            };
            findings.push(Finding::new(
                Kind::MixedMasks,
                first,
                format!("{found}, this one first"),
                "one kind, unless two sources were mixed on purpose",
                "",
            ));
        }
        if let Some(first) = self.lacking.first() {
            let name = first.file_stem().unwrap_or_default().to_string_lossy();
            findings.push(Finding::new(
                Kind::PartialMasks,
                folder,
                format!("{} images have no mask, `{name}` first", self.lacking.len()),
                "a mask of every image that is scored; training with image labels needs none",
                "",
            ));
        }
        findings.extend(self.hidden_objects(folder));
        if palette + grey > 0 && with_ignored == 0 {
            findings.push(Finding::new(
                Kind::NothingIgnored,
                folder,
                format!("255 (ignore) in none of {} masks", palette + grey),
                "255 at outlines in VOC's ground truth, whose scores leave them out; none in COCO's",
                "",
            ));
        }
        findings
    }

    /// Masks with 255 in the place of classes: one finding where all are such.
    fn hidden_objects(&self, folder: &Path) -> Vec<Finding> {
        match self.hidden.len() {
            0 => Vec::new(),
            count if count == self.with_objects => {
                let found =
                    format!("255 (ignore) and no class in each of {count} masks with objects");
                vec![objects_ignored(folder, folder, &found)]
            }
            _ => {
                let found = "255 (ignore) and no class, though the image has objects";
                self.hidden.iter().map(|path| objects_ignored(folder, path, found)).collect()
            }
        }
    }
}

/// The finding for a mask of a folder, or for all of them, with 255 in the place of classes.
fn objects_ignored(folder: &Path, path: &Path, found: &str) -> Finding {
    Finding::new(
        Kind::ObjectsIgnored,
        path,
        found,
        "the class of each object",
        format!(
            "255 is ignored, so that scores count background alone: write the class instead, by {} \
             --colours FILE with a line name:255,255,255",
            command(&folder.join("mask"))
        ),
    )
}

/// Label and mask disagree: pixels without label are a fault, labels without pixel a note.
pub(super) fn compare(
    path: &Path,
    mask: &ExaminedMask,
    labels: ClassSet,
    names: &ClassNames,
    findings: &mut Vec<Finding>,
) {
    // Told already, and with its reason: what labels and mask disagree about follows from it.
    if mask.is_renumbered || mask.hides_objects(Some(labels)) == Some(true) {
        return;
    }
    let labelled: Vec<ClassId> = labels.iter().collect();
    let expected = match labelled.len() {
        0 => "no object, by its labels".into(),
        _ => format!("the labels of the image: {}", join(&labelled, names)),
    };
    let unlabelled = only_in(mask.classes, labels);
    if !unlabelled.is_empty() {
        let pixels: usize =
            mask.map.classes().iter().filter(|class| unlabelled.contains(class)).count();
        findings.push(Finding::new(
            Kind::UnlabelledClass,
            path,
            format!("{} at {pixels} pixels", join(&unlabelled, names)),
            expected.clone(),
            "see which is right: add the label, or give the mask of this image",
        ));
    }
    let unseen = only_in(labels, mask.classes);
    if !unseen.is_empty() {
        findings.push(Finding::new(
            Kind::UnseenClass,
            path,
            format!("no pixel of {}", join(&unseen, names)),
            format!(
                "{expected}; usual where small or difficult objects are labelled, many of them mean \
                 that labels and masks are of different sets"
            ),
            "",
        ));
    }
}

/// Object classes that the other set does not have.
fn only_in(classes: ClassSet, other: ClassSet) -> Vec<ClassId> {
    classes.iter().filter(|&class| class != BACKGROUND && !other.contains(class)).collect()
}

fn join(classes: &[ClassId], names: &ClassNames) -> String {
    classes.iter().map(|&class| names.name(class)).collect::<Vec<_>>().join(", ")
}

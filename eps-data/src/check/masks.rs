//! Faults of masks: other kinds of PNG, other numberings of classes.

use super::{Finding, Kind, MasksSeen, file};
use crate::{
    BACKGROUND, ClassId, ClassNames, ClassSet, DataError, IGNORE, LabelMap,
    codec::{MaskKind, decode_mask, decode_rgb, voc_palette},
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
    /// Whether some pixel is ignored.
    pub(super) ignores: bool,
}

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
            let is_known = |class: ClassId| usize::from(class) < names.len();
            findings.extend(unknown(path, &counts, kind, names));
            let present = (1..IGNORE).filter(|&class| counts[usize::from(class)] > 0);
            let classes = present.filter(|&class| is_known(class)).collect();
            Some(ExaminedMask { map, kind, classes, ignores: counts[usize::from(IGNORE)] > 0 })
        }
        Err(DataError::PngKind { found, expected, .. }) => {
            findings.push(colourful(path, &bytes, found, expected, names));
            None
        }
        Err(error) => {
            findings.push(file::refused(path, &bytes, &error));
            None
        }
    }
}

/// The finding for classes that the data set does not have.
fn unknown(
    path: &Path,
    counts: &[u64; 256],
    kind: MaskKind,
    names: &ClassNames,
) -> Option<Finding> {
    let present = |class: &ClassId| counts[usize::from(*class)] > 0;
    let unknown: Vec<ClassId> =
        (0..IGNORE).filter(present).filter(|&class| usize::from(class) >= names.len()).collect();
    let (&first, last) = (unknown.first()?, *unknown.last()?);
    let pixels: u64 = unknown.iter().map(|&class| counts[usize::from(class)]).sum();
    let found = match unknown.len() {
        1 => format!("class {first} at {pixels} pixels"),
        count => format!("{count} classes from {first} to {last} at {pixels} pixels"),
    };
    let expected = format!("0..={} or 255 (ignore)", names.len() - 1);
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

/// The finding for a mask of colours; says whether they are those of the classes.
fn colourful(
    path: &Path,
    bytes: &[u8],
    found: String,
    expected: &str,
    names: &ClassNames,
) -> Finding {
    let palette = voc_palette();
    let classes = (0..names.len()).chain([usize::from(IGNORE)]);
    let known: Vec<[u8; 3]> = classes.map(|class| palette[class]).collect();
    let all_known = decode_rgb(path, bytes)
        .is_ok_and(|picture| picture.pixels().all(|pixel| known.contains(&pixel.0)));
    let remedy = if all_known {
        "its colours are VOC's: write the index of each colour instead, as the original file has it"
    } else {
        "write one class a pixel as a palette or grey PNG; colours that were blended cannot be told apart"
    };
    Finding::new(Kind::ColourMask, path, format!("{found} PNG"), expected, remedy)
}

/// What the masks of a set have in common.
#[derive(Default)]
pub(super) struct MaskTally {
    pub(super) seen: MasksSeen,
    /// First palette mask, first grey one.
    first: [Option<PathBuf>; 2],
}

impl MaskTally {
    pub(super) fn add(&mut self, path: &Path, kind: MaskKind, ignores: bool) {
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
                "one kind",
                "both hold class indices here; see whether two sources were mixed",
            ));
        }
        if palette + grey > 0 && with_ignored == 0 {
            findings.push(Finding::new(
                Kind::NothingIgnored,
                folder,
                format!("255 (ignore) in none of {} masks", palette + grey),
                "255 at outlines, as in VOC's ground truth",
                "fine for COCO and rendered masks; VOC's scores leave outlines out, so use its own masks",
            ));
        }
        findings
    }
}

/// Label and mask disagree: pixels without label are a fault, labels without pixel a note.
pub(super) fn compare(
    path: &Path,
    mask: &ExaminedMask,
    labels: ClassSet,
    names: &ClassNames,
    findings: &mut Vec<Finding>,
) {
    let join = |classes: &[ClassId]| {
        classes.iter().map(|&class| names.name(class)).collect::<Vec<_>>().join(", ")
    };
    let only = |one: ClassSet, other: ClassSet| -> Vec<ClassId> {
        one.iter().filter(|&class| class != BACKGROUND && !other.contains(class)).collect()
    };
    let labelled: Vec<ClassId> = labels.iter().collect();
    let expected = match labelled.len() {
        0 => "no object, by its labels".into(),
        _ => format!("the labels of the image: {}", join(&labelled)),
    };
    let unlabelled = only(mask.classes, labels);
    if !unlabelled.is_empty() {
        let pixels: usize =
            mask.map.classes().iter().filter(|own| unlabelled.contains(own)).count();
        findings.push(Finding::new(
            Kind::UnlabelledClass,
            path,
            format!("{} at {pixels} pixels", join(&unlabelled)),
            expected.clone(),
            "see which is right: add the label, or give the mask of this image",
        ));
    }
    let unseen = only(labels, mask.classes);
    if !unseen.is_empty() {
        findings.push(Finding::new(
            Kind::UnseenClass,
            path,
            format!("no pixel of {}", join(&unseen)),
            expected,
            "usual where small or difficult objects are labelled; many of them mean that labels and masks are of different sets",
        ));
    }
}

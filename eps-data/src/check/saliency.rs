//! Faults of saliency maps, and how far they agree with masks.

use super::{Finding, Kind, SaliencySeen, file};
use crate::{
    BACKGROUND, DataError, IGNORE, LabelMap, SaliencyMap, Size,
    codec::{Format, SaliencyKind, decode_saliency},
    statistics::{SALIENT, grouped_histogram, histogram},
};
use std::path::{Path, PathBuf};

/// How much darker the objects of an image must be than its background, in `0..=1`, before its map
/// counts as inverted: beyond the errors of detectors, which miss objects but rarely everything else.
const INVERTED: f64 = 0.5;

/// A saliency map that could be decoded: what is kept of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExaminedSaliency {
    pub(super) size: Size,
    pub(super) range: ValueRange,
    /// With the mask, if there is one of the same size.
    pub(super) agreement: Option<Agreement>,
}

/// Which values a map has.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueRange {
    smallest: u8,
    largest: u8,
    /// Number of different values.
    distinct: u16,
}

impl ValueRange {
    fn of(counts: &[u64; 256]) -> Self {
        let mut present = (0..=u8::MAX).filter(|&value| counts[usize::from(value)] > 0);
        let smallest = present.next().unwrap_or(0);
        let largest = present.clone().next_back().unwrap_or(smallest);
        Self { smallest, largest, distinct: 1 + present.count() as u16 }
    }
}

/// Pixels of a mask and their saliency; ignored pixels do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Agreement {
    /// Pixels and sum of values on objects.
    inside: [u64; 2],
    /// The same on background.
    outside: [u64; 2],
    /// Salient pixels on objects and on background.
    salient: [u64; 2],
}

impl Agreement {
    /// Decides which pixels count, by class: 0 on background, 1 on an object, 2 not at all.
    fn group() -> [u8; 256] {
        std::array::from_fn(|class| match class as u8 {
            BACKGROUND => 0,
            IGNORE => 2,
            _ => 1,
        })
    }

    fn of([outside, inside]: [&[u64; 256]; 2]) -> Self {
        Self {
            inside: sums(inside),
            outside: sums(outside),
            salient: [salient(inside), salient(outside)],
        }
    }

    /// Intersection over union of objects and salient pixels; `None` if there is neither.
    pub(super) fn iou(&self) -> Option<f64> {
        let union = self.inside[0] + self.salient[1];
        (union > 0).then(|| self.salient[0] as f64 / union as f64)
    }

    /// Mean saliency of objects less that of background; `None` if one of them is not there.
    fn contrast(&self) -> Option<f64> {
        Some((mean(self.inside)? - mean(self.outside)?) / 255.0)
    }

    fn merge(&mut self, other: &Self) {
        let Self { inside, outside, salient } = self;
        let totals = inside.iter_mut().chain(outside).chain(salient);
        let added = other.inside.iter().chain(&other.outside).chain(&other.salient);
        totals.zip(added).for_each(|(total, added)| *total += added);
    }
}

/// Pixels of a histogram, and the sum of their values.
fn sums(counts: &[u64; 256]) -> [u64; 2] {
    let sum = counts.iter().zip(0..).map(|(count, value): (&u64, u64)| count * value).sum();
    [counts.iter().sum(), sum]
}

fn salient(counts: &[u64; 256]) -> u64 {
    counts[usize::from(SALIENT)..].iter().sum()
}

fn mean([pixels, sum]: [u64; 2]) -> Option<f64> {
    (pixels > 0).then(|| sum as f64 / pixels as f64)
}

/// Decodes a saliency map and compares it with a mask of the same size.
pub(super) fn examine(
    path: &Path,
    mask: Option<&LabelMap>,
    findings: &mut Vec<Finding>,
) -> Option<ExaminedSaliency> {
    let bytes = file::read(path, findings)?;
    match decode_saliency(path, &bytes) {
        Ok((map, kind)) => {
            findings.extend(Format::of(&bytes).and_then(|format| file::ending(path, format)));
            findings.extend(converted(path, kind));
            let examined = look_at(&map, mask);
            findings.extend(examined.faults(path));
            Some(examined)
        }
        Err(error) => {
            findings.push(refused(path, &bytes, &error));
            None
        }
    }
}

/// The finding for a file that is no map of grey values.
fn refused(path: &Path, bytes: &[u8], error: &DataError) -> Finding {
    match error {
        DataError::Alpha { .. } => Finding::of_error(
            Kind::SaliencyInAlpha,
            path,
            error,
            "in a cut-out the alpha is the map: magick mogrify -alpha extract; where the grey values \
             are the map, magick mogrify -alpha off",
        ),
        DataError::Colours { .. } => Finding::of_error(
            Kind::ColourSaliency,
            path,
            error,
            "a photograph or a map in false colours: name the folder of grey maps with --saliency",
        ),
        _ => file::refused(path, bytes, error),
    }
}

fn look_at(map: &SaliencyMap, mask: Option<&LabelMap>) -> ExaminedSaliency {
    let (size, values) = (map.size(), map.values());
    match mask.filter(|mask| mask.size() == size) {
        Some(mask) => {
            let [outside, inside, ignored] =
                grouped_histogram(mask.classes(), &Agreement::group(), values);
            let agreement = Some(Agreement::of([&outside, &inside]));
            let all = std::array::from_fn(|value| outside[value] + inside[value] + ignored[value]);
            ExaminedSaliency { size, range: ValueRange::of(&all), agreement }
        }
        None => {
            let range = ValueRange::of(&histogram(values));
            ExaminedSaliency { size, range, agreement: None }
        }
    }
}

fn converted(path: &Path, kind: SaliencyKind) -> Option<Finding> {
    let (found, how) = match kind {
        SaliencyKind::Grey | SaliencyKind::Array => return None,
        SaliencyKind::Deep => ("16 bits", "scaled to 8 bits"),
        SaliencyKind::Colour => ("colours", "the mean of the three channels"),
    };
    let expected = format!("8-bit grey: it is read as {how}, other programs may differ");
    Some(Finding::new(Kind::ConvertedSaliency, path, found, expected, ""))
}

impl ExaminedSaliency {
    fn faults(&self, path: &Path) -> Option<Finding> {
        let ValueRange { smallest, largest, .. } = self.range;
        if smallest == largest {
            let found = format!("{smallest} at every pixel");
            let remedy = "the detector found nothing, or all; see whether it ran on this image";
            return Some(Finding::new(Kind::EmptySaliency, path, found, "a salient part", remedy));
        }
        let contrast = self.agreement.as_ref().and_then(Agreement::contrast)?;
        (contrast < -INVERTED).then(|| {
            Finding::new(
                Kind::InvertedSaliency,
                path,
                format!("objects are darker than background by {:.0} of 255", -255.0 * contrast),
                "255 on objects, 0 on background, as the mask has them",
                "see whether the map is inverted or of another image; make it anew",
            )
        })
    }
}

/// What the saliency maps of a set have in common.
#[derive(Default)]
pub(super) struct SaliencyTally {
    maps: usize,
    /// Maps with two values at most.
    binary: usize,
    largest: u8,
    /// Maps of two shades that are both dark, and the brighter one.
    faint: Vec<(PathBuf, u8)>,
    together: Agreement,
}

impl SaliencyTally {
    pub(super) fn add(&mut self, path: &Path, examined: &ExaminedSaliency) {
        let ValueRange { largest, distinct, .. } = examined.range;
        // A dark map of many shades may be that of an unsure detector; two dark shades are 0 and 1 that
        // nobody scaled.
        if distinct == 2 && largest < SALIENT {
            self.faint.push((path.into(), largest));
        }
        self.maps += 1;
        self.binary += usize::from(examined.range.distinct <= 2);
        self.largest = self.largest.max(examined.range.largest);
        if let Some(agreement) = &examined.agreement {
            self.together.merge(agreement);
        }
    }

    pub(super) fn seen(&self) -> SaliencySeen {
        SaliencySeen { maps: self.maps, binary: self.binary, iou: self.together.iou() }
    }

    /// What only shows when all maps are looked at together.
    pub(super) fn findings(&self, folder: &Path) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.maps == 0 {
            return findings;
        }
        if self.binary == self.maps && self.largest > 1 {
            findings.push(Finding::new(
                Kind::BinarySaliency,
                folder,
                format!("two values in each of {} maps", self.maps),
                "grey maps, on which the loss of EPS was tuned; training takes both",
                "",
            ));
        }
        // One finding for all where every map is dark; else one for each that is unlike the others.
        if self.largest < SALIENT {
            findings.push(Finding::new(
                Kind::FaintSaliency,
                folder,
                format!("no value above {} in {} maps", self.largest, self.maps),
                "0..=255, 255 most salient",
                "scale them: 1 must be written as 255",
            ));
        } else {
            findings.extend(self.faint.iter().map(|(path, largest)| {
                Finding::new(
                    Kind::FaintSaliency,
                    path,
                    format!("two shades, none above {largest}"),
                    "0..=255, 255 most salient, as in the other maps",
                    "scale it: 1 must be written as 255",
                )
            }));
        }
        if self.together.contrast().is_some_and(|contrast| contrast < 0.0) {
            findings.push(Finding::new(
                Kind::InvertedSaliency,
                folder,
                "objects are darker than background over all images",
                "255 on objects, 0 on background",
                "invert the maps: 255 minus the value; or name the right folder with --saliency",
            ));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size::new(4, 1);

    fn seen(values: [u8; 4], classes: [u8; 4]) -> ExaminedSaliency {
        let mask = LabelMap::new(SIZE, classes.to_vec());
        look_at(&SaliencyMap::new(SIZE, values.to_vec()), Some(&mask))
    }

    #[test]
    fn agreement_is_counted_without_ignored_pixels() {
        let agreement = seen([255, 128, 127, 255], [1, 0, 2, 255]).agreement.unwrap();
        // Objects at 255 and 127, background at 128: one hit of three.
        assert_eq!(agreement.iou(), Some(1.0 / 3.0));
        assert_eq!(agreement.contrast(), Some((191.0 - 128.0) / 255.0));
    }

    #[test]
    fn an_image_without_objects_has_no_contrast() {
        let agreement = seen([0, 0, 0, 9], [0, 0, 0, 255]).agreement.unwrap();
        assert_eq!((agreement.iou(), agreement.contrast()), (None, None));
    }

    #[test]
    fn only_a_map_that_is_far_from_its_mask_is_inverted() {
        let kind = |values, classes| {
            seen(values, classes).faults(Path::new("a.png")).map(|finding| finding.kind)
        };
        assert_eq!(kind([0, 0, 255, 255], [1, 1, 0, 0]), Some(Kind::InvertedSaliency));
        assert_eq!(kind([0, 0, 200, 0], [1, 1, 0, 0]), None);
        assert_eq!(kind([255, 255, 0, 0], [1, 1, 0, 0]), None);
        assert_eq!(kind([7; 4], [1, 1, 0, 0]), Some(Kind::EmptySaliency));
    }

    #[test]
    fn what_all_maps_share_is_one_finding() {
        let kinds = |maps: &[[u8; 4]]| {
            let mut tally = SaliencyTally::default();
            for &values in maps {
                tally.add(Path::new("a.png"), &seen(values, [1, 1, 0, 0]));
            }
            let findings = tally.findings(Path::new("SALImages"));
            findings.iter().map(|finding| finding.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&[[255, 90, 0, 3], [255, 0, 0, 0]]), []);
        assert_eq!(kinds(&[[255, 255, 0, 0], [255, 0, 0, 0]]), [Kind::BinarySaliency]);
        assert_eq!(kinds(&[[1, 1, 0, 0], [1, 0, 0, 0]]), [Kind::FaintSaliency]);
        // One map of 0 and 1 among others.
        assert_eq!(kinds(&[[255, 90, 0, 3], [1, 1, 0, 0], [99, 98, 0, 3]]), [Kind::FaintSaliency]);
        assert_eq!(kinds(&[[0, 3, 255, 9], [200, 0, 0, 0]]), [Kind::InvertedSaliency]);
        assert_eq!(kinds(&[]), []);
    }
}

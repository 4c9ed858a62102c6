//! What an examination found, in numbers and in findings.

use super::{Finding, Severity};
use serde::Serialize;

/// Everything that was found, and what was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Name of the list.
    pub list: String,
    pub images: usize,
    /// Object classes.
    pub classes: usize,
    pub photographs: usize,
    pub masks: MasksSeen,
    pub saliency: SaliencySeen,
    /// Bytes that a run will write: checkpoints of the published network, class maps, masks.
    pub run_bytes: u64,
    pub faults: usize,
    pub notes: usize,
    /// The images whose objects and salient pixels overlap least, worst first.
    pub worst: Vec<Overlap>,
    /// In the order of the list; what concerns all images comes first or last.
    pub findings: Vec<Finding>,
}

/// Masks that could be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MasksSeen {
    pub palette: usize,
    pub grey: usize,
    /// Masks in which some pixel is 255.
    pub with_ignored: usize,
}

/// Saliency maps that could be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SaliencySeen {
    pub maps: usize,
    /// Maps with two values at most.
    pub binary: usize,
    /// Intersection over union of objects and salient pixels, over the pixels of all images.
    pub iou: Option<f64>,
}

/// How far the objects of an image and its salient pixels are the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overlap {
    pub id: String,
    /// Intersection over union; pixels from 128 on are salient.
    pub iou: f64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults == 0
    }

    /// Findings of one severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }
}

/// The overlaps with the smallest values; ties stay in the order of the list.
pub(super) fn worst(mut overlaps: Vec<Overlap>, count: usize) -> Vec<Overlap> {
    overlaps.sort_by(|one, other| one.iou.total_cmp(&other.iou));
    overlaps.truncate(count);
    overlaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_overlaps_come_first() {
        let overlap = |id: &str, iou| Overlap { id: id.into(), iou };
        let all = vec![overlap("a", 0.5), overlap("b", 0.1), overlap("c", 0.5), overlap("d", 0.9)];
        let ids: Vec<String> = worst(all, 3).into_iter().map(|image| image.id).collect();
        assert_eq!(ids, ["b", "a", "c"]);
    }
}

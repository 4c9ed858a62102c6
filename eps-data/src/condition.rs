//! What an image must be like to be on a list.

use crate::codec::read_mask;
use crate::{BACKGROUND, DataError, DataSet, IGNORE, LabelMap, SaliencyFit, SaliencyMap};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A quantity of single images and the values that are wanted, such as `overlap<0.5`.
///
/// ```
/// use eps_data::Condition;
///
/// let condition: Condition = "overlap >= 0.5".parse().unwrap();
/// assert_eq!(condition.to_string(), "overlap>=0.5");
/// assert!("overlaps>0.5".parse::<Condition>().unwrap_err().contains("overlap, objects or classes"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    quantity: Quantity,
    relation: Relation,
    value: f64,
}

/// What is measured of an image, by its mask without the pixels that are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    /// Intersection over union of object pixels and salient ones (grey value 128 or more); none without either.
    Overlap,
    /// Share of the pixels that are of an object; none without pixels.
    Objects,
    /// Number of object classes.
    Classes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// The longer sign first, which begins as the shorter does.
const RELATIONS: [(&str, Relation); 4] = [
    ("<=", Relation::AtMost),
    ("<", Relation::Below),
    (">=", Relation::AtLeast),
    (">", Relation::Above),
];

const QUANTITIES: [(&str, Quantity); 3] = [
    ("overlap", Quantity::Overlap),
    ("objects", Quantity::Objects),
    ("classes", Quantity::Classes),
];

impl Condition {
    /// Whether an image is as wanted; one that has no such quantity is not.
    ///
    /// # Errors
    ///
    /// If its mask or saliency map is missing, damaged, or of another size.
    pub fn holds(&self, data: &DataSet, id: &str, fit: SaliencyFit) -> Result<bool, DataError> {
        let mask_path = data.mask_of(id);
        if !mask_path.is_file() {
            return Err(DataError::missing(mask_path, "ground-truth mask"));
        }
        let mask = read_mask(&mask_path, 256)?;
        let measured = match self.quantity {
            Quantity::Overlap => {
                let path = data.saliency_of(id);
                if !path.is_file() {
                    return Err(DataError::missing(path, "saliency map"));
                }
                overlap(&mask, &fit.read(&path, mask.size())?)
            }
            Quantity::Objects => objects(&mask),
            Quantity::Classes => Some(classes(&mask)),
        };
        Ok(measured.is_some_and(|measured| match self.relation {
            Relation::Below => measured < self.value,
            Relation::AtMost => measured <= self.value,
            Relation::Above => measured > self.value,
            Relation::AtLeast => measured >= self.value,
        }))
    }
}

/// See [`Quantity::Overlap`].
fn overlap(mask: &LabelMap, saliency: &SaliencyMap) -> Option<f64> {
    let (mut both, mut either) = (0_u64, 0_u64);
    for (&class, &value) in mask.classes().iter().zip(saliency.values()) {
        let (is_object, is_salient) = (class != BACKGROUND, value >= 128);
        both += u64::from(class != IGNORE && is_object && is_salient);
        either += u64::from(class != IGNORE && (is_object || is_salient));
    }
    (either > 0).then(|| both as f64 / either as f64)
}

/// See [`Quantity::Objects`].
fn objects(mask: &LabelMap) -> Option<f64> {
    let counted = mask.classes().iter().filter(|&&class| class != IGNORE);
    let (pixels, objects) = counted.fold((0_u64, 0_u64), |(pixels, objects), &class| {
        (pixels + 1, objects + u64::from(class != BACKGROUND))
    });
    (pixels > 0).then(|| objects as f64 / pixels as f64)
}

/// See [`Quantity::Classes`].
fn classes(mask: &LabelMap) -> f64 {
    let present: BTreeSet<u8> = mask.classes().iter().copied().collect();
    present.iter().filter(|&&class| class != BACKGROUND && class != IGNORE).count() as f64
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = |found: &str, what: &str| format!("`{text}`: {found}, expected {what}");
        let parts = RELATIONS.iter().find_map(|&(sign, relation)| {
            text.split_once(sign).map(|(name, value)| (name.trim(), relation, value.trim()))
        });
        let (name, relation, value) =
            parts.ok_or_else(|| expected("no comparison", "one such as `overlap<0.5`"))?;
        let quantity = QUANTITIES.iter().find(|(known, _)| *known == name);
        let &(_, quantity) = quantity.ok_or_else(|| {
            expected(&format!("no quantity `{name}`"), "overlap, objects or classes")
        })?;
        let is_share = quantity != Quantity::Classes;
        match value.parse::<f64>() {
            Ok(value) if value >= 0.0 && value.is_finite() && (!is_share || value <= 1.0) => {
                Ok(Self { quantity, relation, value })
            }
            _ => Err(expected(
                &format!("a value of `{value}`"),
                if is_share { "a number in 0..=1" } else { "a number from 0" },
            )),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = QUANTITIES.iter().find(|(_, quantity)| *quantity == self.quantity);
        let (name, _) = name.expect("every quantity is in the table");
        let sign = RELATIONS.iter().find(|(_, relation)| *relation == self.relation);
        let (sign, _) = sign.expect("every relation is in the table");
        write!(formatter, "{name}{sign}{}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;
    use crate::codec::{write_mask, write_saliency};
    use std::fs;

    /// A data set of one image `a` of 5 × 1: two object pixels of one class, one ignored, two of background;
    /// salient are the first object pixel, the ignored one and a background one.
    fn data() -> (tempfile::TempDir, DataSet) {
        let root = tempfile::tempdir().unwrap();
        let data = DataSet::voc(root.path());
        fs::create_dir_all(&data.masks).unwrap();
        fs::create_dir_all(&data.saliency).unwrap();
        let size = Size::new(5, 1);
        write_mask(&data.mask_of("a"), &LabelMap::new(size, vec![3, 3, IGNORE, 0, 0])).unwrap();
        let map = SaliencyMap::new(size, vec![128, 127, 255, 200, 0]);
        write_saliency(&data.saliency.join("a.png"), &map).unwrap();
        (root, data)
    }

    #[test]
    fn quantities_are_those_counted_by_hand() {
        let (_root, data) = data();
        // Both: one pixel; either: the two object pixels and one of background.
        let cases = [
            ("overlap>0.33", true),
            ("overlap<0.34", true),
            ("overlap >= 0.5", false),
            ("objects<=0.5", true),
            ("objects<0.5", false),
            ("classes>=1", true),
            ("classes>1", false),
        ];
        for (text, holds) in cases {
            let condition: Condition = text.parse().unwrap();
            let found = condition.holds(&data, "a", SaliencyFit::Exact).unwrap();
            assert_eq!(found, holds, "{text}");
        }
    }

    #[test]
    fn an_image_without_the_quantity_is_on_neither_side() {
        let (_root, data) = data();
        let size = Size::new(2, 1);
        write_mask(&data.mask_of("b"), &LabelMap::new(size, vec![0, IGNORE])).unwrap();
        let map = SaliencyMap::new(size, vec![0, 255]);
        write_saliency(&data.saliency.join("b.png"), &map).unwrap();
        for text in ["overlap<0.5", "overlap>=0.5"] {
            let condition: Condition = text.parse().unwrap();
            assert!(!condition.holds(&data, "b", SaliencyFit::Exact).unwrap(), "{text}");
        }
        let missing = "overlap<1".parse::<Condition>().unwrap();
        let error = missing.holds(&data, "c", SaliencyFit::Exact).unwrap_err().to_string();
        assert!(error.contains("c.png"), "{error}");
    }

    #[test]
    fn what_is_no_condition_is_named() {
        let cases = [
            ("overlap", "no comparison, expected one such as `overlap<0.5`"),
            ("size<3", "no quantity `size`, expected overlap, objects or classes"),
            ("overlap<2", "a value of `2`, expected a number in 0..=1"),
            ("classes>many", "a value of `many`, expected a number from 0"),
            ("objects<NaN", "a value of `NaN`, expected a number in 0..=1"),
        ];
        for (text, message) in cases {
            assert_eq!(text.parse::<Condition>().unwrap_err(), format!("`{text}`: {message}"));
        }
        for text in ["overlap<0.5", "objects>=0.25", "classes<=2", "classes>1"] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
        }
    }
}

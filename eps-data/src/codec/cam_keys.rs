//! Classes and maps that other programs keep apart, as the score map of an image.

use super::cam_dictionary::CamProblem;
use crate::{ClassId, ScoreMap, Size, class_of};

/// How another program counts the classes of its maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CamKeys {
    /// From 0 without background, as most programs keep class activation maps.
    #[default]
    FromZero,
    /// From 1 as masks do; a key 0 is background, and its map is left out.
    FromOne,
}

/// How far the sum of probabilities in 16 bits may be from 1.
const SUM_TOLERANCE: f32 = 5e-3;

/// Maps of one size, row by row; the size is known even where there is no map.
#[derive(Debug, Default)]
pub(super) struct Planes {
    pub(super) size: Option<Size>,
    pub(super) maps: Vec<Vec<f32>>,
}

impl CamKeys {
    /// The score map of `keys` and their maps, by ascending class.
    pub(super) fn score_map(
        self,
        mut keys: Vec<f64>,
        mut planes: Planes,
    ) -> Result<ScoreMap, CamProblem> {
        // IRN's later steps keep the background among the keys, but no map of it.
        if keys.len() == planes.maps.len() + 1 && keys.first() == Some(&0.0) {
            match self {
                Self::FromOne => drop(keys.remove(0)),
                Self::FromZero => return Err(counted_from_one("a key 0 without a map")),
            }
        }
        if keys.len() != planes.maps.len() {
            let found = format!("{} keys for {} maps", keys.len(), planes.maps.len());
            return Err(CamProblem::content(found, "one key a map"));
        }
        let size = planes.size.filter(|size| size.width > 0 && size.height > 0);
        let size = size.ok_or(CamProblem::Empty)?;
        if self == Self::FromZero && keys.contains(&0.0) && are_probabilities(&planes.maps) {
            return Err(counted_from_one("maps that add up to 1 at every pixel, key 0 among them"));
        }
        let mut classes: Vec<(ClassId, Vec<f32>)> = Vec::new();
        for (key, map) in keys.into_iter().zip(planes.maps.drain(..)) {
            check_scores(key, &map, size)?;
            classes.extend(self.class(key)?.map(|class| (class, map)));
        }
        classes.sort_by_key(|(class, _)| *class);
        if let Some(pair) = classes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let key = usize::from(pair[0].0) - usize::from(self == Self::FromZero);
            return Err(CamProblem::content(format!("class {key} twice"), "each class once"));
        }
        let (classes, scores): (Vec<ClassId>, Vec<Vec<f32>>) = classes.into_iter().unzip();
        Ok(ScoreMap::new(size, classes, scores.concat()))
    }

    /// The mask index of a key; `None` for background.
    pub(super) fn class(self, key: f64) -> Result<Option<ClassId>, CamProblem> {
        let is_integer = key.fract() == 0.0;
        let expected = match self {
            Self::FromZero if is_integer && (0.0..254.0).contains(&key) => {
                return Ok(Some(class_of(key as usize)));
            }
            Self::FromZero => "0 to 253, without background",
            Self::FromOne if key == 0.0 => return Ok(None),
            Self::FromOne if is_integer && (1.0..255.0).contains(&key) => {
                return Ok(Some(key as ClassId));
            }
            Self::FromOne => "0 for background, or 1 to 254",
        };
        Err(CamProblem::content(format!("class {key}"), expected))
    }
}

fn counted_from_one(found: &str) -> CamProblem {
    CamProblem::content(
        found.into(),
        "classes from 0 without background; if 0 is the background here, convert with --from-one",
    )
}

/// Whether several maps share 1 out at every pixel, as the probabilities of a CRF do.
fn are_probabilities(maps: &[Vec<f32>]) -> bool {
    let Some((first, others)) = maps.split_first().filter(|(_, others)| !others.is_empty()) else {
        return false;
    };
    first.iter().enumerate().all(|(pixel, score)| {
        let others = others.iter().map(|map| map.get(pixel).copied().unwrap_or(f32::NAN));
        let sum = score + others.sum::<f32>();
        (sum - 1.0).abs() <= SUM_TOLERANCE
    })
}

/// Refuses what is no score, with its place.
fn check_scores(key: f64, map: &[f32], size: Size) -> Result<(), CamProblem> {
    let wrong = map.iter().position(|score| !score.is_finite() || *score < 0.0);
    let Some(pixel) = wrong else { return Ok(()) };
    let (row, column) = (pixel / size.width, pixel % size.width);
    let found = format!("{} for class {key} at row {row}, column {column}", map[pixel]);
    Err(CamProblem::content(found, "finite scores of 0 or more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planes(maps: &[[f32; 2]]) -> Planes {
        let maps = maps.iter().map(|map| map.to_vec()).collect();
        Planes { size: Some(Size::new(2, 1)), maps }
    }

    fn refusal(keys: CamKeys, numbers: &[f64], maps: &[[f32; 2]]) -> String {
        keys.score_map(numbers.to_vec(), planes(maps)).unwrap_err().to_string()
    }

    #[test]
    fn keys_are_counted_from_zero_or_from_one() {
        let maps = [[0.5, 0.25], [0.25, 1.0]];
        let from_zero = CamKeys::FromZero.score_map(vec![14.0, 0.0], planes(&maps)).unwrap();
        assert_eq!(from_zero.classes(), [1, 15]);
        assert_eq!(from_zero.of(15).unwrap(), [0.5, 0.25]);
        let from_one = CamKeys::FromOne.score_map(vec![0.0, 15.0], planes(&maps)).unwrap();
        assert_eq!(from_one.classes(), [15], "0 is background");
        assert_eq!(from_one.of(15).unwrap(), [0.25, 1.0]);
        let named = CamKeys::FromOne.score_map(vec![0.0, 3.0, 4.0], planes(&maps)).unwrap();
        assert_eq!(named.classes(), [3, 4], "the background has a key and no map");
    }

    #[test]
    fn probabilities_with_a_key_0_are_not_taken_for_maps_without_background() {
        let maps = [[0.75, 0.25], [0.25, 0.75]];
        let message = refusal(CamKeys::FromZero, &[0.0, 15.0], &maps);
        assert!(message.starts_with("maps that add up to 1 at every pixel, key 0 among them"));
        assert!(message.ends_with("convert with --from-one"), "{message}");
        let map = CamKeys::FromOne.score_map(vec![0.0, 15.0], planes(&maps)).unwrap();
        assert_eq!((map.classes(), map.scores()), (&[15][..], &[0.25, 0.75][..]));
        let without_background = CamKeys::FromZero.score_map(vec![1.0, 15.0], planes(&maps));
        assert_eq!(without_background.unwrap().classes(), [2, 16]);
        let alone = CamKeys::FromZero.score_map(vec![0.0], planes(&[[1.0, 1.0]]));
        assert_eq!(alone.unwrap().classes(), [1], "one map says nothing");
    }

    #[test]
    fn a_map_without_classes_keeps_its_size() {
        let map = CamKeys::FromZero.score_map(vec![], planes(&[])).unwrap();
        assert_eq!((map.size(), map.classes().len()), (Size::new(2, 1), 0));
        let unknown = CamKeys::FromZero.score_map(vec![], Planes::default());
        assert!(matches!(unknown.unwrap_err(), CamProblem::Empty));
    }

    #[test]
    fn what_is_no_score_is_named_with_its_place() {
        let message = refusal(CamKeys::FromZero, &[14.0], &[[0.0, f32::NAN]]);
        assert_eq!(
            message,
            "NaN for class 14 at row 0, column 1, expected finite scores of 0 or more"
        );
        assert!(refusal(CamKeys::FromOne, &[3.0], &[[-1.0, 0.0]]).starts_with("-1 for class 3"));
        assert!(refusal(CamKeys::FromZero, &[254.0], &[[0.0; 2]]).starts_with("class 254,"));
        assert!(refusal(CamKeys::FromOne, &[255.0], &[[0.0; 2]]).starts_with("class 255,"));
        assert_eq!(
            refusal(CamKeys::FromZero, &[4.0, 4.0], &[[0.0; 2]; 2]),
            "class 4 twice, expected each class once"
        );
    }
}

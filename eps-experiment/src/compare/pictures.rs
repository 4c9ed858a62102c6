//! Rows of pictures: which images are shown, and what of each.

use super::masks::ShownRun;
use super::runs::{Comparison, scores, truth};
use anyhow::{Result, bail, ensure};
use eps_data::codec::read_rgb;
use eps_data::{Item, RgbImage, SaliencyMap, Size, in_order};
use eps_eval::ConfusionMatrix;
use eps_eval::paired::SplitMix64;
use eps_eval::report::page::{PictureRow, colour_mask, heat};
use rayon::prelude::*;
use std::str::FromStr;

/// Which images a report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Spread evenly over the list.
    Even,
    /// Drawn from the list, the same for the same number of images.
    Random,
    /// Where the last run is better than the first by most.
    Gain,
    /// Where it is worse by most.
    Loss,
    /// Where the last run is best.
    Best,
    /// Where it is worst.
    Worst,
    Ids(Vec<String>),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "" => return Err("expected a rule or image ids".into()),
            "even" => Self::Even,
            "random" => Self::Random,
            "gain" => Self::Gain,
            "loss" => Self::Loss,
            "best" => Self::Best,
            "worst" => Self::Worst,
            ids => Self::Ids(ids.split(',').map(str::to_owned).collect()),
        })
    }
}

impl Choice {
    /// At most `count` images of a split, all that are named where ids are given; runs are compared by
    /// the masks that are shown of them.
    ///
    /// # Errors
    ///
    /// If an id is not in the list, gain or loss is asked of one run, or a map cannot be read.
    pub fn of<'a>(
        &self,
        items: &'a [Item],
        classes: usize,
        runs: &[ShownRun<'_>],
        count: usize,
    ) -> Result<Vec<&'a Item>> {
        let count = count.min(items.len());
        let chosen = match self {
            _ if count == 0 => return Ok(vec![]),
            Self::Even => (0..count).map(|index| index * items.len() / count).collect(),
            Self::Random => random(items.len(), count),
            Self::Ids(ids) => ids.iter().map(|id| place(items, id)).collect::<Result<_>>()?,
            Self::Best | Self::Worst | Self::Gain | Self::Loss => {
                let values = self.values(items, classes, runs)?;
                let mut order: Vec<usize> = (0..items.len()).collect();
                // Stable: images of one value stay in the order of the list.
                order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
                order.truncate(count);
                order
            }
        };
        Ok(chosen.into_iter().map(|index| &items[index]).collect())
    }

    /// What each image is ordered by, the first of the order the largest.
    fn values(&self, items: &[Item], classes: usize, runs: &[ShownRun<'_>]) -> Result<Vec<f64>> {
        let is_difference = matches!(self, Self::Gain | Self::Loss);
        ensure!(
            !is_difference || runs.len() > 1,
            "gain and loss are between the first and the last run: expected two runs or more"
        );
        let sign = if matches!(self, Self::Loss | Self::Worst) { -1.0 } else { 1.0 };
        let Some((last, others)) = runs.split_last() else { return Ok(vec![0.0; items.len()]) };
        in_order(items.par_iter().map(|item| {
            let iou = mean_iou(item, classes, last)?;
            let value = match is_difference {
                true => iou - mean_iou(item, classes, &others[0])?,
                false => iou,
            };
            Ok(sign * value)
        }))
    }
}

/// Mean IoU over the classes of an image's truth and mask; 0 where no pixel counts.
fn mean_iou(item: &Item, classes: usize, run: &ShownRun<'_>) -> Result<f64> {
    let truth = truth(item, classes)?;
    let mask = run.mask(item, classes, truth.size())?;
    let matrix = ConfusionMatrix::of(classes, truth.classes(), mask.classes());
    Ok(matrix.mean_iou().unwrap_or(0.0))
}

/// Different places below `length`, in random order.
fn random(length: usize, count: usize) -> Vec<usize> {
    let generator = SplitMix64::new(0);
    let mut places: Vec<usize> = (0..length).collect();
    // The first steps of Fisher and Yates' shuffle.
    for place in 0..count {
        let left = (length - place) as u64;
        places.swap(place, place + generator.below(left, place as u64) as usize);
    }
    places.truncate(count);
    places
}

fn place(items: &[Item], id: &str) -> Result<usize> {
    match items.iter().position(|item| item.id == id) {
        Some(place) => Ok(place),
        None => bail!(
            "`{id}` is not in the list, expected one of its ids, or even, random, gain, loss, best or worst"
        ),
    }
}

impl Comparison<'_> {
    /// Photograph, ground truth, saliency, and each run's map and mask.
    pub fn pictures(
        &self,
        runs: &[ShownRun<'_>],
        choice: &Choice,
        count: usize,
    ) -> Result<Vec<PictureRow>> {
        let chosen = choice.of(&self.split.items, self.split.names.len(), runs, count)?;
        in_order(chosen.into_par_iter().map(|item| self.row(item, runs)))
    }

    fn row(&self, item: &Item, runs: &[ShownRun<'_>]) -> Result<PictureRow> {
        let classes = self.split.names.len();
        let mut cells = vec![read_rgb(&item.image)?, colour_mask(&truth(item, classes)?)];
        let size = Size::new(cells[0].width() as usize, cells[0].height() as usize);
        if let Some(path) = &item.saliency {
            cells.push(grey(&self.split.saliency_fit.read(path, size)?));
        }
        for run in runs {
            if run.has_maps() {
                cells.push(strongest(&scores(run.folder, item)?));
            }
            cells.push(colour_mask(&run.mask(item, classes, size)?));
        }
        Ok(PictureRow { id: item.id.clone(), cells })
    }

    /// Heads of the columns that [`Self::pictures`] makes.
    pub fn picture_header(&self, runs: &[ShownRun<'_>]) -> Vec<String> {
        let mut header = vec!["image".to_owned(), "ground truth".to_owned()];
        if self.split.items.iter().any(|item| item.saliency.is_some()) {
            header.push("saliency".into());
        }
        for run in runs {
            header.extend(run.has_maps().then(|| format!("{} map", run.name)));
            header.push(run.head());
        }
        header
    }
}

/// The score of the best class of each pixel as colours.
fn strongest(scores: &eps_data::ScoreMap) -> RgbImage {
    let values: Vec<f32> = scores.best().map(|(_, score)| score).collect();
    heat(&values, scores.size())
}

fn grey(map: &SaliencyMap) -> RgbImage {
    let size = map.size();
    let pixels = map.values().iter().flat_map(|&value| [value; 3]).collect();
    RgbImage::from_raw(size.width as u32, size.height as u32, pixels)
        .expect("three bytes for each pixel")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: usize) -> Vec<Item> {
        let item = |index: usize| Item {
            id: format!("image_{index}"),
            image: Default::default(),
            saliency: None,
            mask: None,
            classes: Default::default(),
        };
        (0..count).map(item).collect()
    }

    fn ids(choice: &str, count: usize) -> Result<Vec<String>> {
        let (items, choice) = (items(9), choice.parse::<Choice>().expect("a choice"));
        Ok(choice.of(&items, 2, &[], count)?.into_iter().map(|item| item.id.clone()).collect())
    }

    #[test]
    fn even_images_are_spread_over_the_list() {
        assert_eq!(ids("even", 3).unwrap(), ["image_0", "image_3", "image_6"]);
        assert_eq!(ids("even", 20).unwrap().len(), 9);
    }

    #[test]
    fn random_images_differ_and_are_the_same_again() {
        let drawn = ids("random", 9).unwrap();
        assert_eq!(ids("random", 9).unwrap(), drawn);
        let mut sorted = drawn.clone();
        sorted.sort();
        assert_ne!(sorted, drawn);
        assert_eq!(sorted, ids("even", 9).unwrap());
    }

    #[test]
    fn named_images_come_in_their_order_and_must_exist() {
        assert_eq!(ids("image_4,image_1", 12).unwrap(), ["image_4", "image_1"]);
        let refused = ids("image_10", 12).unwrap_err().to_string();
        assert!(refused.starts_with("`image_10` is not in the list"), "{refused}");
    }

    #[test]
    fn a_gain_needs_two_runs() {
        assert!(ids("gain", 2).unwrap_err().to_string().contains("expected two runs"));
    }
}

//! Class maps and masks of images by a trained classifier.

use super::{NamedDevice, RunFolder};
use crate::output::FolderLock;
use crate::pipeline::{Pipeline, Replica};
use crate::{End, Session};
use anyhow::{Result, ensure};
use eps_data::codec::{
    ScoreFormat, is_whole, read_logits, read_rgb, read_scores, size_of, write_file, write_mask,
    write_scores_and_logits,
};
use eps_data::labels::image_scores_table;
use eps_data::{
    ClassId, ClassNames, ClassSet, DataError, Item, RgbImage, ScoreMap, Size, channel_of,
};
use eps_model::infer::{Views, network_views};
use eps_model::network::Network;
use eps_model::recipe::InferenceRecipe;
use std::path::PathBuf;

/// Images of one size that run as one batch.
const BATCH: usize = 8;

/// Pixels of one batch, so that large photographs do not exhaust memory.
const BATCH_PIXELS: usize = 500 * 500;

/// Batches that wait before the network, and after it.
const WAITING: usize = 1;

/// What inference runs with, and where its results go.
pub struct Inference<'a> {
    pub session: &'a Session<'a>,
    /// On the first of the devices.
    pub network: &'a Network,
    pub recipe: &'a InferenceRecipe,
    /// Those that share the images.
    pub devices: &'a [NamedDevice],
    pub out: &'a RunFolder,
    /// Of the folder or one above it, where another lock does not look after it.
    pub lock: Option<&'a FolderLock>,
    pub format: ScoreFormat,
    /// Whether masks at the recipe's threshold are written beside the maps.
    pub with_masks: bool,
    /// The probability from which on the network's classes take the place of labels, in `0..=1`.
    pub predicted: Option<f32>,
}

/// A batch of one size and its photographs.
type Photographs<'a> = (Vec<&'a Item>, Vec<RgbImage>);

impl Inference<'_> {
    /// Writes the maps, and with them the masks, of `items` that are not there yet.
    pub fn run(&self, items: &[&Item], label: &str) -> Result<End> {
        self.make_missing_masks(items)?;
        let pipeline = Pipeline { session: self.session, lock: self.lock, waiting: WAITING };
        let left = pipeline.begin(label, items, |item| self.is_done(item));
        pipeline.run(
            batches(left)?,
            &Replica::on_each(self.network.clone(), self.devices),
            |batch| Ok(read_batch(batch)?),
            |replica, batch| self.views(replica, batch),
            |(item, views)| Ok(self.write(item, views)?),
        )
    }

    /// What the network makes of a batch.
    fn views<'i>(
        &self,
        replica: &Replica<Network>,
        (items, images): Photographs<'i>,
    ) -> Result<Vec<(&'i Item, Views)>> {
        let labelled: Vec<_> =
            images.iter().zip(&items).map(|(image, item)| (image, self.classes(item))).collect();
        let batch = network_views(&replica.network, self.recipe, &labelled, &replica.device);
        check_finite(&items, &batch)?;
        Ok(items.into_iter().zip(batch).collect())
    }

    /// Gathers the logits of all `items` whose maps are there into one table, in their order.
    pub fn gather_logits(&self, items: &[Item], names: &ClassNames) -> Result<()> {
        loop {
            let done: Vec<&Item> = items.iter().filter(|item| self.is_done(item)).collect();
            let mut rows = Vec::new();
            for item in &done {
                let logits = read_logits(&self.cam(item))?;
                let classes = logits.as_ref().map_or(names.objects(), Vec::len);
                ensure!(
                    classes == names.objects(),
                    "{}: logits of {classes} classes, expected the data set's {}",
                    self.cam(item).display(),
                    names.objects()
                );
                rows.extend(logits.map(|logits| (item.id.as_str(), logits)));
            }
            write_file(&self.out.logits_file(), image_scores_table(&rows, names))?;
            if rows.len() < done.len() {
                let lacking = done.len() - rows.len();
                self.session.observer.say(&format!(
                    "logits.csv lacks {lacking} images whose maps were made without logits"
                ));
            }
            // Another process may have written more maps, and its table before this one.
            if items.iter().filter(|item| self.is_done(item)).count() == done.len() {
                return Ok(());
            }
        }
    }

    /// Makes the masks that are missing of maps that are there: these are as the network left them, and
    /// the network is not needed for it. A map that cannot be read is made again with its mask.
    fn make_missing_masks(&self, items: &[&Item]) -> Result<(), DataError> {
        let mut made = 0;
        for item in items {
            let cam = self.cam(item);
            let lacks_mask = self.with_masks && is_whole(&cam) && !self.is_done(item);
            if lacks_mask && let Ok(map) = read_scores(&cam) {
                write_mask(&self.mask(item), &map.to_labels(self.recipe.threshold))?;
                made += 1;
            }
        }
        if made > 0 {
            let text = format!("masks missing or cut off, made from their maps: {made}");
            self.session.observer.say(&text);
        }
        Ok(())
    }

    /// The classes whose maps the network makes.
    fn classes(&self, item: &Item) -> ClassSet {
        match self.predicted {
            None => item.classes,
            Some(_) => (1..=self.network.classes()).map(|class| class as ClassId).collect(),
        }
    }

    /// The maps of the classes that are in the image, as the network finds them where nothing else says it.
    fn of_image(&self, map: ScoreMap, logits: &[f32]) -> ScoreMap {
        let Some(least) = self.predicted else { return map };
        map.only(|class| {
            // Each class by itself, since the loss of labels has a sigmoid for each and no softmax.
            let probability = 1.0 / (1.0 + (-logits[channel_of(class)]).exp());
            probability >= least
        })
    }

    fn cam(&self, item: &Item) -> PathBuf {
        self.out.cam_of(&item.id)
    }

    fn mask(&self, item: &Item) -> PathBuf {
        self.out.mask_of(&item.id)
    }

    fn is_done(&self, item: &Item) -> bool {
        is_whole(&self.cam(item)) && (!self.with_masks || is_whole(&self.mask(item)))
    }

    fn write(&self, item: &Item, views: Views) -> Result<(), DataError> {
        let logits = views.logits();
        let map = self.of_image(views.score_map(), &logits);
        // As it reads back from its file: a mask that is made again of that is the same.
        let map = self.format.stored(map);
        // The map first: of a map a missing mask can be made again, of a mask no map.
        write_scores_and_logits(&self.cam(item), &map, &logits, self.format)?;
        if self.with_masks {
            let mask = map.to_labels(self.recipe.threshold);
            write_mask(&self.mask(item), &mask)?;
        }
        Ok(())
    }
}

/// Refuses scores that are no numbers: every map and mask made of them would be empty.
fn check_finite(items: &[&Item], batch: &[Views]) -> Result<()> {
    for (item, views) in items.iter().zip(batch) {
        ensure!(
            views.is_finite(),
            "{}: the network's scores are infinite or NaN, so its weights are damaged or diverged in \
             training",
            item.image.display()
        );
    }
    Ok(())
}

fn read_batch(items: Vec<&Item>) -> Result<Photographs<'_>, DataError> {
    let images = items.iter().map(|item| read_rgb(&item.image)).collect::<Result<_, _>>()?;
    Ok((items, images))
}

/// Consecutive images of one size, as many as a batch takes.
fn batches(items: Vec<&Item>) -> Result<Vec<Vec<&Item>>> {
    let mut batches: Vec<(Size, Vec<&Item>)> = Vec::new();
    for item in items {
        let size = size_of(&item.image)?;
        let room = (BATCH_PIXELS / size.pixels().max(1)).clamp(1, BATCH);
        match batches.last_mut() {
            Some((last_size, batch)) if *last_size == size && batch.len() < room => {
                batch.push(item);
            }
            _ => batches.push((size, vec![item])),
        }
    }
    Ok(batches.into_iter().map(|(_, batch)| batch).collect())
}

//! Batches of training samples, decoded ahead of the consumer.

// A thread of the loader asks for one batch after another, rayon's threads make its samples, and a
// bounded queue lets it run ahead of the consumer by so many batches:
//
//   places of an update -> samples, in parallel -> queue of `ahead` batches -> consumer
//
// A full queue stops the thread, an error ends it after it was sent, and so does a receiver that is
// gone. Nothing that a sample depends on is carried from one update to the next, so that any update
// can be the first.

mod cache;
mod order;

use crate::{
    DataError, Item, SaliencyFit, Sample, in_order,
    transform::{Augmentation, Draw, MaskedAugmentation},
};
use cache::{Cache, Files};
use order::Order;
use rayon::prelude::*;
use std::{
    panic,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread::{self, JoinHandle},
};

/// How the samples of a task are made of its files.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampling {
    /// Of images, and saliency maps where the items have some.
    Labelled(Augmentation),
    /// Of images and their masks, whose classes count background.
    Masked { augmentation: MaskedAugmentation, classes: usize },
}

impl From<Augmentation> for Sampling {
    fn from(augmentation: Augmentation) -> Self {
        Self::Labelled(augmentation)
    }
}

/// The batches of a training run, in order, without end.
///
/// The batch of an update depends on the items, the seed and the number of the update only: a run
/// that resumes gets the batches that it would have got, with any number of threads. An epoch is a
/// permutation of the items; those that do not fill a batch are left out of it.
///
/// A thread of its own decodes on rayon's threads and waits while enough batches are ready. It
/// starts with the first batch that is asked for and ends when the loader is dropped, or after an
/// error.
pub struct Loader {
    plan: Option<Plan>,
    running: Option<Running>,
}

impl Loader {
    /// Batches of `batch` samples from update `first_update` on, at most `ahead` of them waiting.
    ///
    /// # Panics
    ///
    /// If there are no items, or a batch has no samples.
    pub fn new(
        items: Arc<Vec<Item>>,
        sampling: impl Into<Sampling>,
        batch: usize,
        seed: u64,
        first_update: usize,
        ahead: usize,
    ) -> Self {
        let sampling = sampling.into();
        let order = Order::new(items.len(), batch, seed);
        let cache = Cache::new(items.len(), 0);
        let saliency_fit = SaliencyFit::Exact;
        let plan = Plan { items, sampling, order, cache, saliency_fit, first_update, ahead };
        Self { plan: Some(plan), running: None }
    }

    /// Saliency maps that are not as large as their images are resized, or stay errors.
    ///
    /// Has no effect once the first batch was asked for.
    pub fn with_saliency_fit(mut self, fit: SaliencyFit) -> Self {
        if let Some(plan) = &mut self.plan {
            plan.saliency_fit = fit;
        }
        self
    }

    /// Keeps decoded images while they take at most `bytes` together; batches stay the same.
    ///
    /// Has no effect once the first batch was asked for.
    pub fn with_cache(mut self, bytes: usize) -> Self {
        if let Some(plan) = &mut self.plan {
            plan.cache = Cache::new(plan.items.len(), bytes);
        }
        self
    }
}

impl Iterator for Loader {
    type Item = Result<Vec<Sample>, DataError>;

    /// The next batch; `None` after an error only.
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(plan) = self.plan.take() {
            self.running = Some(Running::start(plan));
        }
        let running = self.running.as_mut()?;
        match running.batches.recv() {
            Ok(batch) => Some(batch),
            Err(_) => {
                self.running.take()?.join();
                None
            }
        }
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        if let Some(Running { batches, thread }) = self.running.take() {
            // Without a receiver the thread ends at its next batch.
            drop(batches);
            let _ = thread.join();
        }
    }
}

/// The thread that makes batches.
struct Running {
    batches: Receiver<Result<Vec<Sample>, DataError>>,
    thread: JoinHandle<()>,
}

impl Running {
    fn start(plan: Plan) -> Self {
        let (sender, batches) = sync_channel(plan.ahead);
        let thread = thread::spawn(move || {
            for update in plan.first_update.. {
                let batch = plan.batch(update);
                let is_last = batch.is_err();
                if sender.send(batch).is_err() || is_last {
                    return;
                }
            }
        });
        Self { batches, thread }
    }

    /// Waits for the end of the thread, and goes on with its panic if it had one.
    fn join(self) {
        if let Err(cause) = self.thread.join() {
            panic::resume_unwind(cause);
        }
    }
}

/// Everything that batches depend on.
struct Plan {
    items: Arc<Vec<Item>>,
    sampling: Sampling,
    order: Order,
    cache: Cache,
    saliency_fit: SaliencyFit,
    first_update: usize,
    ahead: usize,
}

impl Plan {
    /// The samples of an update, or the first error among them.
    fn batch(&self, update: usize) -> Result<Vec<Sample>, DataError> {
        let places = self.order.places(update);
        in_order(places.into_par_iter().map(|place| self.sample(&place)))
    }

    fn sample(&self, place: &order::Place) -> Result<Sample, DataError> {
        let item = &self.items[place.item];
        let mut random = place.random();
        match &self.sampling {
            Sampling::Labelled(augmentation) => {
                let files = Files::Saliency(self.saliency_fit);
                let decoded = self.cache.decoded(place.item, item, files)?;
                let draw = Draw::new(augmentation, &mut random);
                let saliency = decoded.saliency.as_ref();
                Ok(augmentation.apply(&decoded.image, saliency, item.classes, &draw))
            }
            Sampling::Masked { augmentation, classes } => {
                let decoded = self.cache.decoded(place.item, item, Files::Mask(*classes))?;
                let draw = augmentation.draw(&mut random);
                let mask = decoded.mask.as_ref().expect("read with the image");
                Ok(augmentation.apply(&decoded.image, mask, item.classes, &draw))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ClassSet, LabelMap, RgbImage, SaliencyMap, Size,
        codec::{write_mask, write_rgb_png, write_saliency},
        transform::InputForm,
    };
    use std::{fs, path::Path};

    fn augmentation() -> Augmentation {
        Augmentation { longer_side: (8, 12), crop: 10, flip: true, jitter: true }
    }

    /// `count` images of different colours.
    fn items(folder: &Path, count: usize) -> Arc<Vec<Item>> {
        let size = Size::new(9, 7);
        let item = |index: usize| {
            let image = folder.join(format!("{index}.png"));
            let saliency = folder.join(format!("{index}_saliency.png"));
            let colour = |x, y| image::Rgb([(index * 20) as u8, x as u8 * 25, y as u8 * 30]);
            write_rgb_png(&image, &RgbImage::from_fn(9, 7, colour)).unwrap();
            let values = (0..63).map(|pixel| (pixel * 3 + index) as u8).collect();
            write_saliency(&saliency, &SaliencyMap::new(size, values)).unwrap();
            Item {
                id: index.to_string(),
                image,
                saliency: Some(saliency),
                mask: None,
                classes: [index as u8 + 1].into_iter().collect(),
            }
        };
        Arc::new((0..count).map(item).collect())
    }

    fn batches(loader: Loader, count: usize) -> Vec<Vec<Sample>> {
        loader.take(count).map(Result::unwrap).collect()
    }

    fn loader(items: &Arc<Vec<Item>>, first_update: usize) -> Loader {
        Loader::new(Arc::clone(items), augmentation(), 2, 7, first_update, 2)
    }

    #[test]
    fn a_resumed_run_gets_the_batches_it_would_have_got() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 5);
        let whole = batches(loader(&items, 0), 7);
        assert_eq!(batches(loader(&items, 3), 4), whole[3..]);
    }

    #[test]
    fn neither_threads_nor_queue_nor_cache_change_a_batch() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 5);
        let expected = batches(loader(&items, 0), 6);
        for ahead in [0, 1, 5] {
            let loader = Loader::new(Arc::clone(&items), augmentation(), 2, 7, 0, ahead);
            assert_eq!(batches(loader, 6), expected, "{ahead} batches ahead");
        }
        for bytes in [0, 500, usize::MAX] {
            assert_eq!(batches(loader(&items, 0).with_cache(bytes), 6), expected, "{bytes} bytes");
        }
        let order = Order::new(items.len(), 2, 7);
        let cache = Cache::new(items.len(), 0);
        let plan = Plan {
            items,
            sampling: augmentation().into(),
            order,
            cache,
            saliency_fit: SaliencyFit::Exact,
            first_update: 0,
            ahead: 0,
        };
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found: Vec<_> =
                pool.install(|| (0..6).map(|update| plan.batch(update).unwrap()).collect());
            assert_eq!(found, expected, "{threads} threads");
        }
    }

    #[test]
    fn another_seed_gives_other_batches() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 5);
        let other = Loader::new(Arc::clone(&items), augmentation(), 2, 8, 0, 2);
        assert_ne!(batches(other, 4), batches(loader(&items, 0), 4));
    }

    #[test]
    fn samples_have_the_shape_of_the_crop() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 3);
        let batch = loader(&items, 0).next().unwrap().unwrap();
        assert_eq!(batch.len(), 2);
        for sample in batch {
            assert_eq!(sample.image.len(), 3 * 10 * 10);
            let saliency = sample.saliency.unwrap();
            assert_eq!(saliency.len(), 10 * 10);
            assert!(saliency.iter().all(|value| (0.0..=1.0).contains(value)));
            assert_eq!(sample.classes.len(), 1);
        }
    }

    #[test]
    fn masked_samples_are_equal_for_any_threads_and_have_the_classes_of_their_masks() {
        let folder = tempfile::tempdir().unwrap();
        let mut items = items(folder.path(), 4).to_vec();
        for (index, item) in items.iter_mut().enumerate() {
            let mask = folder.path().join(format!("{index}_mask.png"));
            let labels = LabelMap::new(Size::new(9, 7), vec![index as u8 + 1; 63]);
            write_mask(&mask, &labels).unwrap();
            item.mask = Some(mask);
        }
        let items = Arc::new(items);
        let augmentation = MaskedAugmentation {
            scales: vec![0.5, 1.0],
            crop: 6,
            flip: true,
            input: InputForm::Imagenet,
        };
        let of = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let sampling = Sampling::Masked { augmentation: augmentation.clone(), classes: 5 };
            let loader = Loader::new(Arc::clone(&items), sampling, 2, 7, 0, 0).with_cache(900);
            pool.install(|| batches(loader, 6))
        };
        assert_eq!(of(1), of(3));
        for sample in of(2).iter().flatten() {
            let class = sample.classes.last().unwrap();
            let mask = sample.mask.as_ref().unwrap();
            assert!(mask.iter().all(|&label| label == class || label == crate::IGNORE));
            assert_eq!((mask.len(), sample.image.len()), (36, 108));
        }
        let few = Sampling::Masked { augmentation, classes: 2 };
        let refused = Loader::new(items, few, 4, 7, 0, 0).next().unwrap().unwrap_err().to_string();
        assert!(refused.contains("expected 0..=1 or 255"), "{refused}");
    }

    #[test]
    fn an_item_without_a_map_gives_a_sample_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut items = items(folder.path(), 2).to_vec();
        items.iter_mut().for_each(|item| item.saliency = None);
        let batch = loader(&Arc::new(items), 0).next().unwrap().unwrap();
        assert!(batch.iter().all(|sample| sample.saliency.is_none()));
    }

    #[test]
    fn the_first_error_of_a_batch_is_returned_and_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 2);
        for item in items.iter() {
            fs::write(&item.image, "no picture").unwrap();
        }
        let mut loader = loader(&items, 0);
        let first = Order::new(2, 2, 7).places(0)[0].item;
        let message = loader.next().unwrap().unwrap_err().to_string();
        let path = items[first].image.display();
        assert_eq!(message, format!("{path}: not a JPEG or PNG that can be decoded"));
        assert!(loader.next().is_none());
        assert!(loader.next().is_none());
    }

    #[test]
    fn a_map_that_does_not_fit_its_image_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 1);
        let path = items[0].saliency.clone().unwrap();
        write_saliency(&path, &SaliencyMap::new(Size::new(7, 9), vec![0; 63])).unwrap();
        let message = loader(&items, 0).next().unwrap().unwrap_err().to_string();
        assert!(message.ends_with("saliency map is 7×9, its image is 9×7"), "{message}");
        let resized = loader(&items, 0).with_saliency_fit(SaliencyFit::Resized).next().unwrap();
        assert!(resized.is_ok_and(|batch| batch.iter().all(|sample| sample.saliency.is_some())));
    }

    #[test]
    fn a_dropped_loader_ends_whether_it_started_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 4);
        drop(loader(&items, 0));
        let mut started = loader(&items, 0);
        assert!(started.next().is_some());
        drop(started);
        assert_eq!(Arc::strong_count(&items), 1, "the thread has let go of the items");
    }

    #[test]
    fn labels_stay_with_their_images() {
        let folder = tempfile::tempdir().unwrap();
        let items = items(folder.path(), 4);
        let order = Order::new(4, 2, 7);
        for (update, batch) in batches(loader(&items, 0), 4).iter().enumerate() {
            let expected: Vec<ClassSet> =
                order.places(update).iter().map(|place| items[place.item].classes).collect();
            let found: Vec<_> = batch.iter().map(|sample| sample.classes).collect();
            assert_eq!(found, expected);
        }
    }
}

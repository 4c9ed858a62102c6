//! The images of a folder, counted on all threads.

// Work is cut into consecutive shares, and again wherever a thread is idle, so where the cuts fall differs
// from run to run:
//
//   images   0  1  2  3 | 4  5  6  7  8 | 9 10 11
//   counts       A      |       B       |    C         each begins as `empty`
//   sum      merge(merge(A, B), C)                     or merge(A, merge(B, C)): neighbours, in order
//
// The result is that of one thread as long as `merge` is associative: it adds integers and appends lists.
// Floats, whose sum depends on its order, are added elsewhere, one image after another.

use eps_data::Observer;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Images that are counted on all threads, with a result that does not depend on the number of them.
///
/// A thread counts consecutive images apart from the others; their counts are merged in the order of the
/// list. Of several images that fail the first in the list is told, and those after it are left.
///
/// ```
/// use eps_data::Silent;
/// use eps_eval::Fold;
///
/// let lengths = Fold::over(&["a", "bc", "def"], &Silent).sum(
///     || 0_usize,
///     |sum, name| {
///         *sum += name.len();
///         Ok::<_, std::convert::Infallible>(())
///     },
///     |sum, next| sum + next,
/// );
/// assert_eq!(lengths, Ok(6));
/// ```
pub struct Fold<'a, T> {
    images: &'a [T],
    /// The fewest images that are counted apart, as long as there are so many.
    share: usize,
    observer: &'a dyn Observer,
}

impl<'a, T: Sync> Fold<'a, T> {
    /// All of the images, each a step of the observer.
    pub fn over(images: &'a [T], observer: &'a dyn Observer) -> Self {
        Self { images, share: 1, observer }
    }

    /// For counts of megabytes, which take long to merge: no more of them than keep every thread busy.
    pub(crate) fn in_large_shares(self) -> Self {
        // Four a thread, so that threads end together although images differ in size.
        let share = self.images.len().div_ceil(4 * rayon::current_num_threads()).max(1);
        Self { share, ..self }
    }

    /// The counts of all images: what `add` adds to `empty` ones of each, merged.
    pub fn sum<C: Send, E: Send>(
        &self,
        empty: impl Fn() -> C + Sync + Send,
        add: impl Fn(&mut C, &T) -> Result<(), E> + Sync + Send,
        merge: impl Fn(C, C) -> C + Sync + Send,
    ) -> Result<C, E> {
        // A place that arrives late only has some images counted in vain, so no order of memory is needed.
        let first_failed = AtomicUsize::new(usize::MAX);
        let step = |counts: Result<C, E>, (place, image): (usize, &T)| {
            let mut counts = counts?;
            // Images before a failure still have to be counted, since one of them may fail too.
            if place < first_failed.load(Ordering::Relaxed) {
                add(&mut counts, image).inspect_err(|_| {
                    first_failed.fetch_min(place, Ordering::Relaxed);
                })?;
                self.observer.tick();
            }
            Ok(counts)
        };
        let shares = self.images.par_iter().enumerate().with_min_len(self.share);
        shares
            .fold(|| Ok(empty()), step)
            // `left?` comes first: of two failures that of the earlier image is told.
            .reduce_with(|left, right| Ok(merge(left?, right?)))
            .unwrap_or_else(|| Ok(empty()))
    }

    /// What `of_image` finds in each image, in the order of the list.
    pub fn each<R: Send, E: Send>(
        &self,
        of_image: impl Fn(&T) -> Result<R, E> + Sync + Send,
    ) -> Result<Vec<R>, E> {
        self.sum(
            Vec::new,
            |found, image| {
                found.push(of_image(image)?);
                Ok(())
            },
            |mut found, mut next| {
                found.append(&mut next);
                found
            },
        )
    }
}

/// Memory that goes from one image to the next: as much of it as there are threads at work.
#[derive(Default)]
pub(crate) struct Pool<T>(Mutex<Vec<T>>);

impl<T: Default> Pool<T> {
    /// Works with memory that no other thread has now, in whatever state the last one left it.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        // Locked only while memory is taken or put back, never while it is worked with.
        let taken = self.idle().pop();
        let mut memory = taken.unwrap_or_default();
        let result = work(&mut memory);
        self.idle().push(memory);
        result
    }

    fn idle(&self) -> MutexGuard<'_, Vec<T>> {
        // A poisoned lock is as good: every state of the memory is.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::Silent;
    use std::time::Duration;

    #[derive(Default)]
    struct Steps(AtomicUsize);

    impl Observer for Steps {
        fn step(&self, _: &dyn Fn() -> String) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn on_threads(threads: usize, test: impl FnOnce() + Send) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(test);
    }

    #[test]
    fn images_stay_in_the_order_of_the_list_and_each_is_told_once() {
        let images: Vec<usize> = (0..200).collect();
        for threads in [1, 2, 7] {
            let steps = Steps::default();
            on_threads(threads, || {
                for fold in
                    [Fold::over(&images, &steps), Fold::over(&images, &steps).in_large_shares()]
                {
                    assert_eq!(fold.each(|&image| Ok::<_, ()>(image)), Ok(images.clone()));
                }
            });
            assert_eq!(steps.0.into_inner(), 400);
        }
    }

    #[test]
    fn the_first_image_that_fails_is_told_whatever_the_threads() {
        let images: Vec<u64> = (0..200).collect();
        let add = |_: &mut (), &image: &u64| {
            // Later images fail sooner.
            std::thread::sleep(Duration::from_micros(2 * (200 - image)));
            if image >= 60 { Err(image) } else { Ok(()) }
        };
        for threads in [1, 2, 7] {
            on_threads(threads, || {
                let found = Fold::over(&images, &Silent).sum(|| (), add, |(), ()| ());
                assert_eq!(found, Err(60));
            });
        }
    }

    #[test]
    fn no_image_is_nothing() {
        let found = Fold::over(&[0_u8; 0], &Silent).each(|_| Err::<(), _>("an image"));
        assert_eq!(found, Ok(vec![]));
    }
}

//! Which item is at which place of which update.

use crate::keyed_random;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// The order of items over all epochs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    items: usize,
    batch: usize,
    seed: u64,
}

/// One place in an epoch, and the item that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) item: usize,
    seed: u64,
    epoch: u64,
    position: u64,
}

impl Order {
    /// # Panics
    ///
    /// If there are no items, or a batch has no samples.
    pub(super) fn new(items: usize, batch: usize, seed: u64) -> Self {
        assert!(items > 0, "a loader needs items");
        assert!(batch > 0, "a batch needs samples");
        Self { items, batch, seed }
    }

    /// Whole batches of an epoch; one if there are not enough items for any.
    fn batches(self) -> usize {
        (self.items / self.batch).max(1)
    }

    /// The places of an update. An epoch with fewer items than a batch is gone through again.
    pub(super) fn places(self, update: usize) -> Vec<Place> {
        let epoch = (update / self.batches()) as u64;
        let first = update % self.batches() * self.batch;
        // Shuffled anew for each update, which costs a step an item and spares a state to resume.
        let permutation = self.permutation(epoch);
        (first..first + self.batch)
            .map(|position| Place {
                item: permutation[position % self.items],
                seed: self.seed,
                epoch,
                position: position as u64,
            })
            .collect()
    }

    /// The items of an epoch, shuffled by Fisher and Yates' method.
    fn permutation(self, epoch: u64) -> Vec<usize> {
        let mut random = generator(self.seed, epoch, Purpose::Permutation);
        let mut items: Vec<_> = (0..self.items).collect();
        for last in (1..self.items).rev() {
            // Drawn as 64 bits, so that machines of another word size draw the same.
            items.swap(last, random.random_range(0..=last as u64) as usize);
        }
        items
    }
}

impl Place {
    /// The random numbers of the sample at this place.
    pub(super) fn random(&self) -> ChaCha8Rng {
        generator(self.seed, self.epoch, Purpose::Sample(self.position))
    }
}

/// What random numbers are for; different purposes never share them.
enum Purpose {
    Permutation,
    Sample(u64),
}

fn generator(seed: u64, epoch: u64, purpose: Purpose) -> ChaCha8Rng {
    let (kind, position) = match purpose {
        Purpose::Permutation => (0, 0),
        Purpose::Sample(position) => (1, position),
    };
    keyed_random([seed, epoch, position, kind])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn items(order: Order, updates: std::ops::Range<usize>) -> Vec<usize> {
        updates.flat_map(|update| order.places(update)).map(|place| place.item).collect()
    }

    #[test]
    fn epochs_are_different_permutations() {
        let order = Order::new(100, 10, 3);
        let (first, second) = (items(order, 0..10), items(order, 10..20));
        assert_ne!(first, second);
        for mut epoch in [first, second] {
            epoch.sort_unstable();
            assert_eq!(epoch, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn few_items_are_gone_through_again_with_other_random_numbers() {
        let order = Order::new(2, 5, 3);
        let places = order.places(4);
        let first: Vec<_> = places.iter().map(|place| place.item).collect();
        assert_eq!(first, [first[0], first[1], first[0], first[1], first[0]]);
        assert_ne!(first[0], first[1]);
        let mut numbers: Vec<u64> = places.iter().map(|place| place.random().random()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 5);
    }

    #[test]
    fn the_order_of_a_seed_never_changes() {
        // A change here changes every run that is repeated from its seed.
        assert_eq!(items(Order::new(8, 4, 1), 0..2), [6, 1, 0, 7, 5, 4, 2, 3]);
    }

    proptest! {
        #[test]
        fn an_epoch_has_no_item_twice_and_leaves_out_less_than_a_batch(
            count in 1_usize..60,
            batch in 1_usize..20,
            seed: u64,
            epoch in 0_usize..5,
        ) {
            prop_assume!(batch <= count);
            let order = Order::new(count, batch, seed);
            let batches = count / batch;
            let mut found = items(order, epoch * batches..(epoch + 1) * batches);
            prop_assert!(count - found.len() < batch);
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(found.len(), batches * batch);
        }
    }
}

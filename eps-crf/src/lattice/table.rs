//! Keys to consecutive numbers: the hash table through which a lattice's vertices are found.
//!
//! Open addressing with linear probing, at most half full, so that most keys lie where the search
//! begins. The hash is a product with the golden ratio, of which the upper bits are the slot. Key
//! and number lie together: a hit touches one line of the cache.

/// No vertex has this key.
const EMPTY: u64 = u64::MAX;

/// Numbers keys in the order in which they are met: open addressing, at most half full.
pub(super) struct Table {
    slots: Vec<Slot>,
    /// Of the hash: its upper bits are the slot.
    shift: u32,
    keys: Vec<u64>,
}

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    number: u32,
}

impl Table {
    /// A table with room for `keys` keys before it grows.
    pub(super) fn with_room(keys: usize) -> Self {
        let mut table = Self { slots: Vec::new(), shift: 0, keys: Vec::new() };
        table.resize((2 * keys).next_power_of_two().max(16));
        table
    }

    /// The keys by their number.
    pub(super) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// The numbers of some keys, those of keys that were not met before being new.
    #[inline(always)]
    pub(super) fn number_all<const N: usize>(&mut self, keys: [u64; N]) -> [u32; N] {
        // All at once, so that none waits for the memory of the one before.
        let homes = keys.map(|key| self.slots[self.home(key)]);
        let mut numbers = [0; N];
        for at in 0..N {
            // The copy of a slot stays right even if a key before it made the table grow: numbers never
            // change.
            let found = homes[at].key == keys[at];
            numbers[at] = if found { homes[at].number } else { self.number(keys[at]) };
        }
        numbers
    }

    /// The number of a key, which is a new one if it was not met before.
    fn number(&mut self, key: u64) -> u32 {
        let slot = self.slot(key);
        if self.slots[slot].key == key {
            return self.slots[slot].number;
        }
        let number = self.keys.len() as u32;
        self.slots[slot] = Slot { key, number };
        self.keys.push(key);
        if 2 * self.keys.len() > self.slots.len() {
            self.resize(2 * self.slots.len());
        }
        number
    }

    /// The slot that has the key, or the one that it would have.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.home(key);
        while self.slots[slot].key != key && self.slots[slot].key != EMPTY {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// The slot where the search for a key begins.
    #[inline(always)]
    fn home(&self, key: u64) -> usize {
        // The golden ratio in 64 bits spreads neighbouring keys.
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize & (self.slots.len() - 1)
    }

    fn resize(&mut self, slots: usize) {
        self.slots = vec![Slot { key: EMPTY, number: 0 }; slots];
        self.shift = u64::BITS - slots.trailing_zeros();
        for number in 0..self.keys.len() {
            let key = self.keys[number];
            let slot = self.slot(key);
            self.slots[slot] = Slot { key, number: number as u32 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_numbered_as_they_are_met(keys in prop::collection::vec(0..400_u64, 1..600)) {
            let mut table = Table::with_room(1);
            let mut expected: Vec<u64> = Vec::new();
            for &key in &keys {
                let known = expected.iter().position(|&known| known == key);
                let number = known.unwrap_or(expected.len()) as u32;
                prop_assert_eq!(table.number_all([key, key]), [number; 2]);
                if known.is_none() {
                    expected.push(key);
                }
            }
            prop_assert_eq!(table.keys(), &expected[..]);
        }
    }
}

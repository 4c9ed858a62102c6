//! Vertices of a lattice in any number of dimensions, found by hash.
//!
//! Open addressing with linear probing over coordinates. The walk round a simplex asks for `d + 1`
//! vertices one step apart, and the search for neighbours for one step from every vertex, so the
//! hash is linear, `h(x) = Σ a_i x_i`: a step along an axis adds a number that is known beforehand,
//! whatever `d` is. The last coordinate follows from the others, which sum to zero with it, and is
//! not stored. Hashes are, so that most slots of another vertex are passed by without looking at
//! coordinates, and growing needs none of them.

/// No vertex has this number.
const NONE: u32 = u32::MAX;

/// Numbers vertices in the order in which they are met.
///
/// The hash of a vertex is a linear function of its coordinates, so that a step along an axis adds a
/// number to it; coordinates decide whether two vertices are one.
pub(super) struct Vertices {
    dimensions: usize,
    /// Of each coordinate but the last, which follows from the others.
    multipliers: Vec<u64>,
    /// What a step along each axis adds to the hash.
    steps: Vec<u64>,
    /// Of each vertex, in its order.
    hashes: Vec<u64>,
    coordinates: Vec<i32>,
    /// Numbers of vertices by hash, at most half of them taken.
    slots: Vec<u32>,
}

impl Vertices {
    pub(super) fn new(dimensions: usize) -> Self {
        // The steps of a generator of Steele, Lea and Flood ("SplitMix"), made odd.
        let mut state = 0_u64;
        let multipliers: Vec<u64> = (0..dimensions).map(|_| multiplier(&mut state)).collect();
        let all = multipliers.iter().fold(0_u64, |sum, factor| sum.wrapping_add(*factor));
        let axes = dimensions as u64 + 1;
        // One further on every axis adds all multipliers, and back on one takes its own away `axes` times.
        let factors = multipliers.iter().copied().chain([0]);
        let steps = factors.map(|factor| all.wrapping_sub(axes.wrapping_mul(factor))).collect();
        let (hashes, coordinates) = (Vec::new(), Vec::new());
        Self { dimensions, multipliers, steps, hashes, coordinates, slots: vec![NONE; 1 << 12] }
    }

    /// Number of vertices.
    pub(super) fn count(&self) -> usize {
        self.hashes.len()
    }

    #[inline(always)]
    pub(super) fn hash(&self, coordinates: &[i32]) -> u64 {
        self.multipliers.iter().zip(coordinates).fold(0, |hash, (factor, &at)| {
            hash.wrapping_add(factor.wrapping_mul(i64::from(at) as u64))
        })
    }

    /// Moves coordinates and their hash one step along an axis: one further on every axis, and back by the
    /// number of axes on it.
    #[inline(always)]
    pub(super) fn step(&self, axis: usize, coordinates: &mut [i32], hash: &mut u64) {
        coordinates.iter_mut().for_each(|coordinate| *coordinate += 1);
        if let Some(coordinate) = coordinates.get_mut(axis) {
            *coordinate -= self.dimensions as i32 + 1;
        }
        *hash = hash.wrapping_add(self.steps[axis]);
    }

    /// The number of a vertex, which is a new one if it was not met before.
    #[inline(always)]
    pub(super) fn number(&mut self, coordinates: &[i32], hash: u64) -> u32 {
        let slot = self.slot(coordinates, hash);
        if self.slots[slot] != NONE {
            return self.slots[slot];
        }
        let number = self.hashes.len() as u32;
        self.slots[slot] = number;
        self.hashes.push(hash);
        self.coordinates.extend_from_slice(coordinates);
        if 2 * self.hashes.len() > self.slots.len() {
            self.grow();
        }
        number
    }

    /// For each vertex the rows of the next ones ahead and behind on an axis: one more than their numbers, 0
    /// for one that was not met.
    pub(super) fn beside(&self, axis: usize) -> Vec<[u32; 2]> {
        let mut beside = vec![[0; 2]; self.count()];
        let mut ahead = vec![0; self.dimensions];
        let vertices = self.coordinates.chunks_exact(self.dimensions).zip(&self.hashes);
        for (number, (coordinates, &hash)) in vertices.enumerate() {
            ahead.copy_from_slice(coordinates);
            let mut hash = hash;
            self.step(axis, &mut ahead, &mut hash);
            let next = self.slots[self.slot(&ahead, hash)];
            // What is ahead of one is behind the other: one search for each pair.
            if next != NONE {
                beside[number][0] = next + 1;
                beside[next as usize][1] = number as u32 + 1;
            }
        }
        beside
    }

    /// The slot that has a vertex, or the one that it would have.
    #[inline(always)]
    fn slot(&self, coordinates: &[i32], hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = home(hash, self.slots.len());
        // Comes to an end, since no more than half of the slots are taken.
        loop {
            let number = self.slots[slot];
            if number == NONE || self.is(number as usize, coordinates, hash) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    #[inline(always)]
    fn is(&self, number: usize, coordinates: &[i32], hash: u64) -> bool {
        self.hashes[number] == hash
            && self.coordinates[number * self.dimensions..][..self.dimensions] == *coordinates
    }

    #[cold]
    fn grow(&mut self) {
        let (slots, mask) = (2 * self.slots.len(), 2 * self.slots.len() - 1);
        self.slots = vec![NONE; slots];
        for (number, &hash) in self.hashes.iter().enumerate() {
            let mut slot = home(hash, slots);
            while self.slots[slot] != NONE {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = number as u32;
        }
    }
}

/// The slot where the search for a hash begins.
#[inline(always)]
fn home(hash: u64, slots: usize) -> usize {
    // The golden ratio in 64 bits spreads neighbours.
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - slots.trailing_zeros())) as usize
}

fn multiplier(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31 | 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn vertices_are_numbered_as_they_are_met_and_know_their_neighbours(
            walks in prop::collection::vec(prop::collection::vec(0..4_usize, 0..9), 1..4000),
        ) {
            let mut vertices = Vertices::new(3);
            let mut met: BTreeMap<Vec<i32>, u32> = BTreeMap::new();
            for walk in walks {
                let (mut at, mut hash) = (vec![0; 3], 0);
                walk.into_iter().for_each(|axis| vertices.step(axis, &mut at, &mut hash));
                prop_assert_eq!(vertices.hash(&at), hash);
                let next = met.len() as u32;
                let expected = *met.entry(at.clone()).or_insert(next);
                prop_assert_eq!(vertices.number(&at, hash), expected);
            }
            prop_assert_eq!(vertices.count(), met.len());
            for axis in 0..4 {
                let beside = vertices.beside(axis);
                for (at, &number) in &met {
                    let moved = |by: i32| {
                        let mut moved: Vec<i32> = at.iter().map(|at| at + by).collect();
                        moved.get_mut(axis).into_iter().for_each(|at| *at -= 4 * by);
                        met.get(&moved).map_or(0, |number| number + 1)
                    };
                    prop_assert_eq!(beside[number as usize], [moved(1), moved(-1)]);
                }
            }
        }
    }
}

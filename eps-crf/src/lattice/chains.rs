//! Vertices in rows along one axis, the order in which a lattice is blurred.

use super::keys::Keys;
use super::table::Table;
use crate::row::Row;

/// Keys that are looked up together.
const TOGETHER: usize = 16;

/// The rows of two or more neighbouring vertices along an axis, one after the other.
///
/// A vertex without neighbour on the axis keeps its value when the axis is blurred, so it is in no
/// row.
pub(super) struct Chains {
    /// Vertices, and `end` after each row.
    vertices: Vec<u32>,
    /// The number after those of the vertices.
    end: u32,
}

impl Chains {
    /// The rows along `axis`.
    #[inline(always)]
    pub(super) fn along<const V: usize>(axis: usize, keys: &Keys<V>, table: &Table) -> Self {
        let end = table.keys().len() as u32;
        let next = next_along(axis, keys, table);
        let mut follows = vec![false; next.len() + 1];
        next.iter().for_each(|&vertex| follows[vertex as usize] = true);
        let mut vertices = Vec::with_capacity(next.len() + next.len() / 2);
        for head in 0..end {
            if follows[head as usize] || next[head as usize] == end {
                continue;
            }
            let mut vertex = head;
            while vertex != end {
                vertices.push(vertex);
                vertex = next[vertex as usize];
            }
            vertices.push(end);
        }
        vertices.shrink_to_fit();
        Self { vertices, end }
    }

    /// Adds to each vertex half of what both of its neighbours had before.
    ///
    /// After the vertices `values` has two more rows: one of zeros, which stands for a neighbour that
    /// is missing, and one that is written to where there is nothing to write.
    #[inline(always)]
    pub(super) fn blur<R: Row>(&self, values: &mut [R]) {
        let zero = R::filled(0.0);
        let (mut before, mut here) = (zero, zero);
        let mut vertex = self.end;
        for &next in &self.vertices {
            let ahead = values[next as usize];
            let neighbours = before.with(&ahead, |before, ahead| before + ahead);
            let blurred = here.with(&neighbours, |own, both| 0.5_f32.mul_add(both, own));
            values[vertex as usize + usize::from(vertex == self.end)] = blurred;
            (before, here, vertex) = (here, ahead, next);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.vertices[..])
    }
}

/// The neighbour ahead of each vertex, or the number after all where there is none.
#[inline(always)]
fn next_along<const V: usize>(axis: usize, keys: &Keys<V>, table: &Table) -> Vec<u32> {
    let (blocks, rest) = table.keys().as_chunks::<TOGETHER>();
    let end = table.keys().len() as u32;
    let mut next = Vec::with_capacity(table.keys().len());
    for block in blocks {
        next.extend(table.find_all(block.map(|key| keys.step(key, axis)), end));
    }
    for &key in rest {
        next.extend(table.find_all([keys.step(key, axis)], end));
    }
    next
}

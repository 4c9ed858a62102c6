//! Vertices in rows along one axis, the order in which the lattice is blurred.

use super::keys::Keys;
use super::table::Table;
use crate::row::Row;

/// The rows of two or more neighbouring vertices along an axis, one after the other.
///
/// A vertex without neighbour on the axis keeps its value when the axis is blurred, so it is in no
/// row.
pub(super) struct Chains {
    /// Vertices, and `end` after each row.
    vertices: Vec<u32>,
    end: u32,
}

impl Chains {
    /// The rows along `axis`.
    pub(super) fn along<const V: usize>(axis: usize, keys: &Keys<V>, table: &Table) -> Self {
        let end = table.keys().len() as u32;
        let mut follows = vec![false; table.keys().len()];
        let next: Vec<u32> = table
            .keys()
            .iter()
            .map(|&key| table.find(keys.step(key, axis)).unwrap_or(end))
            .collect();
        next.iter()
            .filter(|&&vertex| vertex != end)
            .for_each(|&vertex| follows[vertex as usize] = true);
        let mut vertices = Vec::new();
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
    #[inline(always)]
    pub(super) fn blur<R: Row>(&self, values: &mut [R]) {
        let zero = R::filled(0.0);
        let (mut before, mut here) = (zero, zero);
        let mut vertex = self.end;
        for &next in &self.vertices {
            let ahead = if next == self.end { zero } else { values[next as usize] };
            if vertex != self.end {
                let neighbours = before.with(&ahead, |before, ahead| before + ahead);
                values[vertex as usize] = here.with(&neighbours, |own, both| own + 0.5 * both);
            }
            (before, here, vertex) = (here, ahead, next);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.vertices[..])
    }
}

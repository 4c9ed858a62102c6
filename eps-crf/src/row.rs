//! The labels of a pixel or a vertex, side by side in lanes that the compiler vectorises.

/// As many lanes as the labels of a field need; lanes without a label hold what does no harm.
pub(crate) trait Row: Copy {
    /// The same value in every lane.
    fn filled(value: f32) -> Self;

    fn lanes(&self) -> &[f32];

    fn lanes_mut(&mut self) -> &mut [f32];

    /// Each lane with that of another row.
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self;

    /// Adds another row times a weight.
    #[inline(always)]
    fn add_scaled(&mut self, weight: f32, other: &Self) {
        *self = self.with(other, |own, other| own + weight * other);
    }
}

/// Up to four labels.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
pub(crate) struct Four([f32; 4]);

/// Up to eight labels a group. The alignment keeps a group inside one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(crate) struct Eights<const G: usize>([[f32; 8]; G]);

/// Reads all of both before anything is written, so that one instruction can do it.
#[inline(always)]
fn each<const N: usize>(
    own: [f32; N],
    other: [f32; N],
    both: impl Fn(f32, f32) -> f32,
) -> [f32; N] {
    let mut lanes = [0.0; N];
    for lane in 0..N {
        lanes[lane] = both(own[lane], other[lane]);
    }
    lanes
}

impl Row for Four {
    #[inline(always)]
    fn filled(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    fn lanes(&self) -> &[f32] {
        &self.0
    }

    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }

    #[inline(always)]
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self {
        Self(each(self.0, other.0, both))
    }
}

impl<const G: usize> Row for Eights<G> {
    #[inline(always)]
    fn filled(value: f32) -> Self {
        Self([[value; 8]; G])
    }

    #[inline(always)]
    fn lanes(&self) -> &[f32] {
        self.0.as_flattened()
    }

    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [f32] {
        self.0.as_flattened_mut()
    }

    #[inline(always)]
    fn with(&self, other: &Self, both: impl Fn(f32, f32) -> f32) -> Self {
        let mut groups = [[0.0; 8]; G];
        for (group, (own, other)) in groups.iter_mut().zip(self.0.iter().zip(&other.0)) {
            *group = each(*own, *other, &both);
        }
        Self(groups)
    }
}

//! Random draws of a scene.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// The random draws of one scene, fixed by a seed and the scene's index.
///
/// Draws are made of the generator's integers here, so that they stay the same when a library
/// changes how it samples.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn of_scene(seed: u64, index: usize) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(index as u64);
        Self(generator)
    }

    /// An integer for [`super::texture::Noise`].
    pub(super) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in `low..high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        // 24 bits are what a float holds exactly: each fraction is as likely, and none rounds up to 1.
        let fraction = (self.0.next_u32() >> 8) as f32 / (1_u32 << 24) as f32;
        low + (high - low) * fraction
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f32) -> bool {
        self.between(0.0, 1.0) < probability
    }

    /// Uniform in `0..count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        // The upper word of a product, without a division (Lemire, 2019, without its rejection).
        ((u64::from(self.0.next_u32()) * count as u64) >> 32) as usize
    }

    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_in_range_and_reach_both_ends() {
        let mut dice = Dice::of_scene(1, 2);
        let draws: Vec<_> = (0..1000).map(|_| dice.between(-1.0, 3.0)).collect();
        assert!(draws.iter().all(|draw| (-1.0..3.0).contains(draw)));
        assert!(draws.iter().any(|&draw| draw < -0.9) && draws.iter().any(|&draw| draw > 2.9));
        let mut seen = [false; 5];
        (0..1000).for_each(|_| seen[dice.below(5)] = true);
        assert_eq!(seen, [true; 5]);
    }

    #[test]
    fn each_scene_has_draws_of_its_own() {
        assert_eq!(Dice::of_scene(1, 2).bits(), Dice::of_scene(1, 2).bits());
        assert_ne!(Dice::of_scene(1, 2).bits(), Dice::of_scene(1, 3).bits());
        assert_ne!(Dice::of_scene(1, 2).bits(), Dice::of_scene(2, 2).bits());
    }
}

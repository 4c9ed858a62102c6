//! What a recipe must hold to make sense.

use super::{
    AugmentationRecipe, Background, InferenceRecipe, Method, NetworkRecipe, OptimiserRecipe,
    Recipe, SaliencyRecipe, SelectionRule,
};
use std::fmt::Debug;
use std::ops::RangeInclusive;

/// Sides of pictures in pixels are at most this.
pub(super) const LONGEST: usize = 4096;

impl Recipe {
    /// The first rule that the recipe breaks: its key, what was found, what was expected.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self { network, augmentation, optimiser, saliency, inference } = self;
        network.check()?;
        augmentation.check(network.stride)?;
        optimiser.check()?;
        match (saliency, network.method) {
            (Some(saliency), Method::Eps) => saliency.check(),
            (None, Method::Cam) => Ok(()),
            (None, Method::Eps) => Err("saliency: no table, expected one for method `eps`".into()),
            (Some(_), Method::Cam) => {
                Err("saliency: a table, expected none for method `cam`".into())
            }
        }?;
        inference.check(network.method)
    }
}

impl NetworkRecipe {
    fn check(&self) -> Result<(), String> {
        let strides = self.backbone.facts().strides;
        let expected = format!("{} for {}", alternatives(strides), self.backbone);
        rule(strides.contains(&self.stride), "network.stride", &self.stride, &expected)?;
        let is_width = self.width > 0.0 && self.width <= 4.0;
        rule(is_width, "network.width", &self.width, "a factor above 0 and at most 4")?;
        within("network.depth", self.depth, 0.0..=4.0)
    }
}

impl AugmentationRecipe {
    /// `stride` is the side of a cell of the network's maps.
    fn check(&self, stride: usize) -> Result<(), String> {
        let [smallest, largest] = self.longer_side;
        rule(
            0 < smallest && smallest <= largest && largest <= LONGEST,
            "augmentation.longer_side",
            &self.longer_side,
            "[smallest, largest] of 1 to 4096 pixels",
        )?;
        rule(
            (stride..=LONGEST).contains(&self.crop),
            "augmentation.crop",
            &self.crop,
            "at least one cell of the maps and at most 4096 pixels",
        )
    }
}

impl OptimiserRecipe {
    pub(super) fn check(&self) -> Result<(), String> {
        let counts = [
            ("optimiser.updates", self.updates),
            ("optimiser.batch", self.batch),
            ("optimiser.checkpoint_every", self.checkpoint_every),
            ("optimiser.rate_every", self.rate_every),
        ];
        for (key, count) in counts {
            rule(count > 0, key, &count, "a whole number above 0")?;
        }
        rule(
            self.parts > 0 && self.batch.is_multiple_of(self.parts),
            "optimiser.parts",
            &self.parts,
            &format!("a divisor of optimiser.batch, {}", self.batch),
        )?;
        let is_rate = self.learning_rate > 0.0 && self.learning_rate.is_finite();
        rule(is_rate, "optimiser.learning_rate", &self.learning_rate, "a finite rate above 0")?;
        let is_momentum = (0.0..1.0).contains(&self.momentum);
        rule(is_momentum, "optimiser.momentum", &self.momentum, "at least 0 and below 1")?;
        within("optimiser.weight_decay", self.weight_decay, 0.0..=1.0)?;
        within("optimiser.classifier_factor", self.classifier_factor, 0.0..=f64::MAX)?;
        within("optimiser.power", self.power, 0.0..=f64::MAX)
    }
}

impl SaliencyRecipe {
    fn check(&self) -> Result<(), String> {
        within("saliency.tau", self.tau, 0.0..=1.0)?;
        within("saliency.lambda", self.lambda, 0.0..=1.0)?;
        let is_predefined = self.selection == SelectionRule::Predefined;
        rule(
            self.background_classes.is_empty() != is_predefined,
            "saliency.background_classes",
            &self.background_classes,
            "some for selection `predefined`, none for others",
        )
    }
}

impl InferenceRecipe {
    fn check(&self, method: Method) -> Result<(), String> {
        rule(
            self.background == Background::Constant || method == Method::Eps,
            "inference.background",
            &format_args!("learned"),
            "constant, since only method `eps` learns one",
        )?;
        factors("inference.scales", &self.scales)?;
        let is_fraction = (0.0..=1.0).contains(&self.threshold);
        rule(is_fraction, "inference.threshold", &self.threshold, "a fraction in 0..=1")
    }
}

/// Such as `8, 16 or 32`.
pub(super) fn alternatives(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match &numbers[..] {
        [] => "none".into(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Some factors on the size of an image.
pub(super) fn factors(key: &str, factors: &[f64]) -> Result<(), String> {
    let holds = !factors.is_empty() && factors.iter().all(|&factor| factor > 0.0 && factor <= 8.0);
    rule(holds, key, &factors, "factors above 0 and at most 8")
}

pub(super) fn within(key: &str, found: f64, range: RangeInclusive<f64>) -> Result<(), String> {
    let expected = match *range.end() {
        f64::MAX => "a finite number of at least 0".to_owned(),
        end => format!("at least {} and at most {end}", range.start()),
    };
    rule(range.contains(&found), key, &found, &expected)
}

/// An error unless the rule holds.
pub(super) fn rule(
    holds: bool,
    key: &str,
    found: &dyn Debug,
    expected: &str,
) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{key}: {found:?}, expected {expected}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_has_equal_parts_one_for_each_device_at_least() {
        let text = include_str!("../../../recipes/laptop-eps.toml");
        let parts_for = |batch: usize, parts: usize, devices: usize| {
            let mut optimiser = Recipe::parse(text).unwrap().optimiser;
            (optimiser.batch, optimiser.parts) = (batch, parts);
            optimiser.divide_among(devices);
            optimiser.parts
        };
        assert_eq!(parts_for(8, 1, 1), 1);
        assert_eq!(parts_for(8, 1, 2), 2);
        assert_eq!(parts_for(8, 1, 3), 4);
        assert_eq!(parts_for(8, 4, 2), 4);
        assert_eq!(parts_for(10, 2, 4), 5);
        // There is none, which training refuses.
        assert_eq!(parts_for(2, 1, 3), 1);
    }
}

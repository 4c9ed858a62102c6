//! What a recipe must hold to make sense.

use super::{BackboneName, Background, Method, Recipe, SelectionRule};

impl Recipe {
    /// The first rule that the recipe breaks, with its key.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self { network, augmentation, optimiser, saliency, inference } = self;
        let strides: &[usize] = match network.backbone {
            BackboneName::Resnet38d => &[8],
            BackboneName::EfficientnetLite0 => &[8, 16, 32],
        };
        let [smallest, largest] = augmentation.longer_side;
        let fraction = |value: f64| (0.0..=1.0).contains(&value);
        let rules = [
            (
                strides.contains(&network.stride),
                "network.stride: this backbone has 8 (resnet38d) or 8, 16, 32 (efficientnet-lite0)",
            ),
            (
                network.width > 0.0 && network.width <= 4.0,
                "network.width: expected a factor above 0 and at most 4",
            ),
            (
                0 < smallest && smallest <= largest,
                "augmentation.longer_side: expected [smallest, largest] in pixels",
            ),
            (
                (0.0..=4.0).contains(&network.depth),
                "network.depth: expected a factor of at least 0 and at most 4",
            ),
            (
                (network.stride..=4096).contains(&augmentation.crop) && largest <= 4096,
                "augmentation.crop: expected at least one cell of the maps and at most 4096 pixels",
            ),
            (
                optimiser.updates > 0 && optimiser.batch > 0 && optimiser.checkpoint_every > 0,
                "optimiser: updates, batch and checkpoint_every must be above 0",
            ),
            (
                optimiser.parts > 0 && optimiser.batch.is_multiple_of(optimiser.parts),
                "optimiser.parts: expected a divisor of optimiser.batch",
            ),
            (
                optimiser.learning_rate > 0.0 && optimiser.learning_rate.is_finite(),
                "optimiser.learning_rate: expected a finite rate above 0",
            ),
            (
                (0.0..1.0).contains(&optimiser.momentum),
                "optimiser.momentum: expected at least 0 and below 1",
            ),
            (
                (0.0..=1.0).contains(&optimiser.weight_decay),
                "optimiser.weight_decay: expected at least 0 and at most 1",
            ),
            (
                optimiser.classifier_factor >= 0.0 && optimiser.classifier_factor.is_finite(),
                "optimiser.classifier_factor: expected a finite factor of at least 0",
            ),
            (
                optimiser.power >= 0.0 && optimiser.power.is_finite(),
                "optimiser.power: expected a finite exponent of at least 0",
            ),
            (
                saliency.is_some() == (network.method == Method::Eps),
                "saliency: method `eps` needs this table, method `cam` has none",
            ),
            (
                saliency.as_ref().is_none_or(|own| fraction(own.tau) && fraction(own.lambda)),
                "saliency: tau and lambda are fractions in 0..=1",
            ),
            (
                saliency.as_ref().is_none_or(|own| {
                    let predefined = own.selection == SelectionRule::Predefined;
                    own.background_classes.is_empty() != predefined
                }),
                "saliency.background_classes: selection `predefined` needs some, others have none",
            ),
            (
                inference.background == Background::Constant || network.method == Method::Eps,
                "inference.background: only method `eps` learns a background",
            ),
            (
                !inference.scales.is_empty()
                    && inference.scales.iter().all(|&scale| scale > 0.0 && scale <= 8.0),
                "inference.scales: expected factors above 0 and at most 8",
            ),
            (
                (0.0..=1.0).contains(&inference.threshold),
                "inference.threshold: expected a fraction in 0..=1",
            ),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, rule)) => Err(rule.to_owned()),
            None => Ok(()),
        }
    }
}

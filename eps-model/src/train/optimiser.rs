//! Stochastic gradient descent: decay and rates of each group of parameters.

use crate::parameter_groups::{Biases, ParameterGroups};
use crate::recipe::OptimiserRecipe;
use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::lr_scheduler::{LrScheduler, LrSchedulerRecord};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{ModuleOptimizer, SgdConfig};

/// `rate * (1 - t / T)^power`, a step every so many updates.
#[derive(Clone, Debug)]
struct Poly {
    rate: f64,
    power: f64,
    updates: usize,
    /// Updates that keep one rate.
    every: usize,
    update: usize,
}

impl Poly {
    /// `factor` times the recipe's rates from `update` on.
    fn new(recipe: &OptimiserRecipe, factor: f64, update: usize) -> Self {
        Self {
            rate: recipe.learning_rate * factor,
            power: recipe.power,
            updates: recipe.updates,
            every: recipe.rate_every,
            update,
        }
    }
}

/// Rate of `update`; past the end it stays at the last value.
pub fn poly_rate(rate: f64, power: f64, updates: usize, update: usize) -> f64 {
    let update = update.min(updates - 1);
    rate * (1.0 - update as f64 / updates as f64).powf(power)
}

impl LrScheduler for Poly {
    fn step(&mut self) -> f64 {
        let update = self.update - self.update % self.every;
        let rate = poly_rate(self.rate, self.power, self.updates, update);
        self.update += 1;
        rate
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar("update", self.update)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        if let Some(update) = record.scalar("update") {
            self.update = update;
        }
    }
}

/// Factor on the rate of biases.
const BIAS_FACTOR: f64 = 2.0;

/// The rates from `update` on: the head's is the recipe's factor higher, a bias's twice its weights'.
pub fn schedule(
    recipe: &OptimiserRecipe,
    groups: &ParameterGroups,
    update: usize,
) -> ModuleLrScheduler {
    let head_factor = recipe.classifier_factor;
    let schedule = ModuleLrScheduler::new(Poly::new(recipe, 1.0, update))
        .with_group(groups.head.clone(), Poly::new(recipe, head_factor, update));
    match &groups.biases {
        None => schedule,
        // Of several groups that match a parameter burn takes the last: all biases come after the head,
        // which matches some of them, and the head's own biases after both.
        Some(Biases { all, head }) => schedule
            .with_group(all.clone(), Poly::new(recipe, BIAS_FACTOR, update))
            .with_group(head.clone(), Poly::new(recipe, BIAS_FACTOR * head_factor, update)),
    }
}

/// SGD with the recipe's momentum; weights decay, biases and parameters of normalisations do not.
pub fn optimiser(recipe: &OptimiserRecipe, groups: &ParameterGroups) -> ModuleOptimizer {
    // PyTorch's momentum is not dampened; burn's is by 0.1 unless told otherwise.
    let momentum = MomentumConfig::new().with_momentum(recipe.momentum).with_dampening(0.0);
    let constant = SgdConfig::new().with_momentum(Some(momentum));
    let decay =
        (recipe.weight_decay > 0.0).then(|| WeightDecayConfig::new(recipe.weight_decay as f32));
    let optimiser: ModuleOptimizer = constant.clone().with_weight_decay(decay).init();
    let optimiser = optimiser.with_group(groups.norms.clone(), constant.build(), None);
    match &groups.biases {
        None => optimiser,
        Some(biases) => optimiser.with_group(biases.all.clone(), constant.build(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poly_rates_are_the_published_ones() {
        let cases = [
            (0, 0.01),
            (1, 0.00999955),
            (50, 0.0099774972),
            (5_000, 0.0077188951),
            (10_000, 0.0053588673),
            (19_999, 1.3461e-6),
        ];
        for (update, rate) in cases {
            let found = poly_rate(0.01, 0.9, 20_000, update);
            assert!((found / rate - 1.0).abs() < 1e-4, "{update}: {found}");
        }
        assert_eq!(poly_rate(0.01, 0.9, 10, 10), poly_rate(0.01, 0.9, 10, 9));
    }

    #[test]
    fn a_rate_can_stay_for_several_updates() {
        let mut poly = Poly { rate: 1.0, power: 0.9, updates: 100, every: 10, update: 8 };
        let rates = [1.0, 1.0, 0.9_f64.powf(0.9), 0.9_f64.powf(0.9)];
        assert_eq!(rates.map(|_| poly.step()), rates);
    }
}

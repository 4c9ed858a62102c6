//! Which parameters of a network learn otherwise than the others.

use crate::backbone::layer::NORM_PARAMETERS;
use crate::recipe::{NetworkRecipe, Norms};
use burn::module::{Module, ParamGroup};

/// The parameters of a network that learn otherwise than the others, by patterns of their paths.
#[derive(Clone, Debug)]
pub struct ParameterGroups {
    /// The layers above the backbone, which begin anew and learn at a rate of their own.
    pub head: ParamGroup,
    /// Parameters of batch normalisations, which never decay.
    pub norms: ParamGroup,
    /// What stays as it is.
    pub frozen: Vec<ParamGroup>,
}

impl ParameterGroups {
    /// The groups of a network whose layers above the backbone match the pattern `head`.
    pub fn new(head: &str, recipe: &NetworkRecipe) -> Self {
        let norms = group(NORM_PARAMETERS);
        let mut frozen = Vec::new();
        if recipe.norms == Norms::Frozen {
            frozen.push(norms.clone());
        }
        if recipe.freeze_first_levels {
            frozen.extend(recipe.backbone.facts().first_levels.map(group));
        }
        Self { head: group(head), norms, frozen }
    }

    /// Takes the gradient from what stays as it is.
    pub fn freeze<M: Module>(&self, network: M) -> M {
        let frozen = self.frozen.iter().cloned();
        frozen.fold(network, |network, group| network.set_require_grad_group(group, false))
    }
}

fn group(pattern: &str) -> ParamGroup {
    ParamGroup::from_regex(pattern).expect("the pattern is a constant")
}

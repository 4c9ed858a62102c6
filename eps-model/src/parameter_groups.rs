//! Which parameters of a network learn otherwise than the others.

use crate::backbone::layer::NORM_PARAMETERS;
use crate::recipe::{NetworkRecipe, Norms};
use burn::module::{Module, ParamGroup};

/// Pattern of the paths of the biases of convolutions.
const BIASES: &str = r"\.bias$";

/// The parameters of a network that learn otherwise than the others, by patterns of their paths.
#[derive(Clone, Debug)]
pub struct ParameterGroups {
    /// The layers above the backbone, which begin anew and learn at a rate of their own.
    pub head: ParamGroup,
    /// Parameters of batch normalisations, which never decay.
    pub norms: ParamGroup,
    /// Biases of convolutions, of networks that have some: they learn twice as fast as their weights and
    /// never decay, as Caffe's networks were trained.
    pub biases: Option<Biases>,
    /// What stays as it is.
    pub frozen: Vec<ParamGroup>,
}

/// Biases of convolutions.
#[derive(Clone, Debug)]
pub struct Biases {
    pub all: ParamGroup,
    /// Those of the layers above the backbone.
    pub head: ParamGroup,
}

impl ParameterGroups {
    /// The groups of a network whose layers above the backbone match the pattern `head`.
    pub fn new(head: &str, recipe: &NetworkRecipe) -> Self {
        let mut groups = Self::of_layers(head, recipe.norms);
        if recipe.freeze_first_levels {
            groups.frozen.extend(recipe.backbone.facts().first_levels.map(group));
        }
        groups
    }

    /// The groups of a network without frozen levels.
    pub fn of_layers(head: &str, norms: Norms) -> Self {
        let of_norms = group(NORM_PARAMETERS);
        let frozen = if norms == Norms::Frozen { vec![of_norms.clone()] } else { Vec::new() };
        Self { head: group(head), norms: of_norms, biases: None, frozen }
    }

    /// The same of a network whose convolutions have biases; those above the backbone match `head`.
    pub fn with_biases(self, head: &str) -> Self {
        let biases = Biases { all: group(BIASES), head: group(head) };
        Self { biases: Some(biases), ..self }
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

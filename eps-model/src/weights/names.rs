//! Names of tensors: in files of other programs, and in our networks.
//!
//! The names between are those that each backbone's weights come with, so that what we write loads
//! there.

use crate::backbone::BackboneName;
use crate::network::CLASSIFIER;
use crate::segmentation::head_names;

/// What the paths of a backbone's tensors begin with, without the name of the backbone.
pub(super) const BACKBONE: &str = "backbone.";

/// What a tensor of a file is to a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The tensor of the network with this path, without the name of the backbone.
    Tensor(String),
    /// Part of such files that this network has no use for: the ImageNet classifier, counters.
    Leftover,
    /// No tensor of this network is called so.
    Unknown,
}

/// Where a tensor that a file calls `name` belongs.
pub fn place(backbone: BackboneName, name: &str) -> Place {
    // What data-parallel training, nested state dicts and deeplab-pytorch put before every name.
    let name = ["state_dict.", "model.", "module.", "scale.", "base."]
        .into_iter()
        .fold(name, |name, prefix| name.strip_prefix(prefix).unwrap_or(name));
    if name.ends_with("num_batches_tracked") || is_leftover(name) {
        return Place::Leftover;
    }
    if name == CLASSIFIER {
        return Place::Tensor(name.into());
    }
    if let Some(path) = head_names::path(name) {
        return Place::Tensor(path);
    }
    let of_checkpoint = name.strip_prefix(&backbone.path_prefix()).map(str::to_owned);
    match of_checkpoint.or_else(|| (backbone.facts().path)(name)) {
        Some(path) => Place::Tensor(format!("{BACKBONE}{path}")),
        None => Place::Unknown,
    }
}

/// The backbone whose networks know every one of `names`, and need one of them.
pub fn backbone_of<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<BackboneName> {
    BackboneName::ALL.iter().copied().find(|&backbone| {
        let mut places = names.clone().map(|name| place(backbone, name));
        let is_needed = places.clone().any(|place| matches!(place, Place::Tensor(_)));
        is_needed && places.all(|place| place != Place::Unknown)
    })
}

/// Whether it is part of any backbone's files beside the backbone.
fn is_leftover(name: &str) -> bool {
    BackboneName::ALL.iter().any(|backbone| backbone.facts().leftovers.contains(&name))
}

/// The PyTorch name of the tensor of a network with `path`; it may hold the name of the backbone.
///
/// It is the inverse of [`place`].
pub fn pytorch_name(backbone: BackboneName, path: &str) -> String {
    let within = path.strip_prefix(&backbone.path_prefix()).or_else(|| path.strip_prefix(BACKBONE));
    match within {
        Some(within) => (backbone.facts().pytorch_name)(within),
        None => head_names::pytorch_name(path),
    }
}

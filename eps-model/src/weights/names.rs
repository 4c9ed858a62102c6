//! Names of tensors: in files of other programs, and in our networks.
//!
//! The names between are those that each backbone's weights come with, so that what we write loads
//! there.

use crate::backbone::{efficientnet_lite0, resnet38d};
use crate::recipe::BackboneName;

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
    // What data-parallel training and nested state dicts put before every name.
    let name = ["state_dict.", "model.", "module."]
        .into_iter()
        .fold(name, |name, prefix| name.strip_prefix(prefix).unwrap_or(name));
    if name.ends_with("num_batches_tracked") || is_imagenet_classifier(name) {
        return Place::Leftover;
    }
    if name == "fc8.weight" {
        return Place::Tensor(name.into());
    }
    if let Some(path) = own_path(backbone, name) {
        return Place::Tensor(path);
    }
    let path = match backbone {
        BackboneName::Resnet38d => resnet38d::names::path(name),
        BackboneName::EfficientnetLite0 => efficientnet_lite0::names::path(name),
    };
    path.map_or(Place::Unknown, |path| Place::Tensor(format!("backbone.{path}")))
}

/// The backbone whose networks know every one of `names`, and need one of them.
pub fn backbone_of<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<BackboneName> {
    [BackboneName::Resnet38d, BackboneName::EfficientnetLite0].into_iter().find(|&backbone| {
        let mut places = names.clone().map(|name| place(backbone, name));
        let is_needed = |place: &Place| matches!(place, Place::Tensor(_));
        places.clone().any(|place| is_needed(&place)) && places.all(|place| place != Place::Unknown)
    })
}

fn is_imagenet_classifier(name: &str) -> bool {
    let classifiers = ["_fc.weight", "_fc.bias", "arg:linear1000_weight", "arg:linear1000_bias"];
    classifiers.contains(&name)
}

/// A path of our own checkpoints, without the name of the backbone.
fn own_path(backbone: BackboneName, name: &str) -> Option<String> {
    let own = match backbone {
        BackboneName::Resnet38d => "backbone.Resnet38d.",
        BackboneName::EfficientnetLite0 => "backbone.EfficientnetLite0.",
    };
    Some(format!("backbone.{}", name.strip_prefix(own)?))
}

/// The PyTorch name of the tensor of a network with `path`; it may hold the name of the backbone.
///
/// It is the inverse of [`place`].
pub fn pytorch_name(backbone: BackboneName, path: &str) -> String {
    let own = own_path(backbone, path);
    let path = own.as_deref().unwrap_or(path);
    let Some(path) = path.strip_prefix("backbone.") else { return path.into() };
    match backbone {
        BackboneName::Resnet38d => resnet38d::names::pytorch_name(path),
        BackboneName::EfficientnetLite0 => efficientnet_lite0::names::pytorch_name(path),
    }
}

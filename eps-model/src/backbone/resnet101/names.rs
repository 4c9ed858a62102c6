//! Names of ResNet101's tensors: in deeplab-pytorch's state dicts, in torchvision's, and here.

use crate::backbone::layer_names;

/// torchvision's layers of a block, and ours.
const LAYERS: [(&str, &str); 3] = [("1", "reduce"), ("2", "conv3x3"), ("3", "increase")];

/// Our path of what a file calls `name`: of `layer2.block1.reduce.bn.weight` or `layer1.0.bn1.weight` it is
/// `layer1.0.reduce.bn.norm.gamma`.
pub(super) fn path(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('.').collect();
    let (layer, is_norm, parameter) = match parts[..] {
        ["layer1", "conv1", kind @ ("conv" | "bn"), parameter] => {
            ("conv1".to_owned(), kind == "bn", parameter)
        }
        [level, block, layer, kind @ ("conv" | "bn"), parameter] => {
            let is_ours = matches!(layer, "reduce" | "conv3x3" | "increase" | "shortcut");
            let layer =
                is_ours.then(|| deeplab_block(level, block).map(|at| format!("{at}.{layer}")));
            (layer.flatten()?, kind == "bn", parameter)
        }
        ["conv1", "weight"] => ("conv1".into(), false, "weight"),
        ["bn1", parameter] => ("conv1".into(), true, parameter),
        // A shortcut of torchvision is a sequence: its convolution, then its normalisation.
        [level, block, "downsample", index @ ("0" | "1"), parameter] => {
            let block = torchvision_block(level, block)?;
            (format!("{block}.shortcut"), index == "1", parameter)
        }
        [level, block, layer, parameter] => {
            let (kind, number) = layer.split_at_checked(layer.len().checked_sub(1)?)?;
            let (_, ours) = LAYERS.into_iter().find(|(index, _)| *index == number)?;
            let is_norm = match kind {
                "conv" => false,
                "bn" => true,
                _ => return None,
            };
            (format!("{}.{ours}", torchvision_block(level, block)?), is_norm, parameter)
        }
        _ => return None,
    };
    let kind = if is_norm { "bn" } else { "conv" };
    Some(format!("{layer}.{kind}.{}", layer_names::path(is_norm, parameter)?))
}

/// `layer2`, `block1` to `layer1.0`: the stem is deeplab-pytorch's first layer.
fn deeplab_block(level: &str, block: &str) -> Option<String> {
    let level: usize = level.strip_prefix("layer")?.parse().ok()?;
    let block: usize = block.strip_prefix("block")?.parse().ok()?;
    let is_known = (2..=5).contains(&level) && block > 0;
    is_known.then(|| format!("layer{}.{}", level - 1, block - 1))
}

fn torchvision_block(level: &str, block: &str) -> Option<String> {
    let number: usize = level.strip_prefix("layer")?.parse().ok()?;
    let block: usize = block.parse().ok()?;
    (1..=4).contains(&number).then(|| format!("{level}.{block}"))
}

/// deeplab-pytorch's name of the tensor with one of our paths: the inverse of [`path`].
pub(super) fn pytorch_name(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').filter_map(layer_names::pytorch_name).collect();
    match parts[..] {
        ["conv1", ..] => format!("layer1.{}", parts.join(".")),
        [level, block, ..] => {
            let level = level.trim_start_matches("layer").parse::<usize>();
            let (Ok(level), Ok(block)) = (level, block.parse::<usize>()) else {
                return parts.join(".");
            };
            format!("layer{}.block{}.{}", level + 1, block + 1, parts[2..].join("."))
        }
        _ => parts.join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_programs_names_lead_to_one_path() {
        let cases = [
            ("layer1.conv1.conv.weight", "conv1.weight", "conv1.conv.weight"),
            ("layer1.conv1.bn.running_var", "bn1.running_var", "conv1.bn.norm.running_var"),
            (
                "layer2.block1.reduce.bn.weight",
                "layer1.0.bn1.weight",
                "layer1.0.reduce.bn.norm.gamma",
            ),
            (
                "layer4.block23.conv3x3.conv.weight",
                "layer3.22.conv2.weight",
                "layer3.22.conv3x3.conv.weight",
            ),
            (
                "layer5.block3.increase.bn.bias",
                "layer4.2.bn3.bias",
                "layer4.2.increase.bn.norm.beta",
            ),
            (
                "layer3.block1.shortcut.conv.weight",
                "layer2.0.downsample.0.weight",
                "layer2.0.shortcut.conv.weight",
            ),
            (
                "layer3.block1.shortcut.bn.bias",
                "layer2.0.downsample.1.bias",
                "layer2.0.shortcut.bn.norm.beta",
            ),
        ];
        for (deeplab, torchvision, ours) in cases {
            assert_eq!(path(deeplab).as_deref(), Some(ours), "{deeplab}");
            assert_eq!(path(torchvision).as_deref(), Some(ours), "{torchvision}");
            assert_eq!(pytorch_name(ours), deeplab);
        }
    }

    #[test]
    fn other_names_are_unknown() {
        let names = [
            "layer6.block1.reduce.bn.weight",
            "layer2.block0.reduce.bn.weight",
            "layer5.0.conv1.weight",
            "layer1.0.conv4.weight",
            "layer1.0.fc1.weight",
            "layer1.0.downsample.2.weight",
            "conv1.bias",
            "features.0.weight",
        ];
        for name in names {
            assert_eq!(path(name), None, "{name}");
        }
    }
}

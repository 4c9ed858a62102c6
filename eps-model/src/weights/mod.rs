//! Pre-trained weights into backbones.

use crate::ModelError;
use crate::backbone::Backbone;
use crate::network::Network;
use burn::store::{ModuleSnapshot, PytorchStore};
use std::path::Path;

/// Names of the PyTorch EfficientNet-Lite0 file, and ours.
const EFFICIENTNET_LITE0: [(&str, &str); 6] = [
    (r"^_conv_stem\.", "stem.conv."),
    (r"^_conv_head\.", "head.conv."),
    (r"^_bn([01])\.", "bn$1.norm."),
    (r"^_blocks\.(\d+)\._(expand|project)_conv\.", "blocks.$1.$2.conv."),
    (r"^_blocks\.(\d+)\._depthwise_conv\.", "blocks.$1.depthwise.conv."),
    (r"^_blocks\.(\d+)\._bn([012])\.", "blocks.$1.bn$2.norm."),
];

/// What the file has beside the backbone: the ImageNet classifier and counters.
fn is_expected_leftover(name: &str) -> bool {
    name.starts_with("_fc.") || name.ends_with("num_batches_tracked")
}

/// How many names, and the first three of them.
fn some<S: std::fmt::Display>(what: &str, names: Vec<S>) -> String {
    let first: Vec<_> = names.iter().take(3).map(ToString::to_string).collect();
    match names.len() {
        0 => format!("none {what}"),
        1..=3 => format!("{} {what} ({})", names.len(), first.join(", ")),
        count => format!("{count} {what} ({}, ..)", first.join(", ")),
    }
}

/// Loads ImageNet weights into the backbone; the classifier keeps its first weights.
///
/// # Errors
///
/// If the file cannot be read, or a tensor of the backbone is missing, has another shape or is left
/// over.
pub fn load_backbone(network: Network, path: &Path) -> Result<Network, ModelError> {
    let refuse = |reason: String| ModelError::Weights { path: path.into(), reason };
    if !path.is_file() {
        let source = std::io::ErrorKind::NotFound.into();
        return Err(ModelError::Read { path: path.into(), source });
    }
    network.with_backbone(|backbone| {
        let mut store = PytorchStore::from_file(path).allow_partial(true);
        for (theirs, ours) in EFFICIENTNET_LITE0 {
            store = store.with_key_remapping(theirs, ours);
        }
        let report = match backbone {
            Backbone::EfficientnetLite0(backbone) => backbone.load_from(&mut store),
            Backbone::Resnet38d(_) => {
                return Err(refuse("only EfficientNet-Lite0 loads a PyTorch file".into()));
            }
        };
        let report = report.map_err(|error| refuse(error.to_string()))?;
        let left: Vec<_> =
            report.unused.iter().filter(|name| !is_expected_leftover(name)).collect();
        if report.missing.is_empty() && report.errors.is_empty() && left.is_empty() {
            return Ok(());
        }
        let missing = report.missing.iter().map(|(name, _)| name).collect();
        let refused = report.errors.iter().map(|error| format!("{error:?}")).collect();
        Err(refuse(format!(
            "{} tensors loaded, {}, {}, {}",
            report.applied.len(),
            some("missing", missing),
            some("left over", left),
            some("refused", refused)
        )))
    })
}

//! What kind of network makes saliency maps.

use anyhow::{Result, anyhow};
use eps_saliency::SaliencyModel;
use std::path::Path;

/// The kind that a name or a TOML file says, else the one that the network's file is named after.
///
/// # Errors
///
/// If the name is unknown, or the file is no table of a network.
pub(super) fn saliency_model(network: &Path, kind: Option<&str>) -> Result<SaliencyModel> {
    let expected = format!("{} or a TOML file", SaliencyModel::NAMES.join(", "));
    let Some(kind) = kind else {
        let name = network.file_stem().unwrap_or_default().to_string_lossy();
        return SaliencyModel::named(&name).ok_or_else(|| {
            let file = network.display();
            anyhow!("{file}: the name says no kind of network, use --kind: {expected}")
        });
    };
    match SaliencyModel::named(kind) {
        Some(model) => Ok(model),
        None if Path::new(kind).is_file() => Ok(SaliencyModel::read(Path::new(kind))?),
        None => Err(anyhow!("--kind {kind}: unknown, expected {expected}")),
    }
}

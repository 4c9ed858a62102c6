//! Tensors of a weights file into a network.

use super::file::{Format, WeightsFile, renamed_as_f32};
use super::names::{BACKBONE, Place, place};
use crate::ModelError;
use crate::backbone::BackboneName;
use crate::finite::is_finite;
use crate::network::Network;
use burn::module::Module;
use burn::store::ModuleSnapshot;
use std::fmt;
use std::path::Path;

/// How much of a network a file must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The backbone; the layers above it keep their first weights.
    Backbone,
    /// Everything, the layers above the backbone too.
    Network,
}

impl Part {
    /// Whether the tensor with this path is of the part.
    fn has(self, path: &str) -> bool {
        self == Self::Network || path.starts_with(BACKBONE)
    }
}

/// What a network took from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub format: Format,
    /// Number of tensors loaded.
    pub loaded: usize,
    /// Tensors of the file that the network has no use for, by the file's names.
    pub leftover: Vec<String>,
}

impl fmt::Display for Import {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leftover = some("unused", &self.leftover);
        write!(formatter, "{}: {} tensors loaded, {leftover}", self.format, self.loaded)
    }
}

/// Loads weights of any [`Format`] under any of the known names.
///
/// # Errors
///
/// If the file cannot be read; if a tensor of the part is missing or has another shape; if the file has
/// one that such a network does not know; or if its values are not finite, or far too large.
pub fn load_weights(
    network: Network,
    path: &Path,
    part: Part,
) -> Result<(Network, Import), ModelError> {
    let backbone = network.backbone();
    load_part(network, backbone, path, part)
}

/// Loads the backbone of a network for any task, as [`load_weights`] does.
///
/// # Errors
///
/// Those of [`load_weights`].
pub fn load_backbone<M: Module>(
    network: M,
    backbone: BackboneName,
    path: &Path,
) -> Result<(M, Import), ModelError> {
    load_part(network, backbone, path, Part::Backbone)
}

/// Loads a part of a network for any task, as [`load_weights`] does.
///
/// # Errors
///
/// Those of [`load_weights`].
pub fn load_part<M: Module>(
    mut network: M,
    backbone: BackboneName,
    path: &Path,
    part: Part,
) -> Result<(M, Import), ModelError> {
    let file = WeightsFile::open(path)?;
    let (mut tensors, mut leftover, mut unknown) = (Vec::new(), file.others, Vec::new());
    for tensor in file.tensors {
        match place(backbone, &tensor.name) {
            Place::Tensor(path) if part.has(&path) => tensors.push(renamed_as_f32(tensor, path)),
            Place::Tensor(_) | Place::Leftover => leftover.push(tensor.name),
            Place::Unknown => unknown.push(tensor.name),
        }
    }
    // What does not fit is reported and refused below: half a network would train, and badly.
    let result = network.apply(tensors, None, None, true);
    unknown.extend(result.unused);
    let missing = result.missing.into_iter().map(|(path, _)| path);
    let missing: Vec<String> = missing.filter(|path| part.has(path)).collect();
    let refused: Vec<String> = result.errors.iter().map(ToString::to_string).collect();
    let loaded = result.applied.len();
    if missing.is_empty() && refused.is_empty() && unknown.is_empty() {
        // Here, while the file is known: training would blame its learning rate, inference the first image.
        if !is_finite(&network) {
            let reason =
                "has values that are NaN, infinite or far too large, expected trained weights"
                    .into();
            return Err(ModelError::NotWeights { path: path.into(), reason });
        }
        return Ok((network, Import { format: file.format, loaded, leftover }));
    }
    let lists = [("missing", missing), ("unknown", unknown), ("refused", refused)];
    let lists = lists.iter().filter(|(_, names)| !names.is_empty());
    let lists: Vec<String> = lists.map(|(what, names)| some(what, names)).collect();
    let reason = format!("{loaded} tensors loaded, {}", lists.join(", "));
    Err(ModelError::Weights { path: path.into(), reason })
}

/// Looks whether a file has tensors of a backbone and no others; their values are not read.
///
/// # Errors
///
/// If the file cannot be read, if it has a tensor that such a backbone does not know, or none that
/// it does.
pub fn check_weights(path: &Path, backbone: BackboneName) -> Result<(), ModelError> {
    let file = WeightsFile::open(path)?;
    let (mut needed, mut unknown) = (0, Vec::new());
    for tensor in file.tensors {
        match place(backbone, &tensor.name) {
            Place::Tensor(path) if Part::Backbone.has(&path) => needed += 1,
            Place::Tensor(_) | Place::Leftover => {}
            Place::Unknown => unknown.push(tensor.name),
        }
    }
    // A file may have nothing that is unknown and still be of no use: all of it left over.
    if needed > 0 && unknown.is_empty() {
        return Ok(());
    }
    let reason = format!("{needed} tensors of {backbone}, {}", some("unknown", &unknown));
    Err(ModelError::Weights { path: path.into(), reason })
}

/// How many names, and the first three of them.
fn some(what: &str, names: &[String]) -> String {
    let first = names[..names.len().min(3)].join(", ");
    match names.len() {
        0 => format!("0 {what}"),
        1..=3 => format!("{} {what} ({first})", names.len()),
        count => format!("{count} {what} ({first}, ..)"),
    }
}

//! Weights to safetensors, under the names that PyTorch programs know.

use super::file::{WeightsFile, renamed_as_f32};
use super::names::{Place, place, pytorch_name};
use crate::ModelError;
use crate::backbone::BackboneName;
use burn::store::burn_pack::Tensor;
use burn::tensor::Bytes;
use safetensors::tensor::{Dtype, View};
use std::borrow::Cow;
use std::path::Path;

/// Writes the tensors of a file that belong to networks with `backbone`, as `f32`.
///
/// The names are those of the reference's PyTorch modules; what a network has no use for is left
/// out. Returns how many tensors were written.
///
/// # Errors
///
/// If a tensor of the file belongs to no such network, or `output` cannot be written.
pub fn write_safetensors(
    file: WeightsFile,
    backbone: BackboneName,
    output: &Path,
) -> Result<usize, ModelError> {
    let mut tensors = Vec::new();
    for tensor in file.tensors {
        match place(backbone, &tensor.name) {
            Place::Tensor(path) => {
                let name = pytorch_name(backbone, &path);
                let tensor = renamed_as_f32(tensor, name.clone());
                tensors.push((name, Drawn::new(tensor, &file.path)?));
            }
            Place::Leftover => {}
            Place::Unknown => {
                let reason = format!("no tensor of {backbone} is called `{}`", tensor.name);
                return Err(ModelError::NotWeights { path: file.path, reason });
            }
        }
    }
    let count = tensors.len();
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    let bytes = safetensors::serialize(tensors, Some(metadata)).map_err(|error| {
        ModelError::NotWeights { path: output.into(), reason: error.to_string() }
    })?;
    eps_data::codec::write_atomically(output, |file| file.write_all(&bytes))?;
    Ok(count)
}

/// A tensor whose values are in memory.
struct Drawn {
    shape: Vec<usize>,
    values: Bytes,
}

impl Drawn {
    /// Draws the values from the file of this path.
    fn new(tensor: Tensor, path: &Path) -> Result<Self, ModelError> {
        let (name, shape) = (tensor.name.clone(), tensor.shape.to_vec());
        let values = tensor.into_bytes().map_err(|error| ModelError::NotWeights {
            path: path.into(),
            reason: format!("{name}: {error}"),
        })?;
        Ok(Self { shape, values })
    }
}

impl View for Drawn {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.values)
    }

    fn data_len(&self) -> usize {
        self.values.len()
    }
}

//! Weights files of four formats, opened as one: tensors with names.

use super::mxnet::{self, Dtype};
use super::wrapper::unwrapped;
use crate::ModelError;
use burn::store::burn_pack::{Reader, Tensor};
use burn::store::{ModuleStore, PytorchStore, SafetensorsStore, bridge};
use burn::tensor::{Bytes, DType};
use eps_data::codec::{Content, open_file, read_bytes};
use eps_data::sha256;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a weights file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// MXNet's list of arrays (`.params`).
    Mxnet,
    /// A PyTorch state dict, zipped or legacy (`.pth`).
    Pytorch,
    Safetensors,
    /// burn's own, as the checkpoints of this program.
    Burnpack,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Mxnet => "MXNet .params",
            Self::Pytorch => "PyTorch",
            Self::Safetensors => "safetensors",
            Self::Burnpack => "burnpack",
        })
    }
}

impl Format {
    /// The format that a file starts as; safetensors starts with a length and `{`.
    fn of(start: &[u8]) -> Option<Self> {
        // PyTorch writes a zip archive since version 1.6, and wrote a pickle of protocol 2 before.
        let is_pytorch = start.starts_with(b"PK\x03\x04") || start.starts_with(b"\x80\x02");
        let first_word = start.first_chunk().map(|word| u32::from_le_bytes(*word));
        if mxnet::is_list(start) {
            Some(Self::Mxnet)
        } else if first_word == Some(burn::store::burn_pack::MAGIC_NUMBER) {
            Some(Self::Burnpack)
        } else if is_pytorch {
            Some(Self::Pytorch)
        } else if start.get(8) == Some(&b'{') {
            Some(Self::Safetensors)
        } else {
            None
        }
    }
}

/// An opened weights file.
pub struct WeightsFile {
    /// Of the file itself, for messages.
    pub path: PathBuf,
    pub format: Format,
    /// In the file's order, or by name where the format has none; data are read when drawn.
    pub tensors: Vec<Tensor>,
    /// Names of the tensors beside the network, as the optimiser's: they are not read.
    pub others: Vec<String>,
}

impl WeightsFile {
    /// Opens a file, whatever it is called.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is of none of the [`Format`]s, or is not what it starts as.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let refuse = |reason| ModelError::NotWeights { path: path.into(), reason };
        let start = start_of(path)?;
        let format = Format::of(&start).ok_or_else(|| refuse(not_weights(&start)))?;
        let tensors = match format {
            Format::Mxnet => mxnet_tensors(read_bytes(path)?),
            Format::Pytorch => all_tensors(&mut PytorchStore::from_file(path)),
            Format::Safetensors => all_tensors(&mut SafetensorsStore::from_file(path)),
            Format::Burnpack => burnpack_tensors(read_bytes(path)?),
        };
        let tensors = tensors.map_err(|why| refuse(format!("{format}: {why}")))?;
        let (tensors, others) = unwrapped(tensors);
        Ok(Self { path: path.into(), format, tensors, others })
    }

    /// SHA-256 of the names, shapes and values of all tensors: the same for equal networks, whose files
    /// differ.
    ///
    /// # Errors
    ///
    /// If values cannot be read; `path` is named in the error.
    pub fn sha256(mut self, path: &Path) -> Result<String, ModelError> {
        // Formats keep tensors in different orders, which say nothing of the network.
        self.tensors.sort_by(|a, b| a.name.cmp(&b.name));
        let mut lines = String::new();
        for tensor in self.tensors {
            let head = format!("{} {:?} {:?}", tensor.name, tensor.dtype, tensor.shape.to_vec());
            let values = tensor.into_bytes().map_err(|error| ModelError::NotWeights {
                path: path.into(),
                reason: error.to_string(),
            })?;
            lines += &format!("{head} {}\n", sha256(&values[..]));
        }
        Ok(sha256(lines))
    }
}

/// The bytes that formats are known by, and some more to say what else a file is.
fn start_of(path: &Path) -> Result<Vec<u8>, ModelError> {
    let mut start = Vec::new();
    let read = open_file(path)?.take(512).read_to_end(&mut start);
    read.map_err(|source| ModelError::Read { path: path.into(), source })?;
    Ok(start)
}

fn not_weights(start: &[u8]) -> String {
    let found = Content::of(start).map_or("not a weights file".into(), |found| found.to_string());
    let remedy = Content::of(start).and_then(Content::remedy);
    let remedy = remedy.map_or(String::new(), |remedy| format!("; {remedy}"));
    format!(
        "{found}, expected MXNet .params, a PyTorch state dict, safetensors or burnpack{remedy}"
    )
}

fn all_tensors(store: &mut impl ModuleStore) -> Result<Vec<Tensor>, String> {
    let tensors = store.get_all_tensors().map_err(|error| error.to_string())?;
    Ok(tensors.values().cloned().collect())
}

fn burnpack_tensors(bytes: Vec<u8>) -> Result<Vec<Tensor>, String> {
    Reader::from_bytes(Bytes::from_bytes_vec(bytes))
        .and_then(Reader::into_tensors)
        .map_err(|error| error.to_string())
}

/// The arrays of a `.params` file; each is copied out of the file's bytes when drawn.
fn mxnet_tensors(bytes: Vec<u8>) -> Result<Vec<Tensor>, String> {
    let bytes = Arc::new(bytes);
    let arrays = mxnet::parse(&bytes).map_err(|error| error.to_string())?;
    Ok(arrays.into_iter().map(|array| mxnet_tensor(array, Arc::clone(&bytes))).collect())
}

fn mxnet_tensor(array: mxnet::Array, bytes: Arc<Vec<u8>>) -> Tensor {
    let dtype = match array.dtype {
        Dtype::F32 => DType::F32,
        Dtype::F64 => DType::F64,
        Dtype::F16 => DType::F16,
        Dtype::U8 => DType::U8,
        Dtype::I32 => DType::I32,
        Dtype::I8 => DType::I8,
        Dtype::I64 => DType::I64,
    };
    let values = array.values;
    Tensor::deferred(array.name, dtype, array.shape, None, values.len(), move || {
        Ok(Bytes::from_bytes_vec(bytes[values.clone()].to_vec()))
    })
}

/// The same tensor with another name and `f32` values.
pub(super) fn renamed_as_f32(mut tensor: Tensor, name: String) -> Tensor {
    if tensor.dtype == DType::F32 {
        tensor.name = name;
        return tensor;
    }
    let shape = tensor.shape.clone();
    bridge::deferred(name, DType::F32, shape, None, move || {
        bridge::to_data(&tensor).map(|data| data.convert::<f32>())
    })
}

//! What a stack machine has made so far.

use super::Array;
use super::numpy::DtypeObject;

/// An object that was made; objects refer to one another and change until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle(pub(super) usize);

#[derive(Clone, Debug)]
pub(super) enum Object {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    Tuple(Vec<Handle>),
    List(Vec<Handle>),
    Dict(Vec<(Handle, Handle)>),
    Global {
        module: String,
        name: String,
    },
    Dtype(DtypeObject),
    /// An array before its values.
    Unbuilt,
    Array(Array),
    Objects {
        shape: Vec<usize>,
        items: Vec<Handle>,
    },
    /// What this names is kept outside the pickle.
    Outside(Handle),
    Unknown(String),
}

impl Object {
    /// Bytes of what it holds itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Unknown(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Global { module, name } => module.len() + name.len(),
            Self::Array(array) => array.bytes.len(),
            _ => 0,
        }
    }
}

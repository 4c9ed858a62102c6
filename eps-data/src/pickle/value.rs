//! What a pickle builds.

use super::object::{Handle, Object};
use super::{Array, PickleError};

/// Levels of containers in one another.
const DEPTH: usize = 32;

// Without a limit, thirty lists that each name the one before twice would be 2^30 values.
/// Values in all for each byte of the file: a file cannot name more unless it names some again.
const VALUES_PER_BYTE: usize = 4;

/// What a pickle builds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Self>),
    Tuple(Vec<Self>),
    /// In the file's order.
    Dict(Vec<(Self, Self)>),
    Array(Array),
    /// An array of Python objects, row-major.
    Objects {
        shape: Vec<usize>,
        items: Vec<Self>,
    },
    /// What this names is kept outside the pickle.
    Outside(Box<Self>),
    /// What this function or class would have made; it was not called.
    Unknown(String),
}

impl Value {
    /// The text of a text, or of bytes that are UTF-8, as Python 2 writes texts.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The value of a key that is a text.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dict(entries) = self else { return None };
        entries.iter().find(|(candidate, _)| candidate.text() == Some(key)).map(|(_, value)| value)
    }
}

/// Objects of a machine as a tree.
pub(super) struct Tree<'a> {
    objects: &'a [Object],
    left: usize,
    limit: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn new(objects: &'a [Object], bytes: usize) -> Self {
        let limit = VALUES_PER_BYTE * bytes;
        Self { objects, left: limit, limit }
    }

    pub(super) fn value(&mut self, handle: Handle, depth: usize) -> Result<Value, PickleError> {
        if depth > DEPTH {
            return Err(PickleError::Depth { limit: DEPTH });
        }
        let objects = self.objects;
        let object = &objects[handle.0];
        self.left = self
            .left
            .checked_sub(1 + object.bytes() / VALUES_PER_BYTE)
            .ok_or(PickleError::Repetition { limit: self.limit })?;
        Ok(match object {
            Object::None => Value::None,
            Object::Bool(value) => Value::Bool(*value),
            Object::Int(value) => Value::Int(*value),
            Object::Float(value) => Value::Float(*value),
            Object::Text(text) => Value::Text(text.clone()),
            Object::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Object::List(items) => Value::List(self.values(items, depth)?),
            Object::Tuple(items) => Value::Tuple(self.values(items, depth)?),
            Object::Dict(entries) => {
                let mut values = Vec::with_capacity(entries.len());
                for &(key, value) in entries {
                    values.push((self.value(key, depth + 1)?, self.value(value, depth + 1)?));
                }
                Value::Dict(values)
            }
            Object::Array(array) => Value::Array(array.clone()),
            Object::Objects { shape, items } => {
                Value::Objects { shape: shape.clone(), items: self.values(items, depth)? }
            }
            Object::Outside(name) => Value::Outside(Box::new(self.value(*name, depth + 1)?)),
            Object::Unbuilt => Value::Unknown("an array without its values".into()),
            Object::Dtype(dtype) => Value::Unknown(format!("{dtype:?}")),
            Object::Global { module, name } => Value::Unknown(format!("{module}.{name}")),
            Object::Unknown(name) => Value::Unknown(name.clone()),
        })
    }

    fn values(&mut self, items: &[Handle], depth: usize) -> Result<Vec<Value>, PickleError> {
        items.iter().map(|&item| self.value(item, depth + 1)).collect()
    }
}

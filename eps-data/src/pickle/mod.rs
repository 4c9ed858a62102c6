//! Pickled NumPy data, read without running anything, and written.
//!
//! Python's pickle is a program for a stack machine that can call any function. This reader knows
//! the operations that build numbers, texts, containers, NumPy arrays and PyTorch tensors; a call of anything else
//! leaves a [`Value::Unknown`] in its place. Lengths are checked against what the file has left,
//! and a file whose objects refer to one another cannot grow beyond a multiple of its size.

mod calls;
mod error;
mod input;
mod machine;
mod numpy;
mod object;
mod torch;
mod value;
mod write;

pub use error::PickleError;
pub use numpy::{Array, Dtype};
pub use value::Value;
pub use write::dictionary;

/// The value that a pickle of protocol 2 to 5 builds.
pub fn load(bytes: &[u8]) -> Result<Value, PickleError> {
    machine::Machine::run(bytes)
}

#[cfg(test)]
mod tests;

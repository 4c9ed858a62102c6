//! PyTorch's tensors, as a pickle of NumPy's holds them.

use super::machine::Machine;
use super::object::Object;
use super::{Array, Dtype, PickleError, Value};

// 0x1950a86a20f9469cfc6c and 1001, each in a pickle of protocol 2.
/// How a storage begins in PyTorch's format before zip: its number and its protocol, pickled.
const START: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";

/// A flat array of the values of a storage that `torch.save` wrote into a pickle.
pub(super) fn storage(bytes: &[u8]) -> Result<Option<Array>, PickleError> {
    let Some(rest) = bytes.strip_prefix(START) else { return Ok(None) };
    // What the machine that saved it was, the storage's type and name, the names of all storages.
    let (_, rest) = Machine::part(rest)?;
    let (storage, rest) = Machine::part(rest)?;
    let (_, rest) = Machine::part(rest)?;
    let Some((length, values)) = rest.split_first_chunk::<8>() else { return Ok(None) };
    let array = dtype(&storage).and_then(|dtype| {
        let count = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let bytes = values.get(..count.checked_mul(dtype.size()?)?)?.to_vec();
        Some(Array { dtype, shape: vec![count], bytes })
    });
    Ok(array)
}

/// The type in `("storage", type, name, place, count, view)`.
fn dtype(storage: &Value) -> Option<Dtype> {
    let Value::Outside(name) = storage else { return None };
    let Value::Tuple(parts) = name.as_ref() else { return None };
    let Some(Value::Unknown(kind)) = parts.get(1) else { return None };
    Some(match kind.strip_prefix("torch.")?.strip_suffix("Storage")? {
        "Float" => Dtype::Float(4),
        "Half" => Dtype::Float(2),
        "Double" => Dtype::Float(8),
        "Long" => Dtype::Int(8),
        "Int" => Dtype::Int(4),
        "Short" => Dtype::Int(2),
        "Char" => Dtype::Int(1),
        "Byte" => Dtype::Uint(1),
        "Bool" => Dtype::Bool,
        _ => return None,
    })
}

/// The tensor of `shape` that starts at `offset` of a storage and has these steps between values.
pub(super) fn tensor(
    storage: &Array,
    offset: usize,
    shape: Vec<usize>,
    strides: &[usize],
) -> Option<Object> {
    let size = storage.dtype.size()?;
    let count = shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(side))?;
    // A tensor that repeats values of its storage is larger than the file.
    if strides.len() != shape.len() || count > storage.bytes.len() / size {
        return None;
    }
    let mut bytes = Vec::with_capacity(count * size);
    for index in 0..count {
        let (mut rest, mut place) = (index, offset);
        for (&side, &stride) in shape.iter().zip(strides).rev() {
            place = (rest % side).checked_mul(stride)?.checked_add(place)?;
            rest /= side;
        }
        let start = place.checked_mul(size)?;
        bytes.extend_from_slice(storage.bytes.get(start..start.checked_add(size)?)?);
    }
    Some(Object::Array(Array { dtype: storage.dtype, shape, bytes }))
}

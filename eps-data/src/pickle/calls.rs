//! The functions that a pickle may call, and the states that it may give: those of NumPy and PyTorch
//! that make data.

use super::machine::Machine;
use super::numpy::{self, Dtype, DtypeObject, Stored, StoredValues};
use super::object::{Handle, Object};
use super::torch;
use super::{Array, PickleError};

impl Machine<'_> {
    /// What one of the known functions makes.
    pub(super) fn result(
        &self,
        function: Handle,
        arguments: Handle,
    ) -> Result<Object, PickleError> {
        let Object::Global { module, name } = &self.objects[function.0] else {
            return Ok(Object::Unknown("the result of an unknown call".into()));
        };
        let Object::Tuple(arguments) = &self.objects[arguments.0] else {
            return Err(self.operand("arguments that are no tuple", "a tuple"));
        };
        let argument = |index: usize| Some(&self.objects[arguments.get(index)?.0]);
        let result = match (module.as_str(), name.as_str(), argument(0), argument(1)) {
            ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct", ..) => {
                Some(Object::Unbuilt)
            }
            ("numpy", "dtype", Some(Object::Text(name)), _) => Some(little(Dtype::of(name))),
            ("numpy", "dtype", Some(Object::Bytes(name)), _) => {
                std::str::from_utf8(name).ok().map(|name| little(Dtype::of(name)))
            }
            // Protocol 2 has no bytes: NumPy writes those of an array as a text of as many characters, to
            // be encoded again (method, section 2.2).
            ("_codecs", "encode", Some(Object::Text(text)), _) => latin1(text).map(Object::Bytes),
            ("collections", "OrderedDict", None, _) => Some(Object::Dict(vec![])),
            (
                "numpy.core.multiarray" | "numpy._core.multiarray",
                "scalar",
                Some(Object::Dtype(DtypeObject { dtype: Dtype::Text(_), big_endian })),
                Some(Object::Bytes(bytes)),
            ) => numpy::text(bytes, *big_endian).map(Object::Text),
            (
                "numpy.core.multiarray" | "numpy._core.multiarray",
                "scalar",
                Some(Object::Dtype(dtype)),
                Some(Object::Bytes(bytes)),
            ) => {
                let values = StoredValues::Bytes(bytes);
                let stored = Stored { shape: vec![], column_major: false, values };
                Some(numpy::array(*dtype, stored)?)
            }
            (
                "numpy.core.numeric" | "numpy._core.numeric",
                "_frombuffer",
                Some(Object::Bytes(bytes)),
                Some(Object::Dtype(dtype)),
            ) => Some(self.array_of_buffer(bytes, *dtype, argument(2), argument(3))?),
            // A storage is a pickle of its own, which holds no further one.
            ("torch.storage", "_load_from_bytes", Some(Object::Bytes(bytes)), _)
                if !self.is_part =>
            {
                torch::storage(bytes)?.map(Object::Array)
            }
            ("torch._utils", "_rebuild_tensor_v2", Some(Object::Array(storage)), Some(offset)) => {
                self.tensor_of_storage(storage, offset, argument(2), argument(3))?
            }
            _ => None,
        };
        Ok(result.unwrap_or_else(|| Object::Unknown(format!("{module}.{name}"))))
    }

    /// NumPy's array of some bytes, their type, and what should be its shape and order.
    fn array_of_buffer(
        &self,
        bytes: &[u8],
        dtype: DtypeObject,
        shape: Option<&Object>,
        order: Option<&Object>,
    ) -> Result<Object, PickleError> {
        let Some(Object::Tuple(shape)) = shape else {
            return Err(self.operand("an array's shape", "a tuple"));
        };
        let column_major = matches!(order, Some(Object::Text(order)) if order == "F");
        let (shape, values) = (self.shape(shape)?, StoredValues::Bytes(bytes));
        numpy::array(dtype, Stored { shape, column_major, values })
    }

    /// PyTorch's tensor in a storage; `None` if it does not lie in it.
    fn tensor_of_storage(
        &self,
        storage: &Array,
        offset: &Object,
        shape: Option<&Object>,
        strides: Option<&Object>,
    ) -> Result<Option<Object>, PickleError> {
        let (Object::Int(offset), Some(Object::Tuple(shape)), Some(Object::Tuple(strides))) =
            (offset, shape, strides)
        else {
            return Err(self.operand("a tensor's parts", "offset, shape and strides"));
        };
        let (shape, strides) = (self.shape(shape)?, self.shape(strides)?);
        let offset = usize::try_from(*offset).ok();
        Ok(offset.and_then(|offset| torch::tensor(storage, offset, shape, &strides)))
    }

    /// Gives an object its state: an array its values, a type its byte order.
    pub(super) fn build(&mut self, object: Handle, state: Handle) -> Result<(), PickleError> {
        let state = match &self.objects[state.0] {
            Object::Tuple(parts) => parts.iter().map(|part| &self.objects[part.0]).collect(),
            _ => vec![],
        };
        let built = match (&self.objects[object.0], state.as_slice()) {
            (Object::Dtype(dtype), [_, Object::Text(order), ..]) => {
                Object::Dtype(DtypeObject { big_endian: order == ">", ..*dtype })
            }
            (Object::Dtype(dtype), [_, Object::Bytes(order), ..]) => {
                Object::Dtype(DtypeObject { big_endian: order == b">", ..*dtype })
            }
            (Object::Unbuilt, [.., Object::Tuple(shape), Object::Dtype(dtype), order, values]) => {
                let shape = self.shape(shape)?;
                let values = match values {
                    Object::Bytes(bytes) => StoredValues::Bytes(bytes),
                    Object::List(items) => StoredValues::Objects(items),
                    _ => return Err(self.operand("an array's values", "bytes or a list")),
                };
                let column_major = matches!(order, Object::Bool(true) | Object::Int(1));
                numpy::array(*dtype, Stored { shape, column_major, values })?
            }
            (Object::Unbuilt, _) => return Err(self.operand("an array's state", "its four parts")),
            _ => return Ok(()),
        };
        // Its values are copies, of bytes that many arrays may share.
        self.charge(&built)?;
        self.objects[object.0] = built;
        Ok(())
    }

    fn shape(&self, sides: &[Handle]) -> Result<Vec<usize>, PickleError> {
        let shape = sides.iter().map(|side| match self.objects[side.0] {
            Object::Int(side) => usize::try_from(side).ok(),
            _ => None,
        });
        let shape: Option<Vec<usize>> = shape.collect();
        shape.ok_or_else(|| self.operand("an array's shape", "integers of 0 or more"))
    }
}

fn little(dtype: Dtype) -> Object {
    Object::Dtype(DtypeObject { dtype, big_endian: false })
}

/// Bytes that a text stands for, each a character up to 255.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

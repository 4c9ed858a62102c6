//! The stack machine, as far as it builds data.

use super::input::{Input, text};
use super::numpy::{self, Dtype, DtypeObject, Stored, StoredValues};
use super::torch;
use super::value::{Tree, Value};
use super::{Array, PickleError};
use std::collections::HashMap;

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
            Self::Array(array) => array.bytes.len(),
            _ => 0,
        }
    }
}

pub(super) struct Machine<'a> {
    input: Input<'a>,
    objects: Vec<Object>,
    stack: Vec<Handle>,
    marks: Vec<usize>,
    memo: HashMap<usize, Handle>,
    /// Bytes that objects may still hold.
    left: usize,
    /// Whether it runs for a tensor within a pickle.
    is_part: bool,
}

/// Bytes that objects hold in all for each byte of the file.
const BYTES_PER_BYTE: usize = 8;

impl<'a> Machine<'a> {
    /// Runs a pickle to its end.
    pub(super) fn run(bytes: &'a [u8]) -> Result<Value, PickleError> {
        Ok(Self::start(bytes, false)?.0)
    }

    /// Runs the first of several pickles; the rest comes back.
    pub(super) fn part(bytes: &'a [u8]) -> Result<(Value, &'a [u8]), PickleError> {
        Self::start(bytes, true)
    }

    fn start(bytes: &'a [u8], is_part: bool) -> Result<(Value, &'a [u8]), PickleError> {
        let mut machine = Self {
            left: bytes.len().saturating_mul(BYTES_PER_BYTE),
            is_part,
            input: Input::new(bytes),
            objects: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        };
        while machine.step()? {}
        let result = machine.pop()?;
        let rest = &bytes[machine.input.at()..];
        Ok((Tree::new(&machine.objects, bytes.len()).value(result, 0)?, rest))
    }

    /// One operation; `false` after the last.
    fn step(&mut self) -> Result<bool, PickleError> {
        let at = self.input.at();
        let code = self.input.byte("an operation")?;
        match code {
            b'.' => return Ok(false),
            0x80 => match self.input.byte("a protocol")? {
                0..=5 => {}
                found => return Err(PickleError::Protocol { at, found }),
            },
            0x95 => drop(self.input.word::<8>("a frame")?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.since_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'h' => self.recall::<1>()?,
            b'j' => self.recall::<4>()?,
            b'q' => self.keep::<1>()?,
            b'r' => self.keep::<4>()?,
            0x94 => {
                let top = self.top()?;
                self.memo.insert(self.memo.len(), top);
            }
            b't' | b')' | 0x85..=0x87 | b']' | b'}' | b'a' | b'e' | b's' | b'u' => {
                self.container(code)?;
            }
            b'c' | 0x93 | b'R' | 0x81 | b'b' | b'Q' => self.call(code)?,
            _ => {
                let object = self.scalar(code, at)?;
                self.push(object)?;
            }
        }
        Ok(true)
    }

    /// A number, a text or bytes.
    fn scalar(&mut self, code: u8, at: usize) -> Result<Object, PickleError> {
        Ok(match code {
            b'N' => Object::None,
            0x88 => Object::Bool(true),
            0x89 => Object::Bool(false),
            b'K' => Object::Int(self.input.byte("an integer")?.into()),
            b'M' => Object::Int(u16::from_le_bytes(self.input.word("an integer")?).into()),
            b'J' => Object::Int(i32::from_le_bytes(self.input.word("an integer")?).into()),
            0x8a => Object::Int(long(self.input.counted::<1>("an integer")?, at)?),
            b'G' => Object::Float(f64::from_be_bytes(self.input.word("a number")?)),
            b'X' => Object::Text(text(self.input.counted::<4>("a text")?, at)?.into()),
            0x8c => Object::Text(text(self.input.counted::<1>("a text")?, at)?.into()),
            0x8d => Object::Text(text(self.input.counted::<8>("a text")?, at)?.into()),
            b'U' | b'C' => Object::Bytes(self.input.counted::<1>("bytes")?.into()),
            b'T' | b'B' => Object::Bytes(self.input.counted::<4>("bytes")?.into()),
            0x8e | 0x96 => Object::Bytes(self.input.counted::<8>("bytes")?.into()),
            code => return Err(PickleError::Operation { at, code }),
        })
    }

    fn container(&mut self, code: u8) -> Result<(), PickleError> {
        match code {
            b')' => self.push(Object::Tuple(vec![]))?,
            b']' => self.push(Object::List(vec![]))?,
            b'}' => self.push(Object::Dict(vec![]))?,
            b't' => {
                let items = self.since_mark()?;
                self.push(Object::Tuple(items))?;
            }
            0x85..=0x87 => {
                let count = usize::from(code - 0x84);
                let first = self.stack.len().checked_sub(count).ok_or(self.empty())?;
                let items = self.stack.split_off(first);
                self.push(Object::Tuple(items))?;
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.since_mark()?;
                self.append(items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.insert(&[key, value])?;
            }
            _ => {
                let entries = self.since_mark()?;
                self.insert(&entries)?;
            }
        }
        Ok(())
    }

    fn append(&mut self, items: Vec<Handle>) -> Result<(), PickleError> {
        let list = self.top()?;
        match &mut self.objects[list.0] {
            Object::List(own) => own.extend(items),
            Object::Unknown(_) => {}
            _ => return Err(self.operand("an item for what is no list", "a list")),
        }
        Ok(())
    }

    fn insert(&mut self, entries: &[Handle]) -> Result<(), PickleError> {
        let dict = self.top()?;
        match &mut self.objects[dict.0] {
            Object::Dict(own) => {
                let (pairs, rest) = entries.as_chunks::<2>();
                own.extend(pairs.iter().map(|&[key, value]| (key, value)));
                match rest {
                    [] => Ok(()),
                    _ => Err(self.operand("a key without a value", "pairs")),
                }
            }
            Object::Unknown(_) => Ok(()),
            _ => Err(self.operand("an entry for what is no dictionary", "a dictionary")),
        }
    }

    /// Names of functions, and what stands for calling them.
    fn call(&mut self, code: u8) -> Result<(), PickleError> {
        match code {
            b'c' => {
                let (module, name) = (self.input.line()?.into(), self.input.line()?.into());
                self.push(Object::Global { module, name })?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let global = match (&self.objects[module.0], &self.objects[name.0]) {
                    (Object::Text(module), Object::Text(name)) => {
                        Object::Global { module: module.clone(), name: name.clone() }
                    }
                    _ => return Err(self.operand("a name that is no text", "two texts")),
                };
                self.push(global)?;
            }
            b'Q' => {
                let name = self.pop()?;
                self.push(Object::Outside(name))?;
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                self.build(object, state)?;
            }
            // A call of a function or of a class.
            _ => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let result = self.result(function, arguments)?;
                self.push(result)?;
            }
        }
        Ok(())
    }

    /// What one of the known functions makes.
    fn result(&self, function: Handle, arguments: Handle) -> Result<Object, PickleError> {
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
            ("_codecs", "encode", Some(Object::Text(text)), _) => latin1(text).map(Object::Bytes),
            ("collections", "OrderedDict", None, _) => Some(Object::Dict(vec![])),
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
            ) => {
                let Some(Object::Tuple(shape)) = argument(2) else {
                    return Err(self.operand("an array's shape", "a tuple"));
                };
                let column_major = matches!(argument(3), Some(Object::Text(order)) if order == "F");
                let values = StoredValues::Bytes(bytes);
                let shape = self.shape(shape)?;
                Some(numpy::array(*dtype, Stored { shape, column_major, values })?)
            }
            // A storage is a pickle of its own, which holds no further one.
            ("torch.storage", "_load_from_bytes", Some(Object::Bytes(bytes)), _)
                if !self.is_part =>
            {
                torch::storage(bytes)?.map(Object::Array)
            }
            ("torch._utils", "_rebuild_tensor_v2", Some(Object::Array(storage)), Some(offset)) => {
                let (Object::Int(offset), Some(Object::Tuple(shape)), Some(Object::Tuple(strides))) =
                    (offset, argument(2), argument(3))
                else {
                    return Err(self.operand("a tensor's parts", "offset, shape and strides"));
                };
                let (shape, strides) = (self.shape(shape)?, self.shape(strides)?);
                let offset = usize::try_from(*offset).ok();
                offset.and_then(|offset| torch::tensor(storage, offset, shape, &strides))
            }
            _ => None,
        };
        Ok(result.unwrap_or_else(|| Object::Unknown(format!("{module}.{name}"))))
    }

    /// Gives an object its state: an array its values, a type its byte order.
    fn build(&mut self, object: Handle, state: Handle) -> Result<(), PickleError> {
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
        self.objects[object.0] = built;
        Ok(())
    }

    fn shape(&self, sides: &[Handle]) -> Result<Vec<usize>, PickleError> {
        let side = |side: &Handle| match self.objects[side.0] {
            Object::Int(side) => usize::try_from(side).ok(),
            _ => None,
        };
        let shape: Option<Vec<usize>> = sides.iter().map(side).collect();
        shape.ok_or_else(|| self.operand("an array's shape", "integers of 0 or more"))
    }

    fn push(&mut self, object: Object) -> Result<(), PickleError> {
        let limit = PickleError::Repetition { limit: BYTES_PER_BYTE };
        self.left = self.left.checked_sub(object.bytes()).ok_or(limit)?;
        self.stack.push(Handle(self.objects.len()));
        self.objects.push(object);
        Ok(())
    }

    fn pop(&mut self) -> Result<Handle, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(self.empty());
        }
        self.stack.pop().ok_or(self.empty())
    }

    fn top(&self) -> Result<Handle, PickleError> {
        self.stack.last().copied().ok_or(self.empty())
    }

    fn since_mark(&mut self) -> Result<Vec<Handle>, PickleError> {
        let mark = self.marks.pop().ok_or(self.operand("no mark", "one"))?;
        if mark > self.stack.len() {
            return Err(self.empty());
        }
        Ok(self.stack.split_off(mark))
    }

    fn keep<const N: usize>(&mut self) -> Result<(), PickleError> {
        let key = self.key::<N>()?;
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall<const N: usize>(&mut self) -> Result<(), PickleError> {
        let at = self.input.at();
        let key = self.key::<N>()?;
        let kept = self.memo.get(&key).copied().ok_or(PickleError::Memo { at, key })?;
        self.stack.push(kept);
        Ok(())
    }

    fn key<const N: usize>(&mut self) -> Result<usize, PickleError> {
        let mut key = [0; 4];
        key[..N].copy_from_slice(&self.input.word::<N>("a key")?);
        Ok(u32::from_le_bytes(key) as usize)
    }

    fn empty(&self) -> PickleError {
        self.operand("an operation without its operands", "as many as it takes")
    }

    fn operand(&self, found: &'static str, expected: &'static str) -> PickleError {
        PickleError::Operand { at: self.input.at(), found, expected }
    }
}

fn little(dtype: Dtype) -> Object {
    Object::Dtype(DtypeObject { dtype, big_endian: false })
}

/// Bytes that a text stands for, each a character up to 255.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

/// A little-endian two's complement of up to 8 bytes.
fn long(bytes: &[u8], at: usize) -> Result<i64, PickleError> {
    if bytes.len() > 8 {
        return Err(PickleError::Integer { at, bytes: bytes.len() });
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut word = [if negative { 0xff } else { 0 }; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    Ok(i64::from_le_bytes(word))
}

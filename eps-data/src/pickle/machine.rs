//! The stack machine, as far as it builds data.

// Operations by the names of Python's pickletools; `0x..` are those of protocol 2 and later.
//
//   .  STOP          (  MARK             0  POP                1  POP_MARK         2  DUP
//   N  NONE          0x88 NEWTRUE        0x89 NEWFALSE         G  BINFLOAT
//   K  BININT1       M  BININT2          J  BININT             0x8a LONG1
//   X  BINUNICODE    0x8c SHORT_..       0x8d BINUNICODE8
//   U  SHORT_BINSTRING, T  BINSTRING     C, B, 0x8e  bytes     0x96 BYTEARRAY8
//   )  EMPTY_TUPLE   t  TUPLE            0x85 to 0x87  TUPLE1 to TUPLE3
//   ]  EMPTY_LIST    a  APPEND, e  APPENDS                     }  EMPTY_DICT    s  SETITEM, u  SETITEMS
//   q, r  BINPUT     h, j  BINGET        0x94 MEMOIZE          0x80 PROTO, 0x95 FRAME
//   c  GLOBAL        0x93 STACK_GLOBAL   R  REDUCE, 0x81 NEWOBJ    b  BUILD     Q  BINPERSID
//
// Objects lie in one array and refer to each other by their place, since a list or dictionary grows
// after others refer to it. A call of what is not known leaves `Unknown`, which takes items, entries
// and states without a word, so that the rest of the file can be read.

use super::PickleError;
use super::input::{Input, text};
use super::object::{Handle, Object};
use super::value::{Tree, Value};
use std::collections::HashMap;

pub(super) struct Machine<'a> {
    input: Input<'a>,
    pub(super) objects: Vec<Object>,
    stack: Vec<Handle>,
    marks: Vec<usize>,
    memo: HashMap<usize, Handle>,
    /// Bytes that objects may hold in all, and how many of them are left.
    limit: usize,
    left: usize,
    /// Whether it runs for a tensor within a pickle.
    pub(super) is_part: bool,
}

// A text becomes bytes and these an array, a copy each; a file that calls one function again and again
// with what it kept would copy without end.
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
        let limit = bytes.len().saturating_mul(BYTES_PER_BYTE);
        let mut machine = Self {
            limit,
            left: limit,
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
            // Its key is the number of those that were kept before.
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
            Object::List(members) => members.extend(items),
            Object::Unknown(_) => {}
            _ => return Err(self.operand("an item for what is no list", "a list")),
        }
        Ok(())
    }

    fn insert(&mut self, entries: &[Handle]) -> Result<(), PickleError> {
        let dict = self.top()?;
        match &mut self.objects[dict.0] {
            Object::Dict(members) => {
                let (pairs, rest) = entries.as_chunks::<2>();
                members.extend(pairs.iter().map(|&[key, value]| (key, value)));
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

    /// Counts what an object holds against the limit.
    pub(super) fn charge(&mut self, object: &Object) -> Result<(), PickleError> {
        let memory = PickleError::Memory { limit: self.limit };
        self.left = self.left.checked_sub(object.bytes()).ok_or(memory)?;
        Ok(())
    }

    fn push(&mut self, object: Object) -> Result<(), PickleError> {
        self.charge(&object)?;
        self.stack.push(Handle(self.objects.len()));
        self.objects.push(object);
        Ok(())
    }

    fn pop(&mut self) -> Result<Handle, PickleError> {
        // What lies below the last mark belongs to the operation that will end at it.
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

    pub(super) fn operand(&self, found: &'static str, expected: &'static str) -> PickleError {
        PickleError::Operand { at: self.input.at(), found, expected }
    }
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

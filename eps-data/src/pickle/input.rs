//! Bytes, and how far they are read.

use super::PickleError;

/// Bytes, and how far they are read.
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next byte is.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn take(
        &mut self,
        needed: u64,
        what: &'static str,
    ) -> Result<&'a [u8], PickleError> {
        let rest = &self.bytes[self.at..];
        let taken = usize::try_from(needed).ok().and_then(|needed| rest.get(..needed));
        let Some(taken) = taken else {
            return Err(PickleError::Truncated { what, needed, end: self.bytes.len() });
        };
        self.at += taken.len();
        Ok(taken)
    }

    pub(super) fn word<const N: usize>(
        &mut self,
        what: &'static str,
    ) -> Result<[u8; N], PickleError> {
        let bytes = self.take(N as u64, what)?;
        Ok(bytes.try_into().expect("as many bytes as were taken"))
    }

    pub(super) fn byte(&mut self, what: &'static str) -> Result<u8, PickleError> {
        self.word::<1>(what).map(|[byte]| byte)
    }

    /// Bytes that follow their length of one, four or eight bytes.
    pub(super) fn counted<const N: usize>(
        &mut self,
        what: &'static str,
    ) -> Result<&'a [u8], PickleError> {
        let mut length = [0; 8];
        length[..N].copy_from_slice(&self.word::<N>(what)?);
        self.take(u64::from_le_bytes(length), what)
    }

    /// A line, without its end.
    pub(super) fn line(&mut self) -> Result<&'a str, PickleError> {
        let (at, end) = (self.at, self.bytes.len());
        let rest = &self.bytes[at..];
        let truncated = PickleError::Truncated { what: "a line", needed: 1, end };
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or(truncated)?;
        self.at += length + 1;
        text(&rest[..length], at)
    }
}

/// UTF-8 that was read before byte `at`.
pub(super) fn text(bytes: &[u8], at: usize) -> Result<&str, PickleError> {
    std::str::from_utf8(bytes).map_err(|_| PickleError::Text { at })
}

//! The bits between two markers of a JPEG.

use super::{Fault, huffman::HuffmanTable};

/// Bits of entropy-coded data up to the next marker; a zero byte after `0xFF` is stuffing.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// Of the first byte that is not in `buffer`; of the marker's `0xFF` once that is met.
    next: usize,
    met_marker: bool,
    /// The next bits, from the highest on.
    buffer: u64,
    /// How many of them there are.
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn at(bytes: &'a [u8], next: usize) -> Self {
        Self { bytes, next, met_marker: false, buffer: 0, count: 0 }
    }

    /// The symbol of the next code; as many bits after it as its lower half says are passed over.
    pub(super) fn symbol_and_value(&mut self, table: &HuffmanTable) -> Result<u8, Fault> {
        // No code is longer than 16 bits, no value than 15.
        if self.count < 31 {
            self.fill();
        }
        let (symbol, length) = self.look_up(table)?;
        self.pass(length + u32::from(symbol & 15))?;
        Ok(symbol)
    }

    /// The symbol of the next code.
    pub(super) fn symbol(&mut self, table: &HuffmanTable) -> Result<u8, Fault> {
        if self.count < 16 {
            self.fill();
        }
        let (symbol, length) = self.look_up(table)?;
        self.pass(length)?;
        Ok(symbol)
    }

    fn look_up(&self, table: &HuffmanTable) -> Result<(u8, u32), Fault> {
        // Past the end there are zeros; what is made of them shows in the count.
        table.find((self.buffer >> 48) as u16).ok_or(match self.count {
            0..16 => Fault::Ended,
            _ => Fault::NoCode,
        })
    }

    /// A number of at most 16 bits.
    pub(super) fn number(&mut self, bits: u32) -> Result<u32, Fault> {
        if self.count < bits {
            self.fill();
        }
        let number = if bits == 0 { 0 } else { self.buffer >> (64 - bits) };
        self.pass(bits)?;
        Ok(number as u32)
    }

    /// Passes over at most 64 bits.
    pub(super) fn skip(&mut self, bits: u32) -> Result<(), Fault> {
        // In two halves, since a buffer that was just filled may hold 57 bits, and a shift by 64 is none.
        for bits in [bits / 2, bits - bits / 2] {
            if self.count < bits {
                self.fill();
            }
            self.pass(bits)?;
        }
        Ok(())
    }

    /// Passes over bits that are in the buffer, at most 32.
    fn pass(&mut self, bits: u32) -> Result<(), Fault> {
        self.count = self.count.checked_sub(bits).ok_or(Fault::Ended)?;
        self.buffer <<= bits;
        Ok(())
    }

    fn fill(&mut self) {
        // Whole bytes from the top down: with more than 56 bits there is no room for another.
        while self.count <= 56 && !self.met_marker {
            let byte = match self.bytes.get(self.next) {
                Some(0xFF) => match self.after_fill_bytes() {
                    Some((0, at)) => {
                        self.next = at;
                        0xFF
                    }
                    _ => {
                        self.met_marker = true;
                        return;
                    }
                },
                Some(&byte) => byte,
                None => {
                    self.met_marker = true;
                    return;
                }
            };
            self.next += 1;
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The first byte that is not `0xFF` from here on, and its place.
    fn after_fill_bytes(&self) -> Option<(u8, usize)> {
        let rest = self.bytes.get(self.next..)?;
        let length = rest.iter().position(|&byte| byte != 0xFF)?;
        Some((rest[length], self.next + length))
    }

    /// Ends the data: the place of the next marker, which at most the rest of a byte may precede.
    pub(super) fn end(mut self) -> Result<usize, Fault> {
        self.fill();
        if !self.met_marker || self.count >= 8 { Err(Fault::Left) } else { Ok(self.next) }
    }
}

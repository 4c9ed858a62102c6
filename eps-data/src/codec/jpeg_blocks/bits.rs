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
        if !self.met_marker && self.fill_at_once() {
            return;
        }
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

    /// Takes as many of the next eight bytes as there is room for, if `0xFF` is not among them; in a photograph it
    /// is one byte in some hundred.
    fn fill_at_once(&mut self) -> bool {
        let Some(chunk) = self.bytes.get(self.next..).and_then(|rest| rest.first_chunk()) else {
            return false;
        };
        let word = u64::from_be_bytes(*chunk);
        if has_byte_of_ones(word) {
            return false;
        }
        let taken = (64 - self.count) / 8;
        if taken > 0 {
            let bits = 8 * taken;
            self.buffer |= word >> (64 - bits) << (64 - bits) >> self.count;
            self.count += bits;
            self.next += taken as usize;
        }
        true
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

/// Whether one of eight bytes is `0xFF`.
fn has_byte_of_ones(word: u64) -> bool {
    // A byte of zeros borrows from above when 1 is taken from it, which sets its highest bit; in all others that
    // bit comes from the byte itself, and is taken out again. The first borrow comes from a byte of zeros, so there
    // is none without one.
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let zeros = !word;
    zeros.wrapping_sub(ONES) & !zeros & (ONES << 7) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_ones_is_found_wherever_it_is() {
        for at in 0..8 {
            let mut bytes = [0xFE; 8];
            assert!(!has_byte_of_ones(u64::from_be_bytes(bytes)));
            bytes[at] = 0xFF;
            assert!(has_byte_of_ones(u64::from_be_bytes(bytes)));
        }
        assert!(!has_byte_of_ones(0) && !has_byte_of_ones(0x8000_0000_0000_0001));
    }

    #[test]
    fn bits_are_those_of_the_bytes_however_they_are_taken() {
        let data: Vec<u8> = (0..64_u32).map(|byte| (byte * 37 % 251) as u8).collect();
        // Stuffed bytes of ones: in the middle of a word, at its end, and two in a row.
        let (mut stuffed, mut plain) = (Vec::new(), Vec::new());
        for (index, &byte) in data.iter().enumerate() {
            let byte = if [3, 15, 16, 40].contains(&index) { 0xFF } else { byte };
            plain.push(byte);
            stuffed.push(byte);
            if byte == 0xFF {
                stuffed.push(0);
            }
        }
        let expected: Vec<u8> =
            plain.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        for width in 1..=16 {
            let mut bits = Bits::at(&stuffed, 0);
            for chunk in expected.chunks_exact(width as usize) {
                let number = chunk.iter().fold(0, |number, &bit| number << 1 | u32::from(bit));
                assert_eq!(bits.number(width).ok(), Some(number), "{width}");
            }
        }
    }
}

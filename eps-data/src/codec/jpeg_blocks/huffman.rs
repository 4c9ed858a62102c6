//! Huffman tables of a JPEG.

// A table is sent as the number of codes of each length, and their symbols in order. Codes of one
// length are consecutive numbers, and the first of a length is twice the number after the last of
// the length before (T.81, annex C): 0, 10, 110, 1110 for one of each length.
//
// A code of up to `SHORT` bits is found in one look-up of the next `SHORT` bits. A longer one is of
// the first length whose last code, filled up to 16 bits by ones, is not below the next 16 bits.

/// Codes of at most this many bits are found at once.
const SHORT: u32 = 9;

/// The symbols of codes of 1 to 16 bits.
#[derive(Clone)]
pub(super) struct HuffmanTable {
    /// Symbol and length of the code that these bits start with; a length of 0 where it is longer.
    short: [(u8, u8); 1 << SHORT],
    /// For each length from 1 on, one above its last code, in the highest of 16 bits.
    limits: [u32; 16],
    /// For each length, what is added to a code to give the index of its symbol.
    offsets: [i32; 16],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// The table of a `DHT` segment that begins with `bytes`, and the bytes after it; `None` if there
    /// is none, or more codes than bits can tell apart.
    pub(super) fn split_first(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (counts, rest) = bytes.split_first_chunk::<16>()?;
        let number: usize = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(number)?;
        Some((Self::new(counts, symbols)?, rest))
    }

    fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table = Self {
            short: [(0, 0); 1 << SHORT],
            limits: [0; 16],
            offsets: [0; 16],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut index) = (0_u32, 0_usize);
        for (length, &count) in (1_u32..).zip(counts) {
            table.offsets[length as usize - 1] = index as i32 - code as i32;
            for &symbol in &symbols[index..index + usize::from(count)] {
                table.add_short(code, length, symbol);
                code += 1;
            }
            index += usize::from(count);
            if code > 1 << length {
                return None;
            }
            // Up to 2^16, one more than 16 bits hold, where codes of this length leave none for longer
            // ones.
            table.limits[length as usize - 1] = code << (16 - length);
            code <<= 1;
        }
        Some(table)
    }

    fn add_short(&mut self, code: u32, length: u32, symbol: u8) {
        if length <= SHORT {
            let first = (code as usize) << (SHORT - length);
            let all = self.short.iter_mut().skip(first).take(1 << (SHORT - length));
            all.for_each(|entry| *entry = (symbol, length as u8));
        }
    }

    /// Symbol and length of the code that 16 bits start with.
    #[inline]
    pub(super) fn find(&self, bits: u16) -> Option<(u8, u32)> {
        let (symbol, length) = self.short[usize::from(bits >> (16 - SHORT))];
        if length > 0 { Some((symbol, length.into())) } else { self.find_long(bits) }
    }

    fn find_long(&self, bits: u16) -> Option<(u8, u32)> {
        let bits = u32::from(bits);
        let at = (SHORT as usize..16).find(|&at| bits < self.limits[at])?;
        let code = (bits >> (15 - at)) as i32;
        let symbol = self.symbols.get(usize::try_from(code + self.offsets[at]).ok()?)?;
        Some((*symbol, at as u32 + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_counted_up_length_by_length() {
        // 0 is code 0; 1 to 3 are 100, 101 and 110; 4 is 1110; 5 is 11110000000.
        let mut counts = [0; 16];
        counts[0] = 1;
        counts[2] = 3;
        counts[3] = 1;
        counts[10] = 1;
        let bytes = [&counts[..], &[0, 1, 2, 3, 4, 5], b"rest"].concat();
        let (table, rest) = HuffmanTable::split_first(&bytes).unwrap();
        assert_eq!(rest, b"rest");
        #[rustfmt::skip]
        let cases = [
            (0b0111_1111_1111_1111, Some((0, 1))),
            (0b1001_1111_1111_1111, Some((1, 3))),
            (0b1011_1111_1111_1111, Some((2, 3))),
            (0b1100_0000_0000_0000, Some((3, 3))),
            (0b1110_1010_1010_1010, Some((4, 4))),
            (0b1111_0000_0001_1111, Some((5, 11))),
            (0b1111_0000_0010_0000, None),
            (0b1111_1111_1111_1111, None),
        ];
        for (bits, expected) in cases {
            assert_eq!(table.find(bits), expected, "{bits:016b}");
        }
    }

    #[test]
    fn a_table_with_more_codes_than_bits_or_without_symbols_is_none() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(HuffmanTable::split_first(&[&counts[..], &[1, 2, 3]].concat()).is_none());
        counts[0] = 2;
        assert!(HuffmanTable::split_first(&[&counts[..], &[1, 2]].concat()).is_some());
        assert!(HuffmanTable::split_first(&[&counts[..], &[1]].concat()).is_none());
        assert!(HuffmanTable::split_first(&counts[..15]).is_none());
    }
}

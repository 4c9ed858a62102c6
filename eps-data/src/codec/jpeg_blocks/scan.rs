//! The blocks of one scan, passed over symbol by symbol.

// The first coefficient has a symbol of its own: its number of bits, which follow. The others are
// coded by symbols RRRRSSSS:
//
//   SSSS > 0    RRRR zeros, then a coefficient of SSSS bits, which follow; in a refining scan it is
//               one bit, the sign
//   0xF0        sixteen zeros
//   0xR0        no further coefficient in this block; in a progressive scan neither in those after
//               it: 2^R blocks and as many as the next R bits say, this one included
//
// A refining scan has one bit more for each coefficient that is not 0 already, between the others.
// Source: ITU-T T.81, sections F.1.2 and G.1.2.

use super::{Fault, bits::Bits, frame::Frame, huffman::HuffmanTable};

/// What a scan holds, by its header.
pub(super) struct Scan<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Coefficients, from the first to the last, in 0..=63.
    pub(super) first: u8,
    pub(super) last: u8,
    /// Whether it gives one more bit of coefficients that are there already.
    pub(super) refines: bool,
    pub(super) is_progressive: bool,
}

/// A component of a scan.
pub(super) struct Part<'a> {
    pub(super) component: usize,
    /// Tables of the first coefficient and of the others, where the scan has such.
    pub(super) dc: Option<&'a HuffmanTable>,
    pub(super) ac: Option<&'a HuffmanTable>,
}

/// The coefficients of progressive scans that are not 0, a bit each, by component and block.
pub(super) struct Coefficients {
    /// Blocks beside each other.
    strides: Vec<usize>,
    planes: Vec<Vec<u64>>,
}

impl Coefficients {
    /// Of a sequential picture, which needs none.
    pub(super) fn none() -> Self {
        Self { strides: Vec::new(), planes: Vec::new() }
    }

    pub(super) fn of(frame: &Frame) -> Self {
        let units = frame.units();
        let strides: Vec<_> =
            frame.components.iter().map(|component| units.across * component.across).collect();
        let planes = frame.components.iter().zip(&strides);
        let planes = planes
            .map(|(component, stride)| vec![0; stride * units.down * component.down])
            .collect();
        Self { strides, planes }
    }
}

/// Where a scan is between two restart markers.
struct Interval<'a> {
    bits: Bits<'a>,
    /// Blocks to come without a coefficient of this scan.
    run: u32,
}

impl Scan<'_> {
    /// Passes over the data from `start` on; the place of the marker behind it.
    ///
    /// `interval` is the number of units between restart markers, or 0.
    pub(super) fn read(
        &self,
        bytes: &[u8],
        start: usize,
        frame: &Frame,
        interval: usize,
        coefficients: &mut Coefficients,
    ) -> Result<usize, (Fault, Progress)> {
        let units = match &self.parts[..] {
            [alone] => frame.blocks(alone.component),
            _ => frame.units(),
        };
        let mut state = Interval { bits: Bits::at(bytes, start), run: 0 };
        let of = units.count();
        let (mut left, mut restarts) = (interval, 0_u8);
        for row in 0..units.down {
            for column in 0..units.across {
                let done = row * units.across + column;
                let at = |fault| (fault, Progress { done, of });
                if interval > 0 && left == 0 {
                    let marker = state.bits.end().map_err(at)?;
                    let next = restart(bytes, marker, restarts).map_err(at)?;
                    state = Interval { bits: Bits::at(bytes, next), run: 0 };
                    (left, restarts) = (interval, (restarts + 1) % 8);
                }
                // Without restart markers it begins at 0 and wraps, where nobody asks for it.
                left = left.wrapping_sub(1);
                self.unit(&mut state, [column, row], frame, coefficients).map_err(at)?;
            }
        }
        state.bits.end().map_err(|fault| (fault, Progress { done: of, of }))
    }

    /// One block of a component that is alone, else the blocks of all components.
    fn unit(
        &self,
        state: &mut Interval<'_>,
        [column, row]: [usize; 2],
        frame: &Frame,
        coefficients: &mut Coefficients,
    ) -> Result<(), Fault> {
        if !self.is_progressive {
            for part in &self.parts {
                let component = &frame.components[part.component];
                let blocks =
                    if self.parts.len() == 1 { 1 } else { component.across * component.down };
                for _ in 0..blocks {
                    sequential(&mut state.bits, part)?;
                }
            }
            return Ok(());
        }
        for part in &self.parts {
            let component = &frame.components[part.component];
            let (across, down) = match self.parts.len() {
                1 => (1, 1),
                _ => (component.across, component.down),
            };
            let stride = coefficients.strides[part.component];
            let plane = &mut coefficients.planes[part.component];
            for block_row in row * down..(row + 1) * down {
                for block in column * across..(column + 1) * across {
                    self.progressive(state, part, &mut plane[block_row * stride + block])?;
                }
            }
        }
        Ok(())
    }

    fn progressive(
        &self,
        state: &mut Interval<'_>,
        part: &Part<'_>,
        nonzero: &mut u64,
    ) -> Result<(), Fault> {
        match (self.first, self.refines) {
            (0, false) => state.bits.symbol_and_value(part.dc.ok_or(Fault::NoTable)?).map(drop),
            (0, true) => state.bits.number(1).map(drop),
            (_, false) => self.first_bits(state, part.ac.ok_or(Fault::NoTable)?, nonzero),
            (_, true) => self.more_bits(state, part.ac.ok_or(Fault::NoTable)?, nonzero),
        }
    }

    /// Coefficients of a block that are new.
    fn first_bits(
        &self,
        state: &mut Interval<'_>,
        table: &HuffmanTable,
        nonzero: &mut u64,
    ) -> Result<(), Fault> {
        if state.run > 0 {
            state.run -= 1;
            return Ok(());
        }
        let mut next = self.first;
        while next <= self.last {
            let symbol = state.bits.symbol_and_value(table)?;
            let (zeros, size) = (symbol >> 4, symbol & 15);
            if size == 0 && zeros < 15 {
                state.run = empty_blocks(&mut state.bits, zeros)? - 1;
                break;
            }
            next += zeros;
            if size > 0 {
                if next > self.last {
                    return Err(Fault::NoCode);
                }
                *nonzero |= 1 << next;
            }
            next += 1;
        }
        Ok(())
    }

    /// One more bit of each coefficient of a block, and those that it makes other than 0.
    fn more_bits(
        &self,
        state: &mut Interval<'_>,
        table: &HuffmanTable,
        nonzero: &mut u64,
    ) -> Result<(), Fault> {
        let mut next = self.first;
        while state.run == 0 && next <= self.last {
            let symbol = state.bits.symbol(table)?;
            let (mut zeros, size) = (symbol >> 4, symbol & 15);
            match size {
                0 if zeros < 15 => {
                    state.run = empty_blocks(&mut state.bits, zeros)?;
                    break;
                }
                0 => {}
                // The sign.
                1 => state.bits.skip(1)?,
                _ => return Err(Fault::NoCode),
            }
            while next <= self.last {
                if *nonzero >> next & 1 == 1 {
                    state.bits.skip(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                next += 1;
            }
            if size > 0 {
                if next > self.last {
                    return Err(Fault::NoCode);
                }
                *nonzero |= 1 << next;
            }
            next += 1;
        }
        if state.run > 0 {
            state.run -= 1;
            if next <= self.last {
                let to_last = u64::MAX >> (63 - self.last);
                state.bits.skip((*nonzero & to_last & (u64::MAX << next)).count_ones())?;
            }
        }
        Ok(())
    }
}

/// How many blocks have no further coefficient, the current one included.
fn empty_blocks(bits: &mut Bits<'_>, exponent: u8) -> Result<u32, Fault> {
    Ok((1 << exponent) + bits.number(exponent.into())?)
}

/// A whole block of a sequential scan.
fn sequential(bits: &mut Bits<'_>, part: &Part<'_>) -> Result<(), Fault> {
    bits.symbol_and_value(part.dc.ok_or(Fault::NoTable)?)?;
    let table = part.ac.ok_or(Fault::NoTable)?;
    let mut next = 1;
    while next < 64 {
        let symbol = bits.symbol_and_value(table)?;
        match symbol {
            0 => break,
            _ => next += (symbol >> 4) + 1,
        }
        // Zeros alone may run beyond the block, as some encoders write them.
        if next > 64 && symbol & 15 > 0 {
            return Err(Fault::NoCode);
        }
    }
    Ok(())
}

/// The place after a restart marker, which must be the next in number.
fn restart(bytes: &[u8], marker: usize, expected: u8) -> Result<usize, Fault> {
    let rest = bytes.get(marker..).unwrap_or_default();
    let length = rest.iter().take_while(|&&byte| byte == 0xFF).count();
    match rest.get(length) {
        Some(&code) if code == 0xD0 + expected => Ok(marker + length + 1),
        Some(&code @ 0xD0..=0xD7) => Err(Fault::Restart { found: code - 0xD0, expected }),
        _ => Err(Fault::Ended),
    }
}

/// Units of a scan that were passed over, and all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) done: usize,
    pub(super) of: usize,
}

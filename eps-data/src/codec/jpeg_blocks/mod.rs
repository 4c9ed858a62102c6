//! Whether the data of a JPEG codes all of its blocks and nothing else.
//!
//! Decoders forgive: where data ends early, or is of another picture from some byte on, they fill the
//! rest with the last colour and say nothing, or warn where nobody reads it. Here each code of each
//! block is passed over without making a coefficient of it, and what libjpeg would warn about is found.

// A JPEG is a row of segments, and behind the header of each scan its entropy-coded data:
//
//   FFD8 | DQT | SOF frame | DHT tables | SOS scan, data, FFD0, data, FFD1, .. | SOS .. | FFD9
//
// The frame says how many blocks each component has, so the data of a scan can be too short, too
// long, or no code at some block. A progressive picture sends a coefficient in several scans: bits
// from `high` down to `low`, so each scan must begin where the one before it ended, and the last
// must end at 0. For its refining scans it must be known which coefficients are not 0: a bit each.
//
// Cost: a look-up for each symbol; no coefficient is made. Source: ITU-T T.81, annexes B, F and G.

mod bits;
mod frame;
mod huffman;
mod scan;
#[cfg(test)]
mod tests;

use frame::Frame;
use huffman::HuffmanTable;
use scan::{Coefficients, Part, Progress, Scan};
use std::fmt;

/// The most scans of a picture; usual ones have 1 to 12.
const MOST_SCANS: usize = 256;

/// What is wrong with the data of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// There is no bit left.
    Ended,
    /// Bits that are no code, or the code of a coefficient outside of its block.
    NoCode,
    /// More data than blocks.
    Left,
    Restart {
        found: u8,
        expected: u8,
    },
    NoTable,
}

/// Why the data of a JPEG does not fit its header, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit(String);

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Misfit {}

/// Passes over all blocks of a JPEG.
///
/// Pictures that are not coded by Huffman tables, or whose header cannot be read, are not judged:
/// decoders refuse them.
///
/// # Errors
///
/// Where the data ends early, has something that is no code, goes on behind the last block, or lacks
/// scans; and where restart markers are not in order.
pub(super) fn check_blocks(bytes: &[u8]) -> Result<(), Misfit> {
    let mut walk = Walk { bytes, at: 2, ..Walk::default() };
    while let Some((marker, segment)) = walk.next_segment()? {
        match marker {
            0xC0..=0xC2 if walk.frame.is_none() => {
                let Some(frame) = Frame::of(segment, marker == 0xC2) else { return Ok(()) };
                walk.depths = vec![[None; 64]; frame.components.len()];
                walk.coefficients = frame.is_progressive.then(|| Coefficients::of(&frame));
                walk.frame = Some(frame);
            }
            0xC4 if !walk.add_tables(segment) => return Err(misfit("a damaged Huffman table")),
            0xC4 => {}
            // Other codings, and a second frame: not judged here.
            0xC0..=0xCF => return Ok(()),
            0xDD => walk.set_interval(segment),
            0xDA if walk.scans == MOST_SCANS => {
                return Err(misfit(format!("more than {MOST_SCANS} scans")));
            }
            0xDA => walk.scan(segment)?,
            _ => {}
        }
    }
    walk.finish()
}

fn misfit(words: impl Into<String>) -> Misfit {
    Misfit(words.into())
}

/// What was read of a file.
#[derive(Default)]
struct Walk<'a> {
    bytes: &'a [u8],
    /// Where the next marker should be.
    at: usize,
    frame: Option<Frame>,
    /// Tables of the first coefficients, and of the others.
    tables: [[Option<Box<HuffmanTable>>; 4]; 2],
    interval: usize,
    scans: usize,
    coefficients: Option<Coefficients>,
    /// For each component and coefficient the number of low bits that are still to come; `None`
    /// before its first scan.
    depths: Vec<[Option<u8>; 64]>,
}

impl<'a> Walk<'a> {
    /// Code and content of the next segment; `None` at the end of the picture.
    fn next_segment(&mut self) -> Result<Option<(u8, &'a [u8])>, Misfit> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let strange = rest.iter().take_while(|&&byte| byte != 0xFF).count();
            let fill = rest[strange..].iter().take_while(|&&byte| byte == 0xFF).count();
            let Some(&code) = rest.get(strange + fill) else {
                return Err(misfit("it ends before its end marker"));
            };
            if strange > 0 || code == 0 {
                return Err(misfit(match self.scans {
                    0 => "bytes between its segments that belong to none",
                    _ => "more data than its blocks need",
                }));
            }
            self.at += fill + 1;
            match code {
                0xD9 => return Ok(None),
                // Restart markers may follow the last block; these have no content.
                0xD0..=0xD8 | 0x01 => {}
                _ => return Ok(Some((code, self.content()?))),
            }
        }
    }

    fn content(&mut self) -> Result<&'a [u8], Misfit> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)));
        let segment = length.and_then(|length| rest.get(2..length.max(2)));
        let segment = segment.ok_or_else(|| misfit("it ends before its end marker"))?;
        self.at += 2 + segment.len();
        Ok(segment)
    }

    fn add_tables(&mut self, mut segment: &[u8]) -> bool {
        while let [place, rest @ ..] = segment {
            let (class, index) = (usize::from(place >> 4), usize::from(place & 15));
            let Some((table, rest)) = HuffmanTable::split_first(rest) else { return false };
            match self.tables.get_mut(class).and_then(|tables| tables.get_mut(index)) {
                Some(place) => *place = Some(Box::new(table)),
                None => return false,
            }
            segment = rest;
        }
        true
    }

    fn set_interval(&mut self, segment: &[u8]) {
        if let [high, low, ..] = *segment {
            self.interval = u16::from_be_bytes([high, low]).into();
        }
    }

    /// Passes over a scan.
    fn scan(&mut self, header: &[u8]) -> Result<(), Misfit> {
        self.scans += 1;
        let number = self.scans;
        let frame =
            self.frame.as_ref().ok_or_else(|| misfit("a scan before the frame's header"))?;
        let (scan, bits) = scan_of(header, frame, &self.tables)
            .ok_or_else(|| misfit(format!("the header of scan {number} is damaged")))?;
        let components: Vec<usize> = scan.parts.iter().map(|part| part.component).collect();
        let (first, last) = (usize::from(scan.first), usize::from(scan.last));
        let in_order = components.iter().all(|&component| {
            self.depths[component][first..=last].iter().all(|&depth| depth == bits.before)
        });
        if frame.is_progressive && !in_order {
            return Err(misfit(format!("scan {number} does not follow from those before it")));
        }
        let none = &mut Coefficients::none();
        let coefficients = self.coefficients.as_mut().unwrap_or(none);
        let end = scan.read(self.bytes, self.at, frame, self.interval, coefficients);
        self.at = end.map_err(|(fault, progress)| words(fault, progress, number))?;
        for component in components {
            self.depths[component][first..=last].fill(Some(bits.after));
        }
        Ok(())
    }

    /// Whether every coefficient was coded to its last bit.
    fn finish(&self) -> Result<(), Misfit> {
        if self.frame.is_none() || self.depths.iter().flatten().all(|&depth| depth == Some(0)) {
            Ok(())
        } else {
            Err(misfit(format!("it ends after {} of its scans", self.scans)))
        }
    }
}

/// Low bits of coefficients that are still to come.
struct Depth {
    before: Option<u8>,
    after: u8,
}

/// The scan of a header; `None` if there is none in it.
fn scan_of<'a>(
    header: &[u8],
    frame: &Frame,
    tables: &'a [[Option<Box<HuffmanTable>>; 4]; 2],
) -> Option<(Scan<'a>, Depth)> {
    let (&count, rest) = header.split_first()?;
    let (parts, rest) = rest.split_at_checked(2 * usize::from(count))?;
    let [dc, ac] = tables;
    let (parts, _) = parts.as_chunks::<2>();
    let parts = parts.iter().map(|&[id, tables]| {
        let component = frame.component(id)?;
        let (dc, ac) = (dc.get(usize::from(tables >> 4)), ac.get(usize::from(tables & 15)));
        Some(Part {
            component,
            dc: dc.and_then(Option::as_deref),
            ac: ac.and_then(Option::as_deref),
        })
    });
    let parts = parts.collect::<Option<Vec<_>>>()?;
    let &[first, last, bits, ..] = rest else { return None };
    let (high, low) = (bits >> 4, bits & 15);
    if !frame.is_progressive {
        // Some encoders write other numbers here, which mean nothing.
        let scan = Scan { parts, first: 0, last: 63, refines: false, is_progressive: false };
        return (count > 0).then_some((scan, Depth { before: None, after: 0 }));
    }
    let is_sound = match count {
        0 => false,
        1 => first <= last && last < 64 && (first > 0 || last == 0),
        _ => first == 0 && last == 0,
    };
    let depth = Depth { before: (high > 0).then_some(high), after: low };
    let scan = Scan { parts, first, last, refines: high > 0, is_progressive: true };
    is_sound.then_some((scan, depth))
}

fn words(fault: Fault, Progress { done, of }: Progress, scan: usize) -> Misfit {
    let place = if scan == 1 { String::new() } else { format!(" of scan {scan}") };
    misfit(match fault {
        Fault::Ended => format!("its data ends after {done} of {of} blocks{place}"),
        Fault::NoCode => format!("its data is damaged at block {done} of {of}{place}"),
        Fault::Left => format!("more data than the {of} blocks{place} need after block {done}"),
        Fault::Restart { found, expected } => {
            format!(
                "restart marker {found} instead of {expected} after block {done} of {of}{place}"
            )
        }
        Fault::NoTable => format!("no Huffman table for block {done}{place}"),
    })
}

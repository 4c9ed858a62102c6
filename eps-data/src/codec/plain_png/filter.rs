//! Undoing the filters of PNG rows whose pixels have at most one byte.
//!
//! A filter stores the difference to what its neighbours predict. Masks are flat, so most differences
//! are 0 and eight of them in a row are known at once.

// What is added to a difference (PNG specification, section 9), and the eight bytes that eight
// differences of 0 become:
//
//   1  sub      left                            left, eight times
//   2  up       above                           a plain sum; no byte waits for the one before it
//   3  average  (left + above) / 2              the word above, if all of it is as left
//   4  Paeth    the one of left, above and      the word above, if left is as corner; left, eight
//               corner that is nearest to       times, if all above is as corner
//               left + above - corner
//
// Where neither holds, bytes follow from each other one by one.

/// Bytes of a word; the first one is its lowest.
const WORD: usize = size_of::<u64>();

/// Restores a row in place from the one above it; `None` if there is no such filter.
pub(super) fn undo(filter: u8, above: &[u8], row: &mut [u8]) -> Option<()> {
    match filter {
        0 => {}
        1 => undo_by(above, row, |left, _, _| left, |left, _, _| Some(full_of(left))),
        2 => row.iter_mut().zip(above).for_each(|(byte, above)| *byte = byte.wrapping_add(*above)),
        3 => undo_by(above, row, average, flat_average),
        4 => undo_by(above, row, paeth, flat_paeth),
        _ => return None,
    }
    Some(())
}

/// Adds what `predict` makes of the bytes at left, above and above left to each byte; `flat` gives the
/// word of eight differences of 0 from the byte at left, the word above and the byte at its left, if
/// it can.
fn undo_by(
    above: &[u8],
    row: &mut [u8],
    predict: impl Fn(u8, u8, u8) -> u8,
    flat: impl Fn(u8, u64, u8) -> Option<u64>,
) {
    let (mut left, mut corner) = (0, 0);
    let (words, rest) = row.as_chunks_mut::<WORD>();
    let (words_above, rest_above) = above.as_chunks::<WORD>();
    for (word, above) in words.iter_mut().zip(words_above) {
        let is_flat = *word == [0; WORD];
        match is_flat.then(|| flat(left, u64::from_le_bytes(*above), corner)).flatten() {
            Some(known) => *word = known.to_le_bytes(),
            None => undo_bytes(above, word, (left, corner), &predict),
        }
        (left, corner) = (word[WORD - 1], above[WORD - 1]);
    }
    undo_bytes(rest_above, rest, (left, corner), &predict);
}

fn undo_bytes(
    above: &[u8],
    bytes: &mut [u8],
    (mut left, mut corner): (u8, u8),
    predict: impl Fn(u8, u8, u8) -> u8,
) {
    for (byte, &above) in bytes.iter_mut().zip(above) {
        *byte = byte.wrapping_add(predict(left, above, corner));
        (left, corner) = (*byte, above);
    }
}

fn average(left: u8, above: u8, _: u8) -> u8 {
    left.midpoint(above)
}

fn flat_average(left: u8, above: u64, _: u8) -> Option<u64> {
    (above == full_of(left)).then_some(above)
}

/// Of the three, the one nearest to `left + above - corner`; of equals the first.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let (to_left, to_above, to_corner) = (b.abs_diff(c), a.abs_diff(c), (a + b).abs_diff(2 * c));
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

fn flat_paeth(left: u8, above: u64, corner: u8) -> Option<u64> {
    if left == corner {
        // Each byte is as the one above it, and so is the corner of the next.
        Some(above)
    } else {
        (above == full_of(corner)).then(|| full_of(left))
    }
}

/// A word whose every byte is `byte`.
fn full_of(byte: u8) -> u64 {
    u64::from(byte) * (u64::MAX / 0xFF)
}

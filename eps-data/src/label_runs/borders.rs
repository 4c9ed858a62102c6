//! Where a pixel of a mask has another label than the pixel before.

// A pixel begins a run where it differs from the pixel before it in reading order, rows included:
//
//   pixels    a a a b b c c c            64 of them are a word
//   before      a a a b b c c            the same bytes, read one to the left
//   bit           0 0 1 0 1 0 0          a run ends before each 1
//
// Masks are flat, so a word is first compared with the one label before it, and bits are made only
// where that fails: a comparison of 64 bytes for each word, and a step for each run. Rows of a PNG
// lie with one byte between them. It is made equal to the byte before it, so that no run begins
// there, and the ends of runs count pixels: the place less the bytes between rows before it.

use super::LabelRun;
use crate::ClassId;
use pulp::NullaryFnOnce;
#[cfg(target_arch = "x86_64")]
use pulp::x86::V3;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m256i;

/// Pixels that are compared at once, a bit of a word each.
const WORD: usize = u64::BITS as usize;

/// Labels of a word's pixels.
type Labels = [ClassId; WORD];

/// Finds the borders of masks with the widest registers of the processor.
pub(super) struct Borders {
    #[cfg(target_arch = "x86_64")]
    avx2: Option<V3>,
}

impl Default for Borders {
    fn default() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            avx2: V3::try_new(),
        }
    }
}

impl Borders {
    /// Appends the run before each pixel that differs from the one before it.
    ///
    /// Where `apart` says how many bytes after each other rows begin, there is one byte between them,
    /// which must be as the one before it.
    pub(super) fn find(&self, rows: &[u8], apart: Option<usize>, runs: &mut Vec<LabelRun>) {
        let between = Between::of(apart);
        #[cfg(target_arch = "x86_64")]
        if let Some(words) = self.avx2 {
            return words.vectorize(Search { rows, between, runs, words });
        }
        Search { rows, between, runs, words: AnyProcessor }.call();
    }
}

/// The number of bytes between rows.
#[derive(Clone, Copy)]
struct Between {
    /// 2^64 over the bytes from row to row, rounded up; 0 where there is none between them.
    rows_per_byte: u64,
}

impl Between {
    fn of(apart: Option<usize>) -> Self {
        // Faster than a division, and exact for fewer than 2^32 bytes.
        let inverse = apart.map(|apart| (u64::MAX / apart as u64).wrapping_add(1));
        Self { rows_per_byte: inverse.unwrap_or(0) }
    }

    /// Number of them before the pixel at `byte`.
    #[inline(always)]
    fn before(self, byte: usize) -> usize {
        ((u128::from(self.rows_per_byte) * byte as u128) >> u64::BITS) as usize
    }
}

/// How the pixels of a word are compared.
trait Words: Copy {
    /// Whether all pixels have this label.
    fn are_all(self, pixels: &Labels, label: ClassId) -> bool;

    /// A bit for each pixel that is another than the one `before` it, the lowest for the first.
    fn differences(self, pixels: &Labels, before: &Labels) -> u64;
}

#[derive(Clone, Copy)]
struct AnyProcessor;

impl Words for AnyProcessor {
    #[inline(always)]
    fn are_all(self, pixels: &Labels, label: ClassId) -> bool {
        *pixels == [label; WORD]
    }

    #[inline(always)]
    fn differences(self, pixels: &Labels, before: &Labels) -> u64 {
        differences(pixels, before)
    }
}

/// As [`Words::differences`], of a word's pixels or fewer.
fn differences(pixels: &[ClassId], before: &[ClassId]) -> u64 {
    let pairs = pixels.iter().zip(before).rev();
    pairs.fold(0, |word, (pixel, before)| word << 1 | u64::from(pixel != before))
}

#[cfg(target_arch = "x86_64")]
impl Words for V3 {
    #[inline(always)]
    fn are_all(self, pixels: &Labels, label: ClassId) -> bool {
        let labels = self.avx._mm256_set1_epi8(label as i8);
        equal_bits(self, register(pixels, 0), labels)
            & equal_bits(self, register(pixels, 1), labels)
            == u32::MAX
    }

    #[inline(always)]
    fn differences(self, pixels: &Labels, before: &Labels) -> u64 {
        let lower = equal_bits(self, register(pixels, 0), register(before, 0));
        let upper = equal_bits(self, register(pixels, 1), register(before, 1));
        !(u64::from(upper) << 32 | u64::from(lower))
    }
}

/// A bit for each of 32 pixels that is as the other.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn equal_bits(V3 { avx2, .. }: V3, pixels: __m256i, other: __m256i) -> u32 {
    avx2._mm256_movemask_epi8(avx2._mm256_cmpeq_epi8(pixels, other)) as u32
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn register(labels: &Labels, half: usize) -> __m256i {
    pulp::cast(labels.as_chunks::<32>().0[half])
}

/// A search that waits for the processor's widest registers.
struct Search<'a, W> {
    rows: &'a [u8],
    between: Between,
    runs: &'a mut Vec<LabelRun>,
    words: W,
}

impl<W: Words> NullaryFnOnce for Search<'_, W> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        let Self { rows, words, .. } = self;
        let [pixels, before] = [&rows[1..], &rows[..rows.len() - 1]];
        let (pixels, rest) = pixels.as_chunks::<WORD>();
        let (before, rest_before) = before.as_chunks::<WORD>();
        let before = &before[..pixels.len()];
        let mut word = 0;
        while let Some([label, ..]) = before.get(word) {
            // Most words are all of the label before them. No closures here: one that is not inlined
            // would be compiled for the narrowest registers.
            for labels in &pixels[word..] {
                if !words.are_all(labels, *label) {
                    break;
                }
                word += 1;
            }
            if word < pixels.len() {
                self.end_runs(words.differences(&pixels[word], &before[word]), 1 + word * WORD);
                word += 1;
            }
        }
        self.end_runs(differences(rest, rest_before), 1 + pixels.len() * WORD);
    }
}

impl<W> Search<'_, W> {
    /// Ends a run before each byte with a bit; the lowest is that of the byte `first`.
    #[inline(always)]
    fn end_runs(&mut self, mut bits: u64, first: usize) {
        while bits != 0 {
            let next = first + bits.trailing_zeros() as usize;
            let end = (next - self.between.before(next)) as u32;
            self.runs.push(LabelRun { end, label: self.rows[next - 1] });
            bits &= bits - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expected(labels: &[ClassId]) -> Vec<LabelRun> {
        let borders = (1..labels.len()).filter(|&pixel| labels[pixel] != labels[pixel - 1]);
        borders.map(|end| LabelRun { end: end as u32, label: labels[end - 1] }).collect()
    }

    /// Rows with a byte between them that is as the one before it.
    fn apart(labels: &[ClassId], width: usize) -> Vec<u8> {
        let rows = labels.chunks(width).flat_map(|row| row.iter().chain(row.last()).copied());
        let mut bytes: Vec<u8> = rows.collect();
        bytes.pop();
        bytes
    }

    proptest! {
        #[test]
        fn borders_are_those_of_pixels_compared_one_by_one(
            runs in prop::collection::vec((0..3_u8, prop_oneof![1..3_usize, 1..150_usize]), 1..60),
            width in prop_oneof![1..9_usize, 60..70_usize, 1..300_usize],
        ) {
            let labels: Vec<u8> =
                runs.iter().flat_map(|&(label, length)| vec![label; length]).collect();
            let expected = expected(&labels);
            for (rows, apart) in [(labels.clone(), None), (apart(&labels, width), Some(width + 1))] {
                let mut found = Vec::new();
                Borders::default().find(&rows, apart, &mut found);
                prop_assert_eq!(&found, &expected);
                found.clear();
                // As a processor without AVX2 finds them.
                let (between, runs) = (Between::of(apart), &mut found);
                Search { rows: &rows, between, runs, words: AnyProcessor }.call();
                prop_assert_eq!(&found, &expected);
            }
        }

        #[test]
        fn bytes_between_rows_are_counted_as_by_division(
            byte in 0..u32::MAX as usize,
            apart in prop_oneof![2..600_usize, 2..u32::MAX as usize],
        ) {
            prop_assert_eq!(Between::of(Some(apart)).before(byte), byte / apart);
        }
    }
}

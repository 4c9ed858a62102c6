//! Where a pixel of two masks has another pair of labels than the pixel before.

use eps_data::ClassId;
use pulp::NullaryFnOnce;
#[cfg(target_arch = "x86_64")]
use pulp::x86::V3;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m256i;
use std::ops::Range;

/// The most pixels whose borders are found at once.
pub(crate) const BLOCK: usize = 4096;

/// Pixels that are compared at once, a bit of a word each.
const WORD: usize = u64::BITS as usize;

/// Borders that are written for each word whether or not it has them: few words have more.
const USUAL: usize = 2;

/// Labels of a word's pixels in both masks.
type Labels<'a> = [&'a [ClassId; WORD]; 2];

/// Finds the borders of a block of pixels after another, in memory that is used again.
pub(crate) struct Borders {
    /// Room for the borders of a block and what is written after them.
    found: Vec<u32>,
    #[cfg(target_arch = "x86_64")]
    avx2: Option<V3>,
}

impl Default for Borders {
    fn default() -> Self {
        Self {
            found: vec![0; BLOCK + USUAL],
            #[cfg(target_arch = "x86_64")]
            avx2: V3::try_new(),
        }
    }
}

impl Borders {
    /// The pixels of `range`, none of which is the first of the masks, that differ from the one before.
    ///
    /// # Panics
    ///
    /// If the range is of more than [`BLOCK`] pixels, of the first, or of pixels that a mask has not.
    pub(crate) fn within(&mut self, masks: [&[ClassId]; 2], range: Range<usize>) -> &[u32] {
        let count = self.find(masks, range);
        &self.found[..count]
    }

    #[cfg(target_arch = "x86_64")]
    fn find(&mut self, masks: [&[ClassId]; 2], range: Range<usize>) -> usize {
        let found = &mut self.found[..];
        match self.avx2 {
            Some(avx2) => avx2.vectorize(Search { masks, range, found, words: avx2 }),
            None => Search { masks, range, found, words: AnyProcessor }.call(),
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn find(&mut self, masks: [&[ClassId]; 2], range: Range<usize>) -> usize {
        Search { masks, range, found: &mut self.found, words: AnyProcessor }.call()
    }
}

/// How the pixels of a word are compared.
trait Words: Copy {
    /// A bit for each pixel whose pair is another than `before`, the lowest for the first.
    fn differences(self, own: Labels<'_>, before: Labels<'_>) -> u64;
}

#[derive(Clone, Copy)]
struct AnyProcessor;

impl Words for AnyProcessor {
    #[inline(always)]
    fn differences(self, own: Labels<'_>, before: Labels<'_>) -> u64 {
        let mut differ = [0; WORD];
        for (at, differ) in differ.iter_mut().enumerate() {
            *differ = (own[0][at] ^ before[0][at]) | (own[1][at] ^ before[1][at]);
        }
        if differ == [0; WORD] {
            return 0;
        }
        let bits = differ.iter().rev();
        bits.fold(0, |word, &differ| word << 1 | u64::from(differ != 0))
    }
}

#[cfg(target_arch = "x86_64")]
impl Words for V3 {
    #[inline(always)]
    fn differences(self, own: Labels<'_>, before: Labels<'_>) -> u64 {
        let [lower, upper] = [half(self, 0, own, before), half(self, 1, own, before)];
        u64::from(upper) << 32 | u64::from(lower)
    }
}

/// The bits of the lower or upper half of a word.
///
/// No closures: one that is not inlined would be compiled for the narrowest registers.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn half(V3 { avx2, .. }: V3, at: usize, own: Labels<'_>, before: Labels<'_>) -> u32 {
    let truth = avx2._mm256_cmpeq_epi8(register(own[0], at), register(before[0], at));
    let predicted = avx2._mm256_cmpeq_epi8(register(own[1], at), register(before[1], at));
    !avx2._mm256_movemask_epi8(avx2._mm256_and_si256(truth, predicted)) as u32
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn register(labels: &[ClassId; WORD], half: usize) -> __m256i {
    pulp::cast(labels.as_chunks::<32>().0[half])
}

/// A search that waits for the processor's widest registers.
struct Search<'a, W> {
    masks: [&'a [ClassId]; 2],
    range: Range<usize>,
    found: &'a mut [u32],
    words: W,
}

impl<W: Words> NullaryFnOnce for Search<'_, W> {
    type Output = usize;

    /// Writes the borders and returns their number.
    #[inline(always)]
    fn call(self) -> usize {
        let Self { masks, range, found, words } = self;
        let own = masks.map(|mask| &mask[range.clone()]);
        let before = masks.map(|mask| &mask[range.start - 1..range.end - 1]);
        let [(truth, truth_rest), (predicted, predicted_rest)] = own.map(<[_]>::as_chunks::<WORD>);
        let [was, was_predicted] = before.map(|mask| mask.as_chunks::<WORD>().0);
        let mut count = 0;
        let mut pixel = range.start as u32;
        for (own, before) in truth.iter().zip(predicted).zip(was.iter().zip(was_predicted)) {
            let bits = words.differences(own.into(), before.into());
            count = write(bits, pixel, count, found);
            pixel += WORD as u32;
        }
        let rest = own[0].len() - truth_rest.len();
        let rest_before = before.map(|mask| &mask[rest..]);
        for (at, own) in truth_rest.iter().zip(predicted_rest).enumerate() {
            if own != (&rest_before[0][at], &rest_before[1][at]) {
                found[count] = pixel + at as u32;
                count += 1;
            }
        }
        count
    }
}

/// Writes the pixel of each bit after `count` others, and returns how many there are now.
///
/// The usual number is written without a branch, which no processor could foresee.
#[inline(always)]
fn write(mut bits: u64, pixel: u32, count: usize, found: &mut [u32]) -> usize {
    let end = count + bits.count_ones() as usize;
    let (usual, more) = found[count..].split_at_mut(USUAL);
    for border in usual {
        *border = pixel + bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
    }
    let mut more = more.iter_mut();
    while bits != 0 {
        if let Some(border) = more.next() {
            *border = pixel + bits.trailing_zeros();
        }
        bits &= bits.wrapping_sub(1);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expected(masks: [&[ClassId]; 2], range: Range<usize>) -> Vec<u32> {
        let differs = |pixel: &usize| masks.iter().any(|mask| mask[*pixel] != mask[*pixel - 1]);
        range.filter(differs).map(|pixel| pixel as u32).collect()
    }

    /// As a processor without AVX2 finds them.
    fn plainly(masks: [&[ClassId]; 2], range: Range<usize>) -> Vec<u32> {
        let mut found = vec![0; BLOCK + USUAL];
        let search = Search { masks, range, found: &mut found, words: AnyProcessor };
        let count = search.call();
        found.truncate(count);
        found
    }

    #[test]
    fn a_block_may_be_of_borders_alone() {
        let truth: Vec<ClassId> = (0..=BLOCK).map(|pixel| (pixel % 2) as ClassId).collect();
        let masks = [&truth[..], &vec![7; truth.len()]];
        let all: Vec<u32> = (1..=BLOCK as u32).collect();
        assert_eq!(Borders::default().within(masks, 1..BLOCK + 1), all);
        assert_eq!(plainly(masks, 1..BLOCK + 1), all);
    }

    #[test]
    fn no_pixels_have_no_border() {
        assert_eq!(Borders::default().within([&[3], &[4]], 1..1), [0; 0]);
    }

    proptest! {
        #[test]
        fn borders_are_those_of_pixels_compared_one_by_one(
            truth in prop::collection::vec((0..3_u8, 1..70_usize), 1..30),
            predicted in prop::collection::vec((0..3_u8, 1..9_usize), 1..300),
            start in 1..40_usize,
        ) {
            let mask = |runs: &[(u8, usize)]| -> Vec<u8> {
                runs.iter().flat_map(|&(label, length)| vec![label; length]).collect()
            };
            let (truth, predicted) = (mask(&truth), mask(&predicted));
            let pixels = truth.len().min(predicted.len());
            prop_assume!(start <= pixels);
            let (masks, range) = ([&truth[..pixels], &predicted[..pixels]], start..pixels);
            let expected = expected(masks, range.clone());
            let found = Borders::default().within(masks, range.clone()).to_vec();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(plainly(masks, range), expected);
        }
    }
}

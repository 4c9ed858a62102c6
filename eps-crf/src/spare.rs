//! Memory that a field has done with and the next one of the same thread takes.
//!
//! A system clears memory before it gives it, so a program that goes through many images should ask
//! for it once. A thread keeps as much as, with what is in use, it needed at most for this field or
//! the last one; above that the oldest goes back to the system. Sizes are rounded up to a sixteenth
//! of their power of two, so that images of nearly one size find each other's memory, and a piece
//! may be taken by whoever needs at least half of it. Every thread has a pool without a lock: what
//! a thread gives back stays with it.

use memmap2::MmapMut;
use std::cell::RefCell;
use std::collections::VecDeque;

thread_local! {
    static SPARE: RefCell<Spare> = const { RefCell::new(Spare::new()) };
}

/// Bytes of a page, and of a large one.
const PAGE: usize = 1 << 12;
const LARGE_PAGE: usize = 1 << 21;

/// At least so many bytes, and whether another field may have left something in them.
pub(crate) fn take(bytes: usize) -> (MmapMut, bool) {
    SPARE.with_borrow_mut(|spare| spare.take(bytes))
}

/// Keeps memory for this thread's next field.
pub(crate) fn keep(memory: MmapMut) {
    // A thread that ends has no next field.
    let _ = SPARE.try_with(|spare| spare.borrow_mut().keep(memory));
}

/// The memory of a thread: as much is kept as makes, with what is in use, what this field or the last one
/// used at most.
struct Spare {
    /// The oldest first.
    kept: VecDeque<MmapMut>,
    kept_bytes: usize,
    /// What another thread takes or gives back is counted where it does.
    used_bytes: usize,
    /// The most that was in use since nothing was.
    peak_bytes: usize,
    most_bytes: usize,
}

impl Spare {
    const fn new() -> Self {
        Self { kept: VecDeque::new(), kept_bytes: 0, used_bytes: 0, peak_bytes: 0, most_bytes: 0 }
    }

    fn take(&mut self, bytes: usize) -> (MmapMut, bool) {
        let bytes = rounded(bytes);
        let found = self.find(bytes).and_then(|at| self.kept.remove(at));
        let is_used = found.is_some();
        self.kept_bytes -= found.as_ref().map_or(0, |memory| memory.len());
        let memory = found.unwrap_or_else(|| self.fresh(bytes));
        self.used_bytes += memory.len();
        self.peak_bytes = self.peak_bytes.max(self.used_bytes);
        self.most_bytes = self.most_bytes.max(self.peak_bytes);
        self.forget();
        (memory, is_used)
    }

    /// The smallest that suffices and is not far too large.
    fn find(&self, bytes: usize) -> Option<usize> {
        let lengths = self.kept.iter().map(|memory| memory.len()).enumerate();
        // Not more than twice: a small array in a large piece would keep it from the large array to come.
        let suits = lengths.filter(|(_, length)| (bytes..=2 * bytes).contains(length));
        suits.min_by_key(|&(_, length)| length).map(|(at, _)| at)
    }

    fn keep(&mut self, memory: MmapMut) {
        self.used_bytes = self.used_bytes.saturating_sub(memory.len());
        self.kept_bytes += memory.len();
        self.kept.push_back(memory);
        if self.used_bytes == 0 {
            self.most_bytes = std::mem::take(&mut self.peak_bytes);
        }
        self.forget();
    }

    /// Gives back the oldest memory of which there would be too much.
    fn forget(&mut self) {
        while self.used_bytes + self.kept_bytes > self.most_bytes {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.kept_bytes -= oldest.len();
        }
    }

    /// Zeros from the system.
    ///
    /// # Panics
    ///
    /// If it has not so many even after it got back what is kept.
    fn fresh(&mut self, bytes: usize) -> MmapMut {
        let memory = MmapMut::map_anon(bytes).or_else(|_| {
            self.kept.clear();
            self.kept_bytes = 0;
            MmapMut::map_anon(bytes)
        });
        let memory = memory.unwrap_or_else(|error| {
            panic!("{bytes} bytes of memory for a field: {error}");
        });
        // A system without large pages refuses, and small ones do as well.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        memory
    }
}

/// Pictures of nearly one size need memory of one size; a system gives large pages to whole ones alone.
fn rounded(bytes: usize) -> usize {
    let grain = if bytes < LARGE_PAGE { PAGE } else { LARGE_PAGE };
    let bytes = bytes.max(PAGE);
    bytes.next_multiple_of((bytes.next_power_of_two() / 16).max(grain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_taken_again() {
        let mut spare = Spare::new();
        let (mut memory, is_used) = spare.take(10_000);
        assert!(!is_used && memory.len() >= 10_000);
        memory[0] = 7;
        spare.keep(memory);
        let (memory, is_used) = spare.take(9_990);
        assert!(is_used && memory[0] == 7);
        let (_, is_used) = spare.take(9_990);
        assert!(!is_used, "it is in use");
    }

    #[test]
    fn memory_that_is_too_small_or_far_too_large_is_left() {
        let mut spare = Spare::new();
        let taken = [1 << 14, 1 << 18].map(|bytes| spare.take(bytes).0);
        taken.into_iter().for_each(|memory| spare.keep(memory));
        assert!(!spare.take(1 << 15).1);
    }

    #[test]
    fn a_thread_has_no_more_than_it_once_used() {
        let mut spare = Spare::new();
        let first = spare.take(1 << 20).0;
        spare.keep(first);
        // A larger one is new; the first, with it more than was ever used, is given back.
        let second = spare.take(1 << 22).0;
        assert_eq!((spare.kept.len(), spare.most_bytes), (0, 1 << 22));
        spare.keep(second);
        let small: Vec<_> = (0..3).map(|_| spare.take(1 << 19).0).collect();
        assert!(spare.kept_bytes + spare.used_bytes <= spare.most_bytes);
        small.into_iter().for_each(|memory| spare.keep(memory));
        assert_eq!(spare.used_bytes, 0);
        assert_eq!(spare.kept_bytes, spare.kept.iter().map(|memory| memory.len()).sum());
        assert!(spare.kept_bytes <= 1 << 22);
    }

    #[test]
    fn a_large_field_is_forgotten_after_a_small_one() {
        let mut spare = Spare::new();
        for (bytes, kept) in [(1 << 24, 1 << 24), (1 << 16, 1 << 16)] {
            let memory = spare.take(bytes).0;
            spare.keep(memory);
            assert_eq!(spare.kept_bytes, kept);
        }
    }

    #[test]
    fn a_thread_that_only_gives_keeps_nothing() {
        let (mut spare, mut other) = (Spare::new(), Spare::new());
        spare.keep(other.take(1 << 16).0);
        assert_eq!((spare.kept.len(), spare.kept_bytes), (0, 0));
    }

    #[test]
    fn sizes_are_rounded_by_an_eighth_or_a_page_at_most() {
        for bytes in [0, 1, 4096, 5000, 100_000, 1 << 21, 11_500_000, 12_700_001, (1 << 26) + 1] {
            let given = rounded(bytes);
            let page = if bytes < LARGE_PAGE { PAGE } else { LARGE_PAGE };
            assert!(given >= bytes && given <= bytes + (bytes / 8).max(page), "{bytes}");
            assert_eq!(given % page, 0, "{bytes}");
        }
    }
}

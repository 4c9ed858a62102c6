//! Memory for the large arrays of a field.
//!
//! What a field needs is known beforehand and is large: about 48 bytes a pixel for the bilateral
//! corners, 16 for the Gaussian ones, and rows of all labels for every vertex. It is mapped instead
//! of allocated, so that it begins with a page and may consist of large pages, which cost fewer
//! faults when they are first touched and fewer misses of the translation buffer after that.

use crate::spare;
use bytemuck::Pod;
use memmap2::MmapMut;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// Numbers in memory that nothing else shares. It begins with a page, so that no eight in a row of eights are on two
/// lines of the cache, and large pages are asked for, which are far cheaper to touch for the first time.
pub(crate) struct Pages<T> {
    /// `None` while it is given back.
    memory: Option<MmapMut>,
    bytes: usize,
    of: PhantomData<T>,
}

impl<T: Pod> Pages<T> {
    /// So many zeros.
    pub(crate) fn zeros(count: usize) -> Self {
        let (mut pages, is_used) = Self::take(count);
        if is_used {
            pages.fill(T::zeroed());
        }
        pages
    }

    /// So many numbers of any value, to be written before they are read.
    pub(crate) fn unset(count: usize) -> Self {
        let (mut pages, _) = Self::take(count);
        if cfg!(debug_assertions) {
            // As floats these are no numbers, so that whoever reads them is found out.
            bytemuck::cast_slice_mut::<T, u8>(&mut pages).fill(0xff);
        }
        pages
    }

    fn take(count: usize) -> (Self, bool) {
        let bytes =
            count.checked_mul(size_of::<T>()).expect("a count of numbers that fit in memory");
        let (memory, is_used) = spare::take(bytes);
        (Self { memory: Some(memory), bytes, of: PhantomData }, is_used)
    }
}

impl<T> Drop for Pages<T> {
    fn drop(&mut self) {
        self.memory.take().into_iter().for_each(spare::keep);
    }
}

impl<T: Pod> Deref for Pages<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        let memory = self.memory.as_deref().unwrap_or_default();
        bytemuck::cast_slice(&memory[..self.bytes])
    }
}

impl<T: Pod> DerefMut for Pages<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        let memory = self.memory.as_deref_mut().unwrap_or_default();
        bytemuck::cast_slice_mut(&mut memory[..self.bytes])
    }
}

impl<T: Pod> Clone for Pages<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::unset(self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl<T: Pod + fmt::Debug> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

impl<T: Pod + PartialEq> PartialEq for Pages<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_apart() {
        let mut pages = Pages::zeros(3);
        pages.fill(0.5_f32);
        let copy = pages.clone();
        pages[1] = 2.0;
        assert_eq!(*pages, [0.5, 2.0, 0.5]);
        assert_eq!(*copy, [0.5; 3]);
        assert_ne!(pages, copy);
    }

    #[test]
    fn zeros_are_zeros_after_other_numbers() {
        for _ in 0..3 {
            let mut pages = Pages::zeros(5000);
            assert!(pages.iter().all(|&value| value == 0_u32));
            pages.fill(7);
        }
    }

    #[test]
    fn there_may_be_none() {
        assert!(Pages::<u32>::zeros(0).is_empty());
    }
}

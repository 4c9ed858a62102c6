//! Memory for the large arrays of a field.

use bytemuck::Pod;
use memmap2::MmapMut;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// Numbers in memory of their own. It begins with a page, so that no eight in a row of eights are on two
/// lines of the cache, and large pages are asked for, which are far cheaper to touch for the first time.
pub(crate) struct Pages<T> {
    memory: MmapMut,
    of: PhantomData<T>,
}

impl<T: Pod> Pages<T> {
    /// So many zeros.
    pub(crate) fn zeros(count: usize) -> Self {
        let bytes =
            count.checked_mul(size_of::<T>()).expect("a count of numbers that fit in memory");
        let memory = MmapMut::map_anon(bytes).unwrap_or_else(|error| {
            panic!("{bytes} bytes of memory for a field: {error}");
        });
        // A system without large pages refuses, and small ones do as well.
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        Self { memory, of: PhantomData }
    }
}

impl<T: Pod> Deref for Pages<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        bytemuck::cast_slice(&self.memory)
    }
}

impl<T: Pod> DerefMut for Pages<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(&mut self.memory)
    }
}

impl<T: Pod> Clone for Pages<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len());
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
    fn there_may_be_none() {
        assert!(Pages::<u32>::zeros(0).is_empty());
    }
}

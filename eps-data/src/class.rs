//! Classes as masks count them, sets of them, and their place in the network.

use std::fmt;

/// A class as masks spell it: 0 is background, 1 and up are objects, 255 is [`IGNORE`].
pub type ClassId = u8;

/// Background in a mask.
pub const BACKGROUND: ClassId = 0;

/// A pixel that no score counts.
pub const IGNORE: ClassId = 255;

/// The network's channel of an object class: objects come first, background is the last channel.
///
/// # Panics
///
/// If `class` is background or ignored: neither has a channel among the objects.
pub fn channel_of(class: ClassId) -> usize {
    assert!(class != BACKGROUND && class != IGNORE, "class {class} is not an object");
    usize::from(class) - 1
}

/// The object class of a network channel; the inverse of [`channel_of`].
///
/// # Panics
///
/// If `channel` is above the 254 that a mask can spell.
pub fn class_of(channel: usize) -> ClassId {
    assert!(channel < 254, "channel {channel} has no class in an 8-bit mask");
    channel as ClassId + 1
}

/// Object classes present in an image; background is never a member.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ClassSet {
    bits: [u64; 4],
}

impl ClassSet {
    /// Adds `class`; background and ignored are left out.
    pub fn insert(&mut self, class: ClassId) {
        if class != BACKGROUND && class != IGNORE {
            self.bits[usize::from(class) / 64] |= 1 << (class % 64);
        }
    }

    pub fn contains(&self, class: ClassId) -> bool {
        self.bits[usize::from(class) / 64] >> (class % 64) & 1 == 1
    }

    pub fn len(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.bits == [0; 4]
    }

    /// Members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = ClassId> + '_ {
        (1..IGNORE).filter(|&class| self.contains(class))
    }

    /// The largest member.
    pub fn last(&self) -> Option<ClassId> {
        self.iter().last()
    }
}

impl FromIterator<ClassId> for ClassSet {
    fn from_iter<I: IntoIterator<Item = ClassId>>(classes: I) -> Self {
        let mut set = Self::default();
        classes.into_iter().for_each(|class| set.insert(class));
        set
    }
}

impl fmt::Debug for ClassSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_back_in_order_without_background_and_ignored() {
        let set: ClassSet = [200, 3, BACKGROUND, IGNORE, 64, 3].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 64, 200]);
        assert_eq!(set.len(), 3);
        assert_eq!(set.last(), Some(200));
        assert!(!set.contains(BACKGROUND) && !set.contains(IGNORE));
    }

    #[test]
    fn channels_and_classes_are_inverse() {
        for channel in 0..254 {
            assert_eq!(channel_of(class_of(channel)), channel);
        }
    }

    #[test]
    #[should_panic(expected = "class 0 is not an object")]
    fn background_has_no_object_channel() {
        channel_of(BACKGROUND);
    }
}

//! Stuff that comes with the object classes, each painted by one function.

mod clouds;
mod foliage;
mod meadow;
mod railroad;
mod road;
mod water;

pub(super) use clouds::clouds;
pub(super) use foliage::foliage;
pub(super) use meadow::meadow;
pub(super) use railroad::railroad;
pub(super) use road::road;
pub(super) use water::water;

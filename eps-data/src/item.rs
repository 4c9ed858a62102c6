//! One image of a split.

use crate::ClassSet;
use std::path::PathBuf;

/// One image of a split: where its files are and which classes are in it.
///
/// Nothing is decoded until a loader asks; an item is a few hundred bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Image id as the list spells it, such as `2007_000032`.
    pub id: String,
    pub image: PathBuf,
    /// Saliency map; absent where it was not asked for.
    pub saliency: Option<PathBuf>,
    /// Ground-truth mask; absent where it was not asked for.
    pub mask: Option<PathBuf>,
    /// Object classes in the image. Background is never listed.
    pub classes: ClassSet,
}

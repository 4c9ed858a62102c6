//! The vocabulary of eps, and everything that reads or writes data files.
//!
//! Classes are counted as masks count them: 0 is background, objects follow, 255 is ignored. Only
//! [`channel_of`] and [`class_of`] know that the network puts background last. Sizes are always
//! [`Size`], never a bare pair; maps are stored row by row.

mod class;
mod class_names;
mod error;
mod item;
mod label_map;
mod saliency_map;
mod score_map;
mod size;

pub use class::{BACKGROUND, ClassId, ClassSet, IGNORE, channel_of, class_of};
pub use class_names::ClassNames;
pub use error::DataError;
pub use item::Item;
pub use label_map::LabelMap;
pub use saliency_map::SaliencyMap;
pub use score_map::ScoreMap;
pub use size::Size;

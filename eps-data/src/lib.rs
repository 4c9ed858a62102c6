//! The vocabulary of eps, and everything that reads or writes data files.
//!
//! Classes are counted as masks count them: 0 is background, objects follow, 255 is ignored. Only
//! [`channel_of`] and [`class_of`] know that the network puts background last. Sizes are always
//! [`Size`], never a bare pair; maps are stored row by row.

pub mod check;
pub mod coco;
pub mod codec;
pub mod labels;
pub mod pickle;
pub mod scenes;
pub mod statistics;
pub mod transform;

mod class;
mod class_names;
mod colour_classes;
mod condition;
mod dataset;
mod digest;
mod error;
mod error_chain;
mod image_list;
mod in_order;
mod item;
mod keyed_random;
mod label_map;
mod label_runs;
mod list_id;
mod loader;
mod missing;
mod observer;
mod pictures;
mod remark;
mod saliency_fit;
mod saliency_map;
mod sample;
mod score_map;
mod shard;
mod size;
mod split;

pub use class::{BACKGROUND, ClassId, ClassSet, IGNORE, channel_of, class_of};
pub use class_names::{ClassNames, Named};
pub use colour_classes::ColourClasses;
pub use condition::Condition;
pub use dataset::DataSet;
pub use digest::sha256;
pub use error::{DataError, none_missing};
pub use error_chain::{error_chain, panic_text};
pub use image_list::ImageList;
pub use in_order::in_order;
pub use item::Item;
pub use keyed_random::keyed_random;
pub use label_map::LabelMap;
pub use label_runs::{LabelRun, LabelRuns};
pub use labels::LabelSource;
pub use list_id::ListId;
pub use loader::{Loader, Sampling};
pub use observer::{Observer, Silent};
pub use pictures::{picture_in, pictures_of, saliency_in};
pub use remark::{Remark, RemarkKind, counted};
pub use saliency_fit::SaliencyFit;
pub use saliency_map::{SaliencyMap, Shades};
pub use sample::sample;
pub use score_map::ScoreMap;
pub use shard::Shard;
pub use size::Size;
pub use split::{Needs, Split};
pub use transform::{Augmentation, Draw, MaskedAugmentation, Sample};

/// An 8-bit RGB picture, row by row.
pub use image::RgbImage;

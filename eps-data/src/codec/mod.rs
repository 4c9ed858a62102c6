//! Reading and writing the files of a data set: photographs, masks, saliency maps and scores.
//!
//! Every writer writes beside its target and renames, so a file is complete or absent. Every reader
//! refuses pictures above [`MAX_PIXELS`] before it decodes them.

mod atomic;
mod header;
mod jpeg;
mod mask;
mod palette;
mod rgb;
mod saliency;
mod scores;

pub use atomic::write_atomically;
pub use header::size_of;
pub use mask::{read_mask, write_mask};
pub use palette::voc_palette;
pub use rgb::{read_rgb, write_jpeg, write_rgb_png};
pub use saliency::{read_saliency, write_saliency};
pub use scores::{ScoreFormat, read_scores, write_scores};

/// The most pixels of a picture that a reader decodes: 256 times 2^20.
pub const MAX_PIXELS: usize = 256 << 20;

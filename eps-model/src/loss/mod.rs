//! The losses: of EPS classification by image labels, and saliency as pseudo-pixel supervision; of
//! segmentation the cross-entropy of pixels.

mod classification;
mod map_selection;
mod pixels;
mod saliency;

pub use classification::soft_margin;
pub use map_selection::{MapSelection, Selection};
pub use pixels::pixel_cross_entropy;
pub use saliency::{at_map_size, estimate_saliency, saliency_loss};

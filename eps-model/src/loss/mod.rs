//! The losses of EPS: classification by image labels, and saliency as pseudo-pixel supervision.

mod classification;
mod map_selection;
mod saliency;

pub use classification::soft_margin;
pub use map_selection::{MapSelection, Selection};
pub use saliency::{at_map_size, estimate_saliency, saliency_loss};

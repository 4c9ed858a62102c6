//! Fields over points with features of any dimension, term by term.
//!
//! What [`DenseCrf`](crate::DenseCrf) knows of a picture makes it several times faster; here nothing is
//! known but the features, so that every field of the published implementation can be spelled.

mod costs;
mod features;
mod field;
mod lattice;
mod placing;
mod rows;
mod term_field;
mod vertices;

pub use costs::{Costs, Normalisation};
pub use features::Features;
pub use lattice::Lattice;
pub use term_field::TermField;

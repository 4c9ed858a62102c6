//! Fully connected conditional random fields over pictures: slices in, probabilities out.
//!
//! The model and its mean-field inference are those of Krähenbühl and Koltun, "Efficient Inference in
//! Fully Connected CRFs with Gaussian Edge Potentials", 2011: a unary term for each pixel and label, a
//! Gaussian kernel over places, a bilateral kernel over places and colours, both filtered over a
//! permutohedral lattice in 32-bit floats with symmetric normalisation, and a Potts or any other
//! compatibility of labels.
//!
//! A [`DenseCrf`] builds the lattices of one picture once and infers any number of label sets,
//! confidences or exponents on them. Nothing is shared between fields, so that one picture a core is
//! the way to use several; results do not depend on the number of threads, nor on the width of the
//! processor's registers. A processor that cannot multiply and add in one instruction does so by a
//! function, for the same bits, and is far slower. A thread keeps the memory of a field for
//! its next one.
//!
//! A [`TermField`] has terms of any features and costs over any points, and can be stepped through; it is
//! as fast as a [`DenseCrf`] where that is what its terms spell.
//!
//! ```
//! use eps_crf::{DenseCrf, Picture, Preset, Unary};
//!
//! let picture = Picture::new(2, 1, &[250, 250, 250, 10, 10, 10])?;
//! let crf = DenseCrf::new(&picture, &Preset::Psa.kernels())?;
//! // Label 0 at both pixels, then label 1.
//! let unary = Unary::from_probabilities(2, &[0.9, 0.2, 0.1, 0.8])?;
//! let marginals = crf.infer(&unary, Preset::STEPS)?;
//! assert_eq!(marginals.labels(), [0, 1]);
//! # Ok::<(), eps_crf::CrfError>(())
//! ```

mod compatibility;
mod error;
mod field;
mod floor;
mod kernels;
mod lattice;
mod marginals;
mod mean_field;
mod pages;
mod picture;
mod points;
mod preset;
mod row;
mod softmax;
mod spare;
mod square;
mod unary;

pub use compatibility::Compatibility;
pub use error::CrfError;
pub use field::DenseCrf;
pub use floor::{Floor, Floored};
pub use kernels::{Bilateral, Gaussian, Kernels};
pub use marginals::Marginals;
pub use picture::Picture;
pub use points::{Costs, Features, Lattice, Normalisation, TermField};
pub use preset::Preset;
pub use unary::Unary;

/// The most pixels of a picture: 2^28.
pub const MAX_PIXELS: usize = 1 << 28;

/// The most corners of a general lattice, points times their dimensions and one: 2^31 - 1.
pub const MAX_CORNERS: usize = (1 << 31) - 1;

/// The most labels of a field, as many as an 8-bit mask can spell.
pub const MAX_LABELS: usize = 256;

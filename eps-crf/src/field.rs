//! The field over one picture.

use crate::kernels::Kernels;
use crate::lattice::{Grid, Sparse};
use crate::mean_field::Inference;
use crate::{Compatibility, CrfError, Marginals, Picture, Unary};

/// The lattices of one picture, ready for any labels.
///
/// ```
/// use eps_crf::{Bilateral, DenseCrf, Gaussian, Kernels, Picture, Unary};
///
/// // Four white pixels, then four black ones.
/// let channels = [[255; 12], [0; 12]].concat();
/// let picture = Picture::new(8, 1, &channels)?;
/// let kernels = Kernels {
///     gaussian: Gaussian { place: 3.0, weight: 3.0 },
///     bilateral: Bilateral { place: 80.0, colour: 13.0, weight: 10.0 },
/// };
/// let crf = DenseCrf::new(&picture, &kernels)?;
/// // Label 1 is found on the black pixels alone, but missed at one of them.
/// let stuff = [0.9, 0.9, 0.9, 0.9, 0.2, 0.6, 0.2, 0.2];
/// let object = stuff.map(|probability| 1.0 - probability);
/// let probabilities = [stuff, object].concat();
/// let unary = Unary::from_probabilities(2, &probabilities)?;
/// assert_eq!(crf.infer(&unary, 0)?.labels(), [0, 0, 0, 0, 1, 0, 1, 1]);
/// assert_eq!(crf.infer(&unary, 10)?.labels(), [0, 0, 0, 0, 1, 1, 1, 1]);
/// # Ok::<(), eps_crf::CrfError>(())
/// ```
pub struct DenseCrf {
    width: usize,
    pixels: usize,
    gaussian: Option<Grid>,
    bilateral: Option<Sparse>,
}

impl DenseCrf {
    /// Builds the lattices of the kernels whose weight is above 0.
    ///
    /// # Errors
    ///
    /// [`CrfError::Parameter`], and [`CrfError::TooFine`] if the picture has too many deviations.
    pub fn new(picture: &Picture<'_>, kernels: &Kernels) -> Result<Self, CrfError> {
        kernels.check()?;
        let Kernels { gaussian, bilateral } = kernels;
        Ok(Self {
            width: picture.width(),
            pixels: picture.pixels(),
            gaussian: lattice("Gaussian", gaussian.weight, || Grid::new(picture, gaussian))?,
            bilateral: lattice("bilateral", bilateral.weight, || Sparse::new(picture, bilateral))?,
        })
    }

    /// Probabilities after `steps` steps of mean-field inference with Potts compatibility; those of
    /// the unary term alone after none.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`] if the unary term is not of as many pixels as the picture.
    pub fn infer(&self, unary: &Unary<'_>, steps: usize) -> Result<Marginals, CrfError> {
        self.infer_compatible(unary, None, steps)
    }

    /// As [`infer`](Self::infer), with a compatibility of labels for both kernels.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`] if the unary term is not of as many pixels as the picture, or the
    /// compatibility of as many labels as the unary term.
    pub fn infer_compatible(
        &self,
        unary: &Unary<'_>,
        compatibility: Option<&Compatibility>,
        steps: usize,
    ) -> Result<Marginals, CrfError> {
        if unary.pixels() != self.pixels {
            let (found, expected) = (unary.pixels(), self.pixels);
            return Err(CrfError::Length { what: "the unary term for a label", found, expected });
        }
        match compatibility {
            Some(costs) if costs.labels() != unary.labels() => {
                let (found, expected) = (costs.labels(), unary.labels());
                Err(CrfError::Length { what: "the compatibility for a label", found, expected })
            }
            _ => Ok(Inference {
                width: self.width,
                gaussian: self.gaussian.as_ref(),
                bilateral: self.bilateral.as_ref(),
                unary,
                compatibility,
                steps,
            }
            .run()),
        }
    }

    /// The greatest message that each pixel can have for a label: that of one certain everywhere.
    pub(crate) fn message_bounds(&self) -> Vec<f32> {
        let gaussian = self.gaussian.as_ref().map(Grid::of_ones);
        let bilateral = self.bilateral.as_ref().map(Sparse::of_ones);
        gaussian.into_iter().chain(bilateral).fold(vec![0.0; self.pixels], |mut bounds, taken| {
            bounds.iter_mut().zip(taken).for_each(|(bound, taken)| *bound += taken);
            bounds
        })
    }

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// Vertices of the Gaussian and the bilateral lattice that pixels touch; 0 for a kernel that is
    /// left out.
    pub fn vertices(&self) -> [usize; 2] {
        let gaussian = self.gaussian.as_ref().map_or(0, Grid::vertices);
        [gaussian, self.bilateral.as_ref().map_or(0, Sparse::vertices)]
    }

    /// Memory of the lattices in bytes.
    pub fn bytes(&self) -> usize {
        self.gaussian.as_ref().map_or(0, Grid::bytes)
            + self.bilateral.as_ref().map_or(0, Sparse::bytes)
    }
}

/// A kernel's lattice, unless its weight leaves it out.
fn lattice<L>(
    kernel: &'static str,
    weight: f32,
    lattice: impl FnOnce() -> Option<L>,
) -> Result<Option<L>, CrfError> {
    if weight == 0.0 {
        return Ok(None);
    }
    lattice().map(Some).ok_or(CrfError::TooFine { kernel })
}

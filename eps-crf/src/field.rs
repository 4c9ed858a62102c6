//! The field over one picture.

use crate::kernels::Kernels;
use crate::lattice::Lattice;
use crate::mean_field::{Inference, Term};
use crate::{Compatibility, CrfError, Marginals, Picture, Unary};

/// Added to what a pixel takes before its inverse root, as in Krähenbühl's implementation.
const NORMALISATION_EPSILON: f64 = 1e-20;

/// The lattices of one picture, ready for any labels.
pub struct DenseCrf {
    pixels: usize,
    gaussian: Option<Kernel<3>>,
    bilateral: Option<Kernel<6>>,
}

/// A normalised kernel and its weight.
struct Kernel<const V: usize> {
    lattice: Lattice<V>,
    weight: f32,
}

impl DenseCrf {
    /// Builds the lattices of the kernels whose weight is above 0.
    ///
    /// # Errors
    ///
    /// [`CrfError::Parameter`], and [`CrfError::TooFine`] if the picture has too many deviations.
    pub fn new(picture: &Picture<'_>, kernels: &Kernels) -> Result<Self, CrfError> {
        kernels.check()?;
        let Kernels { gaussian, bilateral } = *kernels;
        let places = || picture.points().map(|(place, _)| place.map(|at| at / gaussian.place));
        let points = || {
            picture.points().map(|(place, colour)| {
                let [x, y] = place.map(|at| at / bilateral.place);
                let [red, green, blue] = colour.map(|value| f32::from(value) / bilateral.colour);
                [x, y, red, green, blue]
            })
        };
        Ok(Self {
            pixels: picture.pixels(),
            gaussian: kernel("Gaussian", gaussian.weight, || Lattice::new(places()))?,
            bilateral: kernel("bilateral", bilateral.weight, || Lattice::new(points()))?,
        })
    }

    /// Probabilities after `steps` steps of mean-field inference with Potts compatibility; those of
    /// the unary term alone after none.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`] if the unary term is not of as many pixels as the picture.
    pub fn infer(&self, unary: &Unary, steps: usize) -> Result<Marginals, CrfError> {
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
        unary: &Unary,
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
                gaussian: self.gaussian.as_ref().map(Kernel::term),
                bilateral: self.bilateral.as_ref().map(Kernel::term),
                unary,
                compatibility,
                steps,
            }
            .run()),
        }
    }

    /// The greatest message that each pixel can have for a label: that of one certain everywhere.
    pub(crate) fn message_bounds(&self) -> Vec<f32> {
        let mut bounds = vec![0.0; self.pixels];
        let kernels = (self.gaussian.as_ref(), self.bilateral.as_ref());
        kernels.0.into_iter().for_each(|kernel| kernel.add_bounds(&mut bounds));
        kernels.1.into_iter().for_each(|kernel| kernel.add_bounds(&mut bounds));
        bounds
    }

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// Vertices of the Gaussian and the bilateral lattice; 0 for a kernel that is left out.
    pub fn vertices(&self) -> [usize; 2] {
        let vertices = (self.gaussian.as_ref(), self.bilateral.as_ref());
        [
            vertices.0.map_or(0, |kernel| kernel.lattice.vertices()),
            vertices.1.map_or(0, |kernel| kernel.lattice.vertices()),
        ]
    }

    /// Memory of the lattices in bytes.
    pub fn bytes(&self) -> usize {
        self.gaussian.as_ref().map_or(0, |kernel| kernel.lattice.bytes())
            + self.bilateral.as_ref().map_or(0, |kernel| kernel.lattice.bytes())
    }
}

/// A kernel, unless its weight leaves it out.
fn kernel<const V: usize>(
    name: &'static str,
    weight: f32,
    lattice: impl FnOnce() -> Option<Lattice<V>>,
) -> Result<Option<Kernel<V>>, CrfError> {
    if weight == 0.0 {
        return Ok(None);
    }
    let lattice = lattice().ok_or(CrfError::TooFine { kernel: name })?;
    Ok(Some(Kernel::normalised(lattice, weight)))
}

impl<const V: usize> Kernel<V> {
    /// Divides what a pixel gives and takes by the root of what it takes of ones.
    fn normalised(mut lattice: Lattice<V>, weight: f32) -> Self {
        let root = |taken: f32| (1.0 / (f64::from(taken) + NORMALISATION_EPSILON).sqrt()) as f32;
        let factors: Vec<f32> = lattice.of_ones().into_iter().map(root).collect();
        lattice.scale(&factors);
        Self { lattice, weight }
    }

    fn add_bounds(&self, bounds: &mut [f32]) {
        let taken = self.lattice.of_ones();
        bounds.iter_mut().zip(taken).for_each(|(bound, taken)| *bound += self.weight * taken);
    }

    fn term(&self) -> Term<'_, V> {
        Term { lattice: &self.lattice, weight: self.weight * Lattice::<V>::gain() }
    }
}

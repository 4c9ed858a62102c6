//! A field whose terms are added one by one.

use super::costs::{Costs, Normalisation};
use super::features::Features;
use super::field::{PointField, Term};
use super::lattice::Lattice;
use crate::unary::check_energies;
use crate::{Bilateral, CrfError, DenseCrf, Gaussian, Kernels, Marginals, Picture, Unary};
use std::borrow::Cow;
use std::sync::OnceLock;

/// Points with labels, energies of each and pairwise terms of any features and costs.
///
/// A picture with at most one Gaussian and one bilateral term, of equal deviations, Potts costs and
/// symmetric normalisation, is inferred by a [`DenseCrf`], anything else over general lattices.
///
/// ```
/// use eps_crf::{Costs, Normalisation, TermField};
///
/// // Four points on a line, two near 0 and two near 9; the second is not sure of its label.
/// let mut field = TermField::of_points(4, 2)?;
/// let first_label = [0.9_f32, 0.45, 0.1, 0.1];
/// let second_label = first_label.map(|probability| 1.0 - probability);
/// let energies = [first_label, second_label].concat().iter().map(|p| -p.ln()).collect();
/// field.set_energies(energies)?;
/// let places = vec![0.0, 0.2, 9.0, 9.2];
/// field.add_features(1, places, Costs::Potts(2.0), Normalisation::Symmetric)?;
/// assert_eq!(field.start().labels(), [0, 1, 1, 1]);
/// assert_eq!(field.infer(5)?.labels(), [0, 0, 1, 1]);
/// # Ok::<(), eps_crf::CrfError>(())
/// ```
pub struct TermField {
    labels: usize,
    points: usize,
    /// Points of a row of the picture.
    width: Option<usize>,
    /// `[labels, points]`
    energies: Vec<f32>,
    terms: Vec<(Kernel, Costs, Normalisation)>,
    /// Made when it is needed; `None` within if a [`DenseCrf`] cannot infer the terms.
    quick: OnceLock<Option<DenseCrf>>,
    general: OnceLock<Result<PointField, CrfError>>,
}

/// What makes points alike.
enum Kernel {
    Gaussian {
        place: [f32; 2],
    },
    Bilateral {
        place: [f32; 2],
        colour: [f32; 3],
        channels: Vec<u8>,
    },
    /// `[dimensions, points]`
    Features {
        dimensions: usize,
        values: Vec<f32>,
    },
}

impl TermField {
    /// A field over `points` points.
    ///
    /// # Errors
    ///
    /// [`CrfError::Pixels`] and [`CrfError::Labels`] if there is none of either, [`CrfError::Pixels`] and
    /// [`CrfError::Length`] if there are too many.
    pub fn of_points(points: usize, labels: usize) -> Result<Self, CrfError> {
        Self::new(points, labels, None)
    }

    /// A field over a picture.
    ///
    /// # Errors
    ///
    /// As [`of_points`](Self::of_points).
    pub fn of_picture(width: usize, height: usize, labels: usize) -> Result<Self, CrfError> {
        Self::new(width.saturating_mul(height), labels, Some(width))
    }

    fn new(points: usize, labels: usize, width: Option<usize>) -> Result<Self, CrfError> {
        if !(1..=crate::MAX_PIXELS).contains(&points) {
            return Err(CrfError::Pixels { found: points });
        }
        if labels == 0 {
            return Err(CrfError::Labels { found: labels });
        }
        let values = points.saturating_mul(labels);
        if values > crate::MAX_CORNERS {
            let what = "the energies of a field at most";
            return Err(CrfError::Length { what, found: values, expected: crate::MAX_CORNERS });
        }
        let (energies, terms) = (vec![0.0; values], Vec::new());
        Ok(Self {
            labels,
            points,
            width,
            energies,
            terms,
            quick: OnceLock::new(),
            general: OnceLock::new(),
        })
    }

    /// Number of labels.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Number of points.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Sets the energies of every label at every point, `[labels, points]`: negative logarithms of
    /// probabilities. Without any, all are 0.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`], and [`CrfError::Energy`] as [`Unary::from_energies`].
    pub fn set_energies(&mut self, energies: Vec<f32>) -> Result<(), CrfError> {
        self.check_length("the energies", &energies)?;
        check_energies(self.labels, &energies)?;
        self.energies = energies;
        Ok(())
    }

    /// Adds a term of places with a standard deviation along rows and one along columns, in pixels.
    ///
    /// # Errors
    ///
    /// [`CrfError::Parameter`], and [`CrfError::Length`] if the costs are not of the field's labels.
    ///
    /// # Panics
    ///
    /// If the field is not over a picture.
    pub fn add_gaussian(
        &mut self,
        place: [f32; 2],
        costs: Costs,
        normalisation: Normalisation,
    ) -> Result<(), CrfError> {
        assert!(self.width.is_some(), "places are those of a picture");
        check_deviations("deviation of the Gaussian kernel's place", &place)?;
        self.add(Kernel::Gaussian { place }, costs, normalisation)
    }

    /// Adds a term of places and colours; `channels` is `[height, width, 3]`.
    ///
    /// # Errors
    ///
    /// As [`add_gaussian`](Self::add_gaussian), and [`CrfError::Length`] for another size.
    ///
    /// # Panics
    ///
    /// If the field is not over a picture.
    pub fn add_bilateral(
        &mut self,
        place: [f32; 2],
        colour: [f32; 3],
        channels: Vec<u8>,
        costs: Costs,
        normalisation: Normalisation,
    ) -> Result<(), CrfError> {
        assert!(self.width.is_some(), "places are those of a picture");
        check_deviations("deviation of the bilateral kernel's place", &place)?;
        check_deviations("deviation of the bilateral kernel's colour", &colour)?;
        let (found, expected) = (channels.len(), 3 * self.points);
        if found != expected {
            return Err(CrfError::Length { what: "the picture", found, expected });
        }
        self.add(Kernel::Bilateral { place, colour, channels }, costs, normalisation)
    }

    /// Adds a term of any features, `[dimensions, points]`, in units of their standard deviation.
    ///
    /// # Errors
    ///
    /// As [`Features::new`], and [`CrfError::Length`] if the costs are not of the field's labels.
    pub fn add_features(
        &mut self,
        dimensions: usize,
        values: Vec<f32>,
        costs: Costs,
        normalisation: Normalisation,
    ) -> Result<(), CrfError> {
        Features::new(dimensions, self.points, &values)?;
        self.add(Kernel::Features { dimensions, values }, costs, normalisation)
    }

    fn add(
        &mut self,
        kernel: Kernel,
        costs: Costs,
        normalisation: Normalisation,
    ) -> Result<(), CrfError> {
        costs.check(self.labels)?;
        self.terms.push((kernel, costs, normalisation));
        // Both were made of the terms before; what a field infers later must have this one too.
        (self.quick, self.general) = (OnceLock::new(), OnceLock::new());
        Ok(())
    }

    /// Probabilities after some steps of mean-field inference.
    ///
    /// # Errors
    ///
    /// [`CrfError::TooFine`] if a term's deviations are too small against the picture.
    pub fn infer(&self, steps: usize) -> Result<Marginals, CrfError> {
        match self.quick.get_or_init(|| self.quick()) {
            Some(crf) => crf.infer(&Unary::from_energies(self.labels, &self.energies)?, steps),
            None => Ok(self.general()?.infer(&self.energies, steps)),
        }
    }

    /// Probabilities of the energies alone, from which to step.
    pub fn start(&self) -> Marginals {
        PointField { labels: self.labels, terms: Vec::new() }.infer(&self.energies, 0)
    }

    /// One step of mean-field inference from probabilities `[labels, points]`.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`], [`CrfError::TooFine`].
    pub fn step(&self, probabilities: &[f32]) -> Result<Marginals, CrfError> {
        self.check_length("the probabilities", probabilities)?;
        Ok(self.general()?.step(&self.energies, probabilities))
    }

    /// Kullback-Leibler divergence of probabilities `[labels, points]` from the field, up to a constant.
    ///
    /// # Errors
    ///
    /// [`CrfError::Length`], [`CrfError::TooFine`].
    pub fn divergence(&self, probabilities: &[f32]) -> Result<f64, CrfError> {
        self.check_length("the probabilities", probabilities)?;
        Ok(self.general()?.divergence(&self.energies, probabilities))
    }

    fn check_length(&self, what: &'static str, values: &[f32]) -> Result<(), CrfError> {
        let (found, expected) = (values.len(), self.labels * self.points);
        (found == expected).then_some(()).ok_or(CrfError::Length { what, found, expected })
    }

    /// The field of a picture that a [`DenseCrf`] can infer.
    fn quick(&self) -> Option<DenseCrf> {
        let width = self.width.filter(|_| self.labels <= crate::MAX_LABELS)?;
        let mut gaussian = None;
        let mut bilateral = None;
        let mut picture: Cow<'_, [u8]> = vec![].into();
        for (kernel, costs, normalisation) in &self.terms {
            // A `DenseCrf` has weights from 0, and one compatibility for both kernels.
            let Costs::Potts(weight @ 0.0..) = *costs else { return None };
            if *normalisation != Normalisation::Symmetric {
                return None;
            }
            match kernel {
                Kernel::Gaussian { place: [x, y] } if x == y && gaussian.is_none() => {
                    gaussian = Some(Gaussian { place: *x, weight });
                }
                Kernel::Bilateral { place: [x, y], colour: [red, green, blue], channels }
                    if x == y && red == green && green == blue && bilateral.is_none() =>
                {
                    bilateral = Some(Bilateral { place: *x, colour: *red, weight });
                    picture = channels.into();
                }
                _ => return None,
            }
        }
        // Without a bilateral term nobody looks at the colours.
        if picture.is_empty() {
            picture = vec![0; 3 * self.points].into();
        }
        let kernels = Kernels {
            // A weight of 0 leaves a kernel out; the deviations only have to be accepted.
            gaussian: gaussian.unwrap_or(Gaussian { place: 1.0, weight: 0.0 }),
            bilateral: bilateral.unwrap_or(Bilateral { place: 1.0, colour: 1.0, weight: 0.0 }),
        };
        let picture = Picture::new(width, self.points / width, &picture).ok()?;
        DenseCrf::new(&picture, &kernels).ok()
    }

    fn general(&self) -> Result<&PointField, CrfError> {
        let field = self.general.get_or_init(|| {
            let terms = self.terms.iter().map(|term| self.term(term)).collect::<Result<_, _>>()?;
            Ok(PointField { labels: self.labels, terms })
        });
        field.as_ref().map_err(CrfError::clone)
    }

    fn term(
        &self,
        (kernel, costs, normalisation): &(Kernel, Costs, Normalisation),
    ) -> Result<Term, CrfError> {
        let (dimensions, values) = self.features_of(kernel);
        let features = Features::new(dimensions, self.points, &values)?;
        Ok(Term::new(Lattice::new(&features), self.labels, costs, *normalisation))
    }

    /// Features of every point, `[dimensions, points]`.
    fn features_of<'a>(&self, kernel: &'a Kernel) -> (usize, Cow<'a, [f32]>) {
        let width = self.width.unwrap_or(1);
        match kernel {
            Kernel::Features { dimensions, values } => (*dimensions, values.into()),
            Kernel::Gaussian { place } => {
                (2, places(self.points, width, *place).collect::<Vec<_>>().into())
            }
            Kernel::Bilateral { place, colour, channels } => {
                let mut features: Vec<f32> = places(self.points, width, *place).collect();
                for (channel, deviation) in colour.iter().enumerate() {
                    let values = channels[channel..].iter().step_by(3);
                    features.extend(values.map(|&value| f32::from(value) / deviation));
                }
                (5, features.into())
            }
        }
    }
}

/// Column of each point, then row, by their deviations.
fn places(points: usize, width: usize, [x, y]: [f32; 2]) -> impl Iterator<Item = f32> {
    let columns = (0..points).map(move |point| (point % width) as f32 / x);
    let rows = (0..points).map(move |point| (point / width) as f32 / y);
    columns.chain(rows)
}

fn check_deviations(name: &'static str, found: &[f32]) -> Result<(), CrfError> {
    match found.iter().find(|&&found| !(found.is_finite() && found > 0.0)) {
        None => Ok(()),
        Some(&found) => Err(CrfError::Parameter { name, found, expected: "a number above 0" }),
    }
}

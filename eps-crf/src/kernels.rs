//! The two kernels of a field: how near pixels are to each other.

use crate::CrfError;

/// Standard deviations and weights of both kernels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kernels {
    pub gaussian: Gaussian,
    pub bilateral: Bilateral,
}

/// Pixels are alike where they are near.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Standard deviation of the place, in pixels; far below a quarter of one it is refused as too fine.
    pub place: f32,
    /// From 0, which leaves the kernel out.
    pub weight: f32,
}

/// Pixels are alike where they are near and of one colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bilateral {
    /// Standard deviation of the place, in pixels.
    pub place: f32,
    /// Standard deviation of each colour channel, in steps of `0..=255`.
    pub colour: f32,
    /// From 0, which leaves the kernel out.
    pub weight: f32,
}

impl Kernels {
    /// # Errors
    ///
    /// [`CrfError::Parameter`] if a deviation is not above 0, or a weight is negative; neither may be
    /// infinite or not a number.
    pub(crate) fn check(&self) -> Result<(), CrfError> {
        let Self { gaussian, bilateral } = self;
        deviation("deviation of the Gaussian kernel's place", gaussian.place)?;
        deviation("deviation of the bilateral kernel's place", bilateral.place)?;
        deviation("deviation of the bilateral kernel's colour", bilateral.colour)?;
        weight("weight of the Gaussian kernel", gaussian.weight)?;
        weight("weight of the bilateral kernel", bilateral.weight)
    }
}

fn deviation(name: &'static str, found: f32) -> Result<(), CrfError> {
    let accepted = found.is_finite() && found > 0.0;
    accepted.then_some(()).ok_or(CrfError::Parameter { name, found, expected: "a number above 0" })
}

fn weight(name: &'static str, found: f32) -> Result<(), CrfError> {
    let accepted = found.is_finite() && found >= 0.0;
    accepted.then_some(()).ok_or(CrfError::Parameter { name, found, expected: "a number from 0" })
}

#[cfg(test)]
mod tests {
    use crate::Preset;

    #[test]
    fn parameters_outside_their_range_are_named() {
        let mut kernels = Preset::Psa.kernels();
        assert_eq!(kernels.check(), Ok(()));
        kernels.bilateral.weight = -1.0;
        let error = kernels.check().unwrap_err().to_string();
        assert_eq!(error, "weight of the bilateral kernel -1, expected a number from 0");
        kernels.bilateral.colour = 0.0;
        let error = kernels.check().unwrap_err().to_string();
        assert_eq!(
            error,
            "deviation of the bilateral kernel's colour 0, expected a number above 0"
        );
        for wrong in [f32::NAN, f32::INFINITY, -3.0] {
            kernels.gaussian.place = wrong;
            assert!(
                kernels.check().unwrap_err().to_string().starts_with("deviation of the Gaussian")
            );
        }
    }
}

//! The parameters that published code uses, by name.

use crate::{Bilateral, CrfError, Gaussian, Kernels};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Mean of ImageNet's blue, green and red channel, as Caffe's networks take it away.
const CAFFE_MEAN: [f32; 3] = [104.008, 116.669, 122.675];

/// Parameters of a field by the code that they come from.
///
/// ```
/// use eps_crf::Preset;
///
/// let preset: Preset = "irn-label".parse()?;
/// assert_eq!(preset.kernels().bilateral.place, 50.0);
/// assert_eq!(preset.label_confidence(), Some(0.7));
/// # Ok::<(), eps_crf::CrfError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// PSA, and SEAM, EPS and the helper of ToCo after it.
    Psa,
    /// IRN's field over labels instead of probabilities.
    IrnLabel,
    /// DeepLab-v2 on the picture as it is.
    DeepLabV2,
    /// DeepLab-v2 as `deeplab-pytorch` and CLIP-ES run it: on blue, green and red less their mean,
    /// cast to 8 bits without sign.
    DeepLabV2Raw,
    /// ToCo.
    Toco,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 5] =
        [Self::Psa, Self::IrnLabel, Self::DeepLabV2, Self::DeepLabV2Raw, Self::Toco];

    /// Steps of mean-field inference; all of the presets take as many.
    pub const STEPS: usize = 10;

    pub fn name(self) -> &'static str {
        match self {
            Self::Psa => "psa",
            Self::IrnLabel => "irn-label",
            Self::DeepLabV2 => "deeplab-v2",
            Self::DeepLabV2Raw => "deeplab-v2-raw",
            Self::Toco => "toco",
        }
    }

    pub fn kernels(self) -> Kernels {
        match self {
            Self::Psa => kernels([3.0, 3.0], [80.0, 13.0, 10.0]),
            Self::IrnLabel => kernels([3.0, 3.0], [50.0, 5.0, 10.0]),
            Self::DeepLabV2 | Self::DeepLabV2Raw => kernels([1.0, 3.0], [67.0, 3.0, 4.0]),
            Self::Toco => kernels([1.0, 1.0], [121.0, 5.0, 4.0]),
        }
    }

    /// The probability of the label that a pixel is given where the unary term comes from labels; `None` where it
    /// comes from probabilities.
    pub fn label_confidence(self) -> Option<f32> {
        (self == Self::IrnLabel).then_some(0.7)
    }

    /// The channels that the field sees of a picture in red, green and blue.
    pub fn channels(self, rgb: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::DeepLabV2Raw => Cow::Owned(rgb.chunks(3).flat_map(without_mean).collect()),
            _ => Cow::Borrowed(rgb),
        }
    }
}

/// Kernels of `[place, weight]` and `[place, colour, weight]`.
fn kernels(gaussian: [f32; 2], bilateral: [f32; 3]) -> Kernels {
    let [place, weight] = gaussian;
    let gaussian = Gaussian { place, weight };
    let [place, colour, weight] = bilateral;
    Kernels { gaussian, bilateral: Bilateral { place, colour, weight } }
}

/// A pixel less the mean, cut to an integer and taken modulo 256, as x86 casts a negative number.
fn without_mean(rgb: &[u8]) -> impl Iterator<Item = u8> {
    let channels = rgb.iter().rev().zip(CAFFE_MEAN);
    // By way of an integer, since Rust casts a negative float to an unsigned 0.
    channels.map(|(&value, mean)| (f32::from(value) - mean) as i32 as u8)
}

impl fmt::Display for Preset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = CrfError;

    fn from_str(name: &str) -> Result<Self, CrfError> {
        let preset = Self::ALL.into_iter().find(|preset| preset.name() == name);
        preset.ok_or_else(|| CrfError::Preset { found: name.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused() {
        for preset in Preset::ALL {
            assert_eq!(preset.to_string().parse(), Ok(preset));
            assert_eq!(preset.kernels().check(), Ok(()));
        }
        assert_eq!(
            "deeplab".parse::<Preset>().unwrap_err().to_string(),
            "preset `deeplab`, expected one of psa, irn-label, deeplab-v2, deeplab-v2-raw, toco"
        );
    }

    #[test]
    fn dark_channels_wrap_round_in_the_raw_picture() {
        // Blue 200 - 104.008 = 95.992, green 100 - 116.669 = -16.669, red 0 - 122.675 = -122.675:
        // cut to 95, -16 and -122.
        assert_eq!(*Preset::DeepLabV2Raw.channels(&[0, 100, 200]), [95, 240, 134]);
        assert_eq!(*Preset::DeepLabV2.channels(&[0, 100, 200]), [0, 100, 200]);
    }
}

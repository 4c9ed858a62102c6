//! Published evaluators, and how each counts pixels and takes means.
//!
//! The same masks score differently under different scripts. A [`Protocol`] does what the named one
//! does with a predicted 255, labels that are no class, classes that never occur, masks of another
//! size, and counters that overflow or round. An image is refused where the script ends with an error.

mod notes;
mod pixels;
mod ratios;

pub(crate) use pixels::{Fit, Refusal};
pub(crate) use ratios::{ClassRatios, Ratios};

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Whose rules pixels are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// `VOCevalseg` of the PASCAL VOC devkit: every predicted label must be a class. Where a class
    /// never occurs, the devkit's mean is no number; here that class is left out of it.
    Voc,
    /// `evaluate_png.py` of EPS: pixels whose prediction is no class are dropped.
    Eps,
    /// `evaluation.py` of SEAM, in MCTformer and CTI too: such pixels are missed, a class that never
    /// occurs scores 0, and counters have 32 bits.
    Seam,
    /// `eval_sem_seg.py` of IRN on chainercv: a predicted 255 is background, other labels are dropped.
    Irn,
    /// `scores` of deeplab-pytorch, in CLIP-ES too: a label that is no class lands in another cell of
    /// the matrix, and the mean runs over the classes of the truth.
    Deeplab,
    /// `pseudo_scores` of ToCo and AFA: a predicted 255 is dropped, the rest is as in deeplab-pytorch.
    Toco,
    /// `IoUMetric` of mmsegmentation: labels that are no class are missed, and pixels are summed in
    /// 32-bit floats.
    Mmseg,
}

impl Protocol {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Voc, Self::Eps, Self::Seam, Self::Irn, Self::Deeplab, Self::Toco, Self::Mmseg];

    /// As files and flags spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Voc => "voc",
            Self::Eps => "eps",
            Self::Seam => "seam",
            Self::Irn => "irn",
            Self::Deeplab => "deeplab",
            Self::Toco => "toco",
            Self::Mmseg => "mmseg",
        }
    }

    /// The program whose rules these are.
    pub fn evaluator(self) -> &'static str {
        match self {
            Self::Voc => "VOC devkit, VOCevalseg",
            Self::Eps => "EPS, evaluate_png.py",
            Self::Seam => "SEAM, evaluation.py",
            Self::Irn => "IRN, eval_sem_seg.py",
            Self::Deeplab => "deeplab-pytorch, scores",
            Self::Toco => "ToCo, pseudo_scores",
            Self::Mmseg => "mmsegmentation, IoUMetric",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Protocol {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|protocol| protocol.name() == text);
        known.ok_or_else(|| format!("expected one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused() {
        for protocol in Protocol::ALL {
            assert_eq!(protocol.to_string().parse(), Ok(protocol));
            let json = serde_json::to_string(&protocol).expect("a name");
            assert_eq!(json, format!("\"{protocol}\""));
        }
        let refused = "devkit".parse::<Protocol>().expect_err("no such protocol");
        assert_eq!(refused, "expected one of voc, eps, seam, irn, deeplab, toco, mmseg");
    }
}

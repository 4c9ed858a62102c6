//! What of class maps is background.

use super::{DataFolder, SaliencyCueArgs, fraction, power};
use anyhow::Result;
use clap::Args;
use eps_data::DataSet;
use eps_experiment::MissingInput;
use eps_experiment::prepare::{AgreementFrom, Cut, Doubt, SaliencyCue};
use eps_experiment::refine::Background;
use std::str::FromStr;

/// What of class maps is background.
#[derive(Args, Clone, Debug)]
pub(crate) struct CutArgs {
    /// The background has this score everywhere
    #[arg(long, value_name = "T", conflicts_with = "power", value_parser = fraction)]
    threshold: Option<f32>,
    /// The background has the score (1 - greatest score)^A
    #[arg(long, visible_alias = "alpha", value_name = "A", value_parser = power)]
    power: Option<f32>,
    /// Background is where the saliency map is below this level, and the best class is everywhere else
    #[arg(long, value_name = "LEVEL", value_parser = fraction)]
    saliency_cue: Option<f32>,
    /// Cut an image only where class map and saliency map agree: the intersection over union of the foregrounds that
    /// the cut and --threshold or --power leave is at least A; all other images have the mask of the latter. Or
    /// `held-out`: A is chosen for each fifth of the images on the others, by the masks of --data
    #[arg(long, value_name = "A|held-out", requires = "saliency_cue", conflicts_with_all = ["unsure", "resize"])]
    agreement: Option<AgreementArg>,
    /// A second threshold, power or level that leaves less background: pixels that are background at the first
    /// alone become 255 (ignore), from which no training learns
    #[arg(long, value_name = "T|A|LEVEL")]
    unsure: Option<f32>,
    #[command(flatten)]
    saliency: SaliencyCueArgs,
}

/// The flags with the files that they name.
pub(crate) struct OpenedCut<'a> {
    args: &'a CutArgs,
    cue: Option<SaliencyCue>,
    /// The data set whose masks choose the agreement.
    truth: Option<DataSet>,
}

impl CutArgs {
    /// Finds the saliency maps and the ground truth that the flags ask for.
    pub(crate) fn open(&self, data: &DataFolder<'_>) -> Result<OpenedCut<'_>> {
        let lacking = "--agreement held-out needs ground truth, expected --data";
        let is_chosen = self.agreement == Some(AgreementArg::HeldOut);
        Ok(OpenedCut {
            args: self,
            cue: self.saliency_cue.map(|_| self.saliency.of(data)).transpose()?,
            truth: is_chosen
                .then(|| data.with(|data| &data.masks, lacking, "--data"))
                .transpose()?,
        })
    }

    fn background(&self) -> Option<Background> {
        let threshold = self.threshold.map(Background::Threshold);
        threshold.or(self.power.map(Background::Alpha))
    }
}

impl OpenedCut<'_> {
    /// The cut, and which images it spares.
    pub(crate) fn cut(&self) -> Result<(Cut<'_>, Option<Doubt<'_>>)> {
        let background = self.args.background();
        let Some((level, cue)) = self.args.saliency_cue.zip(self.cue.as_ref()) else {
            let background = background.expect("clap asks for one of them");
            return Ok((Cut::Background(background), None));
        };
        let agreement = self.args.agreement.map(|agreement| match agreement {
            AgreementArg::Level(level) => AgreementFrom::Level(level),
            AgreementArg::HeldOut => {
                AgreementFrom::HeldOut(self.truth.as_ref().expect("it was opened"))
            }
        });
        let doubt = match (background, agreement) {
            (None, None) => None,
            (Some(background), Some(agreement)) => Some(Doubt { background, agreement }),
            (Some(_), None) => {
                let lacking = "--saliency-cue with --threshold or --power needs --agreement";
                return Err(MissingInput::error(lacking));
            }
            (None, Some(_)) => {
                let lacking =
                    "--agreement needs --threshold or --power, for images that are not cut";
                return Err(MissingInput::error(lacking));
            }
        };
        Ok((Cut::Saliency { level, cue }, doubt))
    }

    /// The second cut, which leaves less background.
    pub(crate) fn unsure<'a>(&self, cut: Cut<'a>) -> Result<Option<Cut<'a>>> {
        self.args.unsure.map(|value| cut.looser(value)).transpose()
    }
}

/// What an image must have to be cut.
#[derive(Clone, Copy, Debug, PartialEq)]
enum AgreementArg {
    Level(f32),
    HeldOut,
}

impl FromStr for AgreementArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "held-out" {
            return Ok(Self::HeldOut);
        }
        fraction(text).map(Self::Level).map_err(|fault| format!("{fault}, or held-out"))
    }
}

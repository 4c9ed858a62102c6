//! Ground-truth masks.

use super::root_unless;
use clap::Args;
use eps_experiment::TruthSource;
use std::path::PathBuf;

/// Ground-truth masks and the images that count: those of a data set, or a folder of masks.
#[derive(Args, Clone, Debug)]
pub(crate) struct TruthArgs {
    /// Data set folder, as `eps train` takes it: gives ground truth, classes and images [default:
    /// `EPS_DATA`, unless --truth is given]
    #[arg(long, value_name = "ROOT")]
    data: Option<PathBuf>,
    /// Folder of ground-truth masks, `<id>.png` [default: SegmentationClassAug, else SegmentationClass, of
    /// --data]
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// What the names of ground-truth masks have between id and ending, such as `_mask`
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    mask_suffix: Option<String>,
    /// Name of a split, of --data or beside the masks' folder, or a file with one image id a line
    /// [default: train of --data]
    #[arg(long, value_parser = crate::args::not_empty)]
    list: Option<String>,
    /// Text file with one object class a line, numbered or not, or CVAT's labelmap.txt [default:
    /// classes.txt in the masks' folder, else beside it, else the data set's, else VOC's]
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
}

impl TruthArgs {
    /// Where the ground truth is, as flags and environment say it.
    pub(crate) fn source(&self) -> TruthSource {
        TruthSource {
            data: root_unless(&self.truth, &self.data),
            masks: self.truth.clone(),
            mask_suffix: self.mask_suffix.clone(),
            list: self.list.clone(),
            classes: self.classes.clone(),
        }
    }
}

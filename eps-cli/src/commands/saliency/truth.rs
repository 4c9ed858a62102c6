//! The masks that saliency maps are scored against.

use crate::args::{not_empty, root_unless};
use eps_eval::saliency::TruthKind;
use eps_experiment::saliency::SaliencyTruthRequest;
use std::path::PathBuf;

/// Masks of a data set, or of a folder.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct SaliencyTruthArgs {
    /// Data set folder, as `eps train` takes it: gives masks, which hold classes, their list, and the saliency
    /// maps unless --predictions names others [default: `EPS_DATA`, unless --truth is given]
    #[arg(long, value_name = "ROOT")]
    data: Option<PathBuf>,
    /// Folder of masks, a PNG or JPEG for each image id [default: that of --data]
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// What the masks hold: `grey`, where objects are above 128, or `classes`, where every class but
    /// background is an object and 255 is not counted [default: classes for --data, grey for --truth]
    #[arg(long, value_name = "KIND", value_parser = truth_kind)]
    truth_as: Option<TruthKind>,
    /// File with one image id a line, or the name of a split of --data or beside the masks' folder
    /// [default: train of --data, every mask of --truth]
    #[arg(long, value_parser = not_empty)]
    list: Option<String>,
    /// What the names of masks have between id and ending, such as `_mask` [default: that of --data, else
    /// nothing]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    mask_suffix: Option<String>,
}

fn truth_kind(text: &str) -> Result<TruthKind, String> {
    match text {
        "grey" => Ok(TruthKind::Grey),
        "classes" => Ok(TruthKind::Classes),
        _ => Err("expected `grey` or `classes`".into()),
    }
}

impl SaliencyTruthArgs {
    /// What is asked for; the environment names a data set where no flag does.
    pub(super) fn request(&self) -> SaliencyTruthRequest {
        SaliencyTruthRequest {
            data: root_unless(&self.truth, &self.data),
            truth: self.truth.clone(),
            kind: self.truth_as,
            list: self.list.clone(),
            mask_suffix: self.mask_suffix.clone(),
        }
    }
}

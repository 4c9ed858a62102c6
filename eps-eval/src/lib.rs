//! Counting, scoring and showing; no tensors here.
//!
//! Accumulators hold integers and can be merged in any order: [`ConfusionMatrix`] counts pixels of
//! one set of masks, [`ImageCounts`] what scores need of each image, [`Sweep`] those of class maps at every background threshold at once,
//! [`Cooccurrence`] those of a class in the background that comes with it. [`MaskFolder`] and
//! [`sweep_folder`] fill them from files, one task an image, with a result that does not depend on
//! the number of threads.
//!
//! [`Scores`] holds the ratios, computed once, at the end. Its means run over classes, never over
//! images: mean IoU over the classes that occur in truth or prediction, mean precision over those
//! predicted somewhere, mean recall over those that occur in the truth. A value that does not
//! exist is `None` and is left out of the mean.
//!
//! Tables, charts and pages are below `report`, which the feature of the same name switches on. It is
//! on by default; without it neither polars nor plotters is compiled.
//!
//! ```
//! use eps_eval::ConfusionMatrix;
//!
//! let truth = [0, 1, 2, 2, 255, 1];
//! let predicted = [0, 1, 1, 2, 2, 0];
//! let matrix = ConfusionMatrix::of(3, &truth, &predicted);
//! assert_eq!(matrix.iou(2), Some(0.5));
//! assert_eq!(matrix.pixel_accuracy(), Some(0.6));
//! ```
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod boundary;
pub mod paired;
pub mod ranking;
#[cfg(feature = "report")]
pub mod report;
pub mod saliency;

mod analysis;
mod anatomy;
mod audit;
mod class_counts;
mod column;
mod confusion;
mod cooccurrence;
mod error;
mod evaluation;
mod files;
mod fit;
mod fold;
mod image_counts;
mod label_pairs;
mod method_details;
mod metric;
mod oddities;
mod pair_counts;
mod predictions;
mod protocol;
mod scores;
mod sweep;
mod total_counts;

pub use analysis::{Analysis, AnalysisPlan, analyse_folder, analysis_faults};
pub use anatomy::{Anatomy, Loss};
pub use audit::{Audit, AuditedProtocol};
pub use class_counts::ClassCounts;
pub use column::{Column, Place, Unit};
pub use confusion::ConfusionMatrix;
pub use cooccurrence::Cooccurrence;
pub use eps_data::ListId;
pub use error::EvalError;
pub use evaluation::{Counts, ImagePairs, MaskFolder, PairCounter, merge};
pub use fold::Fold;
pub use image_counts::ImageCounts;
pub use label_pairs::{LabelPair, LabelPairs};
pub use method_details::{
    AnatomyShares, BoundaryScores, ClassBoundary, ClassRetrieval, CooccurrenceRatios, LossShares,
    MethodDetails, TrimapPoint,
};
pub use metric::{Details, MaskedImage, PixelMetric};
pub use oddities::Oddities;
pub use predictions::Predictions;
pub use protocol::Protocol;
pub use scores::{ClassScores, Scores, Subset, Threshold, ThresholdChoice};
pub use sweep::{
    AveragePrecisions, BackgroundRule, ClassShift, Cuts, Edge, HeldOutAgreement, ImageArrays,
    LabelledPoint, MakeMasks, MapRefinement, Plateau, Sweep, SweepCurve, SweepPlan, SweepPoint,
    SweepReport, SweepSummary, Swept, SweptRule, TwoMasks, agreement, class_shift, count_maps,
    count_masks, decimal, held_out, held_out_agreement, sweep_arrays, sweep_faults, sweep_folder,
    sweep_masks,
};
pub use total_counts::TotalCounts;

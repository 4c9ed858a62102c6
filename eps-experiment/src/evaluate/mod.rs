//! Predicted masks scored against the ground truth.
//!
//! ```
//! use eps_data::scenes::{SCENE_SIZE, write_voc_folder};
//! use eps_experiment::evaluate::{Evaluation, MaskSource};
//! use eps_experiment::{Session, TruthSource};
//!
//! let root = tempfile::tempdir()?;
//! write_voc_folder(root.path(), 1, 4, SCENE_SIZE)?;
//! let truth = TruthSource { data: Some(root.path().into()), ..TruthSource::default() };
//! let masks = root.path().join("SegmentationClass");
//! let source = MaskSource { name: None, path: &masks, threshold: 0.2, truth };
//! let (masks, truth) = source.open(&Session::SILENT)?;
//! let (protocol, shard, keep_going) = (None, None, false);
//! let evaluation = Evaluation { masks: &masks, truth: &truth, protocol, shard, keep_going };
//! let counts = evaluation.count(&Session::SILENT)?;
//! assert_eq!(masks.scores(&counts).miou, Some(1.0));
//! # Ok::<(), anyhow::Error>(())
//! ```

mod evaluation;
mod faults;
mod scored_masks;

pub use evaluation::Evaluation;
pub use faults::ImageFaults;
pub use scored_masks::{MaskSource, ScoredMasks, note_maps};
